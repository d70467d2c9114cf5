//! The same values along other dimensions: `transpose`, `squeeze`, `expand_dims`.

use super::{DataArray, Dataset, DatasetError};

impl DataArray {
    /// Dimensions in another order, reversed where none is given; `"..."` stands for those not named.
    pub fn transpose(&self, dims: &[String], ignore_missing: bool) -> Result<DataArray, DatasetError> {
        todo!("{dims:?} {ignore_missing}")
    }
    /// Without dimensions of length 1: those named, or all.
    pub fn squeeze(&self, dims: Option<&[String]>, drop: bool) -> Result<DataArray, DatasetError> {
        todo!("{dims:?} {drop}")
    }
    /// With new leading dimensions of length 1; a scalar coordinate of the name becomes its index.
    pub fn expand_dims(&self, dims: &[String]) -> Result<DataArray, DatasetError> {
        todo!("{dims:?}")
    }
}
impl Dataset {
    /// Dimensions of every variable in another order, reversed where none is given; `"..."` stands for those not named.
    pub fn transpose(&self, dims: &[String], ignore_missing: bool) -> Result<Dataset, DatasetError> {
        todo!("{dims:?} {ignore_missing}")
    }
    /// Without dimensions of length 1: those named, or all.
    pub fn squeeze(&self, dims: Option<&[String]>, drop: bool) -> Result<Dataset, DatasetError> {
        todo!("{dims:?} {drop}")
    }
    /// With new leading dimensions of length 1; a scalar coordinate of the name becomes its index.
    pub fn expand_dims(&self, dims: &[String]) -> Result<Dataset, DatasetError> {
        todo!("{dims:?}")
    }
}
