//! Where a quantile lies among sorted values: numpy's methods, of Hyndman and Fan (1996), doi:10.1080/00031305.1996.10473566.

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
    pub(super) fn picks_values(self) -> bool {
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
    pub(super) fn place(self, count: usize, probability: f64) -> (usize, usize, f64) {
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
