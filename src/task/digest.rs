//! Digests of plans: what two attempts of one run, on whatever ranks and memory, agree on.

use super::selections::{LARGE_BYTES, in_passes};
use super::{ComputationId, Goal};
use crate::array::ArrayLocation;
use crate::plan::{Operation, Plan};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;
use twox_hash::XxHash3_128;

/// A digest of 128 bits (XXH3, <https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md>), equal in every build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PlanDigest(u128);

impl fmt::Display for PlanDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:032x}", self.0)
    }
}

impl FromStr for PlanDigest {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<PlanDigest, ParseIntError> {
        u128::from_str_radix(text, 16).map(PlanDigest)
    }
}

/// Takes encoded values in, byte by byte.
struct Digester(XxHash3_128);

impl std::io::Write for Digester {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl PlanDigest {
    /// The digest of a value.
    pub fn of(value: &(impl Serialize + ?Sized)) -> PlanDigest {
        let digester = postcard::to_io(value, Digester(XxHash3_128::new()));
        PlanDigest(digester.expect("plain data, which postcard encodes; taking it in can't fail").0.finish_128())
    }

    /// The digest of a plan and what becomes of its outputs. Inputs count with location and fingerprint, written arrays
    /// with their final place, persisted arrays with the digest of the plan that made them (`persisted`, by computation).
    pub fn of_plan(
        plan: &Plan,
        goals: &[Goal],
        persisted: &dyn Fn(ComputationId) -> Option<PlanDigest>,
        final_place: &dyn Fn(&ArrayLocation) -> ArrayLocation,
    ) -> PlanDigest {
        // Which quantiles are selected in passes depends on the memory there was.
        let plan = &in_passes(plan, LARGE_BYTES[LARGE_BYTES.len() - 1]);
        let nodes = plan.nodes().iter().map(|node| match &node.operation {
            // Where its chunks were cut depends on the memory there was.
            Operation::Persisted(source) => {
                PlanDigest::of(&("persisted", persisted(ComputationId(source.computation)), &node.shape, node.dtype))
            }
            _ => PlanDigest::of(node),
        });
        let goals = goals.iter().map(|goal| match goal {
            Goal::Collect => PlanDigest::of(&"collect"),
            Goal::Persist => PlanDigest::of(&"persist"),
            Goal::Discard => PlanDigest::of(&"discard"),
            Goal::Write(target) => {
                PlanDigest::of(&("write", final_place(&target.location), target.fingerprint, &target.write_grid))
            }
        });
        PlanDigest::of(&(nodes.collect::<Vec<_>>(), plan.outputs(), goals.collect::<Vec<_>>()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::{ChunkGrid, DType, StoredArray};
    use crate::kernels::quantile::QuantileKind;
    use crate::plan::{Array, KeepAlive, PersistedArray};
    use crate::task::lower;

    fn stored(store: &str, fingerprint: u64) -> StoredArray {
        StoredArray {
            location: ArrayLocation { store: store.to_owned(), path: "x".to_owned() },
            dtype: DType::Float64,
            shape: vec![10],
            read_grid: ChunkGrid::regular(&[10], &[5]),
            write_grid: ChunkGrid::regular(&[10], &[5]),
            reads_parts: false,
            in_chunks: true,
            decode_scratch_bytes: 8,
            fingerprint,
        }
    }

    fn digest(array: Array, goal: Goal) -> PlanDigest {
        let maker = |id: ComputationId| Some(PlanDigest::of(&id));
        let place = |location: &ArrayLocation| ArrayLocation { store: "/final".to_owned(), ..location.clone() };
        PlanDigest::of_plan(&Plan::of(&[array]), &[goal], &maker, &place)
    }

    #[test]
    fn a_digest_knows_inputs_and_outputs_but_not_where_an_output_is_filled() {
        let of = |input, output| digest(Array::stored(stored("/in", input)), Goal::Write(stored(output, 3)));
        assert_eq!(of(1, "/out/.a"), of(1, "/out/.b"));
        assert_ne!(of(1, "/out/.a"), of(2, "/out/.a"));
        let collected = digest(Array::stored(stored("/in", 1)), Goal::Collect);
        assert_ne!(collected, of(1, "/out/.a"));
        // In a journal, this must never change by itself.
        assert_eq!(PlanDigest::of(&(1_u8, "x")).to_string(), "8e7d4bb3d65af580671d9f05019c4bbc");
    }

    #[test]
    fn a_digest_is_the_same_whether_quantiles_fit_in_memory() {
        let x = Array::stored(StoredArray {
            shape: vec![1 << 20],
            read_grid: ChunkGrid::regular(&[1 << 20], &[1 << 10]),
            ..stored("/in", 1)
        });
        let median = x.quantile(QuantileKind::Median, &[0], true).unwrap();
        let lowered = |budget_bytes: u64| {
            let plan = Plan::of(&[median.clone(), x.quantile(QuantileKind::Median, &[0], false).unwrap()]);
            lower(ComputationId(0), plan, vec![Goal::Collect; 2], budget_bytes).unwrap().plan
        };
        let (roomy, tight) = (lowered(1 << 30), lowered(10 << 20));
        assert_ne!(roomy, tight);
        let digest = |plan: &Plan| PlanDigest::of_plan(plan, &[Goal::Collect], &|_| None, &ArrayLocation::clone);
        assert_eq!(digest(&roomy), digest(&tight));
    }

    #[test]
    fn a_persisted_array_is_known_by_its_plan_not_by_its_chunks() {
        let of = |computation, chunk| {
            let source = PersistedArray { computation, stage: chunk as u16 };
            let grid = ChunkGrid::regular(&[10], &[chunk]);
            digest(Array::persisted(source, DType::Float64, grid, KeepAlive::new(())), Goal::Collect)
        };
        assert_eq!(of(1, 5), of(1, 2));
        assert_ne!(of(1, 5), of(2, 5));
    }
}
