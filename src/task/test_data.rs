//! Stored arrays for tests; nothing lies behind them.

use crate::array::{ArrayLocation, ChunkGrid, DType, StoredArray};

/// The `float32` array `x`, read and written in these chunks.
pub(super) fn stored(shape: &[usize], chunks: &[usize]) -> StoredArray {
    StoredArray {
        location: ArrayLocation { store: "/data".to_owned(), path: "x".to_owned() },
        dtype: DType::Float32,
        shape: shape.to_vec(),
        read_grid: ChunkGrid::regular(shape, chunks),
        write_grid: ChunkGrid::regular(shape, chunks),
        reads_parts: false,
        in_chunks: true,
        decode_scratch_bytes: 1000,
        fingerprint: 1,
    }
}
