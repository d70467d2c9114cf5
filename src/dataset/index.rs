//! Selection by position.

use super::{DataArray, Dataset, DatasetError};
use indexmap::IndexMap;

/// Positions along one dimension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Indexer {
    /// One; the dimension leaves the shape. Negative ones count from the end.
    At(i64),
    /// A Python slice.
    Slice {
        /// First position.
        start: Option<i64>,
        /// Position before which it ends.
        stop: Option<i64>,
        /// Distance between positions.
        step: Option<i64>,
    },
    /// These, in this order.
    List(Vec<i64>),
    /// Those where the mask, as long as the dimension, is true.
    Mask(Vec<bool>),
}

impl Indexer {
    /// The whole dimension.
    pub const WHOLE: Indexer = Indexer::Slice { start: None, stop: None, step: None };
}

impl DataArray {
    /// Positions by dimension name, on values and coordinates alike. With `drop`, no scalar coordinates remain of
    /// dimensions indexed by one position.
    pub fn isel(&self, indexers: &IndexMap<String, Indexer>, drop: bool) -> Result<DataArray, DatasetError> {
        todo!("{indexers:?} {drop}")
    }
    /// `array[a, ..., b]`: positions by axis; `None` is the ellipsis.
    pub fn index(&self, indexers: &[Option<Indexer>]) -> Result<DataArray, DatasetError> {
        todo!("{indexers:?}")
    }
}
impl Dataset {
    /// Positions by dimension name, on all variables and coordinates that have the dimension.
    pub fn isel(&self, indexers: &IndexMap<String, Indexer>, drop: bool) -> Result<Dataset, DatasetError> {
        todo!("{indexers:?} {drop}")
    }
}
