//! Where each chunk of a dataset lies in its file, taken once.
//!
//! HDF5 lists chunks in a B-tree. The library gives them one by one, and before 1.14 walks the tree anew for each, which
//! takes time by the square of their number. So the tree that HDF5 1.8 and netCDF-C write (HDF5 file format
//! specification, section III.A.1) is read here; for other kinds, and wherever the two don't agree on the number of
//! chunks, the library is asked.

use super::bytes::Bytes;
use super::library;
use super::object_header::{ChunkTree, chunk_tree};
use crate::array::ChunkGrid;
use hdf5::Dataset;
use std::fs::File;
use std::io;

/// Address of a chunk that was never written.
const ABSENT: u64 = u64::MAX;
/// Levels of a tree; more is damage.
const MAX_LEVELS: u64 = 32;

/// A chunk in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ChunkPlace {
    /// Where it begins.
    pub(super) address: u64,
    /// Its bytes, filtered.
    pub(super) size_bytes: u32,
    /// Bits of filters that were left out.
    pub(super) mask: u32,
}

/// The places of all chunks, in the order of their grid.
#[derive(Debug)]
pub(super) struct ChunkIndex(Vec<ChunkPlace>);

impl ChunkIndex {
    /// Finds the chunks of a dataset whose file has no user block.
    ///
    /// # Errors
    /// Where neither the file nor the library says where they are.
    pub(super) fn of(dataset: &Dataset, file: &File, grid: &ChunkGrid, chunk_shape: &[usize]) -> Result<Self, String> {
        let count = dataset.num_chunks().ok_or("the chunks can't be counted")?;
        let mut index = ChunkIndex(vec![
            ChunkPlace { address: ABSENT, size_bytes: 0, mask: 0 };
            usize::try_from(grid.chunk_count()).map_err(|error| error.to_string())?
        ]);
        let address = library::object_address(dataset).map_err(|error| error.to_string())?;
        let tree = chunk_tree(file, address).map_err(|error| error.to_string())?;
        if let Some(tree) = tree.filter(|tree| tree.key_axes == chunk_shape.len() + 1)
            && index.read_tree(file, tree, grid, chunk_shape).map_err(|error| error.to_string())?
            && index.present() == count
        {
            return Ok(index);
        }
        index.0.fill(ChunkPlace { address: ABSENT, size_bytes: 0, mask: 0 });
        for number in 0..count {
            let found = dataset.chunk_info(number).ok_or_else(|| format!("chunk {number} can't be found"))?;
            let place = ChunkPlace {
                address: found.addr,
                size_bytes: u32::try_from(found.size).map_err(|error| error.to_string())?,
                mask: found.filter_mask,
            };
            index.set(&found.offset, grid, chunk_shape, place);
        }
        Ok(index)
    }

    /// Where a chunk lies; `None` where it was never written.
    pub(super) fn place(&self, chunk: crate::array::ChunkIndex) -> Option<ChunkPlace> {
        self.0.get(chunk as usize).copied().filter(|place| place.address != ABSENT)
    }

    /// Number of chunks that were written.
    pub(super) fn present(&self) -> usize {
        self.0.iter().filter(|place| place.address != ABSENT).count()
    }

    /// Bytes of all chunks.
    pub(super) fn stored_bytes(&self) -> u64 {
        self.0.iter().map(|place| u64::from(place.size_bytes)).sum()
    }

    /// Takes the chunks from a tree; `false` where it isn't whole.
    fn read_tree(&mut self, file: &File, tree: ChunkTree, grid: &ChunkGrid, chunk_shape: &[usize]) -> io::Result<bool> {
        let Some(root) = tree.address else { return Ok(true) };
        let key_bytes = 8 + 8 * tree.key_axes;
        let mut nodes = vec![(root, MAX_LEVELS)];
        while let Some((address, below)) = nodes.pop() {
            let Some(header) = Bytes::read(file, address, 24)? else { return Ok(false) };
            let (Some(kind), Some(level), Some(used)) =
                (header.unsigned(4, 1), header.unsigned(5, 1), header.unsigned(6, 2))
            else {
                return Ok(false);
            };
            // A child is one level lower than its parent, so that damage can't lead round in circles.
            if !header.starts_with(b"TREE") || kind != 1 || level >= below {
                return Ok(false);
            }
            let Some(entries) = Bytes::read(file, address + 24, used as usize * (key_bytes + 8))? else {
                return Ok(false);
            };
            for entry in 0..used as usize {
                let start = entry * (key_bytes + 8);
                let field = |position, width| entries.unsigned(start + position, width).unwrap_or(ABSENT);
                let address = field(key_bytes, 8);
                if level > 0 {
                    nodes.push((address, level));
                    continue;
                }
                let offset: Vec<u64> = (0..chunk_shape.len()).map(|axis| field(8 + 8 * axis, 8)).collect();
                let place = ChunkPlace { address, size_bytes: field(0, 4) as u32, mask: field(4, 4) as u32 };
                self.set(&offset, grid, chunk_shape, place);
            }
        }
        Ok(true)
    }

    /// Takes note of the chunk whose first element is at an offset; chunks beyond the array's end don't count.
    fn set(&mut self, offset: &[u64], grid: &ChunkGrid, chunk_shape: &[usize], place: ChunkPlace) {
        let counts = grid.counts();
        let coordinates: Vec<usize> =
            offset.iter().zip(chunk_shape).map(|(&offset, &size)| offset as usize / size.max(1)).collect();
        if coordinates.iter().zip(&counts).all(|(position, count)| position < count) {
            self.0[grid.index(&coordinates) as usize] = place;
        }
    }
}
