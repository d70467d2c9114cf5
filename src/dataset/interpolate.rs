//! Values at labels between those that there are: on the line between neighbours, or those of the nearest.

use super::align::{FillValue, take_found};
use super::instants::Instants;
use super::{Dataset, DatasetError, SelectMethod, Variable};
use crate::array::{Chunk, DType, Scalar};
use crate::kernels::elementwise::{BinaryOp, UnaryOp};
use crate::plan::{Array, PlanError};

/// How values between labels are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interpolation {
    /// On the line between the neighbours.
    Linear,
    /// That of the nearest label; of two, the one before.
    Nearest,
}

impl Interpolation {
    /// The interpolation of a name.
    pub fn from_name(name: &str) -> Option<Interpolation> {
        match name {
            "linear" => Some(Interpolation::Linear),
            "nearest" => Some(Interpolation::Nearest),
            _ => None,
        }
    }
}

/// Labels as numbers: times in nanoseconds from the first of `origin`.
pub(super) fn label_numbers(name: &str, labels: &Chunk, origin: &Chunk) -> Result<Vec<f64>, DatasetError> {
    let unsupported =
        || DatasetError::UnsupportedDtype { name: name.to_owned(), dtype: labels.dtype(), operation: "interpolation" };
    if let Some(Instants { times, .. }) = Instants::of(labels) {
        let first = Instants::of(origin).ok_or_else(unsupported)?.times.into_iter().flatten().min().unwrap_or(0);
        return Ok(times.into_iter().map(|time| time.map_or(f64::NAN, |time| (time - first) as f64)).collect());
    }
    if Instants::of(origin).is_some() || !labels.dtype().is_numeric() {
        return Err(unsupported());
    }
    (0..labels.len()).map(|at| labels.get(at).and_then(|value| value.as_f64()).ok_or_else(unsupported)).collect()
}

/// How values between labels are found, and beyond them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Between {
    /// On the line or from the nearest.
    pub how: Interpolation,
    /// Beyond the first and the last label: on the line through the last two, or from the nearest; else NaN.
    pub extrapolate: bool,
    /// Whether a point at a label lies between that and the next, as in scipy's `interpn`, not the one before, as in its
    /// `interp1d`. It tells where the neighbour is missing.
    pub from_label: bool,
    /// Whether the labels are numbers of 64 bits or times. Then one axis of such numbers is interpolated as `numpy.interp`
    /// does it, unless it is extrapolated: scipy's `interp1d` leaves it to that.
    pub is_wide: bool,
}

impl Between {
    /// Between labels only.
    pub fn of(how: Interpolation) -> Between {
        Between { how, extrapolate: false, from_label: false, is_wide: true }
    }

    /// Neighbours of a point among ascending numbers, at least two: the one before and the one after.
    fn neighbours(self, known: &[f64], point: f64) -> (usize, usize) {
        let is_before = |number: &f64| if self.from_label { *number <= point } else { *number < point };
        let after = known.partition_point(is_before).clamp(1, known.len() - 1);
        (after - 1, after)
    }
}

