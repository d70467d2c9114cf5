//! Sums of products and what is made of them: `xr.dot`, `xr.cov`, `xr.corr`.

use super::{DataArray, Dataset, DatasetError, Dims, Operand, ReduceOptions};
use crate::array::Scalar;
use crate::kernels::elementwise::BinaryOp;
use crate::plan::Array;

/// One array of an operation that has only arrays.
fn combine(left: &DataArray, operation: BinaryOp, right: &DataArray) -> Result<DataArray, DatasetError> {
    left.binary(operation, &Operand::from(right.clone()), false)?.try_into()
}

/// The sum of the products of arrays over some dimensions, or over those that several of them have. Of arrays in memory in
/// their common dtype, as numpy's, else in that of a sum, as Dask's.
///
/// # Errors
/// Where a dimension doesn't exist or labels don't fit.
pub fn dot(arrays: &[DataArray], dims: &Dims, all_dims_where_unnamed: bool) -> Result<DataArray, DatasetError> {
    let (first, others) = arrays.split_first().ok_or(DatasetError::Unlabelled { operation: "dot" })?;
    let mut order: Vec<String> = Vec::new();
    let mut shared: Vec<String> = Vec::new();
    for name in arrays.iter().flat_map(|array| array.dims()) {
        if !order.contains(name) {
            order.push(name.clone());
        } else if !shared.contains(name) {
            shared.push(name.clone());
        }
    }
    let dims = match dims {
        Dims::All if !all_dims_where_unnamed => Dims::Named(shared),
        dims => dims.clone(),
    };
    // The labels of the result are those of a sum of products; its values are computed otherwise.
    let mut product = first.clone();
    for other in others {
        product = combine(&product, BinaryOp::Multiply, other)?;
    }
    let options = ReduceOptions { skipna: Some(false), ddof: 0, keep_attrs: true };
    let mut summed = product.reduce("sum", &dims, options)?.with_name(first.name.clone());
    *summed.attributes_mut() = first.attributes().clone();
    let left: Vec<String> = order.iter().filter(|name| summed.dims().contains(name)).cloned().collect();
    if !left.is_empty() {
        summed = summed.transpose(&left, true)?;
    }
    summed.variable.data = contracted(arrays, &order, &left)?;
    Ok(summed)
}

/// The sums of products of arrays, on common labels, over all dimensions but those that are `left`.
fn contracted(arrays: &[DataArray], order: &[String], left: &[String]) -> Result<Array, DatasetError> {
    let datasets: Vec<Dataset> = arrays.iter().map(DataArray::as_dataset).collect();
    let aligned = super::align::align(&datasets, super::Join::Inner)?;
    let label = |name: &String| {
        let position = order.iter().position(|other| other == name).expect("the order has every dimension");
        char::from_u32(u32::from('a') + position as u32).expect("arrays have few dimensions")
    };
    let labels = |names: &[String]| names.iter().map(label).collect::<Vec<char>>();
    let operand = |(array, dataset): (&DataArray, Dataset)| {
        let array = array.like(dataset);
        (array.data().clone(), labels(array.dims()))
    };
    let operands: Vec<_> = arrays.iter().zip(aligned).map(operand).collect();
    let sums = Array::contract(&operands, &labels(left))?;
    if !operands.iter().all(|(array, _)| array.is_unchunked()) {
        return Ok(sums);
    }
    let common = operands.iter().map(|(array, _)| array.dtype()).reduce(|a, b| a.promote(b).unwrap_or(a));
    Ok(sums.cast(common.unwrap_or(sums.dtype()))?)
}

/// Both arrays on common labels, where neither is missing; their deviations from their means; and the count of values.
struct Deviations {
    values: [DataArray; 2],
    deviations: [DataArray; 2],
    count: DataArray,
}

impl Deviations {
    fn of(a: &DataArray, b: &DataArray, dims: &Dims) -> Result<Deviations, DatasetError> {
        let aligned = super::align::align(&[a.as_dataset(), b.as_dataset()], super::Join::Inner)?;
        let (a, b) = (a.like(aligned[0].clone()), b.like(aligned[1].clone()));
        let valid = Operand::from(combine(&a.notnull()?, BinaryOp::BitwiseAnd, &b.notnull()?)?);
        let values = [a.where_(&valid, None)?, b.where_(&valid, None)?];
        let mean = |array: &DataArray| {
            combine(array, BinaryOp::Subtract, &array.reduce("mean", dims, ReduceOptions::default())?)
        };
        let deviations = [mean(&values[0])?, mean(&values[1])?];
        let count = DataArray::try_from(valid)?.reduce("sum", dims, ReduceOptions::default())?;
        Ok(Deviations { values, deviations, count })
    }

    fn covariance(&self, dims: &Dims) -> Result<DataArray, DatasetError> {
        let [a, b] = &self.deviations;
        combine(a, BinaryOp::Multiply, b)?.reduce("mean", dims, ReduceOptions::default())
    }
}

/// The covariance of two arrays over some dimensions, of the values that neither misses.
///
/// # Errors
/// Where labels don't fit or a dimension doesn't exist.
pub fn covariance(a: &DataArray, b: &DataArray, dims: &Dims, ddof: i64) -> Result<DataArray, DatasetError> {
    let both = Deviations::of(a, b, dims)?;
    let degrees: DataArray = both.count.binary(BinaryOp::Subtract, &Scalar::Int(ddof).into(), false)?.try_into()?;
    combine(&both.covariance(dims)?, BinaryOp::Multiply, &combine(&both.count, BinaryOp::Divide, &degrees)?)
}

/// Pearson's correlation of two arrays over some dimensions, of the values that neither misses.
///
/// # Errors
/// Where labels don't fit or a dimension doesn't exist.
pub fn correlation(a: &DataArray, b: &DataArray, dims: &Dims) -> Result<DataArray, DatasetError> {
    let both = Deviations::of(a, b, dims)?;
    let [a, b] = &both.values;
    let spread = combine(
        &a.reduce("std", dims, ReduceOptions::default())?,
        BinaryOp::Multiply,
        &b.reduce("std", dims, ReduceOptions::default())?,
    )?;
    combine(&both.covariance(dims)?, BinaryOp::Divide, &spread)
}
