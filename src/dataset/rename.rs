//! Other names for arrays, dimensions and coordinates.

use super::{DataArray, Dataset, DatasetError};
use indexmap::IndexMap;

impl DataArray {
    /// Other names for dimensions and coordinates; see [`DataArray::with_name`] for the array's own.
    pub fn rename(&self, names: &IndexMap<String, String>) -> Result<DataArray, DatasetError> {
        todo!("{names:?}")
    }
}
impl Dataset {
    /// Other names for variables, coordinates and dimensions.
    pub fn rename(&self, names: &IndexMap<String, String>) -> Result<Dataset, DatasetError> {
        todo!("{names:?}")
    }
}