/// Values along an axis at points between its labels; beyond the first and the last NaN, or extrapolated. As in xarray, `float32` stays
/// that where it is lazy, or of the nearest label, and all else is `float64`.
pub(super) fn interpolate(
    data: &Array,
    axis: usize,
    known: &[f64],
    points: &[f64],
    between: Between,
) -> Result<Array, DatasetError> {
    let is_wide = data.is_unchunked() && between.how == Interpolation::Linear;
    let dtype = if is_wide { DType::Float64 } else { data.dtype().float() };
    let is_numpy = data.ndim() == 1
        && matches!(data.dtype(), DType::Float64 | DType::Int64)
        && between.is_wide
        && !between.extrapolate;
    let data = data.cast(DType::Float64)?;
    // Labels in any order, as long as there is one.
    let mut order: Vec<usize> = (0..known.len()).collect();
    order.sort_by(|&a, &b| known[a].total_cmp(&known[b]));
    let sorted: Vec<f64> = order.iter().map(|&position| known[position]).collect();
    let is_within = |point: f64| {
        between.extrapolate && !point.is_nan()
            || sorted.first().is_some_and(|low| *low <= point) && sorted[sorted.len() - 1] >= point
    };
    let mut shape = vec![1; data.ndim()];
    shape[axis] = points.len();
    let along = |values: Vec<f64>| Ok::<_, DatasetError>(Array::in_memory(Chunk::from_values(shape.clone(), values)?));
    let missing = Array::scalar(Scalar::Float(f64::NAN), DType::Float64)?;
    let within =
        Chunk::from_values(shape.clone(), points.iter().map(|point| is_within(*point)).collect::<Vec<bool>>())?;
    let take = |positions: Vec<usize>| data.take(axis, positions.into_iter().map(|at| order[at]).collect());
    let values = match between.how {
        _ if sorted.len() < 2 => {
            let mut whole = data.shape().to_vec();
            whole[axis] = points.len();
            return match sorted.len() {
                0 => Ok(missing.broadcast_to(&whole)?.cast(dtype)?),
                _ => Ok(Array::in_memory(within).select(&take(vec![0; points.len()])?, &missing)?.cast(dtype)?),
            };
        }
        Interpolation::Nearest => {
            let nearest = |point: &f64| {
                let (before, after) = between.neighbours(&sorted, *point);
                if *point > sorted[before] / 2.0 + sorted[after] / 2.0 { after } else { before }
            };
            take(points.iter().map(nearest).collect())?
        }
        Interpolation::Linear => on_lines(&take, &along, &sorted, points, between, is_numpy)?,
    };
    Ok(Array::in_memory(within).select(&values, &missing)?.cast(dtype)?)
}

/// Values on the lines between neighbours among ascending labels. `take` has the values at labels, `along` has numbers lie
/// along the axis.
fn on_lines(
    take: &dyn Fn(Vec<usize>) -> Result<Array, PlanError>,
    along: &dyn Fn(Vec<f64>) -> Result<Array, DatasetError>,
    sorted: &[f64],
    points: &[f64],
    between: Between,
    is_numpy: bool,
) -> Result<Array, DatasetError> {
    let pairs: Vec<(usize, usize)> = points.iter().map(|point| between.neighbours(sorted, *point)).collect();
    let low = take(pairs.iter().map(|pair| pair.0).collect())?;
    let high = take(pairs.iter().map(|pair| pair.1).collect())?;
    let widths = along(pairs.iter().map(|(before, after)| sorted[*after] - sorted[*before]).collect())?;
    let slope = high.binary(BinaryOp::Subtract, &low)?.binary(BinaryOp::Divide, &widths)?;
    let line = |end: &Array, end_of: fn(&(usize, usize)) -> usize| {
        let steps = along(points.iter().zip(&pairs).map(|(point, pair)| point - sorted[end_of(pair)]).collect())?;
        Ok::<_, DatasetError>(slope.binary(BinaryOp::Multiply, &steps)?.binary(BinaryOp::Add, end)?)
    };
    let values = line(&low, |pair| pair.0)?;
    if !is_numpy {
        return Ok(values);
    }
    // From the other side where that is no number, then what both ends are; at a label its own value.
    let other = line(&high, |pair| pair.1)?;
    let level = low.binary(BinaryOp::Equal, &high)?.select(&low, &other)?;
    let other = other.unary(UnaryOp::IsNan)?.select(&level, &other)?;
    let values = values.unary(UnaryOp::IsNan)?.select(&other, &values)?;
    let label = |(point, pair): (&f64, &(usize, usize))| [pair.0, pair.1].into_iter().find(|&at| sorted[at] == *point);
    let labels: Vec<Option<usize>> = points.iter().zip(&pairs).map(label).collect();
    let is_label = Chunk::from_values(vec![points.len()], labels.iter().map(Option::is_some).collect::<Vec<bool>>())?;
    let own = take(labels.into_iter().map(|label| label.unwrap_or(0)).collect())?;
    Ok(Array::in_memory(is_label).select(&own, &values)?)
}

