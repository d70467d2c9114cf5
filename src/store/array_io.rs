//! Reading and writing one array of any format: what every format has checked before it starts.

use super::StoreError;
use crate::array::{ArrayError, Chunk, ChunkIndex, DType, Region, StoredArray, WrittenChunk};

/// A format's part of reading an array.
pub(super) trait ReadArray: std::fmt::Debug + Send + Sync {
    /// The array.
    fn array(&self) -> &StoredArray;

    /// Fills `target` with a region of the array; shapes and dtype fit.
    fn read_into(&self, region: &Region, target: &mut Chunk) -> Result<u64, StoreError>;
}

/// A format's part of writing an array.
pub(super) trait WriteArray: std::fmt::Debug + Send + Sync {
    /// The array.
    fn array(&self) -> &StoredArray;

    /// Writes a chunk; it is in the grid, shape and dtype fit.
    fn write_chunk(&self, chunk: ChunkIndex, values: &Chunk) -> Result<WrittenChunk, StoreError>;

    /// What lies on the disk of a chunk; it is in the grid.
    fn stored_chunk(&self, chunk: ChunkIndex) -> Result<WrittenChunk, StoreError>;
}

/// Reads regions of one array.
#[derive(Debug)]
pub struct ArrayReader(Box<dyn ReadArray>);

/// Writes chunks of one array.
#[derive(Debug)]
pub struct ArrayWriter(Box<dyn WriteArray>);

impl ArrayReader {
    pub(super) fn new(format: impl ReadArray + 'static) -> ArrayReader {
        ArrayReader(Box::new(format))
    }

    /// The array.
    pub fn array(&self) -> &StoredArray {
        self.0.array()
    }

    /// Fills `target`, of the region's shape and the array's dtype, from the stored chunks that meet the region; chunks
    /// that don't exist have the fill value. A chunk of numbers without compressor or under Zstandard that is wanted
    /// whole, where it is one run of the target, is decoded in place. Returns the stored bytes that were read. Nothing is
    /// cached but shard indexes.
    ///
    /// # Errors
    /// [`StoreError::CorruptChunk`] and whatever the file system says; [`StoreError::ShapeMismatch`] where region, target
    /// and array don't fit together.
    pub fn read_into(&self, region: &Region, target: &mut Chunk) -> Result<u64, StoreError> {
        let array = self.array();
        let fits = region.ndim() == array.shape.len() && Region::whole(&array.shape).contains(region);
        if !fits {
            let end = region.ranges().into_iter().map(|range| range.end).collect();
            return Err(mismatch(array, &array.shape, end));
        }
        if target.shape() != region.shape {
            return Err(mismatch(array, &region.shape, target.shape().to_vec()));
        }
        check_dtype(array, target.dtype())?;
        self.0.read_into(region, target)
    }
}

impl ArrayWriter {
    pub(super) fn new(format: impl WriteArray + 'static) -> ArrayWriter {
        ArrayWriter(Box::new(format))
    }

    /// The array.
    pub fn array(&self) -> &StoredArray {
        self.0.array()
    }

    /// Writes a chunk of the array's write grid (a whole shard where sharded); `values` has the shape of the chunk's region.
    /// It appears under its name once complete and synced. A chunk that is all fill value isn't written. Returns what its
    /// file is now.
    ///
    /// # Errors
    /// Where the values have another shape or dtype, can't be encoded, or the file system refuses.
    pub fn write_chunk(&self, chunk: ChunkIndex, values: &Chunk) -> Result<WrittenChunk, StoreError> {
        let array = self.array();
        self.check_chunk(chunk)?;
        let expected = array.write_grid.region(chunk).shape;
        if values.shape() != expected {
            return Err(mismatch(array, &expected, values.shape().to_vec()));
        }
        check_dtype(array, values.dtype())?;
        self.0.write_chunk(chunk, values)
    }

    /// Whether a chunk still lies there as it was written. Costs reading its file.
    ///
    /// # Errors
    /// [`StoreError::NoSuchChunk`], or where the file system refuses.
    pub fn holds(&self, written: &WrittenChunk) -> Result<bool, StoreError> {
        self.check_chunk(written.chunk)?;
        Ok(self.0.stored_chunk(written.chunk)? == *written)
    }

    /// What lies on the disk of a chunk, its checksum included; `None` where its file isn't there.
    ///
    /// # Errors
    /// [`StoreError::NoSuchChunk`], or where the file system refuses.
    pub fn stored_chunk(&self, chunk: ChunkIndex) -> Result<Option<WrittenChunk>, StoreError> {
        self.check_chunk(chunk)?;
        Ok(Some(self.0.stored_chunk(chunk)?).filter(|stored| stored.size_bytes > 0))
    }

    fn check_chunk(&self, chunk: ChunkIndex) -> Result<(), StoreError> {
        let array = self.array();
        let count = array.write_grid.chunk_count();
        match chunk < count {
            true => Ok(()),
            false => Err(StoreError::NoSuchChunk { array: array.location.to_string(), chunk, count }),
        }
    }
}

fn mismatch(array: &StoredArray, expected: &[usize], found: Vec<usize>) -> StoreError {
    StoreError::ShapeMismatch { array: array.location.to_string(), expected: expected.to_vec(), found }
}

fn check_dtype(array: &StoredArray, found: DType) -> Result<(), StoreError> {
    if found == array.dtype {
        return Ok(());
    }
    let source = ArrayError::StorageMismatch { dtype: array.dtype, buffer: found };
    Err(StoreError::Array { array: array.location.to_string(), source })
}
