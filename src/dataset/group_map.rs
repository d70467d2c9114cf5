//! `groupby(...).map`: a function of the part of an object of each group, and what it gave put together again.

use super::combine::{CombineOptions, ConcatDim, concat, concat_arrays};
use super::reduce::{Dims, ReduceOptions};
use super::{Attributes, DataArray, Dataset, DatasetError, Grouping, Indexer, Operand, ReindexOptions, Variable};
use crate::array::Chunk;
use crate::plan::Evaluate;
use indexmap::IndexMap;

/// Sizes of what is labelled.
fn sizes(operand: &Operand) -> IndexMap<String, usize> {
    match operand {
        Operand::DataArray(array) => array.sizes(),
        Operand::Dataset(dataset) => dataset.sizes(),
        Operand::Array(_) | Operand::Scalar(_) => IndexMap::new(),
    }
}

impl Grouping {
    /// The part of an object of each group that has one. Views: no data moves.
    ///
    /// # Errors
    /// Where the object isn't labelled.
    pub fn parts(&self, object: &Operand) -> Result<Vec<Operand>, DatasetError> {
        let filled = self.positions().into_iter().filter(|positions| !positions.is_empty());
        filled.map(|positions| self.at_positions(object, &positions)).collect()
    }

    /// The object at the positions of all groups, one group after the other, each in a chunk of its own.
    ///
    /// # Errors
    /// Where the object isn't labelled.
    pub fn shuffled(&self, object: &Operand) -> Result<Operand, DatasetError> {
        let positions = self.positions();
        let shuffled = self.at_positions(object, &positions.concat())?;
        let sizes = positions.iter().map(Vec::len).filter(|length| *length > 0).collect();
        let chunks = IndexMap::from([(self.dimension().to_owned(), super::ChunkSize::Sizes(sizes))]);
        let chunking = super::Chunking::PerDim(chunks);
        Ok(match shuffled {
            Operand::DataArray(array) => array.chunk(&chunking)?.into(),
            Operand::Dataset(dataset) => dataset.chunk(&chunking)?.into(),
            other => other,
        })
    }

    fn at_positions(&self, object: &Operand, positions: &[usize]) -> Result<Operand, DatasetError> {
        let is_run = positions.windows(2).all(|pair| pair[0] + 1 == pair[1]);
        let indexer = match (is_run, positions.first()) {
            (true, Some(&first)) => {
                let (start, stop) = (Some(first as i64), Some((first + positions.len()) as i64));
                Indexer::Slice { start, stop, step: None }
            }
            _ => Indexer::List(positions.iter().map(|&position| position as i64).collect()),
        };
        let indexers = IndexMap::from([(self.dimension().to_owned(), indexer)]);
        match object {
            Operand::DataArray(array) => Ok(array.isel(&indexers, false)?.into()),
            Operand::Dataset(dataset) => Ok(dataset.isel(&indexers, false)?.into()),
            Operand::Array(_) | Operand::Scalar(_) => Err(DatasetError::GroupOperand),
        }
    }

    /// What a function gave for each of the [`parts`](Grouping::parts) of an object, as one: where it kept the grouped
    /// dimension in the order of the object, else along a dimension of the groups.
    ///
    /// # Errors
    /// Where results are of different kinds, or can't be put one after another.
    pub fn combined(
        &self,
        object: &Operand,
        applied: Vec<Operand>,
        evaluate: &dyn Evaluate,
    ) -> Result<Operand, DatasetError> {
        let sizes = match applied.first() {
            Some(Operand::DataArray(array)) => array.sizes(),
            Some(Operand::Dataset(dataset)) => dataset.sizes(),
            _ => return Err(DatasetError::GroupResult),
        };
        let is_kept = sizes.contains_key(self.dimension());
        let dimension = ConcatDim::from(if is_kept { self.dimension() } else { self.name() });
        let options = CombineOptions::concat();
        let joined = match &applied[0] {
            Operand::DataArray(_) => {
                let arrays: Vec<DataArray> = applied.into_iter().map(DataArray::try_from).collect::<Result<_, _>>()?;
                Operand::from(concat_arrays(&arrays, &dimension, &options, evaluate)?)
            }
            _ => {
                let datasets: Vec<Dataset> = applied.into_iter().map(Dataset::try_from).collect::<Result<_, _>>()?;
                Operand::from(concat(&datasets, &dimension, &options, evaluate)?)
            }
        };
        let ordered = match is_kept {
            true => self.in_order(joined)?,
            false => self.labelled(joined, evaluate)?,
        };
        match (ordered, object) {
            (Operand::DataArray(array), Operand::DataArray(original)) => {
                Ok(self.with_dims_in_order(&array, original)?.into())
            }
            (other, _) => Ok(other),
        }
    }

