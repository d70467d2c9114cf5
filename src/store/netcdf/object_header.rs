//! The header of a dataset, as far as it says where its chunks are listed.
//!
//! Format: HDF5 file format specification, sections IV.A.1 (object headers, versions 1 and 2) and IV.A.2.i (data layout
//! message). Only what HDF5 1.8 and netCDF-C write by default is understood; for the rest, callers ask the library.

use super::bytes::Bytes;
use std::fs::File;
use std::io;

/// Message that continues a header elsewhere.
const CONTINUATION: u16 = 0x0010;
/// Message that says how values are laid out.
const LAYOUT: u16 = 0x0008;
/// Blocks of one header; more is damage.
const MAX_BLOCKS: usize = 1024;

/// Where a version-1 B-tree of chunks begins, and the number of axes of its keys, one more than the dataset has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ChunkTree {
    /// Address of its root; `None` where no chunk was written.
    pub(super) address: Option<u64>,
    /// Axes of a key.
    pub(super) key_axes: usize,
}

/// Finds the tree of chunks in the header at an address; `None` where chunks are listed in another way.
///
/// # Errors
/// What the file system says.
pub(super) fn chunk_tree(file: &File, address: u64) -> io::Result<Option<ChunkTree>> {
    let Some(start) = Bytes::read(file, address, 16)? else { return Ok(None) };
    let (version, mut blocks) = match start.starts_with(b"OHDR") {
        true => (2, second_version(file, address)?),
        false if start.unsigned(0, 1) == Some(1) => {
            let size = start.unsigned(8, 4).unwrap_or(0);
            (1, vec![(address + 16, size, false)])
        }
        false => return Ok(None),
    };
    let is_ordered = version == 2 && start.unsigned(5, 1).is_some_and(|flags| flags & 0x04 != 0);
    let mut next = 0;
    while next < blocks.len() && blocks.len() < MAX_BLOCKS {
        let (address, size, has_frame) = blocks[next];
        next += 1;
        let Some(block) = Bytes::read(file, address, size as usize)? else { return Ok(None) };
        // Continued blocks of version 2 have a signature before their messages and a checksum behind.
        let messages = if has_frame { block.slice(4, (size as usize).saturating_sub(8)) } else { block };
        let mut position = 0;
        while let Some((kind, data, end)) = message(&messages, position, version, is_ordered) {
            position = end;
            match kind {
                LAYOUT => return Ok(layout(&data)),
                CONTINUATION => {
                    if let (Some(address), Some(size)) = (data.unsigned(0, 8), data.unsigned(8, 8)) {
                        blocks.push((address, size, version == 2));
                    }
                }
                _ => {}
            }
        }
    }
    Ok(None)
}

/// The first block of a header of version 2: address and size of its messages.
fn second_version(file: &File, address: u64) -> io::Result<Vec<(u64, u64, bool)>> {
    let Some(start) = Bytes::read(file, address, 6)? else { return Ok(Vec::new()) };
    let flags = start.unsigned(5, 1).unwrap_or(0);
    let times = if flags & 0x20 != 0 { 16 } else { 0 };
    let phases = if flags & 0x10 != 0 { 4 } else { 0 };
    let width = 1 << (flags & 0x03);
    let before = 6 + times + phases;
    let Some(size) = Bytes::read(file, address + before, width)?.and_then(|bytes| bytes.unsigned(0, width)) else {
        return Ok(Vec::new());
    };
    Ok(vec![(address + before + width as u64, size, false)])
}

/// The message at a position: its kind, its data, and where the next one begins.
fn message(block: &Bytes, position: usize, version: u8, is_ordered: bool) -> Option<(u16, Bytes, usize)> {
    let (kind, size, header) = match version {
        1 => (block.unsigned(position, 2)?, block.unsigned(position + 2, 2)?, 8),
        _ => (block.unsigned(position, 1)?, block.unsigned(position + 1, 2)?, if is_ordered { 6 } else { 4 }),
    };
    let (start, size) = (position + header, size as usize);
    (start + size <= block.len()).then(|| (kind as u16, block.slice(start, size), start + size))
}

/// What a layout message says; `None` for another version or class.
fn layout(data: &Bytes) -> Option<ChunkTree> {
    const VERSION: u64 = 3;
    const CHUNKED: u64 = 2;
    if data.unsigned(0, 1)? != VERSION || data.unsigned(1, 1)? != CHUNKED {
        return None;
    }
    let key_axes = data.unsigned(2, 1)? as usize;
    let address = data.unsigned(3, 8)?;
    Some(ChunkTree { address: (address != u64::MAX).then_some(address), key_axes })
}
