//! What both versions of the format say about an array, in one form: the v3 one.

use super::codecs::{self, ChunkCodec, UnsupportedCodec};
use super::element::{self, Element};
use crate::array::{ArrayLocation, AxisChunks, Buffer, ChunkGrid, Scalar, Shape, StoredArray};
use crate::store::{ArrayMetadata, Attributes, StoreError, ZarrFormat};
use zarrs::array::codec::{ShardingCodecConfiguration, ShardingCodecConfigurationV1};
use zarrs::metadata::v3::MetadataV3;

/// An array's metadata.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) format: ZarrFormat,
    pub(super) element: Element,
    pub(super) shape: Shape,
    pub(super) chunks: StoredChunks,
    pub(super) keys: ChunkKeys,
    pub(super) codecs: Vec<MetadataV3>,
    pub(super) fill_value: Option<Scalar>,
    pub(super) dimension_names: Option<Vec<String>>,
    pub(super) attributes: Attributes,
}

/// Shapes that chunk files decode to; at the edge they may exceed the array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum StoredChunks {
    /// One shape for all.
    Regular(Shape),
    /// Lengths along each axis.
    Irregular(Vec<Vec<usize>>),
}

/// How a chunk's file is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ChunkKeys {
    /// Whether the key starts with `c`.
    pub(super) prefixed: bool,
    /// What stands between positions.
    pub(super) separator: char,
}

/// Inner chunks of a sharded array.
#[derive(Debug)]
pub(super) struct Sharding {
    pub(super) chunk_shape: Shape,
    pub(super) configuration: ShardingCodecConfigurationV1,
}

impl StoredChunks {
    /// The shape that a chunk decodes to.
    pub(super) fn decoded_shape(&self, coordinates: &[usize]) -> Shape {
        match self {
            StoredChunks::Regular(shape) => shape.clone(),
            StoredChunks::Irregular(sizes) => {
                sizes.iter().zip(coordinates).map(|(sizes, &chunk)| sizes[chunk]).collect()
            }
        }
    }

    /// The largest shape that a chunk decodes to.
    pub(super) fn max_shape(&self) -> Shape {
        match self {
            StoredChunks::Regular(shape) => shape.clone(),
            StoredChunks::Irregular(sizes) => {
                sizes.iter().map(|sizes| sizes.iter().copied().max().unwrap_or(1)).collect()
            }
        }
    }

    /// The grid that chunks make in an array.
    pub(super) fn grid(&self, shape: &[usize]) -> ChunkGrid {
        match self {
            StoredChunks::Regular(chunk_shape) => ChunkGrid::regular(shape, chunk_shape),
            StoredChunks::Irregular(sizes) => ChunkGrid::new(
                sizes
                    .iter()
                    .zip(shape)
                    .map(|(sizes, &length)| {
                        let mut left = length;
                        let clipped: Vec<usize> = sizes
                            .iter()
                            .map(|&size| {
                                let size = size.min(left);
                                left -= size;
                                size
                            })
                            .collect();
                        AxisChunks::from_sizes(&clipped)
                    })
                    .collect(),
            ),
        }
    }
}

impl ChunkKeys {
    /// The key of a chunk, below the array's.
    pub(super) fn key(&self, coordinates: &[usize]) -> String {
        let mut key = String::from(if self.prefixed { "c" } else { "" });
        for position in coordinates {
            if !key.is_empty() {
                key.push(self.separator);
            }
            key.push_str(&position.to_string());
        }
        if key.is_empty() {
            key.push('0');
        }
        key
    }
}

impl Layout {
    /// The fill value in the storage of the array's dtype; zero where there is none.
    pub(super) fn fill_buffer(&self) -> Buffer {
        let dtype = self.element.dtype();
        let value = self.fill_value.clone().unwrap_or_else(|| element::zero(dtype));
        value.to_buffer(dtype).unwrap_or_else(|_| Buffer::zeros(dtype.storage(), 1))
    }

    /// The inner chunks, where the array is sharded in a way that lets them be read one by one.
    pub(super) fn sharding(&self) -> Option<Sharding> {
        let (StoredChunks::Regular(shard), [codec]) = (&self.chunks, self.codecs.as_slice()) else { return None };
        if codec.name() != "sharding_indexed" {
            return None;
        }
        let ShardingCodecConfiguration::V1(configuration) = codec.to_typed_configuration().ok()? else { return None };
        let chunk_shape: Shape = configuration.chunk_shape.iter().map(|length| length.get() as usize).collect();
        let divides =
            chunk_shape.len() == shard.len() && shard.iter().zip(&chunk_shape).all(|(shard, chunk)| shard % chunk == 0);
        divides.then_some(Sharding { chunk_shape, configuration })
    }

