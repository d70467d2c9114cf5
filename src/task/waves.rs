//! What becomes of an all-to-all step for which memory has no room: it goes through scratch, or the output is computed in
//! waves, a band after the other, whichever moves or reads fewer bytes.

use super::demand::Demand;
use super::lower::Lowering;
use super::{StageId, StageWork, TaskError};
use crate::array::{ChunkGrid, Region};
use crate::plan::NodeId;

/// An output is cut into as many waves at most.
const MOST_WAVES: usize = 64;

/// What was done about stored chunks that would be decoded again and again.
pub(super) enum Remedy {
    /// Nothing: there is no need, or nothing that would cost less.
    Nothing,
    /// Stages materialise what is decoded.
    Done,
    /// These nodes are to be materialised wave by wave.
    Waves { nodes: Vec<NodeId>, waves: Waves },
}

/// Parts of an output that are computed one after the other.
pub(super) struct Waves {
    /// Regions of the output.
    pub(super) bands: Vec<Region>,
    /// Why there are several.
    pub(super) reason: String,
}

/// A way of computing an output, and the bytes that it reads or moves more than once.
pub(super) struct Way {
    pub(super) bytes: u64,
    pub(super) how: How,
}

/// How an output is computed.
pub(super) enum How {
    /// All at once, for this reason; what memory doesn't hold goes to scratch.
    Memory(String),
    /// Part by part.
    Waves(Waves),
}

/// A size as users read it.
pub(super) fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

impl Lowering {
    /// How to go about results of so many bytes for which there is no room in memory.
    pub(super) fn cheapest_way(
        &self,
        demand: &Demand,
        nodes: &[NodeId],
        [bytes, room]: [u64; 2],
        written: Option<&ChunkGrid>,
        case: &str,
    ) -> Way {
        let excess = bytes - room;
        let scratch_bytes = if excess <= self.resources.scratch_bytes { 2 * excess } else { u64::MAX };
        let room_text = format!("memory for {}", mebibytes(room));
        let through_scratch = Way {
            bytes: scratch_bytes,
            how: How::Memory(format!(
                "in one pass, otherwise {case}, {room_text}, {} go to scratch and come back",
                mebibytes(excess)
            )),
        };
        let axes = 0..written.map_or(0, ChunkGrid::ndim);
        let waves = axes.filter_map(|axis| self.waves(demand, nodes, axis, room, written?));
        let Some((read_bytes, bands)) = waves.min_by_key(|(bytes, bands)| (*bytes, bands.len())) else {
            return through_scratch;
        };
        if scratch_bytes <= read_bytes {
            return through_scratch;
        }
        let reason = format!(
            "in {} waves, otherwise {case}, {room_text}: {} are decoded again, through scratch {} would be moved",
            bands.len(),
            mebibytes(read_bytes),
            if scratch_bytes == u64::MAX { "too much".to_owned() } else { mebibytes(scratch_bytes) },
        );
        Way { bytes: read_bytes, how: How::Waves(Waves { bands, reason }) }
    }

    /// Bands along an axis of an output, each of whole written chunks, for which there is room one after the other, and
    /// the bytes that are decoded again for them; `None` where there are none.
    fn waves(
        &self,
        demand: &Demand,
        nodes: &[NodeId],
        axis: usize,
        room: u64,
        written: &ChunkGrid,
    ) -> Option<(u64, Vec<Region>)> {
        let chunks = &written.axes()[axis];
        let mut count = 2;
        while count <= chunks.count().min(MOST_WAVES) {
            let per_band = chunks.count().div_ceil(count);
            let bands: Vec<Region> = (0..chunks.count())
                .step_by(per_band)
                .map(|first| {
                    let last = (first + per_band).min(chunks.count()) - 1;
                    let mut ranges = demand.whole.ranges();
                    ranges[axis] = chunks.range(first).start..chunks.range(last).end;
                    Region::from_ranges(ranges)
                })
                .collect();
            let demands: Vec<Demand> = bands.iter().map(|band| demand.of_band(band)).collect();
            let kept = |demand: &Demand| nodes.iter().map(|node| self.part_bytes(demand, *node)).sum::<u64>();
            if demands.iter().all(|demand| kept(demand) <= room) {
                let read =
                    demands.iter().map(|demand| self.wanted_bytes(demand)).sum::<f64>() - self.wanted_bytes(demand);
                return Some((read.max(0.0) as u64, bands));
            }
            count += 1;
        }
        None
    }

