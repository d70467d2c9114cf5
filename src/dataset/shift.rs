//! Values moved along dimensions: `roll`, `shift`, `diff`, `pad`.
//!
//! All are concatenations of slices: tasks read what they need from where it lies, and no data moves.

use super::align::{FillValue, filled};
use super::combine::concatenate;
use super::gather::{Positions, pick};
use super::{Attributes, Dataset, DatasetError, Variable};
use crate::array::{DType, Scalar};
use crate::kernels::elementwise::{BinaryOp, weak_scalar_dtype};
use crate::plan::{Array, AxisSlice};
use indexmap::IndexMap;

/// How [`Dataset::pad`] fills what it adds.
#[derive(Debug, Clone, PartialEq)]
pub enum PadMode {
    /// With a value before and one after; with missing ones where none are given.
    Constant(PadValues),
    /// With the values at the edges.
    Edge,
    /// With values from the other end.
    Wrap,
    /// With values mirrored at the edges, which are not repeated.
    Reflect,
    /// With values mirrored beyond the edges.
    Symmetric,
}

/// The values that a constant pad has.
#[derive(Debug, Clone, PartialEq)]
pub enum PadValues {
    /// Missing ones.
    Missing,
    /// One before and one after, along every dimension.
    Everywhere(Scalar, Scalar),
    /// One before and one after, along each named dimension; missing ones along others.
    PerDimension(IndexMap<String, (Scalar, Scalar)>),
}

/// A part of an array along an axis.
fn part(data: &Array, axis: usize, start: usize, count: usize) -> Result<Array, DatasetError> {
    pick(data, axis, &Positions::Slice(AxisSlice { start, step: 1, count }))
}

/// One value in the shape of an array, but for its length along an axis.
fn filling(data: &Array, axis: usize, count: usize, dtype: DType, value: &Scalar) -> Result<Array, DatasetError> {
    let mut shape = data.shape().to_vec();
    shape[axis] = count;
    filled(dtype, value, &shape, data.in_memory_values().is_some())
}

/// A value that a script gave, in the dtype of an array: cast as numpy's pad does it, and as in Dask an error where lazy
/// integers don't hold it.
fn given_filling(data: &Array, axis: usize, count: usize, value: &Scalar) -> Result<Array, DatasetError> {
    let dtype = data.dtype();
    if !data.is_unchunked() {
        weak_scalar_dtype(dtype, value)?;
    }
    let own = if dtype.is_time() { dtype } else { value.dtype() };
    cast(&filling(data, axis, count, own, value)?, dtype)
}

impl Variable {
    fn roll(&self, axis: usize, shift: i64) -> Result<Variable, DatasetError> {
        let length = self.data.shape()[axis];
        let shift = if length == 0 { 0 } else { shift.rem_euclid(length as i64) as usize };
        if shift == 0 {
            return Ok(self.clone());
        }
        let parts = [part(&self.data, axis, length - shift, shift)?, part(&self.data, axis, 0, length - shift)?];
        Ok(self.with_data(concatenate(&parts, axis)?))
    }

    fn shift(&self, name: &str, axis: usize, shift: i64, fill_value: &FillValue) -> Result<Variable, DatasetError> {
        let length = self.data.shape()[axis];
        let count = (shift.unsigned_abs() as usize).min(length);
        let given = fill_value.given(name);
        let (dtype, value) = match given {
            Some(value) => (self.dtype(), value.clone()),
            None => FillValue::Missing.of(name, self.dtype())?,
        };
        if count == 0 {
            return Ok(self.with_data(cast(&self.data, dtype)?));
        }
        let fill = match given {
            Some(value) => given_filling(&self.data, axis, count, value)?,
            None => filling(&self.data, axis, count, dtype, &value)?,
        };
        let kept = cast(&part(&self.data, axis, if shift < 0 { count } else { 0 }, length - count)?, dtype)?;
        let parts = if shift < 0 { [kept, fill] } else { [fill, kept] };
        Ok(self.with_data(concatenate(&parts, axis)?))
    }

    pub(super) fn pad(
        &self,
        name: &str,
        axis: usize,
        [before, after]: [usize; 2],
        mode: &PadMode,
    ) -> Result<Variable, DatasetError> {
        let PadMode::Constant(values) = mode else {
            if before + after == 0 {
                return Ok(self.clone().without_encoding());
            }
            let positions = padded_positions(self.data.shape()[axis], [before, after], mode)
                .ok_or_else(|| DatasetError::PadOfNothing { dimension: self.dims[axis].clone() })?;
            return Ok(self.with_data(pick(&self.data, axis, &Positions::List(positions))?).without_encoding());
        };
        let given = match values {
            PadValues::Missing => None,
            PadValues::Everywhere(first, last) => Some((first, last)),
            PadValues::PerDimension(all) => all.get(&self.dims[axis]).map(|(first, last)| (first, last)),
        };
        let parts = match given {
            Some((first, last)) => [
                given_filling(&self.data, axis, before, first)?,
                self.data.clone(),
                given_filling(&self.data, axis, after, last)?,
            ],
            // What has no missing value of its own kind stays as it is where none is needed.
            None if before + after == 0 && matches!(self.dtype(), DType::Text | DType::Bool) => return Ok(self.clone()),
            None => {
                let (dtype, missing) = FillValue::Missing.of(name, self.dtype())?;
                let fill = |count| filling(&self.data, axis, count, dtype, &missing);
                [fill(before)?, cast(&self.data, dtype)?, fill(after)?]
            }
        };
        Ok(self.with_data(concatenate(&parts, axis)?).without_encoding())
    }

