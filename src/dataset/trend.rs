//! Least-squares polynomials along a dimension: `polyfit`, and their values: `polyval`.
//!
//! Powers of the coordinate are made orthonormal first (modified Gram-Schmidt, twice: doi:10.1007/978-1-4612-0873-5 of Björck,
//! section 2.4.5), so that what is left to solve for each element is close to the identity, however far the coordinate is
//! from 0: sums over the data of each column, and, where values are missing, of each pair of columns.

use super::arithmetic::AttributeRule;
use super::calculus::number;
use super::instants::Instants;
use super::missing::is_missing;
use super::trend_quality::{residuals, scaled_covariances, variance};
use super::{DataArray, Dataset, DatasetError, IndexRole, Join, Operand, Variable};
use crate::array::{Chunk, DType};
use crate::kernels::elementwise::{BinaryOp, UnaryOp};
use crate::kernels::reduction::ReductionOptions;
use crate::plan::Array;
use indexmap::IndexMap;

/// The dimension of the coefficients, highest degree first.
const DEGREE: &str = "degree";
const COEFFICIENTS: &str = "polyfit_coefficients";

/// Where values lie: times in nanoseconds since 1970, as xarray counts them here.
fn places(name: &str, labels: &Chunk) -> Result<Vec<f64>, DatasetError> {
    match Instants::of(labels) {
        Some(Instants { times, .. }) => {
            Ok(times.into_iter().map(|time| time.map_or(f64::NAN, |time| time as f64)).collect())
        }
        None => super::interpolate::label_numbers(name, labels, labels),
    }
}

/// Orthonormal columns of the powers of places, and how much of each is in each power: `power[j] = sum of shares[j][k]
/// columns[k]`, once each power is divided by its scale.
pub(super) struct Basis {
    pub(super) columns: Vec<Vec<f64>>,
    pub(super) shares: Vec<Vec<f64>>,
    pub(super) scales: Vec<f64>,
}

/// Whether covariances of coefficients are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Covariance {
    /// No.
    #[default]
    None,
    /// Scaled by the variance of what is left.
    Scaled,
    /// As the places alone have it.
    Unscaled,
}

/// What `polyfit` is told beside a degree.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PolyfitOptions {
    /// What values count, one for each label.
    pub weights: Option<Vec<f64>>,
    /// Residuals, rank and singular values too.
    pub full: bool,
    /// Covariances too.
    pub covariance: Covariance,
}

impl Basis {
    pub(super) fn new(places: &[f64], degree: usize, weights: Option<&[f64]>) -> Basis {
        let count = degree + 1;
        let (mut columns, mut scales): (Vec<Vec<f64>>, Vec<f64>) = (Vec::new(), Vec::new());
        let mut shares: Vec<Vec<f64>> = Vec::new();
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        for power in 0..count {
            let mut column: Vec<f64> = places.iter().map(|place| place.powi(power as i32)).collect();
            if let Some(weights) = weights {
                column.iter_mut().zip(weights).for_each(|(value, weight)| *value *= weight);
            }
            let scale = product(&column, &column).sqrt();
            let scale = if scale == 0.0 { 1.0 } else { scale };
            column.iter_mut().for_each(|value| *value /= scale);
            scales.push(scale);
            let mut own = vec![0.0; power + 1];
            for _ in 0..2 {
                for (total, known) in own.iter_mut().zip(&columns) {
                    let share = product(known, &column);
                    *total += share;
                    column.iter_mut().zip(known).for_each(|(value, known)| *value -= share * known);
                }
            }
            let length = product(&column, &column).sqrt();
            own[power] = length;
            shares.push(own);
            column.iter_mut().for_each(|value| *value /= length);
            columns.push(column);
        }
        Basis { columns, shares, scales }
    }
}

fn subtract(a: &Array, b: &Array) -> Result<Array, DatasetError> {
    Ok(a.binary(BinaryOp::Subtract, b)?)
}

fn multiply(a: &Array, b: &Array) -> Result<Array, DatasetError> {
    Ok(a.binary(BinaryOp::Multiply, b)?)
}

fn divide(a: &Array, b: &Array) -> Result<Array, DatasetError> {
    Ok(a.binary(BinaryOp::Divide, b)?)
}

