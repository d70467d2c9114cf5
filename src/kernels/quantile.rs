//! Medians and quantiles of values in memory, exactly, by selection.
//!
//! Values become unsigned integers of the same order, and `select_nth_unstable` (introselect: linear in the mean and at
//! worst) finds those next to a quantile.

use super::KernelError;
pub use super::quantile_method::QuantileMethod;
use super::sortable::{Sortable, with_sortable};
use crate::array::{Buffer, Chunk, DType, Element, row_major_strides};
use serde::{Deserialize, Serialize};

/// What is asked of the values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum QuantileKind {
    /// The middle one, or the mean of the two in the middle: `float32` of `float32`, else `float64`.
    Median,
    /// Quantiles of these probabilities, each from 0 to 1: `float64`; the dtype of the values where a method picks some of
    /// them.
    Quantiles(Vec<f64>, QuantileMethod),
    /// Quantiles of these probabilities of values that count more or less, `float64`. The last axis, one of those that are
    /// summarised, has pairs of a value and its weight.
    Weighted(Vec<f64>),
}

impl QuantileKind {
    /// The same of some of the probabilities.
    pub fn of(&self, some: std::ops::Range<usize>) -> QuantileKind {
        match self {
            QuantileKind::Median => QuantileKind::Median,
            QuantileKind::Quantiles(all, method) => QuantileKind::Quantiles(all[some].to_vec(), *method),
            QuantileKind::Weighted(all) => QuantileKind::Weighted(all[some].to_vec()),
        }
    }

    /// Whether values can be found by selection among all of them, a digit a pass.
    pub fn is_selectable(&self) -> bool {
        !matches!(self, QuantileKind::Weighted(_))
    }

    /// Number of results for each element of the result.
    pub fn count(&self) -> usize {
        match self {
            QuantileKind::Median => 1,
            QuantileKind::Quantiles(probabilities, _) | QuantileKind::Weighted(probabilities) => probabilities.len(),
        }
    }

    /// Where each result lies among `count` sorted values: those before and after it, and how far it is from the one to the
    /// other; nowhere where there are none.
    pub(super) fn places(&self, count: usize) -> Vec<(usize, usize, f64)> {
        match self {
            _ if count == 0 => Vec::new(),
            QuantileKind::Weighted(_) => Vec::new(),
            QuantileKind::Median => vec![((count - 1) / 2, count / 2, 0.5)],
            QuantileKind::Quantiles(probabilities, method) => {
                probabilities.iter().map(|&probability| method.place(count, probability)).collect()
            }
        }
    }

    /// Dtype of the result.
    ///
    /// # Errors
    /// [`KernelError::UndefinedFor`] of text, times, and of bools but for the median and where a method picks values.
    pub fn result_dtype(&self, input: DType) -> Result<DType, KernelError> {
        match (self, input) {
            (QuantileKind::Median, DType::Float32) => Ok(DType::Float32),
            (QuantileKind::Median, _) if input.is_numeric() => Ok(DType::Float64),
            (QuantileKind::Quantiles(_, method), _) if input.is_numeric() && method.picks_values() => Ok(input),
            (QuantileKind::Quantiles(..), _) if input.is_numeric() && input != DType::Bool => Ok(DType::Float64),
            (QuantileKind::Weighted(_), DType::Float64) => Ok(DType::Float64),
            (QuantileKind::Median, _) => Err(KernelError::UndefinedFor { operation: "median", dtypes: vec![input] }),
            _ => Err(KernelError::UndefinedFor { operation: "quantile", dtypes: vec![input] }),
        }
    }
}

const TYPED: &str = "a chunk holds values of its dtype";

/// Kept elements whose values are gathered together: neighbours in memory.
const GATHERED: usize = 64;
/// Bytes that gathered values take, where a single kept element doesn't take more.
const GATHERED_BYTES: usize = 1 << 20;

/// Bytes that [`quantiles`] takes beside values and results: `count` values are summarised for each kept element. Both of
/// a pair of a value and its weight count.
pub fn scratch_bytes(dtype: DType, count: usize) -> usize {
    GATHERED_BYTES.max(count * dtype.size_bytes()) + 4096
}

/// Medians or quantiles over axes: for each probability in turn, those of the kept elements in row-major order.
/// `float64`, whatever the dtype of the result. NaN of nothing, and where a NaN isn't left out.
pub fn quantiles(values: &Chunk, axes: &[usize], kind: &QuantileKind, skip_missing: bool) -> Vec<f64> {
    let lanes = Lanes::new(values.shape(), axes);
    if let (QuantileKind::Weighted(probabilities), Buffer::Float64(pairs)) = (kind, values.data()) {
        return lanes.weighted(pairs, probabilities, skip_missing);
    }
    with_sortable!(values.dtype(), T => {
        let values = values.as_slice::<T>().expect(TYPED);
        lanes.select(values, kind, skip_missing, f64::NAN, |low, high, fraction| interpolated(kind, low, high, fraction))
    })
}

