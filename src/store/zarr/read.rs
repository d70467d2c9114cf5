//! Reading regions of one array: which files, which bytes of them, decoded to where.

use super::Witness;
use super::codecs::ChunkCodec;
use super::layout::{ChunkKeys, Layout, StoredChunks};
use super::shard::{IndexError, Shards};
use crate::array::{Buffer, Chunk, ChunkIndex, Region, StoredArray};
use crate::store::byte_store::{Blob, ByteStore};
use crate::store::{ReadArray, StoreError, place};
use std::borrow::Cow;

/// Reads one Zarr array of either version.
#[derive(Debug)]
pub(super) struct ZarrReader {
    /// The files of the array.
    bytes: ByteStore,
    witness: Witness,
    array: StoredArray,
    keys: ChunkKeys,
    /// Chunks that are decoded as a unit.
    chunks: StoredChunks,
    codec: ChunkCodec,
    shards: Option<Shards>,
    fill: Buffer,
}

/// The file opened last: neighbouring chunks of one shard are read from it without opening it again.
type LastFile = Option<(String, Option<Blob>)>;

/// One chunk that a region meets.
struct Part<'a> {
    coordinates: &'a [usize],
    decoded_shape: &'a [usize],
    /// What is wanted, counted from the chunk's first element.
    in_chunk: &'a Region,
    /// The same, counted from the target's.
    in_target: &'a Region,
}

impl ZarrReader {
    /// A reader of an array whose files lie in `bytes`.
    pub(super) fn new(
        bytes: ByteStore,
        witness: Witness,
        layout: &Layout,
        array: StoredArray,
    ) -> Result<ZarrReader, StoreError> {
        let sharding = layout.sharding();
        let codec = layout.read_codec(sharding.as_ref()).map_err(|unsupported| unsupported.of(&array.location))?;
        let shards = sharding
            .as_ref()
            .map(|sharding| Shards::new(sharding, &layout.chunks.max_shape()))
            .transpose()
            .map_err(|unsupported| unsupported.of(&array.location))?;
        let chunks = match sharding {
            Some(sharding) => StoredChunks::Regular(sharding.chunk_shape),
            None => layout.chunks.clone(),
        };
        Ok(ZarrReader { bytes, witness, array, keys: layout.keys, chunks, codec, shards, fill: layout.fill_buffer() })
    }

    fn read_chunk(
        &self,
        chunk: ChunkIndex,
        region: &Region,
        target: &mut Chunk,
        last: &mut LastFile,
    ) -> Result<u64, StoreError> {
        let grid = &self.array.read_grid;
        let coordinates = grid.coordinates(chunk);
        let chunk_region = grid.region(chunk);
        let wanted = chunk_region.intersect(region);
        let part = Part {
            coordinates: &coordinates,
            decoded_shape: &self.chunks.decoded_shape(&coordinates),
            in_chunk: &wanted.relative_to(&chunk_region.start),
            in_target: &wanted.relative_to(&region.start),
        };
        let read = match &self.shards {
            None => self.read_file(&part, target),
            Some(shards) => self.read_from_shard(shards, &part, target, last),
        };
        read.map_err(|error| error.of_chunk(&self.array.location, &coordinates))
    }

    /// Reads a chunk that is a file of its own.
    fn read_file(&self, part: &Part, target: &mut Chunk) -> Result<u64, StoreError> {
        let key = self.keys.key(part.coordinates);
        let Some(blob) = self.bytes.open(&key)? else {
            self.check_presence()?;
            place::fill(target, part.in_target, &self.fill);
            return Ok(0);
        };
        let size_bytes = blob.size_bytes();
        if self.codec.is_plain()
            && is_whole(part)
            && let Some(wanted) = place::contiguous_bytes_mut(target, part.in_target)
            && wanted.len() as u64 == size_bytes
        {
            // Without codecs the file's bytes are the values: no buffer in between.
            blob.read_exact_at(wanted, 0)?;
            return Ok(size_bytes);
        }
        let encoded = blob.into_bytes()?;
        self.decode(&encoded, part, target).map_err(|reason| self.corrupt(part, &key, reason))?;
        Ok(size_bytes)
    }

    /// Reads a chunk that is a range of a shard.
    fn read_from_shard(
        &self,
        shards: &Shards,
        part: &Part,
        target: &mut Chunk,
        last: &mut LastFile,
    ) -> Result<u64, StoreError> {
        let (shard, number) = shards.locate(part.coordinates);
        let key = self.keys.key(&shard);
        if last.as_ref().is_none_or(|(opened, _)| *opened != key) {
            *last = Some((key.clone(), self.bytes.open(&key)?));
        }
        let Some((_, Some(blob))) = last else {
            self.check_presence()?;
            place::fill(target, part.in_target, &self.fill);
            return Ok(0);
        };
        let (index, index_bytes) =
            shards.index(self.array.write_grid.index(&shard), blob).map_err(|error| match error {
                IndexError::Store(error) => error,
                IndexError::Corrupt(reason) => self.corrupt(part, &key, reason),
            })?;
        let Some((offset, length)) = index.range(number) else {
            place::fill(target, part.in_target, &self.fill);
            return Ok(index_bytes);
        };
        let encoded = blob.read_range(offset, length)?.ok_or_else(|| {
            let reason = format!(
                "shard of {} bytes ends before bytes {offset} to {}",
                blob.size_bytes(),
                offset.saturating_add(length)
            );
            self.corrupt(part, &key, reason)
        })?;
        self.decode(&encoded, part, target).map_err(|reason| self.corrupt(part, &key, reason))?;
        Ok(index_bytes + length)
    }

    /// Decodes a chunk to where it is wanted: straight, where it is wanted whole and in one run.
    fn decode(&self, encoded: &[u8], part: &Part, target: &mut Chunk) -> Result<(), String> {
        if is_whole(part)
            && let Some(wanted) = place::contiguous_bytes_mut(target, part.in_target)
            && self.codec.decode_in_place(encoded, part.decoded_shape, wanted)?
        {
            return Ok(());
        }
        let decoded = self.codec.decode(Cow::Borrowed(encoded), part.decoded_shape)?;
        place::place(&decoded, part.decoded_shape, &part.in_chunk.start, target, part.in_target);
        Ok(())
    }

    /// A chunk that isn't there has the fill value, unless the whole array has been removed meanwhile.
    fn check_presence(&self) -> Result<(), StoreError> {
        let Witness { bytes, file } = &self.witness;
        match bytes.has_file(file)? {
            true => Ok(()),
            false => Err(StoreError::Vanished {
                array: self.array.location.to_string(),
                file: bytes.path(file).display().to_string(),
            }),
        }
    }

    fn corrupt(&self, part: &Part, key: &str, reason: String) -> StoreError {
        StoreError::CorruptChunk {
            array: self.array.location.to_string(),
            chunk: part.coordinates.to_vec(),
            file: self.bytes.path(key).display().to_string(),
            reason,
        }
    }
}

/// Whether all that a chunk decodes to is wanted.
fn is_whole(part: &Part) -> bool {
    part.in_chunk.shape == part.decoded_shape
}

impl ReadArray for ZarrReader {
    fn array(&self) -> &StoredArray {
        &self.array
    }

    fn read_into(&self, region: &Region, target: &mut Chunk) -> Result<u64, StoreError> {
        let mut last = None;
        let mut read_bytes = 0;
        for chunk in self.array.read_grid.chunks_in(region) {
            read_bytes += self.read_chunk(chunk, region, target, &mut last)?;
        }
        Ok(read_bytes)
    }
}
