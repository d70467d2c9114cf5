//! What is said of NetCDF-4 and HDF5 files by a build without the HDF5 library; in the place of `netcdf`.

use super::{ArrayReader, IoControl, Store, StoreError};
use crate::array::StoredArray;
use std::path::Path;
use std::sync::Arc;

/// Refuses to open a file.
pub(super) fn open(path: &Path, _group: Option<&str>) -> Result<Arc<dyn Store>, StoreError> {
    Err(StoreError::WithoutHdf5 { file: path.display().to_string() })
}

/// Refuses to read an array.
pub(super) fn open_array(_control: &IoControl, array: &StoredArray) -> Result<ArrayReader, StoreError> {
    Err(StoreError::WithoutHdf5 { file: array.location.store.clone() })
}

/// Refuses to look at the file of an array.
pub(super) fn stamp(array: &StoredArray) -> Result<u64, StoreError> {
    Err(StoreError::WithoutHdf5 { file: array.location.store.clone() })
}
