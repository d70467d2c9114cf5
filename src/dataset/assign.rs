//! Values put in place of others: `a[...] = value` and `a.loc[...] = value`.
//!
//! Nothing is changed where it lies: the result chooses between old and new values by position, and so is computed region
//! by region like everything else.

use super::gather::Positions;
use super::lookup::Index;
use super::{DataArray, DatasetError, Indexer, Operand, Variable};
use crate::array::{Chunk, Scalar};
use crate::plan::{Array, Evaluate};
use indexmap::IndexMap;

impl DataArray {
    /// The values with others at positions along some dimensions. The new ones are converted to the dtype of the array, and
    /// broadcast by name, or from the last axis where they have no labels. In memory where old and new values are.
    ///
    /// # Errors
    /// Where a dimension or position doesn't exist, shapes don't match, or labels of both sides differ.
    pub fn with_values(
        &self,
        indexers: &IndexMap<String, Indexer>,
        value: &Operand,
        evaluate: &dyn Evaluate,
    ) -> Result<Array, DatasetError> {
        self.check_dimensions(indexers.keys())?;
        let sizes = self.sizes();
        let mut taken: Vec<Positions> = Vec::new();
        for (axis, (name, &length)) in sizes.iter().enumerate() {
            taken.push(indexers.get(name).unwrap_or(&Indexer::WHOLE).positions(name, axis, length)?);
        }
        let selected = self.isel(indexers, false)?;
        let new = self.new_values(&selected, value)?;
        if selected.data().is_empty() {
            return Ok(self.data().clone());
        }
        let in_memory = |array: &Array| array.in_memory_values().is_some();
        let is_here = in_memory(self.data())
            && !matches!(value, Operand::DataArray(other) if !in_memory(other.data()))
            && !matches!(value, Operand::Array(other) if !in_memory(other));
        let mut new = new;
        let mut chosen: Option<Array> = None;
        for (axis, (positions, &length)) in taken.iter().zip(self.shape()).enumerate() {
            if matches!(positions, Positions::One(_)) {
                new = new.insert_axis(axis)?;
            }
            let list = positions.to_vec();
            if list.iter().copied().eq(0..length) {
                continue;
            }
            let (mut place, mut is_chosen) = (vec![0; length], vec![false; length]);
            for (from, to) in list.into_iter().enumerate() {
                place[to] = from;
                is_chosen[to] = true;
            }
            if new.shape()[axis] > 1 {
                new = new.take(axis, place)?;
            }
            let mut shape = vec![1; self.dims().len()];
            shape[axis] = length;
            let along = Array::in_memory(Chunk::from_values(shape, is_chosen)?);
            chosen = Some(match chosen {
                Some(others) => others.binary(crate::kernels::elementwise::BinaryOp::LogicalAnd, &along)?,
                None => along,
            });
        }
        let new = new.broadcast_to(self.shape())?;
        let assigned = match chosen {
            Some(chosen) => chosen.select(&new, self.data())?,
            None => new,
        };
        if !is_here {
            return Ok(assigned);
        }
        let mut values = evaluate.evaluate(std::slice::from_ref(&assigned))?;
        Ok(Array::in_memory(values.pop().expect("evaluation gives one chunk an array")))
    }

    /// New values in the dtype of the array, with the axes of what was selected, each of its length or 1.
    fn new_values(&self, selected: &DataArray, value: &Operand) -> Result<Array, DatasetError> {
        let dtype = self.dtype();
        let variable = match value {
            Operand::Scalar(Scalar::Float(number)) if !number.is_finite() && dtype.is_integer() => {
                return Err(DatasetError::NotAnInteger { value: number.to_string() });
            }
            Operand::Scalar(value) => {
                let own = super::merge::own_dtype(value);
                Variable::new(Vec::new(), Array::in_memory(Chunk::scalar(own, value)?))?
            }
            Operand::Array(array) => {
                let missing =
                    || DatasetError::AssignedShape { value: array.shape().to_vec(), place: selected.shape().to_vec() };
                let first = selected.dims().len().checked_sub(array.ndim()).ok_or_else(missing)?;
                Variable::new(selected.dims()[first..].to_vec(), array.clone())?
            }
            Operand::DataArray(array) => {
                check_labels(selected, array)?;
                array.variable.clone()
            }
            Operand::Dataset(_) => return Err(DatasetError::MixedOperands),
        };
        let mut shape = Vec::new();
        for (name, &length) in selected.dims().iter().zip(selected.shape()) {
            shape.push((name.clone(), variable.sizes().get(name).map_or(1, |&own| if own == 1 { 1 } else { length })));
        }
        let fits =
            |(name, own): (String, usize)| selected.sizes().get(&name).is_some_and(|&length| own == length || own == 1);
        if !variable.sizes().into_iter().all(fits) {
            let (value, place) = (variable.data.shape().to_vec(), selected.shape().to_vec());
            return Err(DatasetError::AssignedShape { value, place });
        }
        Ok(variable.expand(&shape.into_iter().collect()).cast(dtype)?)
    }
}

/// Whether a value has the labels of the place that it is put in, where both have some.
fn check_labels(place: &DataArray, value: &DataArray) -> Result<(), DatasetError> {
    for (name, own) in value.coordinates.iter().filter(|(name, own)| own.is_index(name)) {
        let Some(other) = place.coordinates.get(name).filter(|other| other.is_index(name)) else { continue };
        if !Index::new(name, own)?.equals(&Index::new(name, other)?) {
            return Err(DatasetError::AssignedLabels { name: name.clone() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::test_data::counted;
    use crate::plan::PlanError;

    struct Nothing;

    impl Evaluate for Nothing {
        fn evaluate(&self, _arrays: &[Array]) -> Result<Vec<Chunk>, PlanError> {
            Err(PlanError::NothingToConcatenate)
        }
    }

    #[test]
    fn values_of_other_shapes_and_labels_are_refused() {
        let row = IndexMap::from([("x".to_owned(), Indexer::At(0))]);
        let long = Array::in_memory(Chunk::from_values(vec![2], vec![1.0, 2.0]).unwrap());
        let refused = counted().with_values(&row, &long.into(), &Nothing);
        assert!(matches!(refused, Err(DatasetError::AssignedShape { .. })), "{refused:?}");
        let first = IndexMap::from([("y".to_owned(), Indexer::List(vec![0, 1]))]);
        let last = counted().isel(&IndexMap::from([("y".to_owned(), Indexer::List(vec![1, 2]))]), false).unwrap();
        let refused = counted().with_values(&first, &last.into(), &Nothing);
        assert!(matches!(refused, Err(DatasetError::AssignedLabels { .. })), "{refused:?}");
    }
}