/// Values along an axis of an array.
pub(super) fn along(data: &Array, axis: usize, values: Vec<f64>) -> Result<Array, DatasetError> {
    let mut shape = vec![1; data.ndim()];
    shape[axis] = values.len();
    Ok(Array::in_memory(Chunk::from_values(shape, values)?))
}

/// How much of each orthonormal column is in values along an axis.
fn shares_of_columns(data: &Array, axis: usize, basis: &Basis) -> Result<Vec<Array>, DatasetError> {
    let along = |values: Vec<f64>| along(data, axis, values);
    let options = ReductionOptions { skip_missing: true, ddof: 0 };
    let total = |values: Array| -> Result<Array, DatasetError> { Ok(values.reduce("sum", &[axis], options)?) };
    let count = basis.columns.len();
    let known = is_missing(data)?.unary(UnaryOp::LogicalNot)?.cast(DType::Float64)?;
    let mut right = Vec::new();
    for column in &basis.columns {
        right.push(total(multiply(data, &along(column.clone())?)?)?);
    }
    // The lower triangle of the columns' products over what isn't missing.
    let mut left: Vec<Vec<Array>> = Vec::new();
    for row in 0..count {
        let mut products = Vec::new();
        for column in 0..=row {
            let pair = basis.columns[row].iter().zip(&basis.columns[column]).map(|(a, b)| a * b).collect();
            products.push(total(multiply(&known, &along(pair)?)?)?);
        }
        left.push(products);
    }
    solve(left, right)
}

/// Coefficients of a polynomial, lowest degree first, of the shares of the columns.
fn coefficients(found: &[Array], basis: &Basis) -> Result<Vec<Array>, DatasetError> {
    let count = basis.columns.len();
    // Back from orthonormal columns to powers.
    let mut powers: Vec<Array> = Vec::new();
    for row in (0..count).rev() {
        let mut rest = found[row].clone();
        for (later, value) in (row + 1..count).rev().zip(&powers) {
            rest = subtract(&rest, &multiply(value, &number(basis.shares[later][row])?)?)?;
        }
        powers.push(divide(&rest, &number(basis.shares[row][row])?)?);
    }
    let scaled = powers.into_iter().rev().zip(&basis.scales);
    scaled.map(|(value, scale)| divide(&value, &number(*scale)?)).collect()
}

/// Solves a symmetric system given by its lower triangle, for each element (Cholesky's decomposition without roots).
fn solve(left: Vec<Vec<Array>>, right: Vec<Array>) -> Result<Vec<Array>, DatasetError> {
    let count = right.len();
    let (mut lower, mut diagonal): (Vec<Vec<Array>>, Vec<Array>) = (Vec::new(), Vec::new());
    for (row, products) in left.iter().enumerate() {
        let mut factors: Vec<Array> = Vec::new();
        for (column, product) in products.iter().enumerate().take(row) {
            let mut value = product.clone();
            for inner in 0..column {
                let known: &Array = &lower[column][inner];
                value = subtract(&value, &multiply(&multiply(&factors[inner], known)?, &diagonal[inner])?)?;
            }
            factors.push(divide(&value, &diagonal[column])?);
        }
        let mut pivot = products[row].clone();
        for (factor, earlier) in factors.iter().zip(&diagonal) {
            pivot = subtract(&pivot, &multiply(&multiply(factor, factor)?, earlier)?)?;
        }
        diagonal.push(pivot);
        lower.push(factors);
    }
    let mut forward: Vec<Array> = Vec::new();
    for (row, value) in right.into_iter().enumerate() {
        let mut value = value;
        for (factor, earlier) in lower[row].iter().zip(&forward) {
            value = subtract(&value, &multiply(factor, earlier)?)?;
        }
        forward.push(value);
    }
    let mut solution: Vec<Array> = Vec::new();
    for row in (0..count).rev() {
        let mut value = divide(&forward[row], &diagonal[row])?;
        for (later, known) in (row + 1..count).rev().zip(&solution) {
            value = subtract(&value, &multiply(&lower[later][row], known)?)?;
        }
        solution.push(value);
    }
    solution.reverse();
    Ok(solution)
}

