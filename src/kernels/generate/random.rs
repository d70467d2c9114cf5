//! Random values of a distribution, by element position.
//!
//! Element `i` is made of one 64-bit word of the generator, so that neighbours share a block and any element costs one
//! block at most. Values are made in batches: words, then what the distribution makes of them in loops that vectorise.

use super::{Distribution, normal, philox};
use crate::array::Buffer;
use crate::kernels::vectors::{self, Loop};
use std::ops::Range;

/// Elements made at once; what a batch needs stays in the fastest cache.
const BATCH: usize = 256;

/// The positions `first`, `first + step`, ...
pub(super) struct Positions {
    pub(super) first: u64,
    pub(super) step: i64,
}

/// Writes random values to `output[range]`.
pub(super) fn fill(
    seed: u64,
    distribution: &Distribution,
    positions: Positions,
    output: &mut Buffer,
    range: Range<usize>,
) {
    match (distribution, output) {
        (&Distribution::Uniform { low, high }, Buffer::Float64(values)) => {
            let width = high - low;
            each(seed, positions, &mut values[range], |word| low + width * uniform(word));
        }
        (&Distribution::Uniform { low, high }, Buffer::Float32(values)) => {
            let (low, width) = (low as f32, (high - low) as f32);
            each(seed, positions, &mut values[range], |word| low + width * uniform_f32(word));
        }
        (&Distribution::Normal { mean, standard_deviation }, Buffer::Float64(values)) => {
            normals(seed, positions, &mut values[range], |value| mean + standard_deviation * value);
        }
        (&Distribution::Normal { mean, standard_deviation }, Buffer::Float32(values)) => {
            normals(seed, positions, &mut values[range], |value| (mean + standard_deviation * value) as f32);
        }
        (&Distribution::Integers { low, high }, output) => integers(seed, low, high, positions, output, range),
        (_, output) => panic!("there are no random {} values of {distribution:?}", output.dtype()),
    }
}

/// In 0..1, of the 53 bits that a float of that size has.
#[inline(always)]
fn uniform(word: u64) -> f64 {
    (word >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
}

/// In 0..1, of the 24 bits that a float of that size has.
#[inline(always)]
fn uniform_f32(word: u64) -> f32 {
    (word >> 40) as i32 as f32 * (1.0 / (1_u32 << 24) as f32)
}

/// Between 0 and 1, neither included, and as far from either.
#[inline(always)]
fn probability(word: u64) -> f64 {
    ((word >> 12) as f64 + 0.5) * (1.0 / (1_u64 << 52) as f64)
}

/// Runs a body for each batch of values and their words.
fn batches<T>(seed: u64, positions: Positions, output: &mut [T], mut body: impl FnMut(&mut [T], &[u64])) {
    let mut words = [0; BATCH];
    let mut first = positions.first;
    // Batches of neighbours begin where blocks do, but for the first.
    let unaligned = if positions.step == 1 { first as usize & 3 } else { 0 };
    let (head, rest) = output.split_at_mut(output.len().min(BATCH - unaligned));
    for batch in std::iter::once(head).chain(rest.chunks_mut(BATCH)) {
        let words = &mut words[..batch.len()];
        philox::words(seed, first, positions.step, words);
        body(batch, words);
        first = first.wrapping_add_signed(positions.step.wrapping_mul(batch.len() as i64));
    }
}

/// A function of each word.
struct Each<'a, T, F> {
    words: &'a [u64],
    output: &'a mut [T],
    value: F,
}

impl<T, F: Fn(u64) -> T> Loop for Each<'_, T, F> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        for (result, &word) in self.output.iter_mut().zip(self.words) {
            *result = (self.value)(word);
        }
    }
}

/// Values that are a function of one word each.
fn each<T>(seed: u64, positions: Positions, output: &mut [T], value: impl Fn(u64) -> T) {
    batches(seed, positions, output, |batch, words| vectors::widest(Each { words, output: batch, value: &value }));
}

fn normals<T>(seed: u64, positions: Positions, output: &mut [T], scaled: impl Fn(f64) -> T) {
    let (mut probabilities, mut values) = ([0.0; BATCH], [0.0; BATCH]);
    batches(seed, positions, output, |batch, words| {
        vectors::widest(Each { words, output: &mut probabilities, value: probability });
        let values = &mut values[..batch.len()];
        normal::from_uniform(values, &probabilities[..batch.len()]);
        for (result, &value) in batch.iter_mut().zip(values.iter()) {
            *result = scaled(value);
        }
    });
}

