//! What a store says about its arrays, and what one says to have arrays written.

use super::StoreError;
use crate::array::{DType, Region, Scalar, Shape, StoredArray};
use indexmap::{IndexMap, IndexSet};
use std::fmt;

/// Attributes of a group or array, in their stored order.
pub type Attributes = serde_json::Map<String, serde_json::Value>;

/// Version of the Zarr format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ZarrFormat {
    /// Zarr version 2, <https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html>.
    V2,
    /// Zarr version 3, <https://zarr-specs.readthedocs.io/en/latest/v3/core/index.html>.
    #[default]
    V3,
}

impl fmt::Display for ZarrFormat {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            ZarrFormat::V2 => "Zarr v2",
            ZarrFormat::V3 => "Zarr v3",
        })
    }
}

/// Format of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreFormat {
    /// Zarr, in a directory.
    Zarr(ZarrFormat),
    /// NetCDF-4 and any other HDF5, in a file.
    Netcdf4,
}

impl From<ZarrFormat> for StoreFormat {
    fn from(format: ZarrFormat) -> StoreFormat {
        StoreFormat::Zarr(format)
    }
}

impl fmt::Display for StoreFormat {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreFormat::Zarr(format) => format.fmt(formatter),
            StoreFormat::Netcdf4 => formatter.write_str("NetCDF-4 or HDF5"),
        }
    }
}

/// A group of a store: its attributes and arrays.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupMetadata {
    /// Absolute location of the store.
    pub location: String,
    /// The format.
    pub format: StoreFormat,
    /// Attributes of the group.
    pub attributes: Attributes,
    /// Names of the groups in it, where the format tells.
    pub groups: Vec<String>,
    /// Arrays that can be read, by name, sorted, or in the order in which they were made where the store knows it.
    pub arrays: IndexMap<String, ArrayMetadata>,
    /// Arrays that can't be read, by name, with the reason.
    pub unreadable: IndexMap<String, String>,
    /// Names of dimensions of the arrays that may grow without writing them anew.
    pub unlimited: IndexSet<String>,
}

impl GroupMetadata {
    /// An array by name.
    ///
    /// # Errors
    /// [`StoreError::NoSuchArray`], or [`StoreError::Unreadable`] with the reason.
    pub fn array(&self, name: &str) -> Result<&ArrayMetadata, StoreError> {
        let (array, store) = (|| name.to_owned(), || self.location.clone());
        match (self.arrays.get(name), self.unreadable.get(name)) {
            (Some(found), _) => Ok(found),
            (None, Some(reason)) => {
                Err(StoreError::Unreadable { store: store(), name: array(), reason: reason.clone() })
            }
            (None, None) => {
                let known = self.arrays.keys().cloned().collect();
                Err(StoreError::NoSuchArray { store: store(), name: array(), known })
            }
        }
    }
}

/// One array of a store.
#[derive(Debug, Clone, PartialEq)]
pub struct ArrayMetadata {
    /// Geometry and location, as a plan refers to it.
    pub array: StoredArray,
    /// The format.
    pub format: StoreFormat,
    /// Names of its dimensions, `None` where the store doesn't name them all.
    pub dimension_names: Option<Vec<String>>,
    /// Attributes, without `_ARRAY_DIMENSIONS`.
    pub attributes: Attributes,
    /// How it lies in its file, where that is a NetCDF-4 one.
    pub netcdf: Option<NetcdfStorage>,
    /// The value of chunks that aren't there, `None` where a v2 array has none.
    pub fill_value: Option<Scalar>,
    /// Codecs in the order of encoding, as readable text: `bytes(little), zstd(level 0)`.
    pub codecs: String,
    /// Shape of a shard where the array is sharded.
    pub shard_shape: Option<Shape>,
    /// Shape of a full chunk (the inner one where sharded), beyond the edge too; `None` for an irregular grid and where
    /// there are no chunks.
    pub chunk_shape: Option<Shape>,
}

/// What lies in a store of an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArraySummary {
    /// Bytes of all chunk files.
    pub stored_bytes: u64,
    /// Chunk files (shards, where sharded) that exist.
    pub chunks_present: u64,
    /// Chunk files that the grid has room for.
    pub chunks_total: u64,
}

/// What becomes of a store that exists where one is to be written; the names are xarray's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteMode {
    /// `"w"`: the new store takes its place when complete.
    Replace,
    /// `"w-"`: an error.
    CreateNew,
    /// `"a"`: arrays are added to it, or replaced, when complete; a missing store is created.
    Append,
}

/// How chunks are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compression {
    /// What zarr-python 3.1 chooses: Zstandard level 0 in v3, Blosc LZ4 level 5 in v2.
    #[default]
    Default,
    /// Not at all.
    None,
    /// Zstandard at a level from -131072 to 22; 0 is the library's default.
    Zstd {
        /// The level.
        level: i32,
        /// Whether each frame has a checksum.
        checksum: bool,
    },
    /// gzip at a level from 0 to 9.
    Gzip {
        /// The level.
        level: u32,
    },
    /// zlib at a level from 0 to 9; v2 only.
    Zlib {
        /// The level.
        level: u32,
    },
    /// bzip2 at a level from 1 to 9; v2 only.
    Bz2 {
        /// The level.
        level: u32,
    },
    /// Blosc, which shuffles and then compresses by another codec at a level from 0 to 9.
    Blosc {
        /// The codec in it.
        codec: BloscCodec,
        /// The level.
        level: u32,
        /// How values are shuffled before.
        shuffle: BloscShuffle,
    },
}

