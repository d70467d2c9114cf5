//! Arrays that are computed from element positions alone: constants, sequences, random numbers.

use crate::array::{Buffer, DType, Scalar};
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
    /// Writes the values at positions `first`, `first + step`, ... into `output[range]`.
    pub fn fill(&self, _dtype: DType, _first: u64, _step: i64, _output: &mut Buffer, _range: Range<usize>) {
        todo!()
    }
}
