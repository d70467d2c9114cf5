//! `min_count`: sums and products that are missing where too few values aren't.

use super::{DataArray, Dataset, DatasetError};
use crate::array::{DType, Scalar};
use crate::kernels::elementwise::BinaryOp;
use crate::plan::Array;

impl Dataset {
    /// Reductions of floats of `original`, missing where fewer values than `least` were counted; of other dtypes, which
    /// have no missing values, as they are.
    ///
    /// # Errors
    /// Where counts are of other variables or dimensions than the reductions.
    pub fn where_counted(&self, original: &Dataset, counts: &Dataset, least: i64) -> Result<Dataset, DatasetError> {
        self.map_data(|name, variable| {
            let is_float = original.data_variables.get(name).is_some_and(|own| own.dtype().is_float());
            let Some(counted) = counts.data_variables.get(name).filter(|_| is_float) else {
                return Ok(variable.clone());
            };
            let counted = counted.transpose(&variable.dims)?;
            let least = Array::scalar(Scalar::Int(least), DType::Int64)?;
            let enough = counted.data.binary(BinaryOp::GreaterEqual, &least)?;
            let missing = Array::scalar(Scalar::Float(f64::NAN), variable.dtype())?;
            Ok(variable.with_data(enough.select(&variable.data, &missing)?))
        })
    }
}

impl DataArray {
    /// The same of an array, as [`Dataset::where_counted`] has it.
    ///
    /// # Errors
    /// As [`Dataset::where_counted`].
    pub fn where_counted(
        &self,
        original: &DataArray,
        counts: &DataArray,
        least: i64,
    ) -> Result<DataArray, DatasetError> {
        Ok(self.like(self.as_dataset().where_counted(&original.as_dataset(), &counts.as_dataset(), least)?))
    }
}
