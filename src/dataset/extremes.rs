//! Labels of the smallest and the largest values along a dimension: `idxmin`, `idxmax`.
//!
//! Composed of reductions: the extreme, the first position that has it, the label there. Nothing is held whole.

use super::reduce::{Dims, ReduceOptions};
use super::{Attributes, DataArray, DatasetError, Variable};
use crate::array::{Chunk, DType, Scalar};
use crate::kernels::elementwise::BinaryOp;
use crate::kernels::reduction::ReductionOptions;
use crate::plan::Array;

impl DataArray {
    /// The label of the first smallest (or largest) value along a dimension; missing where all values are.
    ///
    /// # Errors
    /// Where the dimension doesn't exist or has no labels, or the values have no order.
    pub fn label_of_extreme(
        &self,
        dimension: &str,
        largest: bool,
        options: ReduceOptions,
    ) -> Result<DataArray, DatasetError> {
        self.check_reduced(&Dims::Named(vec![dimension.to_owned()]))?;
        let labels = self
            .coordinates
            .get(dimension)
            .and_then(Variable::values)
            .ok_or_else(|| DatasetError::NoLabels { dimension: dimension.to_owned() })?;
        let axis = self.variable.axis(dimension).expect("the dimension was checked");
        let data = &self.variable.data;
        let skip = ReductionOptions { skip_missing: options.skipna.unwrap_or(true), ddof: 0 };
        let position = first_position(data, axis, largest, skip)?;
        let along = |values: Chunk| -> Result<Array, DatasetError> {
            let mut shape = vec![1; data.ndim()];
            shape[axis] = values.len();
            Ok(Array::in_memory(values.reshaped(shape)?))
        };
        let positions = along(counted(labels.len())?)?;
        let (dtype, missing) = match labels.dtype() {
            dtype if dtype.is_time() => (dtype, Scalar::Int(DType::NOT_A_TIME)),
            dtype if dtype.is_numeric() && dtype != DType::Bool => (DType::Float64, Scalar::Float(f64::NAN)),
            dtype => {
                let name = dimension.to_owned();
                return Err(DatasetError::UnsupportedDtype { name, dtype, operation: "idxmin and idxmax" });
            }
        };
        // One label stands among missing ones, so that any extreme of them is that label.
        let chosen = positions.binary(BinaryOp::Equal, &position.insert_axis(axis)?)?;
        let labels = along(super::key::cast_labels(labels, dtype)?)?;
        let chosen = chosen.select(&labels, &Array::scalar(missing, dtype)?)?;
        let found = chosen.reduce("max", &[axis], ReductionOptions { skip_missing: true, ddof: 0 })?;
        let attributes = if options.keep_attrs { self.attributes().clone() } else { Attributes::new() };
        let dims = self.dims().iter().filter(|name| *name != dimension).cloned().collect();
        let mut coordinates = self.coordinates.clone();
        coordinates.retain(|_, coordinate| coordinate.axis(dimension).is_none());
        let variable = Variable::new(dims, found)?.with_attributes(attributes);
        Ok(DataArray { name: Some(dimension.to_owned()), variable, coordinates })
    }
}

/// Positions along an axis, in memory.
fn counted(length: usize) -> Result<Chunk, DatasetError> {
    Ok(Chunk::from_values(vec![length], (0..length as i64).collect())?)
}

/// The first position of the extreme along an axis, which leaves the shape; the axis' length where there is none.
fn first_position(data: &Array, axis: usize, largest: bool, skip: ReductionOptions) -> Result<Array, DatasetError> {
    let extreme = data.reduce(if largest { "max" } else { "min" }, &[axis], skip)?;
    let is_extreme = data.binary(BinaryOp::Equal, &extreme.insert_axis(axis)?)?;
    let length = data.shape()[axis];
    let mut shape = vec![1; data.ndim()];
    shape[axis] = length;
    let positions = Array::in_memory(counted(length)?.reshaped(shape)?);
    let none = Array::scalar(Scalar::Int(length as i64), DType::Int64)?;
    Ok(is_extreme.select(&positions, &none)?.reduce("min", &[axis], ReductionOptions::default())?)
}
