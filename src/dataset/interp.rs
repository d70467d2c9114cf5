//! `interp`: values at other labels of several dimensions, or at points among them.
//!
//! One dimension after the other: gathers of neighbours and arithmetic between them, so that tasks read the chunks around
//! the points and no more. Points along a dimension of their own are the diagonal of what is interpolated along each.

use super::cf::calendar::parse_period_of;
use super::common_coordinates::{check_indexes, merge_coordinates};
use super::gather::{Positions, pick};
use super::instants::Instants;
use super::interpolate::{Between, Interpolation, interpolate, label_numbers};
use super::{DataArray, Dataset, DatasetError, Variable};
use crate::array::{Calendar, Chunk, DType, Scalar};
use crate::kernels::elementwise::{BinaryOp, UnaryOp};
use crate::plan::{Array, View, ViewAxis};
use indexmap::IndexMap;

/// What values points beyond the first and the last label have.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Beyond {
    /// None: NaN.
    #[default]
    Missing,
    /// This one.
    Value(f64),
    /// Those on the line through the two labels at the end, or that of the nearest.
    Extrapolated,
}

/// Points along one dimension: one, labels of that dimension, or points that lie along another.
#[derive(Debug, Clone)]
pub struct InterpolationPoints {
    /// The points, in memory.
    pub points: Variable,
    /// What labels the result, where not the points themselves do.
    pub labels: Option<Variable>,
    /// Coordinates of what they were given by.
    pub coordinates: IndexMap<String, Variable>,
}

/// Points along a dimension as numbers, and the numbers of its labels.
struct Target {
    known: Vec<f64>,
    points: Vec<f64>,
    /// Whether the labels are numbers of 64 bits or times.
    is_wide: bool,
}

/// The coordinates that points bring, together.
///
/// # Errors
/// [`DatasetError::MergeConflict`] where two bring other labels of one dimension.
pub(super) fn brought_coordinates(
    points: &IndexMap<String, InterpolationPoints>,
) -> Result<IndexMap<String, Variable>, DatasetError> {
    let parts: Vec<Dataset> = points
        .values()
        .map(|wanted| Dataset { coordinates: wanted.coordinates.clone(), ..Dataset::default() })
        .collect();
    let brought = merge_coordinates(&parts)?;
    check_indexes(&brought, &parts)?;
    Ok(brought)
}

impl Dataset {
    /// Every variable of numbers or times at points of some dimensions; others along them have the value of the nearest
    /// label, and are dropped where there is one point or points lie along another dimension. `float64`, but `float32` where that is lazy.
    ///
    /// # Errors
    /// Where a dimension doesn't exist, points and labels aren't both numbers or both times, labels aren't unique, or points
    /// have other labels of a dimension that stays.
    pub fn interp(
        &self,
        points: &IndexMap<String, InterpolationPoints>,
        how: Interpolation,
        beyond: Beyond,
    ) -> Result<Dataset, DatasetError> {
        self.check_dimensions(points.keys())?;
        if points.values().any(|wanted| wanted.points.dims.len() > 1) {
            return self.interp_at_grid(points, how, beyond);
        }
        let mut targets = IndexMap::new();
        for (dimension, wanted) in points {
            targets.insert(dimension.clone(), self.target(dimension, &wanted.points)?);
        }
        self.check_coordinates(points)?;
        let brought = brought_coordinates(points)?;
        // As in xarray, what isn't interpolated is looked up by labels, which points elsewhere aren't.
        let is_kept = |variable: &Variable| {
            let is_along = |dimension: &String| match points.get(dimension) {
                Some(wanted) => wanted.points.dims == std::slice::from_ref(dimension),
                None => true,
            };
            variable.is_interpolated() || variable.dims.iter().all(is_along)
        };
        let touched = |variable: &Variable| points.keys().any(|dimension| variable.axis(dimension).is_some());
        let mut found = Dataset { attributes: self.attributes.clone(), ..Dataset::default() };
        for (name, variable) in self.data_variables.iter().filter(|(_, variable)| is_kept(variable)) {
            let variable = variable.interp(points, &targets, how, beyond)?;
            found.data_variables.insert(name.clone(), variable);
        }
        let others =
            self.coordinates.iter().filter(|(name, variable)| !points.contains_key(*name) && is_kept(variable));
        for (name, variable) in others {
            let variable = match touched(variable) {
                true => variable.interp(points, &targets, how, beyond)?,
                false => variable.clone(),
            };
            found.coordinates.insert(name.clone(), variable);
        }
        found.take_points(points, brought);
        Dataset::new(found.data_variables, found.coordinates, found.attributes)
    }