/// For each new label the position of an old one, ascending, that a method finds, no farther than a tolerance.
fn found_by(
    known: &[i128],
    points: &[Option<i128>],
    method: SelectMethod,
    tolerance: Option<i128>,
) -> Vec<Option<usize>> {
    let find = |point: &Option<i128>| {
        let point = (*point)?;
        let after = known.partition_point(|time| *time < point);
        let exact = known.get(after) == Some(&point);
        let last_before = known.partition_point(|time| *time <= point).checked_sub(1);
        let found = match method {
            SelectMethod::Pad => last_before?,
            SelectMethod::Backfill => Some(after).filter(|after| *after < known.len())?,
            SelectMethod::Nearest if exact => after,
            SelectMethod::Nearest => match (last_before, known.get(after)) {
                (Some(before), Some(next)) if point - known[before] < next - point => before,
                (Some(before), None) => before,
                (_, Some(_)) => after,
                (None, None) => return None,
            },
        };
        let distance = (known[found] - point).abs();
        tolerance.is_none_or(|tolerance| distance <= tolerance).then_some(found)
    };
    points.iter().map(find).collect()
}

impl Dataset {
    /// Every variable at other times of a sorted index, with the value that a method finds for each.
    pub(super) fn reindex_times(
        &self,
        dimension: &str,
        labels: &Variable,
        method: SelectMethod,
        tolerance: Option<i128>,
    ) -> Result<Dataset, DatasetError> {
        let times = |variable: &Variable| variable.values().and_then(Instants::of).ok_or(DatasetError::NotTimes);
        let index = self.index(dimension).ok_or(DatasetError::NotTimes)?;
        let known: Vec<i128> = times(index)?.times.into_iter().flatten().collect();
        let found = found_by(&known, &times(labels)?.times, method, tolerance);
        self.map_variables(|name, variable| match variable.axis(dimension) {
            _ if name == dimension => Ok(Variable { encoding: variable.encoding.clone(), ..labels.clone() }),
            Some(axis) => Ok(variable.with_data(take_found(name, &variable.data, axis, &found, &FillValue::Missing)?)),
            None => Ok(variable.clone()),
        })
    }

    /// Every variable of numbers at other labels of an index, as [`interpolate`] has it.
    pub(super) fn interpolate_at(
        &self,
        dimension: &str,
        labels: &Variable,
        how: Interpolation,
    ) -> Result<Dataset, DatasetError> {
        let lazy = || DatasetError::LazyIndex { name: dimension.to_owned() };
        let index = self.index(dimension).and_then(Variable::values).ok_or_else(lazy)?;
        let known = label_numbers(dimension, index, index)?;
        let points = label_numbers(dimension, labels.values().ok_or_else(lazy)?, index)?;
        let mut interpolated = Dataset { data_variables: Default::default(), ..self.clone() };
        for (name, variable) in &self.data_variables {
            let variable = match variable.axis(dimension) {
                Some(_) if !variable.dtype().is_numeric() => continue,
                Some(axis) => {
                    let data = interpolate(&variable.data, axis, &known, &points, Between::of(how))?;
                    Variable::new(variable.dims.clone(), data)?.with_attributes(variable.attributes.clone())
                }
                None => variable.clone(),
            };
            interpolated.data_variables.insert(name.clone(), variable);
        }
        interpolated.coordinates.shift_remove(dimension);
        interpolated.coordinates.insert(dimension.to_owned(), labels.clone());
        Ok(interpolated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_find_the_times_that_pandas_finds() {
        let (known, points) = ([10, 20], [5, 10, 15, 16, 25].map(Some));
        let of = |method| found_by(&known, &points, method, None);
        assert_eq!(of(SelectMethod::Pad), [None, Some(0), Some(0), Some(0), Some(1)]);
        assert_eq!(of(SelectMethod::Backfill), [Some(0), Some(0), Some(1), Some(1), None]);
        assert_eq!(of(SelectMethod::Nearest), [Some(0), Some(0), Some(1), Some(1), Some(1)]);
        assert_eq!(found_by(&known, &points, SelectMethod::Nearest, Some(4))[..3], [None, Some(0), None]);
    }
}
