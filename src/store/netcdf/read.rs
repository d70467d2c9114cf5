//! Reading regions of one dataset: ranges of the file, decoded outside the library's lock.

use super::chunk_index::{ChunkIndex, ChunkPlace};
use super::filters::{self, Filter};
use super::layout::{Layout, SPAN_BYTES};
use crate::array::{Chunk, Region, Shape, StoredArray, row_major_strides};
use crate::store::byte_store::Blob;
use crate::store::{ReadArray, StoreError, place};

/// Reads a dataset in chunks whose places in the file are known.
#[derive(Debug)]
pub(super) struct ChunkReader {
    pub(super) file: Blob,
    pub(super) array: StoredArray,
    pub(super) layout: Layout,
    pub(super) chunk_shape: Shape,
    pub(super) filters: Vec<Filter>,
    pub(super) index: ChunkIndex,
}

/// Reads a dataset whose values lie one after the other; from no offset where none was written.
#[derive(Debug)]
pub(super) struct ContiguousReader {
    pub(super) file: Blob,
    pub(super) array: StoredArray,
    pub(super) layout: Layout,
    pub(super) offset: Option<u64>,
}

impl ChunkReader {
    fn read_chunk(
        &self,
        found: ChunkPlace,
        in_chunk: &Region,
        in_target: &Region,
        target: &mut Chunk,
    ) -> Result<(), ChunkProblem> {
        let encoded = self.file.read_range(found.address, u64::from(found.size_bytes))?.ok_or_else(|| {
            let end = found.address.saturating_add(u64::from(found.size_bytes));
            let (size, start) = (self.file.size_bytes(), found.address);
            ChunkProblem::Corrupt(format!("a file of {size} bytes ends before bytes {start} to {end}"))
        })?;
        let element = self.layout.element;
        if in_chunk.shape == self.chunk_shape
            && !matches!(element, super::element::Element::FixedText(_))
            && let Some(wanted) = place::contiguous_bytes_mut(target, in_target)
        {
            if self.filters.is_empty() && encoded.len() != wanted.len() {
                let (expected, found) = (wanted.len(), encoded.len());
                return Err(ChunkProblem::Corrupt(format!("expected {expected} bytes, found {found}")));
            }
            filters::decode_into(&self.filters, found.mask, &encoded, wanted).map_err(ChunkProblem::Corrupt)?;
            element.swap(wanted);
            return Ok(());
        }
        let bytes = filters::decode(&self.filters, found.mask, &encoded, self.layout.chunk_bytes(&self.chunk_shape))
            .map_err(ChunkProblem::Corrupt)?;
        place::place(&element.decode(bytes), &self.chunk_shape, &in_chunk.start, target, in_target);
        Ok(())
    }
}

/// Why a chunk can't be read.
enum ChunkProblem {
    Store(StoreError),
    Corrupt(String),
}

impl From<StoreError> for ChunkProblem {
    fn from(error: StoreError) -> ChunkProblem {
        ChunkProblem::Store(error)
    }
}

impl ReadArray for ChunkReader {
    fn array(&self) -> &StoredArray {
        &self.array
    }

    fn read_into(&self, region: &Region, target: &mut Chunk) -> Result<u64, StoreError> {
        let grid = &self.array.read_grid;
        let mut read_bytes = 0;
        for chunk in grid.chunks_in(region) {
            let chunk_region = grid.region(chunk);
            let wanted = chunk_region.intersect(region);
            let in_target = wanted.relative_to(&region.start);
            let Some(found) = self.index.place(chunk) else {
                place::fill(target, &in_target, &self.layout.fill_buffer());
                continue;
            };
            let read = self.read_chunk(found, &wanted.relative_to(&chunk_region.start), &in_target, target);
            read.map_err(|problem| match problem {
                ChunkProblem::Store(error) => error.of_chunk(&self.array.location, &grid.coordinates(chunk)),
                ChunkProblem::Corrupt(reason) => StoreError::CorruptChunk {
                    array: self.array.location.to_string(),
                    chunk: grid.coordinates(chunk),
                    file: self.array.location.store.clone(),
                    reason,
                },
            })?;
            read_bytes += u64::from(found.size_bytes);
        }
        Ok(read_bytes)
    }
}

