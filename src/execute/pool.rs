//! Buffers of decoded regions, handed from one task to the next.
//!
//! Fresh pages from the system cost about as much as decoding into them; the next task of a stage wants buffers of just
//! the sizes that the last one gave back.

use crate::array::{Buffer, Chunk, DType, Shape, with_buffer};
use std::sync::{Mutex, PoisonError};

/// Bytes that lie idle in a pool at most; they are part of what a process holds beside its tasks.
const IDLE_BYTES: usize = 32 << 20;

/// Buffers that lie idle at most: to look through many small ones takes longer than to make one.
const IDLE_BUFFERS: usize = 256;

/// Idle buffers of one executor.
#[derive(Default)]
pub struct ChunkPool {
    idle: Mutex<Idle>,
}

#[derive(Default)]
struct Idle {
    buffers: Vec<Buffer>,
    bytes: usize,
}

impl ChunkPool {
    /// A chunk whose values are unspecified: to be filled by whoever takes it.
    pub fn take(&self, dtype: DType, shape: Shape) -> Chunk {
        let count = shape.iter().product();
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |buffer: &Buffer| {
            let capacity = with_buffer!(buffer, values => values.capacity());
            // What is larger by much would hold more than the task was admitted for.
            buffer.storage() == dtype.storage() && buffer.len() >= count && capacity <= count + count / 16 + 1
        };
        let found = idle.buffers.iter().rposition(fits).map(|position| idle.buffers.swap_remove(position));
        idle.bytes -= found.as_ref().map_or(0, Buffer::size_bytes);
        drop(idle);
        let Some(mut buffer) = found else { return Chunk::zeros(dtype, shape) };
        with_buffer!(&mut buffer, values => values.truncate(count));
        Chunk::new(dtype, shape, buffer).expect("the buffer was cut to the shape")
    }

    /// Gives a chunk's buffer back, unless enough lie idle.
    pub fn give(&self, chunk: Chunk) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = chunk.size_bytes();
        let has_room = idle.buffers.len() < IDLE_BUFFERS && idle.bytes + bytes <= IDLE_BYTES;
        if chunk.dtype() != DType::Text && has_room {
            let buffer = chunk.into_data();
            idle.bytes += buffer.size_bytes();
            idle.buffers.push(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_comes_back_for_a_chunk_of_its_size() {
        let pool = ChunkPool::default();
        let mut chunk = pool.take(DType::Int32, vec![2, 3]);
        chunk.data_mut().as_mut_slice::<i32>().unwrap().fill(7);
        pool.give(chunk);
        assert_eq!(pool.take(DType::Float32, vec![6]).len(), 6);
        assert_eq!(pool.take(DType::Int32, vec![3]).as_slice::<i32>().unwrap(), [0; 3]);
        let again = pool.take(DType::Int32, vec![6]);
        assert_eq!(again.as_slice::<i32>().unwrap(), [7; 6]);
    }
}
