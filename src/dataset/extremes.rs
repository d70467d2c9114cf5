//! Positions and labels of the smallest and the largest values along dimensions: `argmin`, `argmax`, `idxmin`, `idxmax`.
//!
//! Composed of reductions: the extreme, the first position that has it, the label there. Nothing is held whole.

use super::error::quoted;
use super::missing::missing_value;
use super::reduce::{Dims, ReduceOptions};
use super::{Attributes, DataArray, Dataset, DatasetError, Variable};
use crate::array::{Chunk, DType, Scalar};
use crate::kernels::elementwise::{BinaryOp, UnaryOp};
use crate::kernels::reduction::ReductionOptions;
use crate::kernels::scan::ScanKind;
use crate::plan::Array;
use indexmap::IndexMap;

/// Which extreme along a dimension, and what stands for the label of one that there isn't.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelOfExtreme {
    /// The largest, not the smallest.
    pub largest: bool,
    /// The label where all values are missing; NaN or NaT by default.
    pub fill_value: Option<Scalar>,
    /// How values are compared, and whether attributes stay.
    pub options: ReduceOptions,
}

impl DataArray {
    /// The label of the first smallest (or largest) value along a dimension; missing where all values are.
    ///
    /// # Errors
    /// Where the dimension doesn't exist or has no labels, or the values have no order.
    pub fn label_of_extreme(&self, dimension: &str, which: &LabelOfExtreme) -> Result<DataArray, DatasetError> {
        let axis = self.variable.axis(dimension).ok_or_else(|| DatasetError::NoDimensionOfLabels {
            name: dimension.to_owned(),
            expected: super::error::tuple(self.dims()),
        })?;
        let labels = self
            .coordinates
            .get(dimension)
            .and_then(Variable::values)
            .ok_or_else(|| DatasetError::NoLabels { dimension: dimension.to_owned() })?;
        let data = &self.variable.data;
        let skip_missing = which.options.skipna.unwrap_or(true);
        let skip = ReductionOptions { skip_missing, ddof: 0 };
        let position = first_position(data, &[axis], which.largest, skip)?;
        let along = |values: Chunk| -> Result<Array, DatasetError> {
            let mut shape = vec![1; data.ndim()];
            shape[axis] = values.len();
            Ok(Array::in_memory(values.reshaped(shape)?))
        };
        let positions = along(counted(labels.len())?)?;
        let (dtype, missing) = match (labels.dtype(), &which.fill_value) {
            (dtype, None) if dtype.is_time() => (dtype, Scalar::Int(DType::NOT_A_TIME)),
            (dtype, _) if dtype.is_integer() && !data.dtype().is_float() => (dtype, Scalar::Int(0)),
            (dtype, Some(Scalar::Int(fill))) if dtype.is_integer() => (dtype, Scalar::Int(*fill)),
            (dtype, fill) => {
                match (missing_value(dtype).filter(|_| dtype.is_numeric() && dtype != DType::Bool), fill) {
                    (Some(missing), None) => missing,
                    (Some((promoted, _)), Some(fill)) if fill.as_f64().is_some() => {
                        (if dtype.is_float() { promoted } else { DType::Float64 }, fill.clone())
                    }
                    _ => {
                        let name = dimension.to_owned();
                        return Err(DatasetError::UnsupportedDtype { name, dtype, operation: "idxmin and idxmax" });
                    }
                }
            }
        };
        // One label stands among missing ones, so that any extreme of them is that label.
        let chosen = positions.binary(BinaryOp::Equal, &position.insert_axis(axis)?)?;
        let labels = along(super::key::cast_labels(labels, dtype)?)?;
        let nothing = match dtype {
            dtype if dtype.is_time() => Scalar::Int(DType::NOT_A_TIME),
            dtype if dtype.is_float() => Scalar::Float(f64::NAN),
            _ => Scalar::Int(0),
        };
        let chosen = match dtype.is_integer() {
            // Integers have nothing that is missing: the chosen one is the only one that isn't 0.
            true => {
                chosen.select(&labels, &Array::scalar(nothing, dtype)?)?.reduce("sum", &[axis], skip)?.cast(dtype)?
            }
            false => {
                let skip = ReductionOptions { skip_missing: true, ddof: 0 };
                chosen.select(&labels, &Array::scalar(nothing, dtype)?)?.reduce("max", &[axis], skip)?
            }
        };
        let length = Array::scalar(Scalar::Int(data.shape()[axis] as i64), DType::Int64)?;
        let is_found = position.binary(BinaryOp::Less, &length)?;
        let found = match which.fill_value.is_some() && data.dtype().is_float() {
            true => is_found.select(&chosen, &Array::scalar(missing, dtype)?)?,
            false => chosen,
        };
        let attributes = if which.options.keep_attrs { self.attributes().clone() } else { Attributes::new() };
        let dims = self.dims().iter().filter(|name| *name != dimension).cloned().collect();
        let mut coordinates = self.coordinates.clone();
        coordinates.retain(|_, coordinate| coordinate.axis(dimension).is_none());
        let variable = Variable::new(dims, found)?.with_attributes(attributes);
        Ok(DataArray { name: Some(dimension.to_owned()), variable, coordinates })
    }

