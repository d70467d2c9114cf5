//! Orders of values: `argsort`, `rank`, and labels that occur once, `drop_duplicates`.

use super::lookup::Index;
use super::reduce::ReduceOptions;
use super::{Attributes, DataArray, Dataset, DatasetError, Indexer, Variable};
use crate::kernels::scan::ScanKind;
use crate::plan::Array;
use indexmap::IndexMap;
use std::collections::HashMap;

/// Which of equal labels stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// The first.
    First,
    /// The last.
    Last,
    /// None.
    None,
}

impl Dataset {
    /// Ranks of the values of every data variable along a dimension, from 1, `float64`; of equal ones the mean, of missing
    /// ones none. As shares of their number, where that is asked for.
    ///
    /// # Errors
    /// Where the dimension doesn't exist, or a dtype has no order.
    pub fn rank(&self, dimension: &str, share: bool, options: ReduceOptions) -> Result<Dataset, DatasetError> {
        self.check_dimensions(std::iter::once(&dimension.to_owned()))?;
        let mut ranked = Dataset { data_variables: IndexMap::new(), ..self.clone() };
        for (name, variable) in &self.data_variables {
            // As in xarray, what lacks the dimension is left out.
            let Some(axis) = variable.axis(dimension) else { continue };
            let data = variable.data.scan(axis, ScanKind::Rank { share })?;
            let attributes = if options.keep_attrs { variable.attributes.clone() } else { Attributes::new() };
            let variable = Variable::new(variable.dims.clone(), data)?.with_attributes(attributes);
            ranked.data_variables.insert(name.clone(), variable);
        }
        if !options.keep_attrs {
            ranked.attributes.clear();
        }
        Ok(ranked)
    }

    /// The positions of labels that occur for the first (or last) time, or once only, along some dimensions.
    ///
    /// # Errors
    /// Where a dimension doesn't exist, or its labels aren't in memory.
    pub fn drop_duplicates(&self, dims: &[String], keep: Keep) -> Result<Dataset, DatasetError> {
        self.check_dimensions(dims.iter())?;
        let mut indexers = IndexMap::new();
        for dimension in dims {
            let Some(labels) = self.index(dimension) else { continue };
            let index = Index::new(dimension, labels)?;
            let mut positions: HashMap<_, Vec<usize>> = HashMap::new();
            for (position, key) in index.keys().iter().enumerate() {
                positions.entry(key.identity()).or_default().push(position);
            }
            let chosen = |equal: &Vec<usize>| match keep {
                Keep::First => equal.first().copied(),
                Keep::Last => equal.last().copied(),
                Keep::None => equal.first().copied().filter(|_| equal.len() == 1),
            };
            let mut kept: Vec<i64> = positions.values().filter_map(chosen).map(|position| position as i64).collect();
            kept.sort_unstable();
            indexers.insert(dimension.clone(), Indexer::List(kept));
        }
        self.isel(&indexers, false)
    }
}

impl DataArray {
    /// Ranks along a dimension, as [`Dataset::rank`] has them.
    ///
    /// # Errors
    /// As [`Dataset::rank`].
    pub fn rank(&self, dimension: &str, share: bool, options: ReduceOptions) -> Result<DataArray, DatasetError> {
        Ok(self.like(self.as_dataset().rank(dimension, share, options)?))
    }

    /// The positions that sort the values along an axis, `int64`, those of missing values last.
    ///
    /// # Errors
    /// Where the axis doesn't exist.
    pub fn sort_positions(&self, axis: usize) -> Result<DataArray, DatasetError> {
        let data: Array = self.variable.data.scan(axis, ScanKind::Order)?;
        Ok(DataArray { variable: self.variable.with_data(data), ..self.clone() })
    }

    /// The array at labels that occur for the first (or last) time, or once only, along some dimensions.
    ///
    /// # Errors
    /// As [`Dataset::drop_duplicates`].
    pub fn drop_duplicates(&self, dims: &[String], keep: Keep) -> Result<DataArray, DatasetError> {
        Ok(self.like(self.as_dataset().drop_duplicates(dims, keep)?))
    }
}
