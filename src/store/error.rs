//! What can go wrong with a store.

use crate::array::{ArrayError, ArrayLocation, Shape};

/// Why a store can't be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Nothing lies at the location.
    #[error("no store at {location}")]
    Missing {
        /// The location, absolute.
        location: String,
    },
    /// What lies at the location is no store of a known format.
    #[error(
        "{location} is neither a Zarr store nor a NetCDF or HDF5 file: expected zarr.json, .zgroup or .zarray in a directory, or a file that begins as HDF5 does, found {found}"
    )]
    NotAStore {
        /// The location, absolute.
        location: String,
        /// What was found there.
        found: String,
    },
    /// A file of netCDF's classic formats.
    #[error("{file} is a netCDF-3 file: expected NetCDF-4 (nccopy -k nc4 IN OUT converts it)")]
    Netcdf3 {
        /// The file.
        file: String,
    },
    /// A file that a build with HDF5 could read.
    #[error("{file} is a NetCDF-4 or HDF5 file, which this build of swath can't read: build it with the feature hdf5")]
    WithoutHdf5 {
        /// The file.
        file: String,
    },
    /// The store has no group of that name.
    #[error("{store} has no group {group:?}{}", if .known.is_empty() { String::new() } else { format!(": it has {}", .known.join(", ")) })]
    NoSuchGroup {
        /// Location of the store.
        store: String,
        /// The group asked for.
        group: String,
        /// Groups at its root.
        known: Vec<String>,
    },
    /// The HDF5 library refused.
    #[error("array {array}: {reason}")]
    Hdf5 {
        /// Location of the array.
        array: String,
        /// What the library said.
        reason: String,
    },
    /// The location is taken and may not be overwritten.
    #[error("{location} already exists")]
    AlreadyExists {
        /// The location, absolute.
        location: String,
    },
    /// A file is to be written in a directory that doesn't exist.
    #[error("{location} can't be written: there is no directory {directory}")]
    NoDirectory {
        /// The file, absolute.
        location: String,
        /// The directory.
        directory: String,
    },
    /// The store has no array of that name.
    #[error("{store} has no array {name:?}: it has {}", if .known.is_empty() { "none".to_owned() } else { .known.join(", ") })]
    NoSuchArray {
        /// Location of the store.
        store: String,
        /// The name asked for.
        name: String,
        /// The arrays that it has.
        known: Vec<String>,
    },
    /// The store has the array, but it can't be read.
    #[error("{reason}")]
    Unreadable {
        /// Location of the store.
        store: String,
        /// The name asked for.
        name: String,
        /// Why it can't be read, with its location.
        reason: String,
    },
    /// The array's metadata is no longer what it was when the plan was made.
    #[error("{array} has changed since it was opened")]
    Changed {
        /// Location of the array.
        array: String,
    },
    /// The array's metadata is gone, so that chunks that aren't there say nothing.
    #[error("{array} has been removed since it was opened: {file} is gone")]
    Vanished {
        /// Location of the array.
        array: String,
        /// The metadata file.
        file: String,
    },
    /// Metadata that can't be understood.
    #[error("{file}: {reason}")]
    InvalidMetadata {
        /// The file that holds it.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A dtype that Swath can't hold.
    #[error("array {array}: unsupported dtype {dtype}")]
    UnsupportedDType {
        /// Location of the array.
        array: String,
        /// The dtype, as the metadata has it.
        dtype: String,
    },
    /// A codec or filter that can't be decoded.
    #[error("array {array}: unsupported codec {codec}: {reason}")]
    UnsupportedCodec {
        /// Location of the array.
        array: String,
        /// Name of the codec.
        codec: String,
        /// What is missing.
        reason: String,
    },
    /// Another part of the format that isn't supported.
    #[error("array {array}: unsupported {feature}")]
    UnsupportedFeature {
        /// Location of the array.
        array: String,
        /// The feature, with its value.
        feature: String,
    },
    /// A chunk whose stored bytes can't be decoded.
    #[error("array {array}: chunk {chunk:?} is corrupt or truncated: {reason} ({file})")]
    CorruptChunk {
        /// Location of the array.
        array: String,
        /// Position of the chunk along each axis of the grid that it is read by.
        chunk: Vec<usize>,
        /// The file that holds it.
        file: String,
        /// What the codec said.
        reason: String,
    },
    /// A chunk that can't be encoded.
    #[error("array {array}: chunk {chunk:?} can't be encoded: {reason}")]
    Encode {
        /// Location of the array.
        array: String,
        /// Position of the chunk along each axis of the grid that it is written by.
        chunk: Vec<usize>,
        /// What the codec said.
        reason: String,
    },
    /// A dimension that is to have another length than it has in the file that is added to.
    #[error("dimension {dimension:?} of {store} has length {expected}, and what is added {found}")]
    DimensionLength {
        /// Location of the store.
        store: String,
        /// The dimension.
        dimension: String,
        /// Its length there.
        expected: usize,
        /// Its length in what is added.
        found: usize,
    },
    /// A region that leaves its array, or data of another shape.
    #[error("array {array}: expected shape {expected:?}, found {found:?}")]
    ShapeMismatch {
        /// Location of the array.
        array: String,
        /// The shape that fits.
        expected: Shape,
        /// The shape that was given.
        found: Shape,
    },
    /// A chunk number past the end of the grid.
    #[error("array {array}: chunk {chunk} exceeds the grid of {count} chunks")]
    NoSuchChunk {
        /// Location of the array.
        array: String,
        /// The chunk asked for.
        chunk: u64,
        /// Number of chunks.
        count: u64,
    },
    /// Values that can't be written under an array's metadata, or data of another dtype.
    #[error("array {array}: {source}")]
    Array {
        /// Location of the array.
        array: String,
        /// What doesn't fit.
        source: ArrayError,
    },
    /// The file system refused.
    #[error("can't {action} {path}: {source}{}", tries_made(*.tries))]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// The path, absolute.
        path: String,
        /// The reason.
        source: std::io::Error,
        /// How often it was tried.
        tries: u32,
    },
    /// The file system refused a chunk's file.
    #[error("array {array}: chunk {chunk:?}: {source}")]
    ChunkIo {
        /// Location of the array.
        array: String,
        /// Position of the chunk along each axis of the grid that it is read or written by.
        chunk: Vec<usize>,
        /// What it refused.
        source: Box<StoreError>,
    },
}

impl StoreError {
    /// Whether the system refused, so that it matters where it happened.
    pub fn is_io(&self) -> bool {
        matches!(self, StoreError::Io { .. } | StoreError::ChunkIo { .. })
    }

    /// The error, with the chunk where the system refused its file.
    pub(super) fn of_chunk(self, array: &ArrayLocation, chunk: &[usize]) -> StoreError {
        match self {
            StoreError::Io { .. } => {
                StoreError::ChunkIo { array: array.to_string(), chunk: chunk.to_vec(), source: Box::new(self) }
            }
            other => other,
        }
    }
}

/// What an error says of having been tried again.
fn tries_made(tries: u32) -> String {
    if tries > 1 { format!(", after {tries} tries") } else { String::new() }
}
