//! Description of an array that lies in a store: enough to plan reads without opening it.

use super::{ChunkGrid, ChunkIndex, DType, Shape};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where an array lies: a store (a directory or file) and the array's path within it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ArrayLocation {
    /// Absolute location of the store, the same on every rank.
    pub store: String,
    /// Path of the array within the store, without a leading slash.
    pub path: String,
}

impl fmt::Display for ArrayLocation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.store, self.path)
    }
}

/// An array in a store, as a plan refers to it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StoredArray {
    /// Where it lies.
    pub location: ArrayLocation,
    /// Element type of the stored values, in native byte order once read.
    pub dtype: DType,
    /// Length along each axis.
    pub shape: Shape,
    /// The chunks that are decoded as a unit (inner chunks of a sharded array).
    pub read_grid: ChunkGrid,
    /// The chunks that are written as a unit (whole shards of a sharded array).
    pub write_grid: ChunkGrid,
    /// Whether a part of a chunk is read for the cost of that part: values lie in the file as they are.
    pub reads_parts: bool,
    /// Whether the script sees it in chunks; else it behaves as numpy's arrays do, but is read where it is needed.
    pub in_chunks: bool,
    /// Bytes beyond the decoded chunk that decoding one chunk may take (encoded bytes, codec scratch).
    pub decode_scratch_bytes: usize,
    /// Identity of the array's metadata; a change of the input shows here.
    pub fingerprint: u64,
}

/// A chunk (a whole shard where sharded) that has been written, as its file lies there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenChunk {
    /// Its index in the array's write grid.
    pub chunk: ChunkIndex,
    /// Bytes of its file; 0 where there is none, since all values are the fill value.
    pub size_bytes: u64,
    /// CRC-32C of the file's bytes.
    pub checksum: u32,
}