/// A word times the number of integers, in 128 bits; the upper half is one of them (Lemire 2019, doi:10.1145/3230636,
/// without the rejection, whose bias of the number of integers in 2^64 no one can see).
fn integers(seed: u64, low: i64, high: i64, positions: Positions, output: &mut Buffer, range: Range<usize>) {
    assert!(low < high, "random integers need a range that isn't empty, found {low}..{high}");
    let width = high.wrapping_sub(low) as u64;
    let value = |word: u64| low.wrapping_add(((u128::from(word) * u128::from(width)) >> 64) as i64);
    macro_rules! fill {
        ($values:expr, $type:ty) => {
            each(seed, positions, &mut $values[range], |word| value(word) as $type)
        };
    }
    match output {
        Buffer::Int8(values) => fill!(values, i8),
        Buffer::Int16(values) => fill!(values, i16),
        Buffer::Int32(values) => fill!(values, i32),
        Buffer::Int64(values) => fill!(values, i64),
        Buffer::UInt8(values) => fill!(values, u8),
        Buffer::UInt16(values) => fill!(values, u16),
        Buffer::UInt32(values) => fill!(values, u32),
        Buffer::UInt64(values) => fill!(values, u64),
        _ => panic!("there are no random integers of {}", output.dtype()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::vectors::tests::same_with_all_vectors;

    const COUNT: usize = 100_000;

    fn draw(distribution: Distribution, mut output: Buffer) -> Buffer {
        fill(2024, &distribution, Positions { first: 0, step: 1 }, &mut output, 0..COUNT);
        output
    }

    fn moments(values: &[f64]) -> (f64, f64) {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        (mean, values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64)
    }

    /// The Kolmogorov-Smirnov distance to a distribution function, in its own scale: beyond 2 once in 1500 samples.
    fn distance(values: &[f64], function: impl Fn(f64) -> f64) -> f64 {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let distance = |(rank, &value): (usize, &f64)| (function(value) - rank as f64 / values.len() as f64).abs();
        sorted.iter().enumerate().map(distance).fold(0.0, f64::max) * (values.len() as f64).sqrt()
    }

    #[test]
    fn uniform_values_are_uniform() {
        let values = draw(Distribution::Uniform { low: 0.0, high: 1.0 }, Buffer::Float64(vec![0.0; COUNT]));
        let values = values.as_slice::<f64>().unwrap();
        let (mean, variance) = moments(values);
        assert!((mean - 0.5).abs() < 4.0 * (1.0 / 12.0 / COUNT as f64).sqrt(), "{mean}");
        assert!((variance - 1.0 / 12.0).abs() < 1e-3, "{variance}");
        assert!(distance(values, |value| value) < 2.0);
        assert!(values.iter().all(|value| (0.0..1.0).contains(value)));
        let neighbours: f64 = values.windows(2).map(|pair| (pair[0] - 0.5) * (pair[1] - 0.5)).sum();
        assert!((neighbours / COUNT as f64 * 12.0).abs() < 4.0 / (COUNT as f64).sqrt(), "{neighbours}");
    }

    #[test]
    fn values_are_the_same_with_vectors_of_any_width() {
        let distributions = [
            (Distribution::Uniform { low: -3.0, high: 0.1 }, Buffer::Float64(vec![0.0; COUNT])),
            (Distribution::Uniform { low: -3.0, high: 0.1 }, Buffer::Float32(vec![0.0; COUNT])),
            (Distribution::Normal { mean: 0.1, standard_deviation: 7.0 }, Buffer::Float64(vec![0.0; COUNT])),
            (Distribution::Integers { low: -3, high: 4 }, Buffer::Int16(vec![0; COUNT])),
            (Distribution::Integers { low: i64::MIN, high: i64::MAX }, Buffer::Int64(vec![0; COUNT])),
        ];
        for (distribution, output) in distributions {
            same_with_all_vectors(|| draw(distribution.clone(), output.clone()));
        }
    }

    #[test]
    fn single_precision_values_are_uniform_too() {
        let values = draw(Distribution::Uniform { low: -2.0, high: 2.0 }, Buffer::Float32(vec![0.0; COUNT]));
        let values: Vec<f64> = values.as_slice::<f32>().unwrap().iter().map(|&value| value.into()).collect();
        assert!(distance(&values, |value| (value + 2.0) / 4.0) < 2.0);
        assert!(values.iter().all(|value| (-2.0..2.0).contains(value)));
        assert_eq!(uniform_f32(u64::MAX), 1.0 - f32::EPSILON / 2.0);
        assert_eq!(uniform(u64::MAX), 1.0 - f64::EPSILON / 2.0);
        assert_eq!((uniform(0), probability(0) > 0.0, probability(u64::MAX) < 1.0), (0.0, true, true));
    }

    #[test]
    fn normal_values_are_normal() {
        let distribution = Distribution::Normal { mean: 3.0, standard_deviation: 2.0 };
        let values = draw(distribution, Buffer::Float64(vec![0.0; COUNT]));
        let values = values.as_slice::<f64>().unwrap();
        let (mean, variance) = moments(values);
        assert!((mean - 3.0).abs() < 4.0 * 2.0 / (COUNT as f64).sqrt(), "{mean}");
        assert!((variance - 4.0).abs() < 4.0 * 4.0 * (2.0 / COUNT as f64).sqrt(), "{variance}");
        let function = |value: f64| 0.5 * libm::erfc(-(value - 3.0) / 2.0 / std::f64::consts::SQRT_2);
        assert!(distance(values, function) < 2.0);
    }

    #[test]
    fn integers_are_equally_likely() {
        let values = draw(Distribution::Integers { low: -3, high: 4 }, Buffer::Int8(vec![0; COUNT]));
        let mut counts = [0_f64; 7];
        values.as_slice::<i8>().unwrap().iter().for_each(|&value| counts[(value + 3) as usize] += 1.0);
        let expected = COUNT as f64 / 7.0;
        let square: f64 = counts.iter().map(|count| (count - expected).powi(2) / expected).sum();
        assert!(square < 22.5, "chi-square of 6 degrees of freedom: {square}");
    }

    #[test]
    fn seeds_give_independent_values() {
        let mut buffers = [1, 2].map(|_| Buffer::Float64(vec![0.0; COUNT]));
        for (seed, buffer) in buffers.iter_mut().enumerate() {
            let distribution = Distribution::Uniform { low: -1.0, high: 1.0 };
            fill(seed as u64, &distribution, Positions { first: 0, step: 1 }, buffer, 0..COUNT);
        }
        let [a, b] = buffers.each_ref().map(|buffer| buffer.as_slice::<f64>().unwrap());
        let product: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
        assert!((product / COUNT as f64 * 3.0).abs() < 4.0 / (COUNT as f64).sqrt(), "{product}");
    }
}