    /// Positions of one group after the other, brought back where they were; others as they are.
    fn in_order(&self, joined: Operand) -> Result<Operand, DatasetError> {
        let members = self.positions().concat();
        let mut order: Vec<usize> = (0..members.len()).collect();
        order.sort_by_key(|&at| members[at]);
        if order.is_sorted() {
            return Ok(joined);
        }
        let back = order.into_iter().map(|at| at as i64).collect::<Vec<i64>>();
        let indexers = |length: usize| match length == members.len() {
            true => IndexMap::from([(self.dimension().to_owned(), Indexer::List(back.clone()))]),
            false => IndexMap::new(),
        };
        match joined {
            Operand::DataArray(array) => Ok(array.isel(&indexers(array.sizes()[self.dimension()]), false)?.into()),
            Operand::Dataset(dataset) => Ok(dataset.isel(&indexers(dataset.sizes()[self.dimension()]), false)?.into()),
            other => Ok(other),
        }
    }

    /// Results along a dimension of groups, with their labels; missing for groups that have no positions.
    fn labelled(&self, joined: Operand, evaluate: &dyn Evaluate) -> Result<Operand, DatasetError> {
        let all = self.labels_variable();
        let filled: Vec<i64> = (0_i64..)
            .zip(self.positions())
            .filter(|(_, positions)| !positions.is_empty())
            .map(|(group, _)| group)
            .collect();
        let is_whole = filled.len() == all.data.len();
        let picked = super::gather::Positions::List(filled.iter().map(|&group| group as usize).collect());
        let own = Variable { data: super::gather::pick(&all.data, 0, &picked)?, ..all.clone() };
        let labels = IndexMap::from([(self.name().to_owned(), own)]);
        let whole = IndexMap::from([(self.name().to_owned(), all.clone())]);
        let options = ReindexOptions::default();
        match joined {
            Operand::DataArray(array) => {
                let array = array.assign_coords(labels, evaluate)?;
                Ok(if is_whole { array } else { array.like(array.as_dataset().reindex(&whole, &options)?) }.into())
            }
            Operand::Dataset(dataset) => {
                let dataset = dataset.assign_coords(labels, evaluate)?;
                Ok(if is_whole { dataset } else { dataset.reindex(&whole, &options)? }.into())
            }
            other => Ok(other),
        }
    }

    /// Dimensions in the order of the original, new ones last, that of groups where the grouped one was.
    fn with_dims_in_order(&self, array: &DataArray, original: &DataArray) -> Result<DataArray, DatasetError> {
        let place = |name: &String| {
            let own = if name == self.name() { self.dimension() } else { name };
            original.dims().iter().position(|dimension| dimension == own).unwrap_or(usize::MAX)
        };
        let mut dims = array.dims().to_vec();
        dims.sort_by_key(place);
        array.transpose(&dims, true)
    }

    /// Sums (or products) so far within each group, along the grouped dimension or those named.
    ///
    /// # Errors
    /// Where a dimension doesn't exist, or a dtype has no sums.
    pub fn accumulated(
        &self,
        object: &Operand,
        product: bool,
        dims: Option<&Dims>,
        options: ReduceOptions,
        evaluate: &dyn Evaluate,
    ) -> Result<Operand, DatasetError> {
        let own = Dims::Named(vec![self.dimension().to_owned()]);
        let dims = dims.unwrap_or(&own);
        let accumulated = self.parts(object)?.into_iter().map(|part| match part {
            Operand::DataArray(array) => Ok(array.accumulate(product, dims, options)?.into()),
            Operand::Dataset(dataset) => Ok(dataset.accumulate(product, dims, options)?.into()),
            other => Ok(other),
        });
        let accumulated = accumulated.collect::<Result<Vec<Operand>, DatasetError>>()?;
        let mut combined = self.combined(object, accumulated, evaluate)?;
        if let Operand::DataArray(array) = &mut combined {
            // As in xarray, the grouped dimension comes last.
            let mut order = array.dims().to_vec();
            order.sort_by_key(|name| name == self.dimension());
            *array = array.transpose(&order, false)?;
            if !options.keep_attrs {
                *array.attributes_mut() = Attributes::new();
            }
        }
        Ok(combined)
    }

