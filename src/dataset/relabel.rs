//! Other labels along dimensions: `reindex`, `sortby`, `drop_sel`, `dropna`.

use super::align::{FillValue, align, positions_of, reindexed};
use super::dataset::load_arrays;
use super::gather::Positions;
use super::key::{Key, key};
use super::lookup::Index;
use super::missing::is_missing;
use super::{DataArray, Dataset, DatasetError, Join, Label, LabelIndexer, SelectMethod, SelectOptions, Variable};
use crate::array::{DType, Scalar};
use crate::kernels::elementwise::UnaryOp;
use crate::kernels::reduction::ReductionOptions;
use crate::plan::{Array, Evaluate};
use indexmap::IndexMap;
use std::cmp::Ordering;

/// How labels are found that a dataset doesn't have, and what stands for those that aren't.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReindexOptions {
    /// Whose value a label gets that isn't there.
    pub method: Option<SelectMethod>,
    /// Farthest distance to a label found by the method.
    pub tolerance: Option<Label>,
    /// What stands where no label was found.
    pub fill_value: FillValue,
}

/// What [`Dataset::sortby`] sorts by.
#[derive(Debug, Clone)]
pub enum SortKey {
    /// A variable or coordinate of one dimension.
    Named(String),
    /// Values along one dimension.
    Array(Box<DataArray>),
}

/// How many values must be there for [`Dataset::dropna`] to keep a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// All: `how="any"`.
    All,
    /// One: `how="all"`.
    Any,
    /// This many: `thresh=`.
    AtLeast(u64),
}

impl Dataset {
    /// The dataset under other labels of some dimensions. A dimension without labels gets them where there are as many.
    ///
    /// # Errors
    /// Where labels are repeated, or a dimension without labels has another length.
    pub fn reindex(
        &self,
        labels: &IndexMap<String, Variable>,
        options: &ReindexOptions,
    ) -> Result<Dataset, DatasetError> {
        let sizes = self.sizes();
        let mut relabelled = self.clone();
        for (dimension, labels) in labels {
            let Some(&size) = sizes.get(dimension) else { continue };
            let target = Index::new(dimension, labels)?;
            let Some(variable) = self.index(dimension) else {
                if target.keys().len() != size {
                    let mut sizes = [size, target.keys().len()];
                    sizes.sort_unstable();
                    let (dimension, note) = (dimension.clone(), String::new());
                    return Err(DatasetError::ConflictingDimensionSizes { dimension, sizes, note });
                }
                relabelled.coordinates.insert(dimension.clone(), labels.clone());
                continue;
            };
            let index = Index::new(dimension, variable)?;
            if index.equals(&target) {
                continue;
            }
            if index.has_repeated_labels() {
                return Err(DatasetError::RepeatedLabels);
            }
            let is_ordered = index.is_sorted(Ordering::Less) || index.is_sorted(Ordering::Greater);
            if options.method.is_some() && !is_ordered {
                return Err(DatasetError::NotMonotonic { dimension: dimension.clone() });
            }
            let found = find(&index, &target, labels, options)?;
            let own = Variable { attributes: variable.attributes.clone(), ..labels.clone() };
            relabelled = reindexed(&relabelled, dimension, &own, &found, &options.fill_value)?;
        }
        Ok(relabelled)
    }

    /// All variables and coordinates in the order of some values; of equal ones, later keys decide.
    ///
    /// # Errors
    /// Where a key doesn't exist or has another number of dimensions than one.
    pub fn sortby(&self, keys: &[SortKey], ascending: bool, evaluate: &dyn Evaluate) -> Result<Dataset, DatasetError> {
        let mut by_dimension: IndexMap<String, Vec<Vec<Key>>> = IndexMap::new();
        let mut sorted = self.clone();
        let mut columns: Vec<Variable> = Vec::new();
        for key in keys {
            columns.push(match key {
                SortKey::Named(name) if let Some(levels) = self.levels_of(name) => {
                    // Tuples are compared level by level.
                    for level in &levels.names {
                        columns.push(self.get(level)?.variable);
                    }
                    continue;
                }
                SortKey::Named(name) => self.get(name)?.variable,
                SortKey::Array(array) => {
                    let aligned = align(&[sorted.clone(), array.as_dataset()], Join::Left)?;
                    let [this, other] = <[Dataset; 2]>::try_from(aligned).expect("two were aligned");
                    sorted = this;
                    array.like(other).variable
                }
            });
        }
        let arrays: Vec<Array> = columns.iter().map(|column| column.data.clone()).collect();
        for (column, values) in columns.iter().zip(load_arrays(&arrays, evaluate)?) {
            let [dimension] = &column.dims[..] else {
                return Err(DatasetError::SortDimensions { ndim: column.dims.len() });
            };
            let values = values.in_memory_values().expect("the values were loaded");
            let keys = (0..values.len()).filter_map(|at| values.get(at)).map(|value| key(values.dtype(), value));
            by_dimension.entry(dimension.clone()).or_default().push(keys.collect());
        }
        let mut positions: IndexMap<String, Positions> = IndexMap::new();
        for (dimension, columns) in by_dimension {
            let mut order: Vec<usize> = (0..columns[0].len()).collect();
            let compare = |a: &usize, b: &usize| {
                let orders = columns.iter().map(|column| column[*a].sort_order(&column[*b]));
                orders.fold(Ordering::Equal, Ordering::then)
            };
            let missing = |a: &usize, b: &usize| {
                let orders = columns.iter().map(|column| column[*b].is_missing().cmp(&column[*a].is_missing()));
                orders.fold(Ordering::Equal, Ordering::then)
            };
            if ascending {
                order.sort_by(compare);
            } else {
                // What is missing comes last here too.
                order.sort_by(|a, b| missing(a, b).then_with(|| compare(a, b)));
                order.reverse();
            }
            positions.insert(dimension, Positions::List(order));
        }
        sorted.pick(&positions, false)
    }