impl Dataset {
    /// Coefficients of the polynomial of a degree that is closest to every data variable along a dimension, missing values
    /// left out: `NAME_polyfit_coefficients`, highest degree first.
    ///
    /// # Errors
    /// Where the dimension doesn't exist, or has labels that are neither numbers nor times.
    pub fn polyfit(&self, dimension: &str, degree: usize, options: &PolyfitOptions) -> Result<Dataset, DatasetError> {
        self.polyfit_named(dimension, degree, options, &|name| format!("{name}_"))
    }

    fn polyfit_named(
        &self,
        dimension: &str,
        degree: usize,
        options: &PolyfitOptions,
        prefix: &dyn Fn(&str) -> String,
    ) -> Result<Dataset, DatasetError> {
        let labels = self.get(dimension).map_err(|_| DatasetError::NoSuchCoordinate { name: dimension.to_owned() })?;
        let lazy = || DatasetError::LazyIndex { name: dimension.to_owned() };
        let places = places(dimension, labels.variable.values().ok_or_else(lazy)?)?;
        if let Some(weights) = options.weights.as_ref().filter(|weights| weights.len() != places.len()) {
            let found = format!(
                "w takes one weight for each of the labels of {dimension}, which don't have the same length: found {}",
                weights.len()
            );
            return Err(DatasetError::Weights { found });
        }
        if options.covariance == Covariance::Scaled && places.len() <= degree + 1 {
            return Err(DatasetError::TooFewPoints);
        }
        let along_degree = self.free_name(DEGREE);
        let basis = Basis::new(&places, degree, options.weights.as_deref());
        let mut fit = Dataset { attributes: self.attributes.clone(), ..Dataset::default() };
        if options.full {
            let rank = Array::scalar(crate::array::Scalar::Int(basis.rank() as i64), DType::Int64)?;
            let values = Array::in_memory(Chunk::from_values(vec![degree + 1], basis.singular_values())?);
            let (rank, values) = (Variable::new(Vec::new(), rank)?, Variable::new(vec![along_degree.clone()], values)?);
            fit.data_variables.insert(format!("{dimension}_matrix_rank"), rank);
            fit.data_variables.insert(format!("{dimension}_singular_values"), values);
        }
        for (variable_name, variable) in &self.data_variables {
            let Some(axis) = variable.axis(dimension).filter(|_| variable.dtype().is_numeric()) else { continue };
            let mut data = variable.data.cast(DType::Float64)?;
            if let Some(weights) = &options.weights {
                data = multiply(&data, &along(&data, axis, weights.clone())?)?;
            }
            let shares = shares_of_columns(&data, axis, &basis)?;
            let found = coefficients(&shares, &basis)?;
            let rest: Vec<String> = variable.dims.iter().filter(|name| *name != dimension).cloned().collect();
            let dims = [&[along_degree.clone()][..], &rest].concat();
            let stacked = stacked(found.into_iter().rev().collect())?;
            let prefix = prefix(variable_name);
            fit.data_variables.insert(format!("{prefix}{COEFFICIENTS}"), Variable::new(dims, stacked)?);
            if options.full || options.covariance == Covariance::Scaled {
                let left = residuals(&data, axis, &basis, &shares)?;
                let variance = variance(&left, places.len().saturating_sub(degree + 1).max(1))?;
                let name = format!("{prefix}polyfit_residuals");
                fit.data_variables.insert(name, Variable::new(rest.clone(), left)?);
                if options.covariance == Covariance::Scaled {
                    let dims = [&["cov_i", "cov_j"].map(str::to_owned)[..], &rest].concat();
                    let values = Variable::new(dims, scaled_covariances(&basis, Some(&variance))?)?;
                    fit.data_variables.insert(format!("{prefix}polyfit_covariance"), values);
                }
            }
            if options.covariance == Covariance::Unscaled {
                let dims = ["cov_i", "cov_j"].map(str::to_owned).to_vec();
                let values = Variable::new(dims, scaled_covariances(&basis, None)?)?;
                fit.data_variables.insert(format!("{prefix}polyfit_covariance"), values);
            }
        }
        let degrees: Vec<i64> = (0..=degree as i64).rev().collect();
        let degrees = Array::in_memory(Chunk::from_values(vec![degree + 1], degrees)?);
        fit.coordinates.insert(along_degree.clone(), Variable::new(vec![along_degree], degrees)?);
        for (coordinate, variable) in &self.coordinates {
            // What has the name of a dimension becomes its index again where it was none.
            if variable.dims == std::slice::from_ref(coordinate) && coordinate != dimension {
                let role = if variable.role == IndexRole::None { IndexRole::default() } else { variable.role.clone() };
                fit.coordinates.insert(coordinate.clone(), Variable { role, ..variable.clone() });
            }
        }
        Ok(fit)
    }
    /// A name as that of a new dimension: after underscores where there is one of that name.
    fn free_name(&self, name: &str) -> String {
        let sizes = self.sizes();
        let mut free = name.to_owned();
        while sizes.contains_key(&free) {
            free.insert(0, '_');
        }
        free
    }
}

