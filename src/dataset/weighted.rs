//! `weighted`: sums, means and spreads of values that count more or less.
//!
//! Composed of ordinary operations, as xarray's own are: values times weights, summed, by the sum of the weights of the
//! values that aren't missing. What is summed of the same data is read once.

use super::arithmetic::AttributeRule;
use super::reduce::{Dims, ReduceOptions};
use super::{Attributes, DataArray, Dataset, DatasetError, Join, Operand};
use crate::array::{DType, Scalar};
use crate::kernels::elementwise::{BinaryOp, UnaryOp};

/// What a weighted reduction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each variant is xarray's method of its name")]
pub enum WeightedKind {
    SumOfWeights,
    SumOfSquares,
    Sum,
    Mean,
    Var,
    Std,
}

/// Weights, without missing values.
#[derive(Debug, Clone)]
pub struct Weights(DataArray);

impl Weights {
    /// Weights, as they are: what is missing among them makes what it weighs missing.
    pub fn new(weights: DataArray) -> Weights {
        Weights(weights)
    }

    /// The weights.
    pub fn array(&self) -> &DataArray {
        &self.0
    }

    /// The dimensions of the weights.
    pub fn dims(&self) -> &[String] {
        self.0.dims()
    }

    /// Values times weights, summed; missing values count as 0 where they are skipped.
    fn product_sum(&self, values: &DataArray, dims: &Dims, skipna: Option<bool>) -> Result<DataArray, DatasetError> {
        let skips = skipna.unwrap_or(values.dtype().is_float());
        let values = match skips && values.dtype().is_float() {
            true => values.fillna(&Scalar::Float(0.0).into())?,
            false => values.clone(),
        };
        let product = times(&values, BinaryOp::Multiply, &self.0)?;
        let options = ReduceOptions { skipna: Some(false), ..ReduceOptions::default() };
        product.reduce("sum", &only(dims, &product), options)
    }

    /// The sum of the weights of values that aren't missing; missing where that is 0.
    fn sum_of_weights(&self, values: &DataArray, dims: &Dims) -> Result<DataArray, DatasetError> {
        let present = values.notnull()?;
        let weights = match self.0.dtype() {
            DType::Bool => Weights(self.0.astype(DType::Int64)?),
            _ => self.clone(),
        };
        let sum = weights.product_sum(&present, dims, Some(false))?;
        let valid = sum.binary(BinaryOp::NotEqual, &Scalar::Float(0.0).into(), false)?;
        sum.where_(&valid, None)
    }

    fn mean(&self, values: &DataArray, dims: &Dims, skipna: Option<bool>) -> Result<DataArray, DatasetError> {
        let sum = self.product_sum(values, dims, skipna)?;
        times(&sum, BinaryOp::Divide, &self.sum_of_weights(values, dims)?)
    }

    fn sum_of_squares(&self, values: &DataArray, dims: &Dims, skipna: Option<bool>) -> Result<DataArray, DatasetError> {
        let deviations = times(values, BinaryOp::Subtract, &self.mean(values, dims, None)?)?;
        let squares = times(&deviations, BinaryOp::Multiply, &deviations)?;
        self.product_sum(&squares, dims, skipna)
    }

    fn reduce(
        &self,
        values: &DataArray,
        kind: WeightedKind,
        dims: &Dims,
        skipna: Option<bool>,
    ) -> Result<DataArray, DatasetError> {
        match kind {
            WeightedKind::SumOfWeights => self.sum_of_weights(values, dims),
            WeightedKind::SumOfSquares => self.sum_of_squares(values, dims, skipna),
            WeightedKind::Sum => self.product_sum(values, dims, skipna),
            WeightedKind::Mean => self.mean(values, dims, skipna),
            WeightedKind::Var | WeightedKind::Std => {
                let squares = self.sum_of_squares(values, dims, skipna)?;
                let variance = times(&squares, BinaryOp::Divide, &self.sum_of_weights(values, dims)?)?;
                if kind == WeightedKind::Std { variance.unary(UnaryOp::Sqrt) } else { Ok(variance) }
            }
        }
    }
}

/// An operation of two arrays by label, without attributes.
fn times(left: &DataArray, operation: BinaryOp, right: &DataArray) -> Result<DataArray, DatasetError> {
    let right = Operand::from(right.clone());
    left.binary_with(operation, &right, false, Join::Inner, AttributeRule::Drop)?.try_into()
}

/// Those of the dimensions that an array has.
fn only(dims: &Dims, array: &DataArray) -> Dims {
    match dims {
        Dims::All => Dims::All,
        Dims::Named(names) => Dims::Named(names.iter().filter(|name| array.dims().contains(name)).cloned().collect()),
    }
}

impl DataArray {
    /// A weighted reduction over dimensions of the array or the weights.
    ///
    /// # Errors
    /// Where a dimension doesn't exist or the dtypes can't be multiplied.
    pub fn reduce_weighted(
        &self,
        weights: &Weights,
        kind: WeightedKind,
        dims: &Dims,
        options: ReduceOptions,
    ) -> Result<DataArray, DatasetError> {
        if let Dims::Named(names) = dims {
            let known = |name: &&String| self.dims().contains(name) || weights.dims().contains(name);
            let missing: Vec<&String> = names.iter().filter(|name| !known(name)).collect();
            if !missing.is_empty() {
                let (missing, expected) = (super::error::tuple(&missing), super::error::tuple(self.dims()));
                return Err(DatasetError::WeightedDimensions { missing, expected });
            }
        }
        let mut reduced = weights.reduce(self, kind, dims, options.skipna)?.with_name(self.name.clone());
        *reduced.attributes_mut() = if options.keep_attrs { self.attributes().clone() } else { Attributes::new() };
        Ok(reduced)
    }
}

impl Dataset {
    /// A weighted reduction of every data variable over dimensions.
    ///
    /// # Errors
    /// Where dtypes can't be multiplied.
    pub fn reduce_weighted(
        &self,
        weights: &Weights,
        kind: WeightedKind,
        dims: &Dims,
        options: ReduceOptions,
    ) -> Result<Dataset, DatasetError> {
        let mut reduced = Dataset { coordinates: self.coordinates.clone(), ..Dataset::default() };
        reduced.coordinates.retain(|_, coordinate| !dims.touch(coordinate));
        for name in self.data_variables.keys() {
            let array = self.get(name)?;
            let own = match dims {
                Dims::All => Dims::All,
                Dims::Named(names) => Dims::Named(
                    names
                        .iter()
                        .filter(|name| array.dims().contains(name) || weights.dims().contains(name))
                        .cloned()
                        .collect(),
                ),
            };
            let found = array.reduce_weighted(weights, kind, &own, options)?;
            reduced.data_variables.insert(name.clone(), found.variable);
        }
        if options.keep_attrs {
            reduced.attributes = self.attributes.clone();
        }
        Ok(reduced)
    }
}
