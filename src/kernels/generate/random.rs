//! Random values of a distribution, by element position.
//!
//! Element `i` is made of one 64-bit word of the generator, so that neighbours share a block and any element costs one
//! block at most. Values are made in batches: words, then what the distribution makes of them in loops that vectorise.

use super::{Distribution, normal, philox};
use crate::array::Buffer;
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
    (word >> 11) as i64 as f64 * (1.0 / (1_u64 << 53) as f64)
}

/// In 0..1, of the 24 bits that a float of that size has.
#[inline(always)]
fn uniform_f32(word: u64) -> f32 {
    (word >> 40) as i32 as f32 * (1.0 / (1_u32 << 24) as f32)
}

/// Between 0 and 1, neither included, and as far from either.
#[inline(always)]
fn probability(word: u64) -> f64 {
    ((word >> 12) as i64 as f64 + 0.5) * (1.0 / (1_u64 << 52) as f64)
}

/// Runs a body for each batch of values and their words.
fn batches<T>(seed: u64, positions: Positions, output: &mut [T], mut body: impl FnMut(&mut [T], &[u64])) {
    let mut words = [0; BATCH];
    let mut first = positions.first;
    for batch in output.chunks_mut(BATCH) {
        let words = &mut words[..batch.len()];
        philox::words(seed, first, positions.step, words);
        body(batch, words);
        first = first.wrapping_add_signed(positions.step.wrapping_mul(BATCH as i64));
    }
}

/// Values that are a function of one word each.
fn each<T>(seed: u64, positions: Positions, output: &mut [T], value: impl Fn(u64) -> T) {
    batches(seed, positions, output, |batch, words| {
        for (result, &word) in batch.iter_mut().zip(words) {
            *result = value(word);
        }
    });
}

fn normals<T>(seed: u64, positions: Positions, output: &mut [T], scaled: impl Fn(f64) -> T) {
    let (mut probabilities, mut values) = ([0.0; BATCH], [0.0; BATCH]);
    batches(seed, positions, output, |batch, words| {
        for (result, &word) in probabilities.iter_mut().zip(words) {
            *result = probability(word);
        }
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
