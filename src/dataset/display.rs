//! Text representations in the form of xarray's.

use super::{DataArray, Dataset};
use crate::array::Chunk;
use std::fmt;

/// Values as numpy prints an array.
pub fn format_values(values: &Chunk) -> String {
    todo!("{values:?}")
}

impl fmt::Display for DataArray {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name().unwrap_or_default())
    }
}
impl fmt::Display for Dataset {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad("<xarray.Dataset>")
    }
}
