//! Adding variables and coordinates: `assign`, `assign_coords`, `drop_vars`, `reset_coords`.

use super::{DataArray, Dataset, DatasetError, Operand, Variable};
use crate::plan::Evaluate;
use indexmap::IndexMap;

impl DataArray {
    /// The array with these coordinates, which replace those of the same name.
    pub fn assign_coords(
        &self,
        coordinates: IndexMap<String, Variable>,
        evaluate: &dyn Evaluate,
    ) -> Result<DataArray, DatasetError> {
        let _ = evaluate;
        todo!("{coordinates:?}")
    }
    /// The array without these coordinates.
    pub fn drop_vars(&self, names: &[String], ignore_missing: bool) -> Result<DataArray, DatasetError> {
        todo!("{names:?} {ignore_missing}")
    }
    /// The array without the named coordinates, or without all that are no index: `reset_coords(drop=True)`.
    pub fn drop_coordinates(&self, names: Option<&[String]>) -> Result<DataArray, DatasetError> {
        todo!("{names:?}")
    }
    /// A dataset with this array and, as data variables, the named coordinates, or all that are no index.
    pub fn reset_coords(&self, names: Option<&[String]>) -> Result<Dataset, DatasetError> {
        todo!("{names:?}")
    }
}
impl Dataset {
    /// The dataset of these variables, indexes joined, as `xr.Dataset({...})` makes it: conflicting coordinates are an error.
    pub fn from_operands(
        variables: IndexMap<String, Operand>,
        coordinates: IndexMap<String, Variable>,
        evaluate: &dyn Evaluate,
    ) -> Result<Dataset, DatasetError> {
        let _ = evaluate;
        todo!("{variables:?} {coordinates:?}")
    }
    /// The dataset with these variables; arrays are aligned to its indexes. Scalars become variables without dims.
    pub fn assign(
        &self,
        variables: IndexMap<String, Operand>,
        evaluate: &dyn Evaluate,
    ) -> Result<Dataset, DatasetError> {
        let _ = evaluate;
        todo!("{variables:?}")
    }
    /// The dataset with these coordinates, which replace those of the same name.
    pub fn assign_coords(
        &self,
        coordinates: IndexMap<String, Variable>,
        evaluate: &dyn Evaluate,
    ) -> Result<Dataset, DatasetError> {
        let _ = evaluate;
        todo!("{coordinates:?}")
    }
    /// The dataset without these variables and coordinates.
    pub fn drop_vars(&self, names: &[String], ignore_missing: bool) -> Result<Dataset, DatasetError> {
        todo!("{names:?} {ignore_missing}")
    }
    /// The named coordinates, or all that are no index, as data variables, or dropped.
    pub fn reset_coords(&self, names: Option<&[String]>, drop: bool) -> Result<Dataset, DatasetError> {
        todo!("{names:?} {drop}")
    }
    /// The named data variables as coordinates.
    pub fn set_coords(&self, names: &[String], evaluate: &dyn Evaluate) -> Result<Dataset, DatasetError> {
        let _ = evaluate;
        todo!("{names:?}")
    }
}