    /// Takes the points that it was interpolated at, and the coordinates that they bring, but for names that it has.
    pub(super) fn take_points(
        &mut self,
        points: &IndexMap<String, InterpolationPoints>,
        brought: IndexMap<String, Variable>,
    ) {
        for (dimension, wanted) in points {
            self.coordinates.insert(dimension.clone(), wanted.labels.as_ref().unwrap_or(&wanted.points).clone());
        }
        for (name, coordinate) in brought {
            if self.variable(&name).is_none() {
                self.coordinates.insert(name, coordinate);
            }
        }
    }

    /// Refuses points with other labels of a dimension that stays.
    fn check_coordinates(&self, points: &IndexMap<String, InterpolationPoints>) -> Result<(), DatasetError> {
        for (name, coordinate) in points.values().flat_map(|wanted| &wanted.coordinates) {
            let Some(index) = self.index(name).filter(|_| !points.contains_key(name)) else { continue };
            let numbers =
                |variable: &Variable| variable.values().map(|values| label_numbers(name, values, values).ok());
            let is_same = coordinate.dims == index.dims
                && (coordinate.values() == index.values() || numbers(coordinate) == numbers(index));
            if !is_same {
                return Err(DatasetError::IndexedLabels { name: name.clone() });
            }
        }
        Ok(())
    }

    /// Points along a dimension beside its labels, or its positions where it has none.
    fn target(&self, dimension: &str, points: &Variable) -> Result<Target, DatasetError> {
        let lazy = || DatasetError::LazyIndex { name: dimension.to_owned() };
        let wanted = points.values().ok_or_else(lazy)?;
        let labels = match self.index(dimension) {
            Some(index) => index.values().ok_or_else(lazy)?.clone(),
            None => Chunk::from_values(
                vec![self.sizes()[dimension]],
                (0..self.sizes()[dimension] as i64).collect::<Vec<i64>>(),
            )?,
        };
        let known = label_numbers(dimension, &labels, &labels)?;
        let mut sorted = known.clone();
        sorted.sort_by(f64::total_cmp);
        if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(DatasetError::RepeatedLabels);
        }
        let is_wide = labels.dtype().size_bytes() == 8;
        Ok(Target { known, points: label_numbers(dimension, wanted, &labels)?, is_wide })
    }

    /// The points at which [`Dataset::interp`] has the labels of another dataset: those of numbers and times; and the
    /// dimensions that both have with other labels.
    pub fn points_like(&self, other: &Dataset) -> (IndexMap<String, InterpolationPoints>, Vec<String>) {
        let (mut points, mut others) = (IndexMap::new(), Vec::new());
        for dimension in self.sizes().into_keys() {
            let Some(index) = other.index(&dimension) else { continue };
            match index.dtype().is_numeric() || index.dtype().is_time() {
                true => {
                    let coordinates = IndexMap::new();
                    points.insert(dimension, InterpolationPoints { points: index.clone(), labels: None, coordinates });
                }
                false => others.push(dimension),
            }
        }
        (points, others)
    }
}

impl DataArray {
    /// The array at points of some dimensions, as [`Dataset::interp`] has them.
    ///
    /// # Errors
    /// Where the values are no numbers, and as [`Dataset::interp`].
    pub fn interp(
        &self,
        points: &IndexMap<String, InterpolationPoints>,
        how: Interpolation,
        beyond: Beyond,
    ) -> Result<DataArray, DatasetError> {
        if !self.dtype().is_numeric() || self.dtype() == DType::Bool {
            return Err(DatasetError::InterpolatedDtype { dtype: self.dtype() });
        }
        Ok(self.like(self.as_dataset().interp(points, how, beyond)?))
    }
}

impl Variable {
    /// Whether its values have values between them.
    fn is_interpolated(&self) -> bool {
        self.dtype().is_numeric() && self.dtype() != DType::Bool || self.dtype().is_time()
    }

    fn interp(
        &self,
        points: &IndexMap<String, InterpolationPoints>,
        targets: &IndexMap<String, Target>,
        how: Interpolation,
        beyond: Beyond,
    ) -> Result<Variable, DatasetError> {
        let own: Vec<&String> = points.keys().filter(|dimension| self.axis(dimension).is_some()).collect();
        let mut data = match self.dtype() {
            dtype if dtype.is_time() && !own.is_empty() => numbers_of_times(&self.data)?,
            _ => self.data.clone(),
        };
        let mut dims = self.dims.clone();
        for &dimension in &own {
            let axis = self.axis(dimension).expect("the variable has the dimension");
            let Target { known, points: at, is_wide } = &targets[dimension];
            data = match self.is_interpolated() {
                true => {
                    let is_joint = |other: &&&String| points[**other].points.dims == points[dimension].points.dims;
                    let from_label =
                        own.iter().filter(is_joint).count() > 1 && points[dimension].points.dims.len() == 1;
                    let extrapolate = beyond == Beyond::Extrapolated;
                    let between = Between { how, extrapolate, from_label, is_wide: *is_wide };
                    interpolated_beyond(&data, axis, &targets[dimension], between, beyond)?
                }
                false => pick(&data, axis, &Positions::List(nearest_of(known, at)?))?,
            };
            dims[axis] = match &points[dimension].points.dims[..] {
                [other] => other.clone(),
                _ => String::new(),
            };
        }
        let (dims, mut data) = joined_axes(dims, data)?;
        if self.dtype().is_time() && !own.is_empty() {
            data = times_of_numbers(&data, self.dtype())?;
        }
        Ok(Variable {
            encoding: Default::default(),
            ..Variable::new(dims, data)?.with_attributes(self.attributes.clone())
        })
    }
}

