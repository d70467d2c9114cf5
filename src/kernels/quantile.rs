//! Medians and quantiles of values in memory, exactly, by selection.
//!
//! Values become unsigned integers of the same order, and `select_nth_unstable` (introselect: linear in the mean and at
//! worst) finds those next to a quantile. Interpolation is numpy's, of Hyndman and Fan (1996),
//! doi:10.1080/00031305.1996.10473566.

use super::KernelError;
use crate::array::{Buffer, Chunk, DType, row_major_strides};
use serde::{Deserialize, Serialize};

/// How a value between two neighbours is found, by numpy's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each variant is numpy's method of its name")]
pub enum QuantileMethod {
    InvertedCdf,
    AveragedInvertedCdf,
    ClosestObservation,
    InterpolatedInvertedCdf,
    Hazen,
    Weibull,
    Linear,
    MedianUnbiased,
    NormalUnbiased,
    Lower,
    Higher,
    Midpoint,
    Nearest,
}

impl QuantileMethod {
    /// Whether results are always some of the values, never anything between them.
    fn picks_values(self) -> bool {
        use QuantileMethod::{ClosestObservation, Higher, InvertedCdf, Lower, Nearest};
        matches!(self, InvertedCdf | ClosestObservation | Lower | Higher | Nearest)
    }

    /// Every method under numpy's name.
    pub const ALL: [(&'static str, QuantileMethod); 13] = [
        ("inverted_cdf", QuantileMethod::InvertedCdf),
        ("averaged_inverted_cdf", QuantileMethod::AveragedInvertedCdf),
        ("closest_observation", QuantileMethod::ClosestObservation),
        ("interpolated_inverted_cdf", QuantileMethod::InterpolatedInvertedCdf),
        ("hazen", QuantileMethod::Hazen),
        ("weibull", QuantileMethod::Weibull),
        ("linear", QuantileMethod::Linear),
        ("median_unbiased", QuantileMethod::MedianUnbiased),
        ("normal_unbiased", QuantileMethod::NormalUnbiased),
        ("lower", QuantileMethod::Lower),
        ("higher", QuantileMethod::Higher),
        ("midpoint", QuantileMethod::Midpoint),
        ("nearest", QuantileMethod::Nearest),
    ];

    /// Where in `count` sorted values, at least 1, a quantile lies: the values before and after it, and how far it is
    /// from the one to the other.
    fn place(self, count: usize, probability: f64) -> (usize, usize, f64) {
        let (n, q) = (count as f64, probability);
        let between = |alpha: f64, beta: f64| n * q + (alpha + q * (1.0 - alpha - beta)) - 1.0;
        // The value before where the condition on fraction and index holds, else the one after.
        let one_of = |index: f64, before: &dyn Fn(f64) -> bool| {
            let previous = index.floor();
            if before(index - previous) { previous } else { previous + 1.0 }
        };
        let linear = (n - 1.0) * q;
        let index = match self {
            QuantileMethod::InvertedCdf => one_of(n * q - 1.0, &|fraction| fraction == 0.0),
            QuantileMethod::ClosestObservation => {
                let index = n * q - 1.5;
                one_of(index, &|fraction| fraction == 0.0 && index.floor().rem_euclid(2.0) == 1.0)
            }
            QuantileMethod::AveragedInvertedCdf => n * q - 1.0,
            QuantileMethod::InterpolatedInvertedCdf => between(0.0, 1.0),
            QuantileMethod::Hazen => between(0.5, 0.5),
            QuantileMethod::Weibull => between(0.0, 0.0),
            QuantileMethod::Linear => linear,
            QuantileMethod::MedianUnbiased => between(1.0 / 3.0, 1.0 / 3.0),
            QuantileMethod::NormalUnbiased => between(3.0 / 8.0, 3.0 / 8.0),
            QuantileMethod::Lower => linear.floor(),
            QuantileMethod::Higher => linear.ceil(),
            QuantileMethod::Midpoint => 0.5 * (linear.floor() + linear.ceil()),
            QuantileMethod::Nearest => linear.round_ties_even(),
        };
        if index >= n - 1.0 {
            return (count - 1, count - 1, 0.0);
        }
        if index < 0.0 {
            return (0, 0, 0.0);
        }
        let fraction = index - index.floor();
        let fraction = match self {
            QuantileMethod::AveragedInvertedCdf => {
                if fraction == 0.0 {
                    0.5
                } else {
                    1.0
                }
            }
            QuantileMethod::Midpoint => {
                if fraction == 0.0 {
                    0.0
                } else {
                    0.5
                }
            }
            _ => fraction,
        };
        (index as usize, index as usize + 1, fraction)
    }
}

/// What is asked of the values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum QuantileKind {
    /// The middle one, or the mean of the two in the middle: `float32` of `float32`, else `float64`.
    Median,
    /// Quantiles of these probabilities, each from 0 to 1: `float64`; `float32` of `float32` where a method picks values.
    Quantiles(Vec<f64>, QuantileMethod),
}