    /// The position of the first smallest (or largest) value along a dimension; along all of them, in row-major order.
    /// Computing it fails where all values are missing.
    ///
    /// # Errors
    /// Where the dimension doesn't exist, or the values have no order.
    pub fn position_of_extreme(
        &self,
        largest: bool,
        dims: &Dims,
        options: ReduceOptions,
    ) -> Result<DataArray, DatasetError> {
        if let Dims::Named(names) = dims
            && let Some(missing) = names.iter().find(|name| !self.dims().contains(name))
        {
            let expected = super::error::tuple(self.dims());
            return Err(DatasetError::NotInArrayDimensions { missing: format!("'{missing}'"), expected });
        }
        let variable = self.variable.position_of_extreme(largest, dims, options)?;
        let mut coordinates = self.coordinates.clone();
        coordinates.retain(|_, coordinate| !dims.touch(coordinate));
        Ok(DataArray { name: self.name.clone(), variable, coordinates })
    }

    /// Where the first smallest (or largest) value over several dimensions lies along each of them: the first in the order
    /// in which the dimensions are given. Computing it fails where all values are missing.
    ///
    /// # Errors
    /// Where a dimension doesn't exist, or the values have no order.
    pub fn positions_of_extreme(
        &self,
        largest: bool,
        dims: &[String],
        options: ReduceOptions,
    ) -> Result<IndexMap<String, DataArray>, DatasetError> {
        let axes: Option<Vec<usize>> = dims.iter().map(|name| self.variable.axis(name)).collect();
        let axes = axes.ok_or_else(|| DatasetError::ExistingDimensions { names: quoted(dims) }).and_then(|axes| {
            let is_repeated = |(place, axis)| axes[..place].contains(axis);
            match axes.iter().enumerate().find(|pair| is_repeated(*pair)) {
                Some((place, _)) => Err(DatasetError::RepeatedReduction { name: dims[place].clone() }),
                None => Ok(axes),
            }
        })?;
        let linear = self.variable.checked_position(largest, &axes, options)?;
        let number = |value: usize| Array::scalar(Scalar::Int(value as i64), DType::Int64);
        let kept: Vec<String> = self.dims().iter().filter(|name| !dims.contains(name)).cloned().collect();
        let mut found = IndexMap::new();
        let mut step = axes.iter().map(|&axis| self.shape()[axis]).product::<usize>();
        for (dimension, &axis) in dims.iter().zip(&axes) {
            let length = self.shape()[axis];
            step /= length.max(1);
            let along =
                linear.binary(BinaryOp::FloorDivide, &number(step)?)?.binary(BinaryOp::Remainder, &number(length)?)?;
            let attributes = if options.keep_attrs { self.attributes().clone() } else { Attributes::new() };
            let variable = Variable::new(kept.clone(), along)?.with_attributes(attributes);
            let mut coordinates = self.coordinates.clone();
            coordinates.retain(|_, coordinate| !coordinate.dims.iter().any(|name| dims.contains(name)));
            found.insert(dimension.clone(), DataArray { name: self.name.clone(), variable, coordinates });
        }
        Ok(found)
    }
}

impl Dataset {
    /// The position of the first smallest (or largest) value of every data variable along a dimension, or along all.
    ///
    /// # Errors
    /// Where the dimension doesn't exist or a variable lacks it, or values have no order.
    pub fn position_of_extreme(
        &self,
        largest: bool,
        dims: &Dims,
        options: ReduceOptions,
    ) -> Result<Dataset, DatasetError> {
        self.check_reduced(dims)?;
        let name = if largest { "argmax" } else { "argmin" };
        self.reduce_each(name, dims, options, &|variable| variable.position_of_extreme(largest, dims, options))
    }

    /// The label of the first smallest (or largest) value of every data variable along a dimension.
    ///
    /// # Errors
    /// As [`DataArray::label_of_extreme`], of any variable.
    pub fn label_of_extreme(&self, dimension: &str, which: &LabelOfExtreme) -> Result<Dataset, DatasetError> {
        let mut found = Dataset { coordinates: self.coordinates.clone(), ..Dataset::default() };
        for name in self.data_variables.keys() {
            let labels = self.get(name)?.label_of_extreme(dimension, which)?;
            found.data_variables.insert(name.clone(), labels.variable);
        }
        found.coordinates.retain(|_, coordinate| coordinate.axis(dimension).is_none());
        if which.options.keep_attrs {
            found.attributes = self.attributes.clone();
        }
        Ok(found)
    }
}

