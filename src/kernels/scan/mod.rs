//! Functions of all values along an axis that leave its length.

mod order;

use super::KernelError;
use crate::array::{Buffer, Chunk, DType, with_buffer};
use crate::kernels::elementwise::cast;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A function along an axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ScanKind {
    /// Sums of the values so far.
    Sum {
        /// Count NaN as 0.
        skip_missing: bool,
    },
    /// Products of the values so far.
    Product {
        /// Count NaN as 1.
        skip_missing: bool,
    },
    /// Missing values replaced by the last one before, no more than `limit` in a row.
    ForwardFill {
        /// Most values filled in a row.
        limit: Option<usize>,
    },
    /// Missing values replaced by the first one after, no more than `limit` in a row.
    BackwardFill {
        /// Most values filled in a row.
        limit: Option<usize>,
    },
    /// Missing values replaced by those on the line between their neighbours.
    Interpolate {
        /// Where values lie along the axis, ascending.
        places: Arc<Vec<f64>>,
        /// Whether the nearest neighbour's value is taken, not the line's.
        nearest: bool,
        /// Most values filled in a row.
        limit: Option<usize>,
        /// Farthest apart that the neighbours of a missing value may be.
        max_gap: Option<f64>,
    },
    /// The positions that sort the values, those of missing ones last.
    Order,
    /// Ranks from 1, the mean of equal ones; of missing values none.
    Rank {
        /// By the number of values that aren't missing.
        share: bool,
    },
    /// Positions among `count` values, as they are; of one that isn't below, since all values were missing, an error.
    Found {
        /// Number of values.
        count: i64,
    },
}

impl ScanKind {
    /// numpy's or xarray's name of the function.
    pub fn name(&self) -> &'static str {
        match self {
            ScanKind::Sum { .. } => "cumsum",
            ScanKind::Product { .. } => "cumprod",
            ScanKind::ForwardFill { .. } => "ffill",
            ScanKind::BackwardFill { .. } => "bfill",
            ScanKind::Interpolate { .. } => "interpolate_na",
            ScanKind::Order => "argsort",
            ScanKind::Rank { .. } => "rank",
            ScanKind::Found { .. } => "found",
        }
    }

    /// Dtype of the result.
    ///
    /// # Errors
    /// [`KernelError::UndefinedFor`] of text and, but for filling, of times.
    pub fn result_dtype(&self, input: DType) -> Result<DType, KernelError> {
        match self {
            ScanKind::Order => return Ok(DType::Int64),
            ScanKind::Rank { .. } if input != DType::Text => return Ok(DType::Float64),
            _ => {}
        }
        let is_sum = matches!(self, ScanKind::Sum { .. } | ScanKind::Product { .. });
        match input {
            _ if is_sum && (input == DType::Bool || input.is_signed_integer()) => Ok(DType::Int64),
            _ if is_sum && input.is_unsigned_integer() => Ok(DType::UInt64),
            DType::Float32 | DType::Float64 => Ok(input),
            _ if input.is_numeric() && !is_sum => Ok(input),
            _ => Err(KernelError::UndefinedFor { operation: self.name(), dtypes: vec![input] }),
        }
    }
}

/// The function of values along an axis, which must be whole.
///
/// # Errors
/// As [`ScanKind::result_dtype`], and [`KernelError::AllMissing`] of a position that there isn't.
pub fn scan(values: &Chunk, axis: usize, kind: &ScanKind) -> Result<Chunk, KernelError> {
    if let ScanKind::Found { count } = kind {
        let is_none = |positions: &[i64]| positions.iter().any(|position| position >= count);
        return match values.as_slice::<i64>().is_some_and(is_none) {
            true => Err(KernelError::AllMissing),
            false => Ok(values.clone()),
        };
    }
    let dtype = kind.result_dtype(values.dtype())?;
    if matches!(kind, ScanKind::Order | ScanKind::Rank { .. }) {
        let data = with_buffer!(values.data(), source => Lanes::along(values.shape(), axis).ordered(source, kind));
        return Ok(Chunk::new(dtype, values.shape().to_vec(), data)?);
    }
    let mut data = Buffer::zeros(dtype.storage(), values.len());
    cast(values.dtype(), dtype, values.data(), &mut data, values.len());
    let shape = values.shape();
    let lanes = Lanes::along(shape, axis);
    match &mut data {
        Buffer::Float32(data) => lanes.floats(data, kind),
        Buffer::Float64(data) => lanes.floats(data, kind),
        Buffer::Int64(data) => lanes.integers(data, kind, i64::wrapping_add, i64::wrapping_mul),
        Buffer::UInt64(data) => lanes.integers(data, kind, u64::wrapping_add, u64::wrapping_mul),
        // Other integers have nothing missing, and are summed in wider ones.
        _ => {}
    }
    Ok(Chunk::new(dtype, shape.to_vec(), data)?)
}

