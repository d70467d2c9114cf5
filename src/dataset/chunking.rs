//! How the user wants arrays cut into chunks.

use super::{DataArray, Dataset, DatasetError};
use indexmap::IndexMap;

/// Chunks along one dimension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChunkSize {
    /// As they are: `None`.
    Keep,
    /// One chunk: `-1`.
    Whole,
    /// Of a size that makes chunks of some 128 MiB: `"auto"`.
    Auto,
    /// Of one size.
    Size(usize),
    /// Of these sizes.
    Sizes(Vec<usize>),
}

/// Chunks along all dimensions, as `chunks=` of `open_zarr` and `.chunk()` take them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chunking {
    /// Those of the store, or as they are: `{}` and `None`.
    Stored,
    /// Of some 128 MiB, of whole stored chunks: `"auto"`.
    Auto,
    /// The same along every dimension: an `int`.
    Every(ChunkSize),
    /// Dimension by dimension; those not named stay as they are.
    PerDim(IndexMap<String, ChunkSize>),
}

impl DataArray {
    /// The same values in other chunks; coordinates stay as they are.
    pub fn chunk(&self, chunking: &Chunking) -> Result<DataArray, DatasetError> {
        todo!("{chunking:?}")
    }
}

impl Dataset {
    /// The same values in other chunks; index coordinates stay in memory.
    pub fn chunk(&self, chunking: &Chunking) -> Result<Dataset, DatasetError> {
        todo!("{chunking:?}")
    }
}