impl QuantileKind {
    /// Number of results for each element of the result.
    pub fn count(&self) -> usize {
        match self {
            QuantileKind::Median => 1,
            QuantileKind::Quantiles(probabilities, _) => probabilities.len(),
        }
    }

    /// Where each result lies among `count` sorted values: those before and after it, and how far it is from the one to the
    /// other; nowhere where there are none.
    pub(super) fn places(&self, count: usize) -> Vec<(usize, usize, f64)> {
        match self {
            _ if count == 0 => Vec::new(),
            QuantileKind::Median => vec![((count - 1) / 2, count / 2, 0.5)],
            QuantileKind::Quantiles(probabilities, method) => {
                probabilities.iter().map(|&probability| method.place(count, probability)).collect()
            }
        }
    }

    /// Dtype of the result.
    ///
    /// # Errors
    /// [`KernelError::UndefinedFor`] of text, times, and of bools but for the median.
    pub fn result_dtype(&self, input: DType) -> Result<DType, KernelError> {
        match (self, input) {
            (QuantileKind::Median, DType::Float32) => Ok(DType::Float32),
            (QuantileKind::Median, _) if input.is_numeric() => Ok(DType::Float64),
            (QuantileKind::Quantiles(_, method), DType::Float32) if method.picks_values() => Ok(DType::Float32),
            (QuantileKind::Quantiles(..), _) if input.is_numeric() && input != DType::Bool => Ok(DType::Float64),
            (QuantileKind::Median, _) => Err(KernelError::UndefinedFor { operation: "median", dtypes: vec![input] }),
            _ => Err(KernelError::UndefinedFor { operation: "quantile", dtypes: vec![input] }),
        }
    }
}

/// Kept elements whose values are gathered together: neighbours in memory.
const GATHERED: usize = 64;
/// Bytes that gathered values take, where a single kept element doesn't take more.
const GATHERED_BYTES: usize = 1 << 20;

/// Bytes that [`quantiles`] takes beside values and results: `count` values are summarised for each kept element.
pub fn scratch_bytes(dtype: DType, count: usize) -> usize {
    GATHERED_BYTES.max(count * dtype.size_bytes()) + 4096
}

/// A value as an unsigned integer of the same order, of as many bits as the value has; none for NaN.
pub(super) trait Sortable: Copy {
    type Key: Copy + Ord + Into<u64>;
    fn key(self) -> Option<Self::Key>;
    fn value(key: Self::Key) -> f64;
    /// The value of a key in the lower bits.
    fn value_of_bits(bits: u64) -> f64;
    /// A difference of two values, rounded as numpy's is.
    fn rounded(value: f64) -> f64 {
        value
    }
}

macro_rules! sortable {
    ($($type:ty as $key:ty, $to:expr, $from:expr;)*) => {$(
        impl Sortable for $type {
            type Key = $key;
            #[inline(always)]
            fn key(self) -> Option<$key> {
                Some(($to)(self))
            }
            #[inline(always)]
            fn value(key: $key) -> f64 {
                ($from)(key)
            }
            fn value_of_bits(bits: u64) -> f64 {
                <$type>::value(bits as $key)
            }
        }
    )*};
}

sortable!(
    bool as u8, u8::from, f64::from;
    u8 as u8, |value| value, f64::from;
    u16 as u16, |value| value, f64::from;
    u32 as u32, |value| value, f64::from;
    u64 as u64, |value| value, |key: u64| key as f64;
    i8 as u8, |value: i8| value as u8 ^ 1 << 7, |key: u8| f64::from((key ^ 1 << 7) as i8);
    i16 as u16, |value: i16| value as u16 ^ 1 << 15, |key: u16| f64::from((key ^ 1 << 15) as i16);
    i32 as u32, |value: i32| value as u32 ^ 1 << 31, |key: u32| f64::from((key ^ 1 << 31) as i32);
    i64 as u64, |value: i64| value as u64 ^ 1 << 63, |key: u64| (key ^ 1 << 63) as i64 as f64;
);