/// A float of either width.
trait Float: Copy {
    fn to_f64(self) -> f64;
    fn of(value: f64) -> Self;
}

impl Float for f32 {
    fn to_f64(self) -> f64 {
        self.into()
    }
    fn of(value: f64) -> f32 {
        value as f32
    }
}

impl Float for f64 {
    fn to_f64(self) -> f64 {
        self
    }
    fn of(value: f64) -> f64 {
        value
    }
}

/// Where values along an axis lie.
struct Lanes {
    outer: usize,
    length: usize,
    inner: usize,
}

impl Lanes {
    fn along(shape: &[usize], axis: usize) -> Lanes {
        let (outer, inner) = (shape[..axis].iter().product(), shape[axis + 1..].iter().product());
        Lanes { outer, length: shape[axis], inner }
    }

    /// Positions in order, or ranks, of each lane.
    fn ordered<T: PartialOrd + Clone>(&self, source: &[T], kind: &ScanKind) -> Buffer {
        let (mut positions, mut ranks) = (Vec::new(), Vec::new());
        match kind {
            ScanKind::Rank { .. } => ranks.resize(source.len(), f64::NAN),
            _ => positions.resize(source.len(), 0_i64),
        }
        for block in 0..self.outer {
            for column in 0..self.inner {
                let at = |position: usize| (block * self.length + position) * self.inner + column;
                let lane: Vec<T> = (0..self.length).map(|position| source[at(position)].clone()).collect();
                match kind {
                    ScanKind::Rank { share } => {
                        let found = order::ranks(&lane, *share).into_iter().enumerate();
                        found.for_each(|(position, rank)| ranks[at(position)] = rank);
                    }
                    _ => {
                        let found = order::sorted_positions(&lane).into_iter().enumerate();
                        found.for_each(|(position, sorted)| positions[at(position)] = sorted as i64);
                    }
                }
            }
        }
        if let ScanKind::Rank { .. } = kind { Buffer::Float64(ranks) } else { Buffer::Int64(positions) }
    }

    /// Rows of neighbouring lanes, of each outer position one after the other.
    fn rows<'a, T>(&self, data: &'a mut [T]) -> impl Iterator<Item = std::slice::ChunksExactMut<'a, T>> {
        let (inner, size) = (self.inner.max(1), (self.length * self.inner).max(1));
        data.chunks_exact_mut(size).take(self.outer).map(move |block| block.chunks_exact_mut(inner))
    }

    fn integers<T: Copy>(&self, data: &mut [T], kind: &ScanKind, add: fn(T, T) -> T, multiply: fn(T, T) -> T) {
        let step = match kind {
            ScanKind::Sum { .. } => add,
            ScanKind::Product { .. } => multiply,
            _ => return,
        };
        for mut rows in self.rows(data) {
            let Some(mut before) = rows.next().map(|row| row.to_vec()) else { continue };
            for row in rows {
                for (value, before) in row.iter_mut().zip(&mut before) {
                    *before = step(*before, *value);
                    *value = *before;
                }
            }
        }
    }

    fn floats<T: Float>(&self, data: &mut [T], kind: &ScanKind) {
        match kind {
            ScanKind::Sum { skip_missing } => self.accumulate(data, *skip_missing, 0.0, |a, b| a + b),
            ScanKind::Product { skip_missing } => self.accumulate(data, *skip_missing, 1.0, |a, b| a * b),
            ScanKind::ForwardFill { limit } => {
                self.rows(data).for_each(|rows| fill(rows, *limit));
            }
            ScanKind::BackwardFill { limit } => {
                self.rows(data).for_each(|rows| fill(rows.rev(), *limit));
            }
            ScanKind::Found { .. } | ScanKind::Order | ScanKind::Rank { .. } => {}
            ScanKind::Interpolate { places, nearest, limit, max_gap } => {
                let mut lane = vec![f64::NAN; self.length];
                for block in 0..self.outer {
                    for column in 0..self.inner {
                        let at = |position: usize| (block * self.length + position) * self.inner + column;
                        (0..self.length).for_each(|position| lane[position] = data[at(position)].to_f64());
                        for (position, value) in gaps(&lane, places, *nearest, (*limit, *max_gap)) {
                            data[at(position)] = T::of(value);
                        }
                    }
                }
            }
        }
    }

    /// Sums or products so far, in `f64`.
    fn accumulate<T: Float>(&self, data: &mut [T], skip_missing: bool, neutral: f64, step: fn(f64, f64) -> f64) {
        for rows in self.rows(data) {
            let mut before = vec![neutral; self.inner];
            for row in rows {
                for (value, before) in row.iter_mut().zip(&mut before) {
                    let float = value.to_f64();
                    *before = step(*before, if skip_missing && float.is_nan() { neutral } else { float });
                    *value = T::of(*before);
                }
            }
        }
    }
}

