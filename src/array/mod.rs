//! Typed n-dimensional data and the geometry of chunked arrays.
//!
//! Everything else in the crate speaks in these terms: a [`DType`], a [`Region`] of an array, the [`ChunkGrid`] that
//! cuts an array into chunks, a [`Chunk`] that holds one region's values. Nothing here reads files, evaluates
//! expressions or knows about labels; it imports no other module of the crate.

mod buffer;
mod calendar;
mod chunk;
mod chunk_grid;
mod convert;
mod dtype;
pub mod raw;
mod region;
mod scalar;
mod stored;

pub use buffer::{Buffer, Element, Storage};
pub use calendar::{Calendar, CalendarDate};
pub use chunk::{Chunk, row_major_strides};
pub(crate) use chunk::{copy_rows, fill_region};
pub use chunk_grid::{AxisChunks, ChunkGrid, ChunkIndex};
pub use dtype::{DType, ParseDTypeError, TimeUnit};
pub use region::Region;
pub use scalar::Scalar;
pub use stored::{ArrayLocation, StoredArray, WrittenChunk};

pub(crate) use buffer::with_buffer;
#[cfg(test)]
pub(crate) use buffer::with_storage;

/// Length of an array along each of its axes.
pub type Shape = Vec<usize>;

/// What is wrong with a piece of array geometry or data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArrayError {
    /// The values don't fill the shape.
    #[error("shape {shape:?} needs {expected} values, found {found}")]
    ValueCount {
        /// The shape asked for.
        shape: Shape,
        /// Values that the shape needs.
        expected: usize,
        /// Values that were given.
        found: usize,
    },
    /// The chunk sizes along an axis don't add up to its length.
    #[error("chunks {chunks:?} cover {found} of axis {axis}, expected {expected}")]
    ChunksDontCover {
        /// The axis.
        axis: usize,
        /// The chunk sizes.
        chunks: Vec<usize>,
        /// Length of the axis.
        expected: usize,
        /// Sum of the chunk sizes.
        found: usize,
    },
    /// A dtype can't be stored in this kind of buffer.
    #[error("a buffer of {buffer} can't hold {dtype}")]
    StorageMismatch {
        /// The dtype asked for.
        dtype: DType,
        /// The buffer's element type.
        buffer: DType,
    },
    /// A scalar has no value in a dtype.
    #[error("{value} has no {dtype} value")]
    ScalarOutOfRange {
        /// The value, as text.
        value: String,
        /// The dtype asked for.
        dtype: DType,
    },
}