    /// Missing values replaced by what there is for their group.
    ///
    /// # Errors
    /// Where dtypes have none in common.
    pub fn filled_with(&self, object: &Operand, value: &Operand) -> Result<Operand, DatasetError> {
        let fill = |object: &Operand, value: &Operand| match object {
            Operand::DataArray(array) => Ok(array.fillna(value)?.into()),
            Operand::Dataset(dataset) => Ok(dataset.fillna(value)?.into()),
            Operand::Array(_) | Operand::Scalar(_) => Err(DatasetError::GroupOperand),
        };
        self.check_one_key(object, value)?;
        if self.is_along(object, value) { self.with_spread(object, value, &fill) } else { fill(object, value) }
    }

    /// Values where a condition holds, others elsewhere; either may be one for each group.
    ///
    /// # Errors
    /// Where indexes differ, or the dtype has no missing value.
    pub fn where_(
        &self,
        object: &Operand,
        condition: &Operand,
        other: Option<&Operand>,
    ) -> Result<Operand, DatasetError> {
        for operand in other.into_iter().chain([condition]) {
            self.check_one_key(object, operand)?;
        }
        match other.filter(|other| self.is_along(object, other)) {
            Some(other) => {
                let choose = |_: &Operand, spread: &Operand| self.chosen(object, condition, Some(spread));
                self.with_spread(object, other, &choose)
            }
            None => self.chosen(object, condition, other),
        }
    }

    /// The same with an `other` that has a value for each position, or one.
    fn chosen(&self, object: &Operand, condition: &Operand, other: Option<&Operand>) -> Result<Operand, DatasetError> {
        let choose = |object: &Operand, condition: &Operand| match object {
            Operand::DataArray(array) => Ok(array.where_(condition, other)?.into()),
            Operand::Dataset(dataset) => Ok(dataset.where_(condition, other)?.into()),
            Operand::Array(_) | Operand::Scalar(_) => Err(DatasetError::GroupOperand),
        };
        match self.is_along(object, condition) {
            true => self.with_spread(object, condition, &choose),
            false => choose(object, condition),
        }
    }

    /// Groups of several keys have no one dimension for what there is for each of them.
    fn check_one_key(&self, object: &Operand, operand: &Operand) -> Result<(), DatasetError> {
        let (own, dims) = (sizes(object), sizes(operand));
        match self.levels().iter().any(|key| dims.contains_key(key.name()) && !own.contains_key(key.name())) {
            true => Err(DatasetError::GroupedBySeveral),
            false => Ok(()),
        }
    }

    /// Whether an operand has a value for each group. Steps of time are called as the times are: what lies along those has
    /// values for times, as in xarray.
    fn is_along(&self, object: &Operand, operand: &Operand) -> bool {
        if self.name() != self.dimension() || !sizes(operand).contains_key(self.name()) {
            return sizes(operand).contains_key(self.name());
        }
        let labels = |operand: &Operand| match operand {
            Operand::DataArray(array) => array.coordinates.get(self.name()).and_then(Variable::values).cloned(),
            Operand::Dataset(dataset) => dataset.coordinates.get(self.name()).and_then(Variable::values).cloned(),
            Operand::Array(_) | Operand::Scalar(_) => None,
        };
        let is_of_group = |own: &Chunk, position: usize, code: i32| {
            usize::try_from(code).is_ok_and(|group| own.get(position) == self.labels().get(group))
        };
        labels(operand).as_ref() == Some(self.labels())
            && labels(object)
                .is_some_and(|own| self.codes().iter().enumerate().all(|(at, &code)| is_of_group(&own, at, code)))
    }
}