    /// The dataset without some labels.
    ///
    /// # Errors
    /// Where a dimension has no labels, or not these, unless missing ones are ignored.
    pub fn drop_sel(&self, labels: &IndexMap<String, Vec<Label>>, ignore: bool) -> Result<Dataset, DatasetError> {
        let mut positions: IndexMap<String, Positions> = IndexMap::new();
        for (dimension, labels) in labels {
            // Without labels, positions are.
            let labels_of = self.get(dimension)?.variable;
            let index = Index::new(dimension, &labels_of)?;
            let mut dropped = vec![false; index.keys().len()];
            for label in labels {
                let found = index.locate(&LabelIndexer::List(vec![label.clone()]), &SelectOptions::default());
                match found {
                    Ok(Positions::List(found)) => found.into_iter().for_each(|position| dropped[position] = true),
                    Ok(_) => {}
                    Err(DatasetError::LabelNotFound { .. }) if ignore => {}
                    Err(error) => return Err(error),
                }
            }
            positions.insert(dimension.clone(), kept(&dropped));
        }
        self.pick(&positions, false)
    }

    /// The dataset without some positions; negative ones count from the end.
    ///
    /// # Errors
    /// Where a dimension or position doesn't exist.
    pub fn drop_isel(&self, indices: &IndexMap<String, Vec<i64>>) -> Result<Dataset, DatasetError> {
        let sizes = self.sizes();
        let mut positions: IndexMap<String, Positions> = IndexMap::new();
        for (dimension, indices) in indices {
            let unknown = || self.no_such_variable(dimension);
            let size = *sizes.get(dimension).ok_or_else(unknown)?;
            let mut dropped = vec![false; size];
            for &index in indices {
                let counted = if index < 0 { index + size as i64 } else { index };
                let position = usize::try_from(counted).ok().filter(|&position| position < size);
                let out = || DatasetError::IndexOutOfBounds { index, axis: 0, size };
                dropped[position.ok_or_else(out)?] = true;
            }
            positions.insert(dimension.clone(), kept(&dropped));
        }
        self.pick(&positions, false)
    }

    /// The dataset without the labels of a dimension at which values of some variables (all by default) are missing.
    /// Counts them first.
    ///
    /// # Errors
    /// Where the dimension or a variable doesn't exist.
    pub fn dropna(
        &self,
        dimension: &str,
        presence: Presence,
        subset: Option<&[String]>,
        evaluate: &dyn Evaluate,
    ) -> Result<Dataset, DatasetError> {
        let sizes = self.sizes();
        let Some(&size) = sizes.get(dimension) else {
            let (missing, expected) = (format!("'{dimension}'"), self.sizes_text());
            return Err(DatasetError::NoSuchDimension { missing, expected });
        };
        let names = subset.map_or_else(|| self.data_variables.keys().cloned().collect(), <[String]>::to_vec);
        let (mut counts, mut total) = (Vec::new(), 0);
        for name in &names {
            let variable = self.variable(name).ok_or_else(|| self.no_such_variable(name))?;
            let Some(axis) = variable.axis(dimension) else { continue };
            let present = is_missing(&variable.data)?.unary(UnaryOp::LogicalNot)?;
            let axes: Vec<usize> = (0..present.ndim()).filter(|other| *other != axis).collect();
            total += axes.iter().map(|&axis| present.shape()[axis] as u64).product::<u64>();
            counts.push(present.cast(DType::Int64)?.reduce("sum", &axes, ReductionOptions::default())?);
        }
        let mut present = vec![0; size];
        for counted in evaluate.evaluate(&counts)? {
            for (position, sum) in present.iter_mut().enumerate() {
                if let Some(Scalar::Int(count)) = counted.get(position) {
                    *sum += count as u64;
                }
            }
        }
        let is_dropped = |count: &u64| match presence {
            Presence::All => *count != total,
            Presence::Any => *count == 0,
            Presence::AtLeast(least) => *count < least,
        };
        let dropped: Vec<bool> = present.iter().map(is_dropped).collect();
        self.pick(&IndexMap::from([(dimension.to_owned(), kept(&dropped))]), false)
    }
}

/// The positions that aren't dropped.
fn kept(dropped: &[bool]) -> Positions {
    Positions::List((0..dropped.len()).filter(|&position| !dropped[position]).collect())
}

/// Where each label is in an index, or what the method finds for it.
fn find(
    index: &Index,
    target: &Index,
    labels: &Variable,
    options: &ReindexOptions,
) -> Result<Vec<Option<usize>>, DatasetError> {
    let known = positions_of(index);
    let Some(method) = options.method else {
        return Ok(target.keys().iter().map(|key| known.get(&key.identity()).copied()).collect());
    };
    let dtype = labels.dtype();
    let select = SelectOptions { method: Some(method), tolerance: options.tolerance.clone(), drop: false };
    let values = labels.values().ok_or_else(|| DatasetError::LazyIndex { name: labels.dims[0].clone() })?;
    let mut found = Vec::with_capacity(values.len());
    for value in (0..values.len()).filter_map(|at| values.get(at)) {
        let label = match (dtype, value) {
            (DType::Datetime(unit) | DType::Timedelta(unit), Scalar::Int(count)) => Label::Time(count, unit),
            (_, value) => Label::Value(value),
        };
        found.push(match index.locate(&LabelIndexer::At(label), &select) {
            Ok(Positions::One(position)) => Some(position),
            Ok(_) | Err(DatasetError::LabelNotFound { .. }) => None,
            Err(error) => return Err(error),
        });
    }
    Ok(found)
}