/// Fills missing values of rows with those of the row before.
fn fill<'a, T: Float + 'a>(rows: impl Iterator<Item = &'a mut [T]>, limit: Option<usize>) {
    let mut before: Vec<(T, usize)> = Vec::new();
    for row in rows {
        if before.is_empty() {
            before = row.iter().map(|value| (*value, 0)).collect();
            continue;
        }
        for (value, (last, filled)) in row.iter_mut().zip(&mut before) {
            if !value.to_f64().is_nan() {
                (*last, *filled) = (*value, 0);
            } else if limit.is_none_or(|limit| *filled < limit) {
                (*value, *filled) = (*last, *filled + 1);
            }
        }
    }
}

/// Missing values between others, and what they are replaced by.
fn gaps(
    lane: &[f64],
    places: &[f64],
    nearest: bool,
    (limit, max_gap): (Option<usize>, Option<f64>),
) -> Vec<(usize, f64)> {
    let mut found = Vec::new();
    let mut before: Option<usize> = None;
    for (position, value) in lane.iter().enumerate() {
        if value.is_nan() {
            continue;
        }
        let is_short = |before: &usize| max_gap.is_none_or(|most| places[position] - places[*before] <= most);
        if let Some(before) = before.filter(is_short) {
            let last = limit.map_or(position, |limit| (before + 1 + limit).min(position));
            for gap in before + 1..last {
                let share = (places[gap] - places[before]) / (places[position] - places[before]);
                let filled = match nearest {
                    true if share > 0.5 => *value,
                    true => lane[before],
                    false => {
                        (value - lane[before]) / (places[position] - places[before]) * (places[gap] - places[before])
                            + lane[before]
                    }
                };
                found.push((gap, filled));
            }
        }
        before = Some(position);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scanned(values: &[f64], kind: ScanKind) -> Vec<f64> {
        let chunk = Chunk::from_values(vec![1, values.len(), 1], values.to_vec()).unwrap();
        scan(&chunk, 1, &kind).unwrap().as_slice::<f64>().unwrap().to_vec()
    }

    #[test]
    fn sums_so_far_count_missing_values_as_nothing_or_stay_missing() {
        let values = [1.0, f64::NAN, 2.0];
        assert_eq!(scanned(&values, ScanKind::Sum { skip_missing: true }), [1.0, 1.0, 3.0]);
        assert_eq!(scanned(&values, ScanKind::Product { skip_missing: true }), [1.0, 1.0, 2.0]);
        assert!(scanned(&values, ScanKind::Sum { skip_missing: false })[2].is_nan());
        let integers = Chunk::from_values(vec![2, 2], vec![1_i8, 2, 3, 127]).unwrap();
        let sums = scan(&integers, 0, &ScanKind::Sum { skip_missing: true }).unwrap();
        assert_eq!(sums.as_slice::<i64>().unwrap(), [1, 2, 4, 129]);
    }

    #[test]
    fn gaps_are_filled_from_either_side_and_in_between() {
        let (nan, values) = (f64::NAN, [f64::NAN, 1.0, f64::NAN, f64::NAN, 4.0, f64::NAN]);
        let same = |a: Vec<f64>, b: [f64; 6]| a.iter().zip(b).all(|(a, b)| *a == b || (a.is_nan() && b.is_nan()));
        let forward = |limit| scanned(&values, ScanKind::ForwardFill { limit });
        assert!(same(forward(None), [nan, 1.0, 1.0, 1.0, 4.0, 4.0]));
        assert!(same(forward(Some(1)), [nan, 1.0, 1.0, nan, 4.0, 4.0]));
        assert!(same(scanned(&values, ScanKind::BackwardFill { limit: None }), [1.0, 1.0, 4.0, 4.0, 4.0, nan]));
        let places = Arc::new(vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        let between = |nearest| ScanKind::Interpolate { places: places.clone(), nearest, limit: None, max_gap: None };
        assert!(same(scanned(&values, between(false)), [nan, 1.0, 2.0, 3.0, 4.0, nan]));
        assert!(same(scanned(&values, between(true)), [nan, 1.0, 1.0, 4.0, 4.0, nan]));
    }
}