/// The same of a method that picks values, in their own dtype; of nothing, zero or NaN.
pub fn picked(values: &Chunk, axes: &[usize], kind: &QuantileKind, skip_missing: bool) -> Buffer {
    let lanes = Lanes::new(values.shape(), axes);
    with_sortable!(values.dtype(), T => {
        let values = values.as_slice::<T>().expect(TYPED);
        Element::into_buffer(lanes.select(values, kind, skip_missing, T::MISSING, |low, _, _| low))
    })
}

/// Where the values of each kept element lie.
pub(super) struct Lanes {
    /// Length and stride of each kept axis.
    pub(super) kept: Vec<(usize, usize)>,
    /// The same of summarised axes.
    pub(super) summarised: Vec<(usize, usize)>,
}

/// Every position of some axes, in row-major order.
pub(super) fn positions(axes: &[(usize, usize)]) -> impl Iterator<Item = usize> {
    let count: usize = axes.iter().map(|(length, _)| length).product();
    let mut index = vec![0; axes.len()];
    let mut position = 0;
    (0..count).map(move |_| {
        let found = position;
        for (at, (length, stride)) in index.iter_mut().zip(axes).rev() {
            *at += 1;
            position += stride;
            if *at < *length {
                break;
            }
            position -= *length * stride;
            *at = 0;
        }
        found
    })
}

impl Lanes {
    fn new(shape: &[usize], axes: &[usize]) -> Lanes {
        let all: Vec<(usize, usize)> = shape.iter().copied().zip(row_major_strides(shape)).collect();
        let part = |summarised: bool| {
            let chosen = all.iter().enumerate().filter(|(axis, _)| axes.contains(axis) == summarised);
            chosen.map(|(_, pair)| *pair).collect()
        };
        Lanes { kept: part(false), summarised: part(true) }
    }

    /// For each kept element what `result` makes of the values around each quantile, or `missing`.
    fn select<T: Sortable, R: Copy>(
        &self,
        values: &[T],
        kind: &QuantileKind,
        skip_missing: bool,
        missing: R,
        result: impl Fn(T, T, f64) -> R,
    ) -> Vec<R> {
        let count: usize = self.summarised.iter().map(|(length, _)| length).product();
        let kept: Vec<usize> = positions(&self.kept).collect();
        let mut results = vec![missing; kind.count() * kept.len()];
        let together = (GATHERED_BYTES / (count * size_of::<T::Key>()).max(1)).clamp(1, GATHERED);
        let mut lanes: Vec<Vec<T::Key>> = (0..together).map(|_| Vec::with_capacity(count)).collect();
        for (batch, starts) in kept.chunks(together).enumerate() {
            lanes.iter_mut().for_each(Vec::clear);
            for position in positions(&self.summarised) {
                for (lane, start) in lanes.iter_mut().zip(starts) {
                    lane.extend(values[start + position].key());
                }
            }
            for (at, lane) in lanes.iter_mut().take(starts.len()).enumerate() {
                let is_defined = !lane.is_empty() && (skip_missing || lane.len() == count);
                let places = if is_defined { kind.places(lane.len()) } else { Vec::new() };
                let results = results.iter_mut().skip(batch * together + at).step_by(kept.len().max(1));
                for (found, (before, after, fraction)) in results.zip(places) {
                    let (low, high) = neighbours(lane, before, after);
                    *found = result(T::of_key(low), T::of_key(high), fraction);
                }
            }
        }
        results
    }
}

/// The values at two neighbouring positions of the sorted lane.
fn neighbours<K: Copy + Ord>(lane: &mut [K], before: usize, after: usize) -> (K, K) {
    let (_, &mut low, rest) = lane.select_nth_unstable(before);
    let high = if after == before { low } else { rest.iter().min().copied().unwrap_or(low) };
    (low, high)
}

