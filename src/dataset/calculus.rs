//! Derivatives and integrals along a coordinate, by finite differences and trapezoids.

use super::instants::Instants;
use super::{DataArray, Dataset, DatasetError, Variable};
use crate::array::{Chunk, DType, Scalar, TimeUnit};
use crate::kernels::elementwise::BinaryOp;
use crate::kernels::reduction::ReductionOptions;
use crate::kernels::scan::ScanKind;
use crate::plan::Array;

/// Values of a coordinate along one dimension, and the axis of it.
struct Along {
    dimension: String,
    places: Vec<f64>,
    /// Of the coordinate; times count in `float64`.
    dtype: DType,
}

impl Dataset {
    /// Where values lie along a coordinate: times in a unit, their own by default.
    fn along(&self, coordinate: &str, unit: Option<TimeUnit>) -> Result<Along, DatasetError> {
        let no_such = || DatasetError::NoSuchDimension {
            missing: format!("'{coordinate}'"),
            expected: super::error::tuple(&self.coordinates.keys().collect::<Vec<_>>()),
        };
        let variable = self.get(coordinate).map_err(|_| no_such())?.variable;
        let values = variable.values().ok_or_else(|| DatasetError::LazyIndex { name: coordinate.to_owned() })?;
        let [dimension] = &variable.dims[..] else { return Err(DatasetError::NotOneDimensional) };
        let places = match (Instants::of(values), values.dtype()) {
            (Some(Instants { times, .. }), dtype) => {
                let own = match dtype {
                    DType::Datetime(own) => own,
                    _ => TimeUnit::Second,
                };
                let (unit, first) = (unit.unwrap_or(own).nanoseconds() as f64, times.iter().flatten().min().copied());
                let place =
                    |time: Option<i128>| time.zip(first).map_or(f64::NAN, |(time, first)| (time - first) as f64);
                times.into_iter().map(|time| place(time) / unit).collect()
            }
            _ => super::interpolate::label_numbers(coordinate, values, values)?,
        };
        let dtype = if values.dtype().is_numeric() { values.dtype() } else { DType::Float64 };
        Ok(Along { dimension: dimension.clone(), places, dtype })
    }

    /// The derivative of every data variable along a coordinate: of second order within, of first or second order at the
    /// ends. It has no attributes.
    ///
    /// # Errors
    /// Where there is no such coordinate of numbers or times, or it has fewer than two labels.
    pub fn differentiate(
        &self,
        coordinate: &str,
        unit: Option<TimeUnit>,
        end_order: usize,
    ) -> Result<Dataset, DatasetError> {
        let along = self.along(coordinate, unit)?;
        if along.places.len() <= end_order {
            return Err(DatasetError::TooFewLabels { dimension: along.dimension, found: along.places.len() });
        }
        self.map_data(|_, variable| match variable.axis(&along.dimension) {
            Some(axis) if variable.dtype().is_numeric() => {
                let float = variable.data.cast(variable.dtype().float())?;
                // As numpy's: of both dtypes together, and then of the values' own.
                let precision = match (float.dtype(), along.dtype) {
                    (DType::Float32, DType::Float32) => DType::Float32,
                    _ => DType::Float64,
                };
                let data = gradient(&float, axis, &along.places, precision)?;
                let data = match end_order {
                    2 => with_ends(&data, &float.cast(precision)?, axis, &along.places)?,
                    _ => data,
                };
                Variable::new(variable.dims.clone(), data.cast(float.dtype())?)
            }
            _ => Ok(variable.clone()),
        })
    }

    /// The integral of every data variable along a coordinate, by trapezoids; its dimension leaves the shape.
    ///
    /// # Errors
    /// Where there is no such coordinate of numbers or times.
    pub fn integrate(&self, coordinate: &str, unit: Option<TimeUnit>) -> Result<Dataset, DatasetError> {
        let along = self.along(coordinate, unit)?;
        let mut integrated = self.map_data(|_, variable| match variable.axis(&along.dimension) {
            Some(axis) if variable.dtype().is_numeric() => {
                let data = trapezoids(&variable.data, axis, &along)?;
                let dims = variable.dims.iter().filter(|name| **name != along.dimension).cloned().collect();
                Variable::new(dims, data)
            }
            _ => Ok(variable.clone()),
        })?;
        integrated.coordinates.retain(|_, variable| variable.axis(&along.dimension).is_none());
        Ok(integrated)
    }

