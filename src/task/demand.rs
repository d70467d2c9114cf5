//! What the tasks of a stage pull together, and some of them each: a sample, however many there are.

use super::pull::{behind, input_regions};
use super::reduce_geometry::ReduceGeometry;
use crate::array::{ChunkGrid, Region};
use crate::plan::{NodeId, Plan, Reduce};

/// Tasks that are looked at.
const SAMPLES: u64 = 64;

/// What the tasks of a stage pull: regions of one node.
pub(super) struct Demand {
    pub(super) root: NodeId,
    /// All that the tasks pull together.
    pub(super) whole: Region,
    /// What some of them pull.
    pub(super) samples: Vec<Region>,
    /// How many pull.
    pub(super) count: u64,
}

/// Some of `count` indices, evenly spread.
fn sampled(count: u64) -> impl Iterator<Item = u64> {
    let taken = count.min(SAMPLES);
    (0..taken).map(move |sample| (u128::from(sample) * u128::from(count) / u128::from(taken)) as u64)
}

impl Demand {
    /// What tasks pull that each compute a region of the grid.
    pub(super) fn of_grid(root: NodeId, grid: &ChunkGrid) -> Demand {
        Demand::of_part(root, grid, &vec![0; grid.ndim()])
    }

    /// What tasks pull that each compute a region of a grid that lies at `origin`.
    pub(super) fn of_part(root: NodeId, grid: &ChunkGrid, origin: &[usize]) -> Demand {
        Demand {
            root,
            whole: Region::whole(&grid.shape()).offset_by(origin),
            samples: sampled(grid.chunk_count()).map(|index| grid.region(index).offset_by(origin)).collect(),
            count: grid.chunk_count(),
        }
    }

    /// What the tasks of a part of an output pull.
    pub(super) fn of_band(&self, band: &Region) -> Demand {
        let samples: Vec<Region> =
            self.samples.iter().map(|region| region.intersect(band)).filter(|region| !region.is_empty()).collect();
        let count = self.count * samples.len() as u64 / self.samples.len().max(1) as u64;
        Demand { root: self.root, whole: band.clone(), samples, count }
    }

    /// What a reduction's tasks pull of its input, block by block.
    pub(super) fn of_blocks(plan: &Plan, root: NodeId, reduce: &Reduce, geometry: &ReduceGeometry) -> Demand {
        let whole = Region::whole(&plan.node(root).shape);
        let block_count = geometry.blocks.chunk_count();
        let count = geometry.kept.chunk_count() * block_count;
        let region = |index: u64| {
            let (kept, block) =
                (geometry.kept.region(index / block_count), geometry.blocks.region(index % block_count));
            behind(&kept, reduce, &whole.shape, &block)
        };
        Demand { root, samples: sampled(count).map(region).collect(), whole, count }
    }

    /// What tasks pull of a node's input that each compute a region of the grid of the node.
    pub(super) fn of_input(plan: &Plan, id: NodeId, grid: &ChunkGrid) -> Demand {
        let node = plan.node(id);
        let pulled = |region: &Region| input_regions(plan, node, region).remove(0).1;
        let mut demand = Demand::of_grid(node.inputs[0], grid);
        demand.samples = demand.samples.iter().map(pulled).collect();
        demand.whole = pulled(&demand.whole);
        demand
    }
}