/// Arrays of one shape along a new first axis.
fn stacked(arrays: Vec<Array>) -> Result<Array, DatasetError> {
    let count = arrays.len();
    let mut arrays = arrays.into_iter().enumerate();
    let (_, first) = arrays.next().expect("a polynomial has a coefficient");
    let mut stacked = first.insert_axis(0)?;
    stacked = stacked.broadcast_to(&[&[count][..], &stacked.shape()[1..]].concat())?;
    for (position, array) in arrays {
        let mut shape = vec![1; stacked.ndim()];
        shape[0] = count;
        let here: Vec<bool> = (0..count).map(|at| at == position).collect();
        let here = Array::in_memory(Chunk::from_values(shape, here)?);
        stacked = here.select(&array.insert_axis(0)?, &stacked)?;
    }
    Ok(stacked)
}

impl DataArray {
    /// Coefficients of the closest polynomial along a dimension, missing values left out: `polyfit_coefficients`.
    ///
    /// # Errors
    /// As [`Dataset::polyfit`].
    pub fn polyfit(&self, dimension: &str, degree: usize, options: &PolyfitOptions) -> Result<Dataset, DatasetError> {
        let mut fit = self.as_dataset().polyfit_named(dimension, degree, options, &|_| String::new())?;
        fit.attributes = IndexMap::new();
        Ok(fit)
    }

    /// The values of polynomials, whose coefficients lie along `degree`, at these places.
    ///
    /// # Errors
    /// Where the coefficients have no such dimension with labels, or places are neither numbers nor times.
    pub fn polyval(&self, coefficients: &DataArray) -> Result<DataArray, DatasetError> {
        let no_degrees = || DatasetError::NoSuchCoordinate { name: DEGREE.to_owned() };
        let degrees = coefficients.coordinates.get(DEGREE).and_then(Variable::values).ok_or_else(no_degrees)?;
        let degree_at = |at: usize| degrees.get(at).and_then(|degree| degree.as_i128()).unwrap_or(0);
        let highest = (0..degrees.len()).map(degree_at).max().unwrap_or(0);
        let mut places_of = self.clone();
        if let Some(values) = self.variable.values()
            && (values.dtype().is_time() || values.dtype().is_integer())
        {
            let numbers = Chunk::from_values(values.shape().to_vec(), places("coord", values)?)?;
            places_of.variable.data = Array::in_memory(numbers);
        }
        places_of.variable.attributes.clear();
        let of_degree = |degree: i128| -> Result<Option<DataArray>, DatasetError> {
            let Some(at) = (0..degrees.len()).find(|&at| degree_at(at) == degree) else { return Ok(None) };
            let chosen = IndexMap::from([(DEGREE.to_owned(), super::Indexer::At(at as i64))]);
            coefficients.isel(&chosen, true).map(Some)
        };
        let join = |left: &DataArray, operation, right: &DataArray| -> Result<DataArray, DatasetError> {
            let right = Operand::from(right.clone());
            left.binary_with(operation, &right, false, Join::Inner, AttributeRule::Drop)?.try_into()
        };
        let zeros = places_of.binary_with(
            BinaryOp::Multiply,
            &crate::array::Scalar::Float(0.0).into(),
            false,
            Join::Inner,
            AttributeRule::Drop,
        )?;
        let mut value: DataArray = zeros.try_into()?;
        for degree in (0..=highest).rev() {
            if degree < highest {
                value = join(&value, BinaryOp::Multiply, &places_of)?;
            }
            if let Some(coefficient) = of_degree(degree)? {
                value = join(&value, BinaryOp::Add, &coefficient)?;
            }
        }
        Ok(value.with_name(None))
    }
}
