//! Computations of every kind.

use super::cluster::Cluster;
use std::collections::BTreeMap;
use std::sync::Arc;
use swath::array::{ArrayLocation, ChunkGrid, DType, Scalar, StoredArray};
use swath::kernels::elementwise::BinaryOp;
use swath::kernels::quantile::QuantileKind;
use swath::kernels::reduction::ReductionOptions;
use swath::plan::{Array, Groups, Plan};
use swath::task::{
    Computation, ComputationId, Goal, MergeWork, Resources, Stage, StageId, StageOutput, StageWork, lower,
};

/// What a script wants, with what is to become of it.
pub type Outputs = Vec<(Array, Goal)>;

/// Makes outputs of an array in 64 chunks of rows.
pub type Workload = fn(Array) -> Outputs;

/// Every kind of work, by name; all on arrays of one shape.
pub const WORKLOADS: [(&str, Workload); 9] = [
    ("elementwise", elementwise),
    ("mixed", mixed),
    ("statistics", statistics),
    ("grouped", grouped),
    ("sorted groups", sorted_groups),
    ("rechunk", rechunk),
    ("rechunk of a sum", rechunk_of_a_sum),
    ("rechunk without a common factor", coprime),
    ("median", median),
];

/// Shape of the array that workloads start from, and of their chunks.
pub const SHAPE: [usize; 2] = [1024, 1024];
pub const CHUNKS: [usize; 2] = [16, 1024];

pub fn stored(name: &str, shape: &[usize], chunks: &[usize]) -> StoredArray {
    StoredArray {
        location: ArrayLocation { store: "/data".to_owned(), path: name.to_owned() },
        dtype: DType::Float64,
        shape: shape.to_vec(),
        read_grid: ChunkGrid::regular(shape, chunks),
        write_grid: ChunkGrid::regular(shape, chunks),
        reads_parts: false,
        in_chunks: true,
        decode_scratch_bytes: 1000,
        fingerprint: 1,
    }
}

/// The computation of some outputs on a cluster whose budgets are doubled until every task fits.
pub fn fitting(id: u32, outputs: &Outputs, cluster: &mut Cluster) -> Arc<Computation> {
    loop {
        match try_lower(id, outputs, cluster.resources()) {
            Some(computation) => return computation,
            None => cluster.budget_bytes *= 2,
        }
    }
}

/// The computation of some outputs; `None` where a task doesn't fit.
pub fn try_lower(id: u32, outputs: &Outputs, resources: Resources) -> Option<Arc<Computation>> {
    let (arrays, goals): (Vec<_>, Vec<_>) = outputs.iter().cloned().unzip();
    lower(ComputationId(id), Plan::of(&arrays), goals, resources).ok().map(Arc::new)
}

/// The array that workloads start from, in a store.
pub fn input() -> Array {
    Array::stored(stored("x", &SHAPE, &CHUNKS))
}

pub fn reduce(array: &Array, name: &str, axes: &[usize]) -> Array {
    array.reduce(name, axes, ReductionOptions::default()).expect("a reduction of these axes")
}

fn written(array: Array, name: &str, chunks: &[usize]) -> (Array, Goal) {
    let target = stored(name, array.shape(), chunks);
    let goal = Goal::Write(StoredArray { dtype: array.dtype(), ..target });
    (array, goal)
}

fn elementwise(x: Array) -> Outputs {
    let one = Array::scalar(Scalar::Float(1.0), DType::Float64).expect("a number is a number");
    vec![written(x.binary(BinaryOp::Add, &one).expect("numbers add up"), "y", &CHUNKS)]
}

/// Sums, means of kept axes, deviations from the mean: several outputs at once.
fn mixed(x: Array) -> Outputs {
    let deviation = x.binary(BinaryOp::Subtract, &reduce(&x, "mean", &[0])).expect("a mean has the shape of a row");
    vec![
        (reduce(&x, "sum", &[0, 1]), Goal::Collect),
        written(deviation, "y", &CHUNKS),
        (reduce(&x, "max", &[1]), Goal::Collect),
    ]
}

fn statistics(x: Array) -> Outputs {
    ["mean", "std", "max"].map(|name| written(reduce(&x, name, &[0]), name, &[512])).into()
}

