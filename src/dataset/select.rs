//! Selection by label.

use super::{DataArray, Dataset, DatasetError, LabelIndexer, SelectOptions};
use indexmap::IndexMap;

impl DataArray {
    /// Labels by dimension name; without an index, positions.
    pub fn sel(
        &self,
        labels: &IndexMap<String, LabelIndexer>,
        options: &SelectOptions,
    ) -> Result<DataArray, DatasetError> {
        todo!("{labels:?} {options:?}")
    }
}
impl Dataset {
    /// Labels by dimension name; without an index, positions.
    pub fn sel(
        &self,
        labels: &IndexMap<String, LabelIndexer>,
        options: &SelectOptions,
    ) -> Result<Dataset, DatasetError> {
        todo!("{labels:?} {options:?}")
    }
}