    /// Adds the stages that materialise what a band of an output pulls, once earlier ones have been released.
    pub(super) fn add_wave(&mut self, demand: &Demand, nodes: &[NodeId], reason: &str) -> Result<(), TaskError> {
        self.earlier = std::mem::take(&mut self.readers);
        for &node in nodes {
            let part = self.pulled_part(demand, node);
            self.add_source(node, &part, "rechunk", reason.to_owned())?;
        }
        Ok(())
    }

    /// Takes note of a stage that reads what was materialised for it: results of parts of a node serve no other, but for
    /// those that are shared.
    pub(super) fn note_reader(&mut self, reader: StageId) {
        let reads = self.computation.stage(reader).reads.values();
        let is_source = |id: &StageId| self.computation.stage(*id).reason.is_some();
        if reads.copied().any(|id| is_source(&id)) {
            self.readers.push(reader);
        }
        let (plan, stages, shared) = (&self.computation.plan, &self.computation.stages, &self.shared);
        self.materialised.retain(|node, stage| match &stages[stage.0 as usize].work {
            StageWork::Produce { grid, .. } => shared.contains_key(node) || grid.shape() == plan.node(*node).shape,
            _ => true,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_data::stored;
    use super::super::{Computation, ComputationId, Goal, Resources, StageId, lower};
    use crate::plan::{Array, AxisSlice, Plan};

    const MEMORY: u64 = 128 << 20;

    fn written(arrays: &[Array], chunks: &[usize], scratch_bytes: u64) -> Computation {
        let goals = arrays.iter().map(|array| Goal::Write(stored(array.shape(), chunks))).collect();
        let resources = Resources { scratch_bytes, ..Resources::from(MEMORY) };
        lower(ComputationId(0), Plan::of(arrays), goals, resources).unwrap()
    }

    #[test]
    fn where_every_band_needs_every_chunk_results_go_to_scratch() {
        let x = Array::stored(stored(&[8000, 8000], &[10, 8000]));
        let computation = written(std::slice::from_ref(&x), &[8000, 10], 1 << 40);
        assert_eq!(computation.stages.len(), 2);
        let reason = computation.stages[0].reason.as_ref().unwrap();
        assert!(reason.contains("go to scratch"), "{reason}");
        let without = written(&[x], &[8000, 10], 0);
        let reason = without.stages[0].reason.as_ref().unwrap();
        assert!(reason.contains("waves"), "{reason}");
    }

    #[test]
    fn bands_along_chunks_follow_one_another_and_decode_nothing_twice() {
        let x = Array::stored(stored(&[16_000, 8000], &[100, 8000]));
        let computation = written(&[x], &[4000, 80], 1 << 40);
        let names: Vec<&str> = computation.stages.iter().map(|stage| stage.name.as_str()).collect();
        assert_eq!(names, ["rechunk", "write x"].repeat(names.len() / 2));
        assert!(names.len() > 2);
        let read: u64 = computation.stages.iter().map(|stage| stage.read_bytes).sum();
        assert_eq!(read, 16_000 * 8000 * 4);
        assert_eq!(computation.stages[2].after, [StageId(1)]);
        let tasks: u64 = computation.stages.iter().skip(1).step_by(2).map(|stage| stage.task_count).sum();
        assert_eq!(tasks, 4 * 100);
    }

    #[test]
    fn parts_that_were_kept_for_one_output_serve_no_other() {
        let x = Array::stored(stored(&[4000, 4000], &[10, 4000]));
        let half = |start| {
            let slices = [AxisSlice { start: 0, step: 1, count: 4000 }, AxisSlice { start, step: 1, count: 2000 }];
            x.slice(&slices).unwrap()
        };
        let computation = written(&[half(0), half(2000)], &[4000, 10], 0);
        let reads: u64 = computation.stages.iter().map(|stage| stage.read_bytes).sum();
        assert_eq!((computation.stages.len(), reads), (4, 4000 * 4000 * 4));
        assert_eq!(computation.stages[3].after, [StageId(2)]);
    }
}