/// Deviations from the means of groups of rows.
fn deviations(x: &Array, codes: Vec<i32>, count: usize) -> Outputs {
    let rows = codes.iter().map(|&code| code as usize).collect::<Vec<_>>();
    let groups = Groups { axis: 0, codes: codes.into(), count };
    let means =
        x.reduce_groups("mean", &[0], Some(groups), ReductionOptions::default()).expect("every row has a group");
    let spread = means.take(0, rows).expect("every row has a group");
    vec![
        (means, Goal::Collect),
        written(x.binary(BinaryOp::Subtract, &spread).expect("a row of means for each row"), "y", &CHUNKS),
    ]
}

fn grouped(x: Array) -> Outputs {
    deviations(&x, (0..SHAPE[0] as i32).map(|row| row % 12).collect(), 12)
}

fn sorted_groups(x: Array) -> Outputs {
    deviations(&x, (0..SHAPE[0] as i32).map(|row| row / 24).collect(), SHAPE[0].div_ceil(24))
}

fn rechunk(x: Array) -> Outputs {
    vec![written(x, "y", &[1024, 16])]
}

fn rechunk_of_a_sum(x: Array) -> Outputs {
    let sum = x.binary(BinaryOp::Add, &x.transpose(&[1, 0]).expect("two axes")).expect("a square");
    vec![(reduce(&sum, "mean", &[1]), Goal::Collect), written(sum, "y", &[1024, 16])]
}

fn coprime(x: Array) -> Outputs {
    vec![written(x, "y", &[999, 31])]
}

fn median(x: Array) -> Outputs {
    vec![written(x.quantile(QuantileKind::Median, &[0], true).expect("a median of numbers"), "y", &[1, 128])]
}

/// Many reads, no results: `count` tasks.
pub fn copy(count: usize) -> Outputs {
    let x = stored("x", &[count * 512, 512], &[512, 512]);
    vec![(Array::stored(x.clone()), Goal::Write(x))]
}

/// About so many tasks that each fold a chunk, and the tree of merges above them: one number in the end.
pub fn tree(id: u32, count: u64) -> Arc<Computation> {
    let x = stored("x", &[count as usize * 32_768, 8], &[32_768, 8]);
    let outputs = vec![(reduce(&Array::stored(x), "mean", &[0]), Goal::Collect)];
    let mut computation = try_lower(id, &outputs, (1 << 40).into()).expect("room for everything");
    let lowered = Arc::make_mut(&mut computation);
    // Lowering makes long runs, which are few; these are as short as can be.
    let mut first = lowered.stages.swap_remove(0);
    let StageWork::Reduce(work) = &mut first.work else { unreachable!("a mean is a reduction") };
    work.run_length = 1;
    let mut merges = MergeWork {
        nodes: work.nodes.clone(),
        kept: work.kept.clone(),
        source: StageId(0),
        source_runs: work.runs(),
        fan_in: 16,
    };
    (first.task_count, first.output) = (merges.source_runs, StageOutput::Keep);
    first.result_bytes = first.task_bytes;
    let mut stages = vec![first];
    while merges.source_runs > 1 {
        let (task_count, source) = (merges.groups(), StageId(stages.len() as u16));
        let work = StageWork::Merge(merges.clone());
        let output = if task_count == 1 { StageOutput::Collect { outputs: vec![0] } } else { StageOutput::Keep };
        stages.push(Stage {
            work,
            output,
            task_count,
            after: vec![merges.source],
            reads: BTreeMap::new(),
            ..stages[0].clone()
        });
        (merges.source, merges.source_runs) = (source, task_count);
    }
    lowered.stages = stages;
    computation
}

/// So many tasks that each read what an earlier stage has left: deviations from a mean.
pub fn deviations_from_mean(id: u32, count: usize) -> Arc<Computation> {
    let x = Array::stored(stored("x", &[count * 512, 512], &[512, 512]));
    let deviation = x.binary(BinaryOp::Subtract, &reduce(&x, "mean", &[0])).expect("a mean has the shape of a row");
    let outputs = vec![written(deviation, "y", &[512, 512])];
    try_lower(id, &outputs, (1 << 40).into()).expect("room for everything")
}
