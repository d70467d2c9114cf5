//! How well a polynomial fits: residuals, rank, singular values and covariances of `polyfit`.

use super::DatasetError;
use super::trend::{Basis, along};
use crate::array::{Chunk, DType, Scalar};
use crate::kernels::elementwise::{BinaryOp, UnaryOp};
use crate::kernels::reduction::ReductionOptions;
use crate::plan::Array;

/// The sum of squares of what is left of weighted values once their share of each column is taken; missing values are left
/// out.
pub(super) fn residuals(data: &Array, axis: usize, basis: &Basis, shares: &[Array]) -> Result<Array, DatasetError> {
    let mut left = data.clone();
    for (column, share) in basis.columns.iter().zip(shares) {
        let part = along(data, axis, column.clone())?.binary(BinaryOp::Multiply, &share.insert_axis(axis)?)?;
        left = left.binary(BinaryOp::Subtract, &part)?;
    }
    let options = ReductionOptions { skip_missing: true, ddof: 0 };
    Ok(left.unary(UnaryOp::Square)?.reduce("sum", &[axis], options)?)
}

impl Basis {
    /// The powers, each divided by its scale, in terms of the orthonormal columns: an upper triangle, by columns, highest
    /// degree first.
    fn triangle(&self) -> Vec<Vec<f64>> {
        let count = self.columns.len();
        let padded = |shares: &Vec<f64>| {
            let mut column = shares.clone();
            column.resize(count, 0.0);
            column
        };
        self.shares.iter().rev().map(padded).collect()
    }

    /// Singular values of the scaled powers, descending, by one-sided rotations of pairs of columns (Jacobi; Demmel and
    /// Veselić 1992, doi:10.1137/0613074).
    pub(super) fn singular_values(&self) -> Vec<f64> {
        let mut columns = self.triangle();
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        for _ in 0..60 {
            let mut rotated = false;
            for first in 0..columns.len() {
                for second in first + 1..columns.len() {
                    let (a, b) =
                        (product(&columns[first], &columns[first]), product(&columns[second], &columns[second]));
                    let c = product(&columns[first], &columns[second]);
                    if c.abs() <= 1e-16 * (a * b).sqrt() {
                        continue;
                    }
                    rotated = true;
                    let zeta = (b - a) / (2.0 * c);
                    let tangent = zeta.signum() / (zeta.abs() + (1.0 + zeta * zeta).sqrt());
                    let cosine = 1.0 / (1.0 + tangent * tangent).sqrt();
                    let sine = cosine * tangent;
                    for row in 0..columns[first].len() {
                        let (x, y) = (columns[first][row], columns[second][row]);
                        columns[first][row] = cosine * x - sine * y;
                        columns[second][row] = sine * x + cosine * y;
                    }
                }
            }
            if !rotated {
                break;
            }
        }
        let mut values: Vec<f64> = columns.iter().map(|column| product(column, column).sqrt()).collect();
        values.sort_by(|a, b| b.total_cmp(a));
        values
    }

    /// The number of singular values that count, as numpy's `matrix_rank` has it.
    pub(super) fn rank(&self) -> usize {
        let values = self.singular_values();
        let rows = self.columns.first().map_or(0, Vec::len);
        let least = values.first().copied().unwrap_or(0.0) * rows.max(values.len()) as f64 * f64::EPSILON;
        values.iter().filter(|value| **value > least).count()
    }

    /// The inverse of the products of the powers with one another, highest degree first: covariances of coefficients before
    /// they are scaled by the variance of residuals.
    pub(super) fn covariances(&self) -> Vec<Vec<f64>> {
        let count = self.columns.len();
        // The inverse of the triangle of shares, lowest degree first: `inverse[j]` is a column of it.
        let mut inverse: Vec<Vec<f64>> = Vec::new();
        for column in 0..count {
            let mut own = vec![0.0; count];
            for row in (0..=column).rev() {
                let unit = if row == column { 1.0 } else { 0.0 };
                let rest: f64 = (row + 1..=column).map(|inner| self.shares[inner][row] * own[inner]).sum();
                own[row] = (unit - rest) / self.shares[row][row];
            }
            inverse.push(own);
        }
        let entry = |i: usize, j: usize| {
            let product: f64 = (0..count).map(|k| inverse[k][i] * inverse[k][j]).sum();
            product / (self.scales[i] * self.scales[j])
        };
        (0..count).rev().map(|i| (0..count).rev().map(|j| entry(i, j)).collect()).collect()
    }
}

/// Covariances times a variance for each element: first axes for the pair of coefficients, then those of the elements.
pub(super) fn scaled_covariances(basis: &Basis, variance: Option<&Array>) -> Result<Array, DatasetError> {
    let count = basis.columns.len();
    let values: Vec<f64> = basis.covariances().concat();
    match variance {
        None => Ok(Array::in_memory(Chunk::from_values(vec![count, count], values)?)),
        Some(variance) => {
            let shape = [&[count, count][..], &vec![1; variance.ndim()]].concat();
            let covariances = Array::in_memory(Chunk::from_values(shape, values)?);
            Ok(covariances.binary(BinaryOp::Multiply, variance)?)
        }
    }
}

/// Residuals by the degrees of freedom that are left.
pub(super) fn variance(residuals: &Array, freedom: usize) -> Result<Array, DatasetError> {
    let freedom = Array::scalar(Scalar::Float(freedom as f64), DType::Float64)?;
    Ok(residuals.binary(BinaryOp::Divide, &freedom)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn singular_values_and_covariances_are_those_of_the_powers() {
        // numpy: x = [0, 1, 2, 4]; a = vander(x, 2) / norms; svd(a), inv(vander(x, 2).T @ vander(x, 2))
        let basis = Basis::new(&[0.0, 1.0, 2.0, 4.0], 1, None);
        let values = basis.singular_values();
        assert!(
            (values[0] - 1.328_067_248_231_795_4).abs() < 1e-12 && (values[1] - 0.486_042_574_445_929_24).abs() < 1e-12,
            "{values:?}"
        );
        assert_eq!(basis.rank(), 2);
        let covariances = basis.covariances();
        let expected = [[4.0 / 35.0, -0.2], [-0.2, 0.6]];
        for (row, expected) in covariances.iter().zip(expected) {
            assert!(row.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{covariances:?}");
        }
    }
}