/// Values at points, those beyond the labels as they are to be.
fn interpolated_beyond(
    data: &Array,
    axis: usize,
    target: &Target,
    between: Between,
    beyond: Beyond,
) -> Result<Array, DatasetError> {
    let Target { known, points, .. } = target;
    let found = interpolate(data, axis, known, points, between)?;
    let Beyond::Value(value) = beyond else { return Ok(found) };
    let low = known.iter().copied().fold(f64::INFINITY, f64::min);
    let high = known.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let is_beyond: Vec<bool> = points.iter().map(|point| *point < low || *point > high).collect();
    let mut shape = vec![1; data.ndim()];
    shape[axis] = points.len();
    let is_beyond = Array::in_memory(Chunk::from_values(shape, is_beyond)?);
    Ok(is_beyond.select(&Array::scalar(Scalar::Float(value), found.dtype())?, &found)?)
}

/// Dates as text, as points in time of a dtype.
///
/// # Errors
/// [`DatasetError::NotADate`], and [`DatasetError::NotTimes`] of another dtype.
pub fn parse_times(texts: &Chunk, dtype: DType) -> Result<Chunk, DatasetError> {
    let calendar = match dtype {
        DType::CalendarTime(calendar) => calendar,
        _ => Calendar::ProlepticGregorian,
    };
    let parse = |text: &String| match parse_period_of(calendar, text) {
        Some(period) => Ok(Some(period.start)),
        None => Err(DatasetError::NotADate { text: text.clone() }),
    };
    let times = texts.as_slice::<String>().unwrap_or_default().iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    Ok(Instants::chunk(dtype, times)?.reshaped(texts.shape().to_vec())?)
}

/// Positions of the labels that are nearest to points.
fn nearest_of(known: &[f64], points: &[f64]) -> Result<Vec<usize>, DatasetError> {
    let nearest = |point: &f64| {
        let distance = |position: usize| (known[position] - point).abs();
        (0..known.len()).min_by(|&a, &b| distance(a).total_cmp(&distance(b)))
    };
    let found: Option<Vec<usize>> = points.iter().map(nearest).collect();
    found.ok_or(DatasetError::IndexOutOfBounds { index: 0, axis: 0, size: 0 })
}

/// The axes of one name made one, the diagonal, where the first of them is; those without a name, of length 1, dropped.
fn joined_axes(dims: Vec<String>, data: Array) -> Result<(Vec<String>, Array), DatasetError> {
    let mut kept: Vec<String> = Vec::new();
    let (mut shape, mut axes) = (Vec::new(), Vec::new());
    for (axis, name) in dims.iter().enumerate() {
        if name.is_empty() {
            axes.push(ViewAxis::fixed(0));
            continue;
        }
        let place = kept.iter().position(|known| known == name).unwrap_or(kept.len());
        if place == kept.len() {
            kept.push(name.clone());
            shape.push(data.shape()[axis]);
        } else if shape[place] != data.shape()[axis] {
            return Err(DatasetError::PointCounts { dimension: name.clone() });
        }
        axes.push(ViewAxis::whole(place));
    }
    Ok((kept, data.view(View { axes, shape })))
}

/// Times as numbers, NaN for NaT.
fn numbers_of_times(times: &Array) -> Result<Array, DatasetError> {
    let counts = times.cast(DType::Int64)?;
    let nothing = counts.binary(BinaryOp::Equal, &Array::scalar(Scalar::Int(DType::NOT_A_TIME), DType::Int64)?)?;
    let missing = Array::scalar(Scalar::Float(f64::NAN), DType::Float64)?;
    Ok(nothing.select(&missing, &counts.cast(DType::Float64)?)?)
}

/// Such numbers as times again.
fn times_of_numbers(numbers: &Array, dtype: DType) -> Result<Array, DatasetError> {
    let nothing = numbers.unary(UnaryOp::IsNan)?;
    let zero = Array::scalar(Scalar::Float(0.0), DType::Float64)?;
    let counts = nothing.select(&zero, numbers)?.unary(UnaryOp::Rint)?.cast(DType::Int64)?;
    let not_a_time = Array::scalar(Scalar::Int(DType::NOT_A_TIME), DType::Int64)?;
    Ok(nothing.select(&not_a_time, &counts)?.cast(dtype)?)
}
