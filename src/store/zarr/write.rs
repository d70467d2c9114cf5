//! Writing chunks of one array: padded to full chunks, encoded, published whole.

use super::codecs::ChunkCodec;
use super::layout::{ChunkKeys, Layout, StoredChunks};
use crate::array::{Buffer, Chunk, ChunkIndex, StoredArray, WrittenChunk};
use crate::store::byte_store::ByteStore;
use crate::store::{StoreError, WriteArray, place};

/// Writes one Zarr array of either version.
#[derive(Debug)]
pub(super) struct ZarrArrayWriter {
    /// The files of the array.
    bytes: ByteStore,
    array: StoredArray,
    keys: ChunkKeys,
    chunks: StoredChunks,
    codec: ChunkCodec,
    fill: Buffer,
}

impl ZarrArrayWriter {
    /// A writer of an array whose files lie in `bytes`.
    pub(super) fn new(bytes: ByteStore, layout: &Layout, array: StoredArray) -> Result<ZarrArrayWriter, StoreError> {
        let codec = layout.file_codec().map_err(|unsupported| unsupported.of(&array.location))?;
        let fill = layout.fill_buffer();
        Ok(ZarrArrayWriter { bytes, array, keys: layout.keys, chunks: layout.chunks.clone(), codec, fill })
    }
}

impl WriteArray for ZarrArrayWriter {
    fn array(&self) -> &StoredArray {
        &self.array
    }

    fn write_chunk(&self, chunk: ChunkIndex, values: &Chunk) -> Result<WrittenChunk, StoreError> {
        let coordinates = self.array.write_grid.coordinates(chunk);
        let key = self.keys.key(&coordinates);
        if place::is_all(values.data(), &self.fill) {
            // As zarr-python does; an earlier run may have written something else.
            self.bytes.remove(&key).map_err(|error| error.of_chunk(&self.array.location, &coordinates))?;
            return Ok(WrittenChunk { chunk, size_bytes: 0, checksum: 0 });
        }
        let full_shape = self.chunks.decoded_shape(&coordinates);
        let full = place::padded(values, &full_shape, &self.fill);
        let encoded = self.codec.encode(full.data(), &full_shape).map_err(|reason| StoreError::Encode {
            array: self.array.location.to_string(),
            chunk: coordinates.clone(),
            reason,
        })?;
        // The next chunk may want the memory while this one waits for the disk.
        drop(full);
        self.bytes.publish(&key, &encoded).map_err(|error| error.of_chunk(&self.array.location, &coordinates))?;
        Ok(WrittenChunk { chunk, size_bytes: encoded.len() as u64, checksum: crc32c::crc32c(&encoded) })
    }

    fn stored_chunk(&self, chunk: ChunkIndex) -> Result<WrittenChunk, StoreError> {
        let key = self.keys.key(&self.array.write_grid.coordinates(chunk));
        let (size_bytes, checksum) = self.bytes.checksum(&key)?.unwrap_or((0, 0));
        Ok(WrittenChunk { chunk, size_bytes, checksum })
    }
}
