//! Chunks of an axis of groups, and which blocks of the grouped axis have something for each.

use super::geometry::join_chunks;
use crate::array::AxisChunks;
use crate::plan::Groups;

/// Sorted groups are chunked where that costs at most one in so many blocks read twice.
const SPLIT_SHARE: usize = 8;

/// Chunks of an axis of groups. Groups that follow one another are cut near the ends of the blocks that they are folded
/// from, where few blocks are then read for two chunks; others are one chunk.
pub fn group_chunks(blocks: &AxisChunks, groups: &Groups) -> AxisChunks {
    if groups.count > 1 && groups.is_sorted() {
        let mut factor = 1;
        while factor < blocks.count() {
            let chunks = cut_groups(&join_chunks(blocks, factor), groups);
            let read: usize = touched_blocks(blocks, groups, &chunks);
            if read * SPLIT_SHARE <= blocks.count() * (SPLIT_SHARE + 1) {
                return chunks;
            }
            factor *= 2;
        }
    }
    AxisChunks::regular(groups.count, groups.count)
}

/// Sorted groups cut where blocks end, or the groups that go on there.
fn cut_groups(blocks: &AxisChunks, groups: &Groups) -> AxisChunks {
    let mut cuts = vec![0];
    for block in 1..blocks.count() {
        let start = blocks.range(block).start;
        let before = groups.codes[..start].iter().rev().find(|code| **code >= 0);
        let cut = before.map_or(0, |&code| code as usize + 1);
        if cuts.last().is_some_and(|&last| cut > last) && cut < groups.count {
            cuts.push(cut);
        }
    }
    cuts.push(groups.count);
    AxisChunks::from_sizes(&cuts.windows(2).map(|pair| pair[1] - pair[0]).collect::<Vec<_>>())
}

/// How many blocks of a grouped axis have something for each chunk of groups.
pub fn blocks_of_each(blocks: &AxisChunks, groups: &Groups, chunks: &AxisChunks) -> Vec<u64> {
    let mut counts = vec![0; chunks.count()];
    for block in 0..blocks.count() {
        let mut seen: Vec<usize> = blocks
            .range(block)
            .filter_map(|position| usize::try_from(groups.codes[position]).ok())
            .map(|group| chunks.chunk_of(group))
            .collect();
        seen.sort_unstable();
        seen.dedup();
        seen.into_iter().for_each(|chunk| counts[chunk] += 1);
    }
    counts
}

/// The same, all in all.
pub fn touched_blocks(blocks: &AxisChunks, groups: &Groups, chunks: &AxisChunks) -> usize {
    blocks_of_each(blocks, groups, chunks).into_iter().sum::<u64>() as usize
}