    /// The integral of every data variable along a coordinate up to each label, by trapezoids; 0 at the first.
    ///
    /// # Errors
    /// Where there is no such coordinate of numbers or times.
    pub fn cumulative_integrate(&self, coordinate: &str, unit: Option<TimeUnit>) -> Result<Dataset, DatasetError> {
        let along = self.along(coordinate, unit)?;
        self.map_data(|_, variable| match variable.axis(&along.dimension) {
            Some(axis) if variable.dtype().is_numeric() && !along.places.is_empty() => {
                let parts = trapezoid_parts(&variable.data, axis, &along)?;
                let mut first = parts.shape().to_vec();
                first[axis] = 1;
                let zero = Array::scalar(Scalar::Float(0.0), parts.dtype())?.broadcast_to(&first)?;
                let whole = Array::concatenate(&[zero, parts], axis)?;
                Variable::new(variable.dims.clone(), whole.scan(axis, ScanKind::Sum { skip_missing: false })?)
            }
            _ => Ok(variable.clone()),
        })
    }
}

impl DataArray {
    /// The integral along a coordinate up to each label, as [`Dataset::cumulative_integrate`] has it.
    ///
    /// # Errors
    /// As [`Dataset::cumulative_integrate`].
    pub fn cumulative_integrate(&self, coordinate: &str, unit: Option<TimeUnit>) -> Result<DataArray, DatasetError> {
        Ok(self.like(self.as_dataset().cumulative_integrate(coordinate, unit)?))
    }

    /// The derivative along a coordinate: of second order within, of first order at the ends.
    ///
    /// # Errors
    /// As [`Dataset::differentiate`].
    pub fn differentiate(
        &self,
        coordinate: &str,
        unit: Option<TimeUnit>,
        end_order: usize,
    ) -> Result<DataArray, DatasetError> {
        Ok(self.like(self.as_dataset().differentiate(coordinate, unit, end_order)?))
    }

    /// The integral along a coordinate, by trapezoids.
    ///
    /// # Errors
    /// As [`Dataset::integrate`].
    pub fn integrate(&self, coordinate: &str, unit: Option<TimeUnit>) -> Result<DataArray, DatasetError> {
        Ok(self.like(self.as_dataset().integrate(coordinate, unit)?))
    }
}

/// Numbers along an axis of an array, in its dtype.
fn numbers(data: &Array, axis: usize, values: Vec<f64>) -> Result<Array, DatasetError> {
    let mut shape = vec![1; data.ndim()];
    shape[axis] = values.len();
    let values = Array::in_memory(Chunk::from_values(shape, values)?);
    Ok(values.cast(data.dtype())?)
}

