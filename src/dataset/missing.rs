//! Missing values and choices between values: `where`, `fillna`, `isnull`, `notnull`, `clip`.

use super::{DataArray, Dataset, DatasetError, Operand};

/// `np.where` and `xr.where`: elements of `when_true` where the condition holds, else of `when_false`; at least one is labelled.
pub fn where_values(condition: &Operand, when_true: &Operand, when_false: &Operand) -> Result<Operand, DatasetError> {
    todo!("{condition:?} {when_true:?} {when_false:?}")
}

impl DataArray {
    /// The values where the condition holds, elsewhere `other`; without it NaN (NaT), integers becoming floats.
    pub fn where_(&self, condition: &Operand, other: Option<&Operand>) -> Result<DataArray, DatasetError> {
        todo!("{condition:?} {other:?}")
    }
    /// The values, those missing replaced.
    pub fn fillna(&self, value: &Operand) -> Result<DataArray, DatasetError> {
        todo!("{value:?}")
    }
    /// Where values are missing.
    pub fn isnull(&self) -> Result<DataArray, DatasetError> {
        todo!()
    }
    /// Where values aren't missing.
    pub fn notnull(&self) -> Result<DataArray, DatasetError> {
        todo!()
    }
    /// The values, those outside the bounds replaced by them.
    pub fn clip(&self, low: Option<&Operand>, high: Option<&Operand>) -> Result<DataArray, DatasetError> {
        todo!("{low:?} {high:?}")
    }
}

impl Dataset {
    /// The values where the condition holds, elsewhere `other`; without it NaN (NaT), integers becoming floats.
    pub fn where_(&self, condition: &Operand, other: Option<&Operand>) -> Result<Dataset, DatasetError> {
        todo!("{condition:?} {other:?}")
    }
    /// The values, those missing replaced.
    pub fn fillna(&self, value: &Operand) -> Result<Dataset, DatasetError> {
        todo!("{value:?}")
    }
    /// Where values are missing.
    pub fn isnull(&self) -> Result<Dataset, DatasetError> {
        todo!()
    }
    /// Where values aren't missing.
    pub fn notnull(&self) -> Result<Dataset, DatasetError> {
        todo!()
    }
    /// The values, those outside the bounds replaced by them.
    pub fn clip(&self, low: Option<&Operand>, high: Option<&Operand>) -> Result<Dataset, DatasetError> {
        todo!("{low:?} {high:?}")
    }
}