impl ContiguousReader {
    /// Reads the values from the first to the last of a part of the region, and puts those in between that are wanted
    /// where they belong.
    fn read_part(&self, offset: u64, part: &Region, start: &[usize], target: &mut Chunk) -> Result<u64, StoreError> {
        let shape = &self.array.shape;
        let element = self.layout.element;
        let size = element.size_bytes().expect("only values of one size are read so");
        let strides = row_major_strides(shape);
        let first: usize = part.start.iter().zip(&strides).map(|(start, stride)| start * stride).sum();
        let span: usize =
            part.shape.iter().zip(&strides).map(|(length, stride)| (length - 1) * stride).sum::<usize>() + 1;
        let in_target = part.relative_to(start);
        let address = offset + (first * size) as u64;
        if address + (span * size) as u64 > self.file.size_bytes() {
            return Err(StoreError::CorruptChunk {
                array: self.array.location.to_string(),
                chunk: part.start.clone(),
                file: self.array.location.store.clone(),
                reason: format!("a file of {} bytes ends before its values", self.file.size_bytes()),
            });
        }
        if span == part.element_count()
            && !matches!(element, super::element::Element::FixedText(_))
            && let Some(wanted) = place::contiguous_bytes_mut(target, &in_target)
        {
            self.file.read_exact_at(wanted, address)?;
            element.swap(wanted);
            return Ok((span * size) as u64);
        }
        // What is read has the rows of the array, but for the axes of which one position is wanted.
        let mut bytes = vec![0; span * size];
        self.file.read_exact_at(&mut bytes, address)?;
        let first_long = part.shape.iter().position(|&length| length > 1).unwrap_or(part.ndim());
        let mut source_shape = shape.clone();
        source_shape[..first_long].fill(1);
        if let Some(length) = source_shape.get_mut(first_long) {
            *length = part.shape[first_long];
        }
        // The rows begin at the first value that was read, not at their own, and the last row is cut short.
        let whole: usize = source_shape.iter().product();
        bytes.resize(whole * size, 0);
        place::place(&element.decode(bytes.into()), &source_shape, &vec![0; shape.len()], target, &in_target);
        Ok((span * size) as u64)
    }

    /// Cuts a region into parts that lie in one run, or close enough together to be read at once.
    fn parts(&self, region: &Region) -> Vec<Region> {
        let size = self.layout.element.size_bytes().unwrap_or(1);
        let strides = row_major_strides(&self.array.shape);
        let fits = |part: &Region| {
            let span: usize = part.shape.iter().zip(&strides).map(|(length, stride)| (length - 1) * stride).sum();
            span + 1 == part.element_count() || (span + 1) * size <= SPAN_BYTES
        };
        let mut parts = vec![region.clone()];
        for axis in 0..region.ndim() {
            if parts.first().is_none_or(fits) {
                break;
            }
            let one = |part: &Region, position: usize| {
                let mut cut = part.clone();
                cut.start[axis] = position;
                cut.shape[axis] = 1;
                cut
            };
            parts = parts.iter().flat_map(|part| part.range(axis).map(|position| one(part, position))).collect();
        }
        parts
    }
}

impl ReadArray for ContiguousReader {
    fn array(&self) -> &StoredArray {
        &self.array
    }

    fn read_into(&self, region: &Region, target: &mut Chunk) -> Result<u64, StoreError> {
        if region.is_empty() {
            return Ok(0);
        }
        let Some(offset) = self.offset else {
            place::fill(target, &Region::whole(target.shape()).clone(), &self.layout.fill_buffer());
            return Ok(0);
        };
        let mut read_bytes = 0;
        for part in self.parts(region) {
            let read = self.read_part(offset, &part, &region.start, target);
            read_bytes += read.map_err(|error| {
                let grid = &self.array.read_grid;
                let chunks = grid.chunks_in(&part);
                error.of_chunk(&self.array.location, &grid.coordinates(chunks.first().copied().unwrap_or(0)))
            })?;
        }
        Ok(read_bytes)
    }
}