/// numpy's gradient, of a precision: but differences of two values are of their dtype.
fn gradient(data: &Array, axis: usize, places: &[f64], precision: DType) -> Result<Array, DatasetError> {
    let last = places.len() - 1;
    let before = data.take(axis, (0..=last).map(|at| at.saturating_sub(1)).collect())?;
    let after = data.take(axis, (0..=last).map(|at| (at + 1).min(last)).collect())?;
    let widths = (0..=last).map(|at| places[(at + 1).min(last)] - places[at.saturating_sub(1)]).collect();
    let differences = after.binary(BinaryOp::Subtract, &before)?.cast(precision)?;
    let slopes = differences.binary(BinaryOp::Divide, &numbers(&differences, axis, widths)?)?;
    let steps: Vec<f64> = places.windows(2).map(|pair| pair[1] - pair[0]).collect();
    if steps.iter().all(|step| *step == steps[0]) {
        return Ok(slopes);
    }
    let inner = |function: &dyn Fn(f64, f64) -> f64| {
        (0..=last).map(|at| if at == 0 || at == last { 0.0 } else { function(steps[at - 1], steps[at]) }).collect()
    };
    let weights: [Vec<f64>; 3] =
        [inner(&|a, b| -b / (a * (a + b))), inner(&|a, b| (b - a) / (a * b)), inner(&|a, b| a / (b * (a + b)))];
    let [first, middle, end] = weights;
    let terms = [(&before, first), (data, middle), (&after, end)];
    let mut sum: Option<Array> = None;
    for (values, weights) in terms {
        let values = values.cast(precision)?;
        let term = values.binary(BinaryOp::Multiply, &numbers(&values, axis, weights)?)?;
        sum = Some(match sum {
            Some(sum) => sum.binary(BinaryOp::Add, &term)?,
            None => term,
        });
    }
    let mut shape = vec![1; data.ndim()];
    shape[axis] = last + 1;
    let ends = Chunk::from_values(shape, (0..=last).map(|at| at == 0 || at == last).collect::<Vec<bool>>())?;
    let sum = sum.expect("there are three terms");
    Ok(Array::in_memory(ends).select(&slopes, &sum)?)
}

/// A derivative with both ends of second order: of the parabola through the three values there.
fn with_ends(slopes: &Array, data: &Array, axis: usize, places: &[f64]) -> Result<Array, DatasetError> {
    let last = places.len() - 1;
    let (a, b) = (places[1] - places[0], places[2] - places[1]);
    let first = [-(2.0 * a + b) / (a * (a + b)), (a + b) / (a * b), -a / (b * (a + b))];
    let (a, b) = (places[last - 1] - places[last - 2], places[last] - places[last - 1]);
    let end = [b / (a * (a + b)), -(a + b) / (a * b), (2.0 * b + a) / (b * (a + b))];
    let slope = |start: usize, weights: [f64; 3]| -> Result<Array, DatasetError> {
        let part = data.take(axis, (start..start + 3).collect())?;
        let weighed = part.binary(BinaryOp::Multiply, &numbers(data, axis, weights.to_vec())?)?;
        let options = ReductionOptions { skip_missing: false, ddof: 0 };
        Ok(weighed.reduce("sum", &[axis], options)?.insert_axis(axis)?)
    };
    let middle = slopes.take(axis, (1..last).collect())?;
    Ok(Array::concatenate(&[slope(0, first)?, middle, slope(last - 2, end)?], axis)?)
}

/// The sum of trapezoids.
fn trapezoids(data: &Array, axis: usize, along: &Along) -> Result<Array, DatasetError> {
    let options = ReductionOptions { skip_missing: false, ddof: 0 };
    Ok(trapezoid_parts(data, axis, along)?.reduce("sum", &[axis], options)?)
}

/// The trapezoid between each pair of neighbouring places: `float32` where values and coordinate are, else `float64`. Sums
/// of two values are of their dtype, as numpy's.
fn trapezoid_parts(data: &Array, axis: usize, along: &Along) -> Result<Array, DatasetError> {
    let is_single = (data.dtype(), along.dtype) == (DType::Float32, DType::Float32);
    let dtype = if is_single { DType::Float32 } else { DType::Float64 };
    let steps = along.places.len().saturating_sub(1);
    let low = data.take(axis, (0..steps).collect())?;
    let high = data.take(axis, (1..=steps).collect())?;
    let halves = along.places.windows(2).map(|pair| 0.5 * (pair[1] - pair[0])).collect();
    let sums = low.binary(BinaryOp::Add, &high)?.cast(dtype)?;
    Ok(sums.binary(BinaryOp::Multiply, &numbers(&sums, axis, halves)?)?)
}

/// One number as an array.
pub(super) fn number(value: f64) -> Result<Array, DatasetError> {
    Ok(Array::scalar(Scalar::Float(value), DType::Float64)?)
}