/// numpy's interpolation: from the nearer end, so that an infinity beside a quantile leaves it undefined, wherever it lies
/// between the two; the mean of both for a median.
pub(super) fn interpolated<T: Sortable>(kind: &QuantileKind, low: T, high: T, fraction: f64) -> f64 {
    let (low, high) = (low.as_number(), high.as_number());
    match kind {
        QuantileKind::Median if low == high => low,
        QuantileKind::Median => T::rounded(low + high) / 2.0,
        QuantileKind::Quantiles(_, method) if method.picks_values() => low,
        QuantileKind::Quantiles(..) | QuantileKind::Weighted(_) => {
            let difference = T::rounded(high - low);
            if fraction >= 0.5 { high - difference * (1.0 - fraction) } else { low + difference * fraction }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: Vec<f64>, probabilities: &[f64], method: QuantileMethod) -> Vec<f64> {
        let chunk = Chunk::from_values(vec![values.len()], values).unwrap();
        quantiles(&chunk, &[0], &QuantileKind::Quantiles(probabilities.to_vec(), method), true)
    }

    #[test]
    fn every_method_interpolates_as_numpy_does() {
        // numpy.quantile([1, 2, 3, 5], [0, .1, .25, .5, .77, 1], method=...)
        let expected: [(&str, [f64; 6]); 13] = [
            ("inverted_cdf", [1.0, 1.0, 1.0, 2.0, 5.0, 5.0]),
            ("averaged_inverted_cdf", [1.0, 1.0, 1.5, 2.5, 5.0, 5.0]),
            ("closest_observation", [1.0, 1.0, 1.0, 2.0, 3.0, 5.0]),
            ("interpolated_inverted_cdf", [1.0, 1.0, 1.0, 2.0, 3.16, 5.0]),
            ("hazen", [1.0, 1.0, 1.5, 2.5, 4.16, 5.0]),
            ("weibull", [1.0, 1.0, 1.25, 2.5, 4.7, 5.0]),
            ("linear", [1.0, 1.3, 1.75, 2.5, 3.62, 5.0]),
            ("median_unbiased", [1.0, 1.0, 1.416_666_666_666_666_7, 2.5, 4.34, 5.0]),
            ("normal_unbiased", [1.0, 1.0, 1.4375, 2.5, 4.295, 5.0]),
            ("lower", [1.0, 1.0, 1.0, 2.0, 3.0, 5.0]),
            ("higher", [1.0, 2.0, 2.0, 3.0, 5.0, 5.0]),
            ("midpoint", [1.0, 1.5, 1.5, 2.5, 4.0, 5.0]),
            ("nearest", [1.0, 1.0, 2.0, 3.0, 3.0, 5.0]),
        ];
        for ((name, method), (expected_name, values)) in QuantileMethod::ALL.into_iter().zip(expected) {
            assert_eq!(name, expected_name);
            let found = of(vec![5.0, f64::NAN, 1.0, 3.0, 2.0], &[0.0, 0.1, 0.25, 0.5, 0.77, 1.0], method);
            for (found, expected) in found.iter().zip(values) {
                assert!((found - expected).abs() < 1e-12, "{name}: {found} {expected}");
            }
        }
    }

    #[test]
    fn medians_of_several_axes_leave_missing_values_out() {
        let values = vec![3.0_f32, f32::NAN, -1.0, -0.5, 7.0, f32::NAN, 2.0, f32::NAN];
        let chunk = Chunk::from_values(vec![2, 2, 2], values).unwrap();
        assert_eq!(quantiles(&chunk, &[0, 1], &QuantileKind::Median, true), [2.5, -0.5]);
        assert!(quantiles(&chunk, &[0, 1], &QuantileKind::Median, false)[1].is_nan());
        let nothing = Chunk::from_values(vec![0, 2], Vec::<i32>::new()).unwrap();
        assert!(quantiles(&nothing, &[0], &QuantileKind::Median, true).iter().all(|value| value.is_nan()));
        let negative = Chunk::from_values(vec![3], vec![-5_i64, 4, -7]).unwrap();
        assert_eq!(quantiles(&negative, &[0], &QuantileKind::Median, true), [-5.0]);
    }

    #[test]
    fn integers_are_picked_exactly() {
        let large = i64::MAX - 1;
        let chunk = Chunk::from_values(vec![3], vec![large, -4, large + 1]).unwrap();
        let kind = QuantileKind::Quantiles(vec![0.0, 0.5], QuantileMethod::Nearest);
        assert_eq!(kind.result_dtype(DType::Int64).unwrap(), DType::Int64);
        assert_eq!(picked(&chunk, &[0], &kind, true), Buffer::Int64(vec![-4, large]));
        assert_eq!(kind.result_dtype(DType::Bool).unwrap(), DType::Bool);
    }

    #[test]
    fn an_infinity_beside_a_quantile_is_as_in_numpy() {
        let of_infinity = |method| of(vec![1.0, f64::INFINITY], &[0.0, 0.5], method);
        assert!(of_infinity(QuantileMethod::Linear).iter().all(|value| value.is_nan()));
        assert_eq!(of_infinity(QuantileMethod::Lower), [1.0, 1.0]);
        assert!(of(vec![f64::INFINITY], &[0.5], QuantileMethod::Linear)[0].is_nan());
    }
}