impl Compression {
    /// Blosc with byte shuffle and an inner LZ4.
    pub const fn blosc_lz4(level: u32) -> Compression {
        Compression::Blosc { codec: BloscCodec::Lz4, level, shuffle: BloscShuffle::Bytes }
    }
}

/// A codec in Blosc.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BloscCodec {
    /// BloscLZ.
    BloscLz,
    /// LZ4.
    Lz4,
    /// LZ4 with a slower search.
    Lz4Hc,
    /// Zstandard.
    Zstd,
    /// zlib.
    Zlib,
}

impl BloscCodec {
    /// All of them.
    pub const ALL: [BloscCodec; 5] =
        [BloscCodec::BloscLz, BloscCodec::Lz4, BloscCodec::Lz4Hc, BloscCodec::Zstd, BloscCodec::Zlib];

    /// Its name in metadata.
    pub fn name(self) -> &'static str {
        match self {
            BloscCodec::BloscLz => "blosclz",
            BloscCodec::Lz4 => "lz4",
            BloscCodec::Lz4Hc => "lz4hc",
            BloscCodec::Zstd => "zstd",
            BloscCodec::Zlib => "zlib",
        }
    }
}

/// How Blosc shuffles values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BloscShuffle {
    /// Not at all.
    None,
    /// First the first byte of every value, then the second, and so on.
    Bytes,
    /// The same of bits.
    Bits,
    /// Bits of values of one byte, bytes of longer ones.
    Automatic,
}

impl BloscShuffle {
    /// What it comes to for values of so many bytes: its number in v2 and its name in v3.
    pub(super) fn of_values(self, size_bytes: usize) -> (u32, &'static str) {
        match self {
            BloscShuffle::None => (0, "noshuffle"),
            BloscShuffle::Bytes => (1, "shuffle"),
            BloscShuffle::Automatic if size_bytes > 1 => (1, "shuffle"),
            BloscShuffle::Bits | BloscShuffle::Automatic => (2, "bitshuffle"),
        }
    }
}

/// How a variable lies in a NetCDF-4 file, but for the shape of its chunks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NetcdfStorage {
    /// Whether it lies in chunks. It does too where filters or a dimension that may grow need them.
    pub is_chunked: bool,
    /// Level of deflate, where it is compressed.
    pub deflate: Option<u8>,
    /// Whether bytes are shuffled before they are deflated.
    pub shuffle: bool,
    /// Whether each chunk has a checksum.
    pub fletcher32: bool,
    /// Names of dimensions that may grow.
    pub unlimited: Vec<String>,
    /// Dtypes of attributes that are numbers; others are `int64` or `float64`.
    pub attribute_dtypes: IndexMap<String, DType>,
}

/// An array to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct ArraySpec {
    /// Its name in the group.
    pub name: String,
    /// Element type.
    pub dtype: DType,
    /// Length along each axis.
    pub shape: Shape,
    /// Shape of a chunk (the inner one where sharded).
    pub chunk_shape: Shape,
    /// Shape of a shard, a multiple of the chunk shape; v3 only.
    pub shard_shape: Option<Shape>,
    /// Names of the dimensions.
    pub dimension_names: Vec<String>,
    /// Attributes.
    pub attributes: Attributes,
    /// The value of chunks that aren't written; `None` is the dtype's zero in v3 and no value in v2.
    pub fill_value: Option<Scalar>,
    /// How chunks are compressed in a Zarr store.
    pub compression: Compression,
    /// How the array lies in a NetCDF-4 file.
    pub netcdf: NetcdfStorage,
}

/// A part of an array that exists, or that reaches beyond it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArrayPart {
    /// Name of the array in the group.
    pub name: String,
    /// The part; it begins and ends at chunks (shards, where sharded), or ends where the array does.
    pub part: Region,
    /// Shape of the array once the part is in place.
    pub shape: Shape,
}

impl ArraySpec {
    /// An array of named dimensions, without attributes, fill value or shards, compressed as zarr-python would.
    pub fn new(name: &str, dtype: DType, dimensions: &[(&str, usize)], chunk_shape: &[usize]) -> ArraySpec {
        ArraySpec {
            name: name.to_owned(),
            dtype,
            shape: dimensions.iter().map(|(_, length)| *length).collect(),
            chunk_shape: chunk_shape.to_vec(),
            shard_shape: None,
            dimension_names: dimensions.iter().map(|(name, _)| (*name).to_owned()).collect(),
            attributes: Attributes::new(),
            fill_value: None,
            compression: Compression::Default,
            netcdf: NetcdfStorage::default(),
        }
    }
}