    /// The codecs of whole chunk files.
    pub(super) fn file_codec(&self) -> Result<ChunkCodec, UnsupportedCodec> {
        ChunkCodec::new(&self.codecs, self.element, &self.fill_buffer(), &self.chunks.max_shape())
    }

    /// The codecs of what is read as a unit: inner chunks, where sharded.
    pub(super) fn read_codec(&self, sharding: Option<&Sharding>) -> Result<ChunkCodec, UnsupportedCodec> {
        match sharding {
            None => self.file_codec(),
            Some(sharding) => ChunkCodec::new(
                &sharding.configuration.codecs,
                self.element,
                &self.fill_buffer(),
                &sharding.chunk_shape,
            ),
        }
    }

    /// The array as plans refer to it.
    ///
    /// # Errors
    /// [`StoreError::UnsupportedCodec`] where its chunks can't be decoded.
    pub(super) fn stored_array(&self, location: ArrayLocation, fingerprint: u64) -> Result<StoredArray, StoreError> {
        for lengths in [&self.shape, &self.chunks.max_shape()] {
            let bytes = lengths.iter().try_fold(self.element.memory_bytes(), |size, &length| size.checked_mul(length));
            if bytes.is_none_or(|bytes| bytes > isize::MAX as usize / 8) {
                let feature = format!("size of shape {lengths:?}");
                return Err(StoreError::UnsupportedFeature { array: location.to_string(), feature });
            }
        }
        let sharding = self.sharding();
        let codec = self.read_codec(sharding.as_ref()).map_err(|unsupported| unsupported.of(&location))?;
        let write_grid = self.chunks.grid(&self.shape);
        let (read_grid, decoded_shape) = match &sharding {
            Some(sharding) => (ChunkGrid::regular(&self.shape, &sharding.chunk_shape), sharding.chunk_shape.clone()),
            None => (write_grid.clone(), self.chunks.max_shape()),
        };
        // The index of a shard, encoded and decoded, while it is read.
        let index_bytes = if sharding.is_some() {
            let shard_shape = self.chunks.max_shape();
            2 * 16 * shard_shape.iter().zip(&decoded_shape).map(|(shard, chunk)| shard / chunk).product::<usize>()
        } else {
            0
        };
        Ok(StoredArray {
            location,
            dtype: self.element.dtype(),
            shape: self.shape.clone(),
            read_grid,
            write_grid,
            reads_parts: false,
            in_chunks: true,
            decode_scratch_bytes: codec.scratch_bytes(&decoded_shape) + index_bytes,
            fingerprint,
        })
    }

    /// What the store says about the array.
    ///
    /// # Errors
    /// [`StoreError::UnsupportedCodec`] where its chunks can't be decoded.
    pub(super) fn metadata(self, location: ArrayLocation, fingerprint: u64) -> Result<ArrayMetadata, StoreError> {
        let array = self.stored_array(location, fingerprint)?;
        let sharding = self.sharding();
        let regular = match &self.chunks {
            StoredChunks::Regular(shape) => Some(shape.clone()),
            StoredChunks::Irregular(_) => None,
        };
        Ok(ArrayMetadata {
            array,
            format: self.format.into(),
            dimension_names: self.dimension_names,
            attributes: self.attributes,
            netcdf: None,
            fill_value: self.fill_value,
            codecs: codecs::describe(&self.codecs),
            shard_shape: sharding.as_ref().and(regular.clone()),
            chunk_shape: sharding.map(|sharding| sharding.chunk_shape).or(regular),
        })
    }
}

impl UnsupportedCodec {
    /// The error for an array.
    pub(super) fn of(self, array: &ArrayLocation) -> StoreError {
        StoreError::UnsupportedCodec { array: array.to_string(), codec: self.codec, reason: self.reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunk_keys_follow_the_encoding() {
        let default = ChunkKeys { prefixed: true, separator: '/' };
        assert_eq!((default.key(&[1, 23]).as_str(), default.key(&[]).as_str()), ("c/1/23", "c"));
        let v2 = ChunkKeys { prefixed: false, separator: '.' };
        assert_eq!((v2.key(&[1, 23]).as_str(), v2.key(&[]).as_str()), ("1.23", "0"));
    }

    #[test]
    fn irregular_chunks_may_exceed_the_array() {
        let chunks = StoredChunks::Irregular(vec![vec![3, 1, 4], vec![2, 2]]);
        let grid = chunks.grid(&[7, 4]);
        assert_eq!((grid.axes()[0].sizes(), grid.axes()[1].sizes()), (vec![3, 1, 3], vec![2, 2]));
        assert_eq!(chunks.decoded_shape(&[2, 1]), [4, 2]);
    }
}
