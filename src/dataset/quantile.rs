//! Medians and quantiles over named dimensions.

use super::error::tuple;
use super::reduce::{Dims, ReduceOptions, leaves_out};
use super::{Attributes, DataArray, Dataset, DatasetError, Grouping, Variable};
use crate::array::Chunk;
use crate::kernels::quantile::{QuantileKind, QuantileMethod};
use crate::plan::Array;

/// Which quantiles.
#[derive(Debug, Clone, PartialEq)]
pub enum Probabilities {
    /// One: no dimension is added.
    One(f64),
    /// These: a first dimension `quantile` has one entry each.
    Several(Vec<f64>),
}

/// The dimension of several quantiles, and the coordinate with their probabilities.
pub(super) const QUANTILE: &str = "quantile";

impl Probabilities {
    pub(super) fn values(&self) -> &[f64] {
        match self {
            Probabilities::One(value) => std::slice::from_ref(value),
            Probabilities::Several(values) => values,
        }
    }

    pub(super) fn check(&self) -> Result<(), DatasetError> {
        match self.values().iter().all(|value| (0.0..=1.0).contains(value)) {
            true => Ok(()),
            false => Err(DatasetError::QuantileRange { found: format!("{:?}", self.values()) }),
        }
    }

    /// The coordinate with the probabilities.
    pub(super) fn coordinate(&self) -> Result<Variable, DatasetError> {
        let (dims, shape) = match self {
            Probabilities::One(_) => (Vec::new(), Vec::new()),
            Probabilities::Several(values) => (vec![QUANTILE.to_owned()], vec![values.len()]),
        };
        Variable::new(dims, Array::in_memory(Chunk::from_values(shape, self.values().to_vec())?))
    }
}

/// xarray's name of a method.
///
/// # Errors
/// [`DatasetError::QuantileMethod`] of what numpy doesn't know.
pub fn quantile_method(name: &str) -> Result<QuantileMethod, DatasetError> {
    let found = QuantileMethod::ALL.into_iter().find(|(known, _)| *known == name);
    found.map(|(_, method)| method).ok_or_else(|| DatasetError::QuantileMethod {
        name: name.to_owned(),
        known: QuantileMethod::ALL.map(|(known, _)| format!("'{known}'")).join(", "),
    })
}

impl Variable {
    /// Medians, or quantiles with a first dimension of several; by groups, their dimension takes the place of the one that
    /// is grouped.
    pub(super) fn quantiles(
        &self,
        kind: &QuantileKind,
        dims: &Dims,
        is_one: bool,
        grouping: Option<&Grouping>,
        options: ReduceOptions,
    ) -> Result<Variable, DatasetError> {
        let attributes = if options.keep_attrs { self.attributes.clone() } else { Attributes::new() };
        let axes: Vec<usize> = (0..self.dims.len()).filter(|&axis| dims.contains(&self.dims[axis])).collect();
        if axes.is_empty() && !self.dims.is_empty() {
            return Ok(Variable::new(self.dims.clone(), self.data.clone())?.with_attributes(attributes));
        }
        let groups = grouping.and_then(|grouping| Some(grouping.groups(self.axis(grouping.dimension())?)));
        let found = self.data.quantile_groups(kind.clone(), &axes, groups, options.skipna.unwrap_or(true))?;
        let kept = self.kept_dims(dims, grouping).into_iter();
        let variable = match is_one {
            true => Variable::new(kept.collect(), found.index_axis(0, 0)?),
            false => Variable::new(std::iter::once(QUANTILE.to_owned()).chain(kept).collect(), found),
        };
        Ok(variable?.with_attributes(attributes))
    }
}

impl Dataset {
    /// Medians of every data variable; text is left out.
    ///
    /// # Errors
    /// Where a dimension doesn't exist or a dtype has no median.
    pub fn median(&self, dims: &Dims, options: ReduceOptions) -> Result<Dataset, DatasetError> {
        self.check_reduced(dims)?;
        let median = |variable: &Variable| variable.quantiles(&QuantileKind::Median, dims, true, None, options);
        self.reduce_each("median", dims, options, &median)
    }

    /// Quantiles of every data variable that has one of the dimensions; a coordinate has their probabilities.
    ///
    /// # Errors
    /// Where a dimension doesn't exist, a probability isn't one, or a dtype has no quantiles.
    pub fn quantile(
        &self,
        probabilities: &Probabilities,
        method: QuantileMethod,
        dims: &Dims,
        options: ReduceOptions,
    ) -> Result<Dataset, DatasetError> {
        probabilities.check()?;
        self.check_reduced(dims)?;
        let kind = QuantileKind::Quantiles(probabilities.values().to_vec(), method);
        let is_one = matches!(probabilities, Probabilities::One(_));
        let quantiles = |variable: &Variable| variable.quantiles(&kind, dims, is_one, None, options);
        let mut found = self.reduce_each("median", dims, options, &quantiles)?;
        // As in xarray: a scalar has quantiles, which no coordinate keeps.
        found.coordinates.retain(|_, coordinate| !coordinate.dims.is_empty());
        found.coordinates.insert(QUANTILE.to_owned(), probabilities.coordinate()?);
        Ok(found)
    }
}

impl DataArray {
    /// Medians over dimensions: `float32` of `float32`, else `float64`.
    ///
    /// # Errors
    /// Where a dimension doesn't exist or the dtype has no median.
    pub fn median(&self, dims: &Dims, options: ReduceOptions) -> Result<DataArray, DatasetError> {
        self.check_reduced(dims)?;
        self.checked_text("median")?;
        Ok(self.like(self.as_dataset().median(dims, options)?))
    }

    /// Quantiles over dimensions, `float64`; a first dimension has several, a coordinate their probabilities.
    ///
    /// # Errors
    /// Where a dimension doesn't exist, a probability isn't one, or the dtype has no quantiles.
    pub fn quantile(
        &self,
        probabilities: &Probabilities,
        method: QuantileMethod,
        dims: &Dims,
        options: ReduceOptions,
    ) -> Result<DataArray, DatasetError> {
        if let Dims::Named(names) = dims {
            let missing: Vec<&String> = names.iter().filter(|name| !self.dims().contains(name)).collect();
            if !missing.is_empty() {
                let (missing, expected) = (tuple(&missing), tuple(self.dims()));
                return Err(DatasetError::QuantileDimensions { missing, expected });
            }
        }
        self.checked_text("quantile")?;
        Ok(self.like(self.as_dataset().quantile(probabilities, method, dims, options)?))
    }

    /// Refuses text, which a dataset leaves out.
    fn checked_text(&self, operation: &'static str) -> Result<(), DatasetError> {
        match leaves_out("median", self.dtype()) {
            true => Err(DatasetError::UnsupportedDtype {
                name: self.name().unwrap_or_default().to_owned(),
                dtype: self.dtype(),
                operation,
            }),
            false => Ok(()),
        }
    }
}
