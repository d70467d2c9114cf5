//! Reductions that are computed in a dtype and give it: `dtype=` of sums, products, means and spreads.

use super::missing::is_missing;
use super::{DataArray, Dataset, DatasetError, Dims, ReduceOptions, Variable};
use crate::array::{DType, Scalar};
use crate::plan::Array;

/// What is added up or multiplied in place of a missing value; `None` for means and spreads.
///
/// # Errors
/// [`DatasetError::ReducedDtype`] for those in a dtype that is no float.
fn neutral(name: &str, dtype: DType) -> Result<Option<i64>, DatasetError> {
    match name {
        "sum" => Ok(Some(0)),
        "prod" => Ok(Some(1)),
        _ if dtype.is_float() => Ok(None),
        _ => Err(DatasetError::ReducedDtype { reduction: name.to_owned(), dtype }),
    }
}

impl Variable {
    /// Whether a `dtype=` of a reduction is meant for it.
    fn is_reduced_in(&self, dims: &Dims) -> bool {
        self.dtype().is_numeric() && dims.touch(self)
    }

    /// The variable as it is reduced in a dtype.
    fn for_reduction(
        &self,
        dtype: DType,
        neutral: Option<i64>,
        skipna: Option<bool>,
    ) -> Result<Variable, DatasetError> {
        let data = match neutral.filter(|_| skipna != Some(false) && self.dtype().is_float()) {
            Some(neutral) => {
                is_missing(&self.data)?.select(&Array::scalar(Scalar::Int(neutral), self.dtype())?, &self.data)?
            }
            None => self.data.clone(),
        };
        Ok(self.with_data(data.cast(dtype)?))
    }
}

impl DataArray {
    /// [`DataArray::reduce`] of numbers of a dtype, whose result is of it too. In sums and products missing values are left
    /// out before the others are converted.
    ///
    /// # Errors
    /// [`DatasetError::ReducedDtype`] for means and spreads in integers, and as [`DataArray::reduce`].
    pub fn reduce_in(
        &self,
        dtype: DType,
        name: &str,
        dims: &Dims,
        options: ReduceOptions,
    ) -> Result<DataArray, DatasetError> {
        let neutral = neutral(name, dtype)?;
        if !self.variable.is_reduced_in(dims) {
            return self.reduce(name, dims, options);
        }
        let variable = self.variable.for_reduction(dtype, neutral, options.skipna)?;
        DataArray { variable, ..self.clone() }.reduce(name, dims, options)?.astype(dtype)
    }
}

impl Dataset {
    /// [`DataArray::reduce_in`] of every variable of numbers along the dimensions; others are reduced as they are.
    ///
    /// # Errors
    /// As [`DataArray::reduce_in`] and [`Dataset::reduce`].
    pub fn reduce_in(
        &self,
        dtype: DType,
        name: &str,
        dims: &Dims,
        options: ReduceOptions,
    ) -> Result<Dataset, DatasetError> {
        let neutral = neutral(name, dtype)?;
        let mut converted = self.clone();
        for variable in converted.data_variables.values_mut().filter(|variable| variable.is_reduced_in(dims)) {
            *variable = variable.for_reduction(dtype, neutral, options.skipna)?;
        }
        let mut reduced = converted.reduce(name, dims, options)?;
        for (name, variable) in &mut reduced.data_variables {
            if self.data_variables.get(name).is_some_and(|source| source.is_reduced_in(dims)) {
                *variable = variable.with_data(variable.data.cast(dtype)?);
            }
        }
        Ok(reduced)
    }
}
