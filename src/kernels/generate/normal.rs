//! Quantiles of the normal distribution, for random numbers with the same bits everywhere.
//!
//! Algorithm AS 241, PPND16: Wichura 1988, doi:10.2307/2347330; relative error about 1e-16.

use crate::kernels::vectors::{self, Loop};

/// Turns uniform probabilities, each in the open interval 0..1, into standard normal values.
///
/// Most values lie in the centre, where two polynomials are enough: those are computed for all without branches, as
/// vectors, then the tails, which need a logarithm, one by one.
pub(super) fn from_uniform(values: &mut [f64], probabilities: &[f64]) {
    vectors::widest(Central { values: &mut *values, probabilities });
    for (value, &probability) in values.iter_mut().zip(probabilities) {
        let centred = probability - 0.5;
        if centred.abs() > 0.425 {
            *value = tail(probability.min(1.0 - probability)).copysign(centred);
        }
    }
}

/// Values as if all lay in the centre.
struct Central<'a> {
    values: &'a mut [f64],
    probabilities: &'a [f64],
}

impl Loop for Central<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        for (value, &probability) in self.values.iter_mut().zip(self.probabilities) {
            let centred = probability - 0.5;
            let square = 0.180625 - centred * centred;
            *value = centred * polynomial(&CENTRE.0, square) / polynomial(&CENTRE.1, square);
        }
    }
}

/// The magnitude of a value that less than 7.5 % lie beyond.
fn tail(probability: f64) -> f64 {
    let distance = (-libm::log(probability)).sqrt();
    let (coefficients, offset) = if distance <= 5.0 { (&NEAR, 1.6) } else { (&FAR, 5.0) };
    polynomial(&coefficients.0, distance - offset) / polynomial(&coefficients.1, distance - offset)
}

/// By Horner's rule, the highest power first.
#[inline(always)]
fn polynomial(coefficients: &[f64; 8], x: f64) -> f64 {
    coefficients.iter().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

/// Numerator and denominator.
type Rational = ([f64; 8], [f64; 8]);

/// Within 0.425 of one half.
const CENTRE: Rational = (
    [
        2509.0809287301227,
        33430.57558358813,
        67265.7709270087,
        45921.95393154987,
        13731.69376550946,
        1971.5909503065513,
        133.14166789178438,
        3.3871328727963665,
    ],
    [
        5226.495278852854,
        28729.085735721943,
        39307.89580009271,
        21213.794301586597,
        5394.196021424751,
        687.1870074920579,
        42.31333070160091,
        1.0,
    ],
);

/// In the tails, to about 6.6 standard deviations.
const NEAR: Rational = (
    [
        0.0007745450142783414,
        0.022723844989269184,
        0.2417807251774506,
        1.2704582524523684,
        3.6478483247632045,
        5.769497221460691,
        4.630337846156546,
        1.4234371107496835,
    ],
    [
        1.0507500716444169e-09,
        0.0005475938084995345,
        0.015198666563616457,
        0.14810397642748008,
        0.6897673349851,
        1.6763848301838038,
        2.053191626637759,
        1.0,
    ],
);

/// Beyond.
const FAR: Rational = (
    [
        2.0103343992922881e-07,
        2.7115555687434876e-05,
        0.0012426609473880784,
        0.026532189526576124,
        0.29656057182850487,
        1.7848265399172913,
        5.463784911164114,
        6.657904643501103,
    ],
    [
        2.0442631033899397e-15,
        1.421511758316446e-07,
        1.8463183175100548e-05,
        0.0007868691311456133,
        0.014875361290850615,
        0.1369298809227358,
        0.599832206555888,
        1.0,
    ],
);

#[cfg(test)]
mod tests {
    use super::*;

    /// Of CPython's `statistics.NormalDist().inv_cdf`.
    #[test]
    #[allow(clippy::excessive_precision, reason = "digits as they were printed")]
    fn quantiles_are_those_of_the_normal_distribution() {
        let known = [
            (0.5, 0.0),
            (0.3, -0.5244005127080407),
            (0.92, 1.4050715603096327),
            (0.99, 2.3263478740408408),
            (0.01, -2.3263478740408408),
            (1e-06, -4.753424308822899),
            (1e-13, -7.3487961028006765),
            (1.1102230246251565e-16, -8.209536151601386),
            (0.9999999999999999, 8.209536151601386),
        ];
        for (probability, expected) in known {
            let mut value = [0.0];
            from_uniform(&mut value, &[probability]);
            assert!((value[0] - expected).abs() <= 4e-15 * expected.abs(), "{probability}: {} {expected}", value[0]);
        }
    }
}
