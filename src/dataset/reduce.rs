//! Reductions over named dimensions.

use super::{DataArray, Dataset, DatasetError};

/// Dimensions to reduce over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dims {
    /// All: `None` and `...`.
    All,
    /// These.
    Named(Vec<String>),
}

/// What a reduction can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReduceOptions {
    /// Whether NaN and NaT are left out; by default (`None`) they are.
    pub skipna: Option<bool>,
    /// Delta degrees of freedom of `std` and `var`.
    pub ddof: i64,
    /// Whether attributes stay.
    pub keep_attrs: bool,
}

impl Default for ReduceOptions {
    fn default() -> ReduceOptions {
        ReduceOptions { skipna: None, ddof: 0, keep_attrs: true }
    }
}

impl DataArray {
    /// A reduction by its registered name: `"mean"`, `"sum"`, `"count"`, `"any"`, ...
    pub fn reduce(&self, name: &str, dims: &Dims, options: ReduceOptions) -> Result<DataArray, DatasetError> {
        todo!("{name} {dims:?} {options:?}")
    }
}
impl Dataset {
    /// A reduction of every data variable by its registered name; variables it isn't defined for are left out.
    pub fn reduce(&self, name: &str, dims: &Dims, options: ReduceOptions) -> Result<Dataset, DatasetError> {
        todo!("{name} {dims:?} {options:?}")
    }
}
