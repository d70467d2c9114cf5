//! `weighted(...).quantile`: quantiles of values that count more or less.
//!
//! Values and weights become pairs along a last axis, which a task reduces with the others: it holds all of them behind
//! the elements that it computes.

use super::align::align;
use super::quantile::{Probabilities, QUANTILE};
use super::reduce::{Dims, ReduceOptions};
use super::weighted::Weights;
use super::{Attributes, DataArray, Dataset, DatasetError, Join, Variable, broadcast};
use crate::array::DType;
use crate::kernels::quantile::QuantileKind;
use crate::plan::Array;

impl DataArray {
    /// Weighted quantiles over dimensions, `float64`; a first dimension has several, a coordinate their probabilities.
    /// Dimensions of length 1 are dropped, as in xarray.
    ///
    /// # Errors
    /// Where a dimension doesn't exist, a probability isn't one, or the dtype has no quantiles.
    pub fn quantile_weighted(
        &self,
        weights: &Weights,
        probabilities: &Probabilities,
        dims: &Dims,
        options: ReduceOptions,
    ) -> Result<DataArray, DatasetError> {
        let known = |name: &&String| self.dims().contains(name) || weights.dims().contains(name);
        if let Dims::Named(names) = dims
            && let Some(missing) = names.iter().find(|name| !known(name))
        {
            let (missing, expected) = (super::error::tuple(&[missing]), super::error::tuple(self.dims()));
            return Err(DatasetError::WeightedDimensions { missing, expected });
        }
        if !probabilities.values().iter().all(|value| (0.0..=1.0).contains(value)) {
            return Err(DatasetError::ProbabilityRange);
        }
        if !self.dtype().is_numeric() {
            let (name, dtype) = (self.name().unwrap_or_default().to_owned(), self.dtype());
            return Err(DatasetError::UnsupportedDtype { name, dtype, operation: "weighted quantiles" });
        }
        let dims = match dims {
            Dims::All => Dims::Named(self.dims().to_vec()),
            named => named.clone(),
        };
        let aligned = align(&[self.as_dataset(), weights.array().as_dataset()], Join::Inner)?;
        let both = broadcast(&aligned, &[])?;
        let (values, weights) = (self.like(both[0].clone()), weights.array().like(both[1].clone()));
        let weights = weights.transpose(values.dims(), true)?;
        let skips = options.skipna.unwrap_or(self.dtype().is_float());
        let variable = pairs(&values, &weights)?;
        let axes: Vec<usize> = (0..values.dims().len()).filter(|&axis| dims.contains(&values.dims()[axis])).collect();
        let reduced = [&axes[..], &[values.dims().len()]].concat();
        let kind = QuantileKind::Weighted(probabilities.values().to_vec());
        let found = variable.quantile(kind, &reduced, skips)?;
        let kept = values.dims().iter().filter(|name| !dims.contains(name)).cloned();
        let mut coordinates = values.coordinates.clone();
        coordinates.retain(|_, coordinate| !dims.touch(coordinate));
        let attributes = if options.keep_attrs { self.attributes().clone() } else { Attributes::new() };
        let names = std::iter::once(QUANTILE.to_owned()).chain(kept).collect();
        let variable = Variable::new(names, found)?.with_attributes(attributes);
        let several = Probabilities::Several(probabilities.values().to_vec());
        coordinates.insert(QUANTILE.to_owned(), several.coordinate()?);
        DataArray { name: self.name.clone(), variable, coordinates }.squeeze(None, false)
    }
}

/// Values and weights beside one another along a last axis.
fn pairs(values: &DataArray, weights: &DataArray) -> Result<Array, DatasetError> {
    let ndim = values.dims().len();
    let last = |array: &DataArray| -> Result<Array, DatasetError> {
        Ok(array.data().cast(DType::Float64)?.insert_axis(ndim)?)
    };
    Ok(Array::concatenate(&[last(values)?, last(weights)?], ndim)?)
}

impl Dataset {
    /// Weighted quantiles of every data variable over dimensions.
    ///
    /// # Errors
    /// As [`DataArray::quantile_weighted`].
    pub fn quantile_weighted(
        &self,
        weights: &Weights,
        probabilities: &Probabilities,
        dims: &Dims,
        options: ReduceOptions,
    ) -> Result<Dataset, DatasetError> {
        let mut found = Dataset::default();
        for name in self.data_variables.keys() {
            let quantiles = self.get(name)?.quantile_weighted(weights, probabilities, dims, options)?;
            found.coordinates.extend(quantiles.coordinates);
            found.data_variables.insert(name.clone(), quantiles.variable);
        }
        if options.keep_attrs {
            found.attributes = self.attributes.clone();
        }
        Ok(found)
    }
}
