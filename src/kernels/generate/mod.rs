//! Arrays that are computed from element positions alone: constants, sequences, random numbers.
//!
//! An element's value depends on its position and the rule, not on the chunk it is asked for with: any part of an array,
//! in any order and on any rank, has the values that the whole has there.

mod normal;
mod philox;
mod random;

use crate::array::{Buffer, DType, Element, Scalar, with_buffer};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Distribution of random values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Distribution {
    /// Uniform floats in `low .. high`.
    Uniform {
        /// Lower bound, included.
        low: f64,
        /// Upper bound, excluded.
        high: f64,
    },
    /// Gaussian floats.
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation.
        standard_deviation: f64,
    },
    /// Integers in `low .. high`, equally likely.
    Integers {
        /// Lower bound, included.
        low: i64,
        /// Upper bound, excluded.
        high: i64,
    },
}

/// A rule that gives an element's value from its row-major position in the array.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Generator {
    /// One value everywhere.
    Full(Scalar),
    /// `start + position * step`.
    Arange {
        /// First value.
        start: Scalar,
        /// Distance between values.
        step: Scalar,
    },
    /// Independent random values.
    Random {
        /// Key of the stream.
        seed: u64,
        /// What is drawn.
        distribution: Distribution,
    },
}

impl Generator {
    /// Writes the values at positions `first`, `first + step`, `first + 2 * step`, ... to `output[range]`.
    ///
    /// The output has the storage of the dtype. Costs no memory; random values about 2 ns each where the step is 1 or
    /// -1, twice that otherwise, normal ones several times more.
    ///
    /// # Panics
    /// Where the buffer has another storage or fewer values, a constant doesn't exist in the dtype, or the dtype has no
    /// such values (uniform integers, sequences of texts).
    pub fn fill(&self, dtype: DType, first: u64, step: i64, output: &mut Buffer, range: Range<usize>) {
        assert_eq!(output.storage(), dtype.storage(), "a generated strip has the storage of its dtype");
        match self {
            Generator::Full(value) => {
                let one = value.to_buffer(dtype).expect("whoever builds a constant array checks that its value exists");
                with_buffer!(output, values => values[range].fill(first_of(&one)));
            }
            Generator::Arange { start, step: distance } => {
                Sequence { start, distance, first, step }.fill(output, range);
            }
            Generator::Random { seed, distribution } => {
                random::fill(*seed, distribution, random::Positions { first, step }, output, range);
            }
        }
    }
}

/// The first value of a buffer.
fn first_of<T: Element>(buffer: &Buffer) -> T {
    buffer.as_slice::<T>().expect("both buffers have the storage of the dtype")[0].clone()
}

/// `start + position * distance` at the positions `first + index * step`.
struct Sequence<'a> {
    start: &'a Scalar,
    distance: &'a Scalar,
    first: u64,
    step: i64,
}

impl Sequence<'_> {
    /// Whole numbers are computed as such, wrapping; others in `float64`.
    fn fill(&self, output: &mut Buffer, range: Range<usize>) {
        let whole = |scalar: &Scalar| !matches!(scalar, Scalar::Float(_));
        macro_rules! fill {
            ($values:expr, $type:ty) => {{
                let positions = (0..).map(|index: i64| self.first.wrapping_add_signed(index.wrapping_mul(self.step)));
                let values = $values[range].iter_mut().zip(positions);
                if whole(self.start) && whole(self.distance) {
                    let (start, distance) = (self.integer(self.start), self.integer(self.distance));
                    for (value, position) in values {
                        *value = start.wrapping_add(distance.wrapping_mul(position as i64)) as $type;
                    }
                } else {
                    let (start, distance) = (self.float(self.start), self.float(self.distance));
                    for (value, position) in values {
                        *value = (start + distance * position as f64) as $type;
                    }
                }
            }};
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
            Buffer::Float32(values) => fill!(values, f32),
            Buffer::Float64(values) => fill!(values, f64),
            Buffer::Bool(_) | Buffer::Text(_) => panic!("there are no sequences of {}", output.dtype()),
        }
    }

    fn integer(&self, scalar: &Scalar) -> i64 {
        scalar.as_i128().expect("a sequence is of numbers") as i64
    }

    fn float(&self, scalar: &Scalar) -> f64 {
        scalar.as_f64().expect("a sequence is of numbers")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generate(generator: &Generator, dtype: DType, first: u64, step: i64, count: usize) -> Buffer {
        let mut output = Buffer::zeros(dtype.storage(), count);
        generator.fill(dtype, first, step, &mut output, 0..count);
        output
    }

    #[test]
    fn sequences_count_in_steps_of_positions() {
        let generator = Generator::Arange { start: Scalar::Int(10), step: Scalar::Int(3) };
        assert_eq!(generate(&generator, DType::Int16, 2, -1, 3), Buffer::Int16(vec![16, 13, 10]));
        assert_eq!(generate(&generator, DType::Float32, 1, 2, 2), Buffer::Float32(vec![13.0, 19.0]));
        let generator = Generator::Arange { start: Scalar::Float(0.5), step: Scalar::Float(0.25) };
        assert_eq!(generate(&generator, DType::Float64, 0, 1, 3), Buffer::Float64(vec![0.5, 0.75, 1.0]));
    }

    #[test]
    fn only_the_range_is_written() {
        let mut output = Buffer::Int32(vec![7; 4]);
        Generator::Full(Scalar::Int(1)).fill(DType::Int32, 0, 1, &mut output, 1..3);
        assert_eq!(output, Buffer::Int32(vec![7, 1, 1, 7]));
        let mut output = Buffer::Text(vec!["a".into(); 2]);
        Generator::Full(Scalar::from("b")).fill(DType::Text, 0, 1, &mut output, 0..1);
        assert_eq!(output, Buffer::Text(vec!["b".into(), "a".into()]));
    }

    #[test]
    fn random_values_depend_on_their_position_alone() {
        let distributions = [
            (Distribution::Uniform { low: -1.0, high: 2.0 }, DType::Float64),
            (Distribution::Uniform { low: 0.0, high: 1.0 }, DType::Float32),
            (Distribution::Normal { mean: 1.0, standard_deviation: 2.0 }, DType::Float64),
            (Distribution::Integers { low: -5, high: 90 }, DType::Int8),
        ];
        for (distribution, dtype) in distributions {
            let generator = Generator::Random { seed: 42, distribution };
            let whole = generate(&generator, dtype, 0, 1, 1000);
            for (first, step, count) in [
                (0, 1, 1000),
                (1, 1, 999),
                (5, 1, 1),
                (999, -1, 1000),
                (998, -1, 77),
                (3, 7, 100),
                (900, -9, 100),
                (8, 0, 3),
            ] {
                let part = generate(&generator, dtype, first, step, count);
                for index in 0..count {
                    let position = first as i64 + step * index as i64;
                    assert_eq!(part.get(index), whole.get(position as usize), "{generator:?} {first} {step} {index}");
                }
            }
        }
    }
}
