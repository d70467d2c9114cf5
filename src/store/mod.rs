//! Chunked arrays in files: opening stores, reading regions, writing chunks that appear whole or not at all.
//!
//! A format lives in a folder of its own over a byte store (ranges, listings, atomic publication) and is known by one
//! line in [`open`]. This module knows bytes, codecs and metadata; what attributes mean (CF times, scale factors,
//! coordinates) is `dataset`'s business, and which regions are read when is `execute`'s.

mod error;
mod metadata;

pub use error::StoreError;
pub use metadata::{
    ArrayMetadata, ArraySpec, ArraySummary, Attributes, Compression, GroupMetadata, WriteMode, ZarrFormat,
};

use crate::array::{Chunk, ChunkIndex, Region, StoredArray};
use std::sync::Arc;

/// A store opened for reading.
pub trait Store: Send + Sync {
    /// The root group: attributes and arrays.
    fn metadata(&self) -> &GroupMetadata;

    /// Counts and sizes of an array's chunk files. Costs a listing of its directories.
    ///
    /// # Errors
    /// Where the array isn't there or can't be listed.
    fn summarize(&self, name: &str) -> Result<ArraySummary, StoreError>;
}

/// Opens the store at a path, made absolute. Reads metadata only.
///
/// # Errors
/// Where nothing lies there, or no store, or its metadata can't be read.
pub fn open(location: &str) -> Result<Arc<dyn Store>, StoreError> {
    let _ = location;
    unimplemented!()
}

/// Opens an array for reading on this rank. One reader serves any number of threads.
///
/// # Errors
/// Where the array is gone or no longer what the plan was made for.
pub fn open_array(array: &StoredArray) -> Result<ArrayReader, StoreError> {
    let _ = array;
    unimplemented!()
}

/// Opens an array that a [`StoreWriter`] has created, for writing on this rank.
///
/// # Errors
/// Where the array is gone or no longer what it was created as.
pub fn open_array_writer(array: &StoredArray) -> Result<ArrayWriter, StoreError> {
    let _ = array;
    unimplemented!()
}

/// Reads regions of one array.
pub struct ArrayReader(());

impl ArrayReader {
    /// Fills `target`, of the region's shape and the array's dtype, from the stored chunks that meet the region; chunks
    /// that don't exist have the fill value. Returns the stored bytes that were read. Nothing is cached but shard indexes.
    ///
    /// # Errors
    /// [`StoreError::CorruptChunk`] and whatever the file system says; [`StoreError::ShapeMismatch`] where region, target
    /// and array don't fit together.
    pub fn read_into(&self, region: &Region, target: &mut Chunk) -> Result<u64, StoreError> {
        let _ = (region, target);
        unimplemented!()
    }
}

/// Writes chunks of one array.
pub struct ArrayWriter(());

impl ArrayWriter {
    /// Writes a chunk of the array's write grid (a whole shard where sharded); `values` has the shape of the chunk's region.
    /// It appears under its name once complete and synced. A chunk that is all fill value isn't written. Returns the
    /// bytes written.
    ///
    /// # Errors
    /// Where the values have another shape or dtype, can't be encoded, or the file system refuses.
    pub fn write_chunk(&self, chunk: ChunkIndex, values: &Chunk) -> Result<u64, StoreError> {
        let _ = (chunk, values);
        unimplemented!()
    }
}

/// A store being written; what it holds takes its final place at [`finish`](StoreWriter::finish). Dropped before that,
/// it leaves nothing behind.
pub struct StoreWriter(());

impl StoreWriter {
    /// Starts writing a store at a path, made absolute.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`] with [`WriteMode::CreateNew`], [`StoreError::NotAStore`] where something else lies
    /// there, or the reason why nothing can be written there.
    pub fn create(
        location: &str,
        mode: WriteMode,
        format: ZarrFormat,
        attributes: Attributes,
    ) -> Result<StoreWriter, StoreError> {
        let _ = (location, mode, format, attributes);
        unimplemented!()
    }

    /// Adds an array; its location is the temporary one. Chunks may then be written by any rank.
    ///
    /// # Errors
    /// Where the specification makes no array, or the file system refuses.
    pub fn create_array(&mut self, spec: &ArraySpec) -> Result<StoredArray, StoreError> {
        let _ = spec;
        unimplemented!()
    }

    /// Puts the arrays in their final place, once every chunk is written.
    ///
    /// # Errors
    /// Where the file system refuses; what stood there before still does.
    pub fn finish(self) -> Result<(), StoreError> {
        unimplemented!()
    }

    /// Removes what was written.
    pub fn abort(self) {
        unimplemented!()
    }
}
