//! Shards: chunk files that hold many chunks and an index of where each lies.
//!
//! <https://zarr-specs.readthedocs.io/en/latest/v3/codecs/sharding-indexed/index.html>

use super::codecs::{self, UnsupportedCodec};
use super::layout::Sharding;
use crate::store::StoreError;
use crate::store::byte_store::Blob;
use std::borrow::Cow;
use std::collections::HashMap;
use std::num::NonZeroU64;
use std::sync::{Arc, Mutex, PoisonError};
use zarrs::array::codec::ShardingIndexLocation;
use zarrs::array::codec::api::ArrayToBytesCodecTraits as _;
use zarrs::array::{CodecChain, FillValue, data_type};

/// Indexes are kept for as many chunks as this; 16 bytes each.
const CACHED_CHUNKS: usize = 1 << 20;

/// What the index says of a chunk that isn't stored.
const ABSENT: u64 = u64::MAX;

/// Finds chunks in the shards of one array.
#[derive(Debug)]
pub(super) struct Shards {
    chunks_per_shard: Vec<usize>,
    index_codec: CodecChain,
    index_size_bytes: u64,
    index_at_start: bool,
    cache: Mutex<IndexCache>,
}

#[derive(Debug, Default)]
struct IndexCache {
    indexes: HashMap<u64, Arc<ShardIndex>>,
    chunks: usize,
}

/// Where each chunk of a shard lies, in row-major order.
#[derive(Debug)]
pub(super) struct ShardIndex {
    ranges: Vec<(u64, u64)>,
}

/// Why a shard's index can't be used.
pub(super) enum IndexError {
    /// The file system refused.
    Store(StoreError),
    /// The bytes are no index.
    Corrupt(String),
}

impl Shards {
    /// The shards of an array, from the shape of a whole shard.
    pub(super) fn new(sharding: &Sharding, shard_shape: &[usize]) -> Result<Shards, UnsupportedCodec> {
        let names = codecs::describe(&sharding.configuration.index_codecs);
        let unsupported = |reason: String| UnsupportedCodec { codec: names.clone(), reason };
        let chunks_per_shard: Vec<usize> =
            shard_shape.iter().zip(&sharding.chunk_shape).map(|(shard, chunk)| shard / chunk).collect();
        let index_codec = CodecChain::from_metadata(&sharding.configuration.index_codecs)
            .map_err(|error| unsupported(error.to_string()))?;
        let size = index_codec
            .encoded_representation(&index_shape(&chunks_per_shard), &data_type::uint64(), &FillValue::from(ABSENT))
            .map_err(|error| unsupported(error.to_string()))?;
        Ok(Shards {
            chunks_per_shard,
            index_codec,
            index_size_bytes: size.size().ok_or_else(|| unsupported("an index of unknown size".to_owned()))?,
            index_at_start: sharding.configuration.index_location == ShardingIndexLocation::Start,
            cache: Mutex::default(),
        })
    }

    /// The shard that holds a chunk, and the chunk's number in it.
    pub(super) fn locate(&self, chunk: &[usize]) -> (Vec<usize>, usize) {
        let shard = chunk.iter().zip(&self.chunks_per_shard).map(|(chunk, count)| chunk / count).collect();
        let number =
            chunk.iter().zip(&self.chunks_per_shard).fold(0, |number, (chunk, count)| number * count + chunk % count);
        (shard, number)
    }

    /// The index of a shard, and the bytes read for it: none where it was read before.
    pub(super) fn index(&self, shard: u64, blob: &Blob) -> Result<(Arc<ShardIndex>, u64), IndexError> {
        if let Some(index) = self.lock().indexes.get(&shard) {
            return Ok((Arc::clone(index), 0));
        }
        let index = Arc::new(self.read_index(blob)?);
        let mut cache = self.lock();
        if cache.chunks + index.ranges.len() > CACHED_CHUNKS {
            *cache = IndexCache::default();
        }
        if cache.indexes.insert(shard, Arc::clone(&index)).is_none() {
            cache.chunks += index.ranges.len();
        }
        Ok((index, self.index_size_bytes))
    }

    fn read_index(&self, blob: &Blob) -> Result<ShardIndex, IndexError> {
        let offset = if self.index_at_start { Some(0) } else { blob.size_bytes().checked_sub(self.index_size_bytes) };
        let encoded = match offset {
            Some(offset) => blob.read_range(offset, self.index_size_bytes).map_err(IndexError::Store)?,
            None => None,
        };
        let encoded = encoded.ok_or_else(|| {
            let (size, expected) = (blob.size_bytes(), self.index_size_bytes);
            IndexError::Corrupt(format!("shard of {size} bytes is shorter than its index of {expected}"))
        })?;
        let shape = index_shape(&self.chunks_per_shard);
        let decoded = self
            .index_codec
            .decode(Cow::Owned(encoded), &shape, &data_type::uint64(), &FillValue::from(ABSENT), &codecs::options())
            .map_err(|error| IndexError::Corrupt(format!("shard index: {error}")))?;
        let bytes = decoded.into_fixed().map_err(|error| IndexError::Corrupt(error.to_string()))?;
        let numbers: Vec<u64> = bytes
            .chunks_exact(8)
            .map(|bytes| u64::from_ne_bytes(bytes.try_into().expect("chunks of exactly 8 bytes")))
            .collect();
        Ok(ShardIndex { ranges: numbers.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect() })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, IndexCache> {
        // A cache is whole between any two statements, so a thread that panicked left nothing half done.
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ShardIndex {
    /// Offset and length of a chunk; `None` where it isn't stored.
    pub(super) fn range(&self, chunk: usize) -> Option<(u64, u64)> {
        self.ranges.get(chunk).copied().filter(|&range| range != (ABSENT, ABSENT))
    }
}

fn index_shape(chunks_per_shard: &[usize]) -> Vec<NonZeroU64> {
    codecs::non_zero(&chunks_per_shard.iter().copied().chain([2]).collect::<Vec<_>>())
}