impl Sortable for f32 {
    type Key = u32;
    #[inline(always)]
    fn key(self) -> Option<u32> {
        let bits = self.to_bits();
        (!self.is_nan()).then_some(if bits >> 31 == 1 { !bits } else { bits | 1 << 31 })
    }
    #[inline(always)]
    fn value(key: u32) -> f64 {
        f64::from(f32::from_bits(if key >> 31 == 1 { key ^ 1 << 31 } else { !key }))
    }
    fn value_of_bits(bits: u64) -> f64 {
        f32::value(bits as u32)
    }
    fn rounded(value: f64) -> f64 {
        f64::from(value as f32)
    }
}

impl Sortable for f64 {
    type Key = u64;
    #[inline(always)]
    fn key(self) -> Option<u64> {
        let bits = self.to_bits();
        (!self.is_nan()).then_some(if bits >> 63 == 1 { !bits } else { bits | 1 << 63 })
    }
    #[inline(always)]
    fn value(key: u64) -> f64 {
        f64::from_bits(if key >> 63 == 1 { key ^ 1 << 63 } else { !key })
    }
    fn value_of_bits(bits: u64) -> f64 {
        f64::value(bits)
    }
}

/// Medians or quantiles over axes: for each probability in turn, those of the kept elements in row-major order.
/// `float64`, whatever the dtype of the result. NaN of nothing, and where a NaN isn't left out.
pub fn quantiles(values: &Chunk, axes: &[usize], kind: &QuantileKind, skip_missing: bool) -> Vec<f64> {
    let lanes = Lanes::new(values.shape(), axes);
    match values.data() {
        Buffer::Bool(values) => lanes.select(values, kind, skip_missing),
        Buffer::Int8(values) => lanes.select(values, kind, skip_missing),
        Buffer::Int16(values) => lanes.select(values, kind, skip_missing),
        Buffer::Int32(values) => lanes.select(values, kind, skip_missing),
        Buffer::Int64(values) => lanes.select(values, kind, skip_missing),
        Buffer::UInt8(values) => lanes.select(values, kind, skip_missing),
        Buffer::UInt16(values) => lanes.select(values, kind, skip_missing),
        Buffer::UInt32(values) => lanes.select(values, kind, skip_missing),
        Buffer::UInt64(values) => lanes.select(values, kind, skip_missing),
        Buffer::Float32(values) => lanes.select(values, kind, skip_missing),
        Buffer::Float64(values) => lanes.select(values, kind, skip_missing),
        Buffer::Text(_) => unreachable!("text has no quantiles: result_dtype says so"),
    }
}

/// Where the values of each kept element lie.
struct Lanes {
    /// Length and stride of each kept axis.
    kept: Vec<(usize, usize)>,
    /// The same of summarised axes.
    summarised: Vec<(usize, usize)>,
}

/// Every position of some axes, in row-major order.
fn positions(axes: &[(usize, usize)]) -> impl Iterator<Item = usize> {
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

    fn select<T: Sortable>(&self, values: &[T], kind: &QuantileKind, skip_missing: bool) -> Vec<f64> {
        let count: usize = self.summarised.iter().map(|(length, _)| length).product();
        let kept: Vec<usize> = positions(&self.kept).collect();
        let mut results = vec![f64::NAN; kind.count() * kept.len()];
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
                let results = results.iter_mut().skip(batch * together + at).step_by(kept.len().max(1));
                if is_defined {
                    summarise::<T>(lane, kind, results);
                }
            }
        }
        results
    }
}

/// What is asked of the values of one kept element, at least one.
fn summarise<'a, T: Sortable>(lane: &mut [T::Key], kind: &QuantileKind, results: impl Iterator<Item = &'a mut f64>) {
    for (result, (before, after, fraction)) in results.zip(kind.places(lane.len())) {
        let (low, high) = neighbours(lane, before, after);
        *result = interpolated::<T>(kind, T::value(low), T::value(high), fraction);
    }
}

/// The values at two neighbouring positions of the sorted lane.
fn neighbours<K: Copy + Ord>(lane: &mut [K], before: usize, after: usize) -> (K, K) {
    let (_, &mut low, rest) = lane.select_nth_unstable(before);
    let high = if after == before { low } else { rest.iter().min().copied().unwrap_or(low) };
    (low, high)
}

/// numpy's interpolation: from the nearer end; the mean of both for a median.
pub(super) fn interpolated<T: Sortable>(kind: &QuantileKind, low: f64, high: f64, fraction: f64) -> f64 {
    match kind {
        _ if low == high => low,
        QuantileKind::Median => T::rounded(low + high) / 2.0,
        QuantileKind::Quantiles(..) => {
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
}