impl Variable {
    fn position_of_extreme(
        &self,
        largest: bool,
        dims: &Dims,
        options: ReduceOptions,
    ) -> Result<Variable, DatasetError> {
        let axes: Vec<usize> = (0..self.dims.len()).filter(|&axis| dims.contains(&self.dims[axis])).collect();
        if axes.is_empty() && !self.dims.is_empty() {
            return Err(DatasetError::ExtremeOfNothing { expected: super::error::tuple(&self.dims) });
        }
        let attributes = if options.keep_attrs { self.attributes.clone() } else { Attributes::new() };
        let found = self.checked_position(largest, &axes, options)?;
        Ok(Variable::new(self.kept_dims(dims, None), found)?.with_attributes(attributes))
    }

    /// The first position of the extreme over some axes, in the order that they are given in; there must be one.
    fn checked_position(&self, largest: bool, axes: &[usize], options: ReduceOptions) -> Result<Array, DatasetError> {
        let data = &self.data;
        if !data.dtype().is_numeric() && !data.dtype().is_time() {
            let (name, dtype) = (String::new(), data.dtype());
            return Err(DatasetError::UnsupportedDtype { name, dtype, operation: "argmin and argmax" });
        }
        let skip_missing = options.skipna.unwrap_or(true);
        let position = first_position(data, axes, largest, ReductionOptions { skip_missing, ddof: 0 })?;
        if !data.dtype().is_float() {
            return Ok(position);
        }
        let count = axes.iter().map(|&axis| data.shape()[axis]).product::<usize>();
        Ok(position.insert_axis(0)?.scan(0, ScanKind::Found { count: count as i64 })?.index_axis(0, 0)?)
    }
}

/// Positions along an axis, in memory.
fn counted(length: usize) -> Result<Chunk, DatasetError> {
    Ok(Chunk::from_values(vec![length], (0..length as i64).collect())?)
}

/// Where each value lies among those of some axes, the last of which runs fastest; the other axes have length 1.
fn linear_positions(shape: &[usize], axes: &[usize]) -> Result<Array, DatasetError> {
    let mut positions: Option<Array> = None;
    let mut step = 1;
    for &axis in axes.iter().rev() {
        let mut along = vec![1; shape.len()];
        along[axis] = shape[axis];
        let counts = (0..shape[axis] as i64).map(|position| position * step).collect();
        let counts = Array::in_memory(Chunk::from_values(along, counts)?);
        positions = Some(match positions {
            None => counts,
            Some(positions) => positions.binary(BinaryOp::Add, &counts)?,
        });
        step *= shape[axis] as i64;
    }
    match positions {
        Some(positions) => Ok(positions),
        None => Ok(Array::scalar(Scalar::Int(0), DType::Int64)?),
    }
}

/// Times as integers in which NaT is the largest, or the smallest, of all.
fn ordered_times(times: &Array, largest: bool) -> Result<Array, DatasetError> {
    let counts = times.cast(DType::Int64)?;
    let number = |value: i64| Array::scalar(Scalar::Int(value), DType::Int64);
    let is_missing = counts.binary(BinaryOp::Equal, &number(DType::NOT_A_TIME)?)?;
    Ok(is_missing.select(&number(if largest { i64::MAX } else { i64::MIN })?, &counts)?)
}

/// The first position of the extreme over some axes, which leave the shape; the number of values where there is none. NaT is
/// the extreme wherever there is one, as in numpy.
fn first_position(data: &Array, axes: &[usize], largest: bool, skip: ReductionOptions) -> Result<Array, DatasetError> {
    let counts = data.dtype().is_time().then(|| ordered_times(data, largest)).transpose()?;
    let data = counts.as_ref().unwrap_or(data);
    let mut extreme = data.reduce(if largest { "max" } else { "min" }, axes, skip)?;
    let mut ascending = axes.to_vec();
    ascending.sort_unstable();
    for axis in ascending {
        extreme = extreme.insert_axis(axis)?;
    }
    let mut is_extreme = data.binary(BinaryOp::Equal, &extreme)?;
    if !skip.skip_missing && data.dtype().is_float() {
        is_extreme = is_extreme.binary(BinaryOp::LogicalOr, &data.unary(UnaryOp::IsNan)?)?;
    }
    let count = axes.iter().map(|&axis| data.shape()[axis]).product::<usize>();
    let none = Array::scalar(Scalar::Int(count as i64), DType::Int64)?;
    let positions = is_extreme.select(&linear_positions(data.shape(), axes)?, &none)?;
    Ok(positions.reduce("min", axes, ReductionOptions::default())?)
}