    fn difference(&self, axis: usize) -> Result<Variable, DatasetError> {
        let length = self.data.shape()[axis].saturating_sub(1);
        let start = usize::from(length > 0 || self.data.shape()[axis] > 0);
        let (later, earlier) = (part(&self.data, axis, start, length)?, part(&self.data, axis, 0, length)?);
        if self.dtype() == DType::Bool {
            return Err(DatasetError::BooleanSubtract);
        }
        Ok(self.with_data(later.binary(BinaryOp::Subtract, &earlier)?).without_encoding())
    }
}

/// A conversion that leaves values in memory there.
fn cast(data: &Array, dtype: DType) -> Result<Array, DatasetError> {
    match data.in_memory_values() {
        Some(values) if values.dtype() != dtype => Ok(Array::in_memory(super::key::cast_labels(values, dtype)?)),
        _ => Ok(data.cast(dtype)?),
    }
}

/// The positions that a padded axis shows; `None` where there is none to show.
fn padded_positions(length: usize, [before, after]: [usize; 2], mode: &PadMode) -> Option<Vec<usize>> {
    let count = length as i64;
    let position = |at: i64| {
        Some(match mode {
            PadMode::Edge => at.clamp(0, count - 1),
            PadMode::Wrap => at.rem_euclid(count),
            PadMode::Symmetric => {
                let at = at.rem_euclid(2 * count);
                at.min(2 * count - 1 - at)
            }
            PadMode::Reflect if count == 1 => 0,
            PadMode::Reflect => {
                let at = at.rem_euclid(2 * count - 2);
                at.min(2 * count - 2 - at)
            }
            PadMode::Constant(_) => return None,
        } as usize)
    };
    if length == 0 {
        return None;
    }
    (-(before as i64)..count + after as i64).map(position).collect()
}

impl Dataset {
    /// Values moved along dimensions, those that leave at one end coming in at the other; with `coordinates`, coordinates
    /// move along.
    ///
    /// # Errors
    /// Where a dimension doesn't exist.
    pub fn roll(&self, shifts: &IndexMap<String, i64>, coordinates: bool) -> Result<Dataset, DatasetError> {
        self.check_dimensions(shifts.keys())?;
        let roll = |_: &str, variable: &Variable| {
            let mut rolled = variable.clone();
            for (dimension, &shift) in shifts {
                if let Some(axis) = variable.axis(dimension) {
                    rolled = rolled.roll(axis, shift)?;
                }
            }
            Ok(rolled)
        };
        if coordinates { self.map_variables(roll) } else { self.map_data(roll) }
    }

    /// Values moved along dimensions; what comes in is missing, or the value that fills. Coordinates stay.
    ///
    /// # Errors
    /// Where a dimension doesn't exist, or a dtype has no missing value.
    pub fn shift(&self, shifts: &IndexMap<String, i64>, fill_value: &FillValue) -> Result<Dataset, DatasetError> {
        self.check_dimensions(shifts.keys())?;
        self.map_data(|name, variable| {
            let mut shifted = variable.clone();
            for (dimension, &shift) in shifts {
                if let Some(axis) = variable.axis(dimension) {
                    shifted = shifted.shift(name, axis, shift, fill_value)?;
                }
            }
            Ok(shifted)
        })
    }

    /// Differences of neighbours along a dimension, `n` times over; labels are those of the later neighbour, or of the
    /// earlier. Variables without the dimension stay.
    ///
    /// # Errors
    /// Where the dimension doesn't exist or a dtype can't be subtracted.
    pub fn diff(&self, dimension: &str, n: usize, labels_of_later: bool) -> Result<Dataset, DatasetError> {
        self.check_dimensions([&dimension.to_owned()].into_iter())?;
        let mut differences = self.clone();
        for time in 0..n {
            // After the first time xarray goes by its default.
            let labels_of_later = labels_of_later || time > 0;
            let length = differences.sizes().get(dimension).copied().unwrap_or(0);
            let start = usize::from(labels_of_later && length > 0);
            let slice = AxisSlice { start, step: 1, count: length.saturating_sub(1) };
            let labels = IndexMap::from([(dimension.to_owned(), Positions::Slice(slice))]);
            let next = differences.map_data(|_, variable| match variable.axis(dimension) {
                Some(axis) => variable.difference(axis),
                None => Ok(variable.clone()),
            })?;
            let mut coordinates = IndexMap::new();
            for (name, coordinate) in &differences.coordinates {
                coordinates.insert(name.clone(), coordinate.pick(&labels)?);
            }
            differences = Dataset { coordinates, ..next };
        }
        Ok(differences)
    }

    /// Variables and coordinates longer at both ends of some dimensions. Labels are filled with missing values where
    /// values are filled with constants.
    ///
    /// # Errors
    /// Where a dimension doesn't exist, or nothing is there to fill with.
    pub fn pad(
        &self,
        widths: &IndexMap<String, [usize; 2]>,
        mode: &PadMode,
        keep_attributes: bool,
    ) -> Result<Dataset, DatasetError> {
        self.check_dimensions(widths.keys())?;
        let pad = |mode: &PadMode, name: &str, variable: &Variable| {
            let mut padded = variable.clone();
            // By axis: what is constant fills the corners as numpy does, those of the last axis last.
            for (axis, dimension) in variable.dims.iter().enumerate() {
                if let Some(&width) = widths.get(dimension) {
                    padded = padded.pad(name, axis, width, mode)?;
                }
            }
            Ok(padded)
        };
        let of_coordinates = match mode {
            PadMode::Constant(_) => PadMode::Constant(PadValues::Missing),
            other => other.clone(),
        };
        let mut padded = self.map_data(|name, variable| pad(mode, name, variable))?;
        for (name, coordinate) in &mut padded.coordinates {
            *coordinate = pad(&of_coordinates, name, coordinate)?;
        }
        if !keep_attributes {
            padded.attributes = Attributes::new();
        }
        Ok(padded)
    }
}
