//! Sums of products over shared axes: matrix products, dot products, Einstein's notation.
//!
//! Two operands that both have axes of their own are multiplied as matrices ([`Contract`]), part by part; what is left (a
//! product of vectors, of a matrix and a vector) is a multiplication of elements and a sum, which reads as much as it
//! computes.

use super::{Array, Operation, PlanError, View, ViewAxis};
use crate::array::{AxisChunks, ChunkGrid, DType, Region};
use crate::kernels::elementwise::BinaryOp;
use crate::kernels::reduction::{self, ReductionOptions};
use crate::kernels::{KernelError, product};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A part of a product whose sums are apart: of at least so many bytes of both operands.
const LEAST_RUN_BYTES: u64 = 1 << 20;
/// Sums apart are at most this fraction of the data behind them.
const PARTIAL_SHARE: u64 = 8;
/// Results in fewer chunks than this are summed in runs, so that there are tasks enough.
const FEW_CHUNKS: u64 = 16;
/// Most sums of one element that are apart.
const MOST_RUNS: u64 = 512;

/// Products of matrices of two inputs of one dtype. The left one has axes that both have (`batch`), its own (`left`), and the
/// summed ones; the right one the common ones, the summed ones, and its own (`right`). The result has the common axes, one
/// that counts `runs`, those of the left, those of the right.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Contract {
    /// Axes that both inputs and the result have.
    pub batch: usize,
    /// Axes of the left input alone.
    pub left: usize,
    /// Axes of the right input alone.
    pub right: usize,
    /// Runs of the first summed axis: each has sums of its own.
    pub runs: AxisChunks,
}

impl Contract {
    /// What of the summed axes, of these lengths, goes into some runs.
    pub fn summed(&self, runs: std::ops::Range<usize>, lengths: &[usize]) -> Region {
        let mut ranges = Region::whole(lengths).ranges();
        if let Some(first) = ranges.first_mut() {
            *first = match runs.is_empty() {
                true => 0..0,
                false => self.runs.range(runs.start).start..self.runs.range(runs.end - 1).end,
            };
        }
        Region::from_ranges(ranges)
    }

    /// The regions of both inputs behind a region of the result, of a block of the summed axes.
    pub fn input_regions(&self, region: &Region, block: &Region) -> [Region; 2] {
        let ranges = region.ranges();
        let (batch, own) = (&ranges[..self.batch], &ranges[self.batch + 1..]);
        let (left, right) = own.split_at(self.left);
        let joined = |parts: [&[std::ops::Range<usize>]; 3]| Region::from_ranges(parts.concat());
        [joined([batch, left, &block.ranges()]), joined([batch, &block.ranges(), right])]
    }

    /// Lengths of the summed axes, from the shape of the left input.
    pub fn summed_lengths<'a>(&self, left_shape: &'a [usize]) -> &'a [usize] {
        &left_shape[self.batch + self.left..]
    }

    /// Chunks of the result from those of its inputs; each run is a chunk.
    pub fn output_grid(&self, left: &ChunkGrid, right: &ChunkGrid) -> ChunkGrid {
        let batch = left.axes()[..self.batch].iter().zip(right.axes()).map(|(a, b)| coarser(a, b));
        let runs = AxisChunks::regular(self.runs.count().max(1), 1);
        let left = &left.axes()[self.batch..self.batch + self.left];
        let right = &right.axes()[right.ndim() - self.right..];
        ChunkGrid::new(batch.chain([&runs]).chain(left).chain(right).cloned().collect())
    }

    /// Blocks of the summed axes from the chunks of both inputs.
    pub fn blocks(&self, left: &ChunkGrid, right: &ChunkGrid) -> ChunkGrid {
        let of_left = &left.axes()[self.batch + self.left..];
        let of_right = &right.axes()[self.batch..];
        ChunkGrid::new(of_left.iter().zip(of_right).map(|(a, b)| coarser(a, b).clone()).collect())
    }
}

fn coarser<'a>(a: &'a AxisChunks, b: &'a AxisChunks) -> &'a AxisChunks {
    let wish = |axis: &AxisChunks| (axis.count() > 1, axis.max_size());
    if wish(b) > wish(a) { b } else { a }
}

/// An array whose axes have labels.
type Labelled = (Array, Vec<char>);

impl Array {
    /// The sum of the products of operands, each of whose axes has a label: axes with one label go together, and those whose
    /// label isn't in `result` are summed. Its axes are those of `result`; the dtype is that of a sum, if there is one.
    ///
    /// A label that is several times in one operand stands for the diagonal. Operands go together two by two, in order. A task holds a region of the result and, one after the other, blocks of
    /// what is summed; missing values spread.
    ///
    /// # Errors
    /// Where there are no operands, axes that go together differ in length, or a label of the result is in none.
    pub fn contract(operands: &[(Array, Vec<char>)], result: &[char]) -> Result<Array, PlanError> {
        let operands = operands.iter().cloned().map(diagonal).collect::<Result<Vec<Labelled>, PlanError>>()?;
        let operands = &operands[..];
        let lengths = label_lengths(operands)?;
        if let Some(position) = result.iter().position(|label| !lengths.contains_key(label)) {
            return Err(PlanError::NoSuchAxis { axis: position, ndim: lengths.len() });
        }
        let has_sums = lengths.keys().any(|label| !result.contains(label));
        let mut waiting = in_one_dtype(operands, has_sums)?;
        waiting.reverse();
        let (mut product, mut labels) = waiting.pop().ok_or(PlanError::NoSuchAxis { axis: 0, ndim: 0 })?;
        while let Some(next) = waiting.pop() {
            let wanted =
                |label: &char| result.contains(label) || waiting.iter().any(|(_, labels)| labels.contains(label));
            (product, labels) = multiplied((product, labels), next, &lengths, &wanted)?;
        }
        (product, labels) = without((product, labels), |label| !result.contains(&label))?;
        let shape: Vec<usize> = result.iter().map(|label| lengths[label]).collect();
        product.spread(&labels, result, &shape)
    }

    /// The array with its axes where their labels stand in `order`, repeated along the others.
    fn spread(&self, labels: &[char], order: &[char], shape: &[usize]) -> Result<Array, PlanError> {
        let place = |label: &char| order.iter().position(|other| other == label).expect("every label has a place");
        let mut axes: Vec<usize> = (0..labels.len()).collect();
        axes.sort_by_key(|&axis| place(&labels[axis]));
        let mut spread = self.transpose(&axes)?;
        for (axis, label) in order.iter().enumerate() {
            if !labels.contains(label) {
                spread = spread.insert_axis(axis)?;
            }
        }
        spread.broadcast_to(shape)
    }
}

/// An array with the diagonal of the axes that have one label.
fn diagonal((array, labels): Labelled) -> Result<Labelled, PlanError> {
    let mut kept: Vec<char> = Vec::new();
    let mut shape = Vec::new();
    let mut axes = Vec::new();
    for (label, &length) in labels.iter().zip(array.shape()) {
        let output = kept.iter().position(|other| other == label).unwrap_or(kept.len());
        axes.push(ViewAxis::whole(output));
        if output == kept.len() {
            kept.push(*label);
            shape.push(length);
        } else if shape[output] != length {
            return Err(PlanError::ShapeMismatch { left: vec![shape[output]], right: array.shape().to_vec() });
        }
    }
    if labels.len() != array.ndim() || kept.len() == labels.len() {
        return Ok((array, labels));
    }
    Ok((array.view(View { axes, shape }), kept))
}

/// The operands in the dtype of their product, or of a sum of it.
fn in_one_dtype(operands: &[Labelled], has_sums: bool) -> Result<Vec<Labelled>, PlanError> {
    let dtypes: Vec<DType> = operands.iter().map(|(array, _)| array.dtype()).collect();
    let undefined = || KernelError::UndefinedFor { operation: "multiply", dtypes: dtypes.clone() };
    let common = dtypes.iter().copied().map(Some).reduce(|a, b| a?.promote(b?)).flatten().ok_or_else(undefined)?;
    let dtype = match has_sums {
        true => reduction::find("sum")?.reduction.result_dtype(common).ok_or_else(undefined)?,
        false => common,
    };
    operands.iter().map(|(array, labels)| Ok((array.cast(dtype)?, labels.clone()))).collect()
}

/// An array summed along the axes of some labels.
fn without((array, labels): Labelled, is_summed: impl Fn(char) -> bool) -> Result<Labelled, PlanError> {
    let axes: Vec<usize> = (0..labels.len()).filter(|&axis| is_summed(labels[axis])).collect();
    if axes.is_empty() {
        return Ok((array, labels));
    }
    let options = ReductionOptions { skip_missing: false, ddof: 0 };
    let left = labels.into_iter().filter(|&label| !is_summed(label)).collect();
    Ok((array.reduce("sum", &axes, options)?, left))
}

/// The product of two operands, summed over what is wanted no more.
fn multiplied(
    left: Labelled,
    right: Labelled,
    lengths: &BTreeMap<char, usize>,
    wanted: &dyn Fn(&char) -> bool,
) -> Result<Labelled, PlanError> {
    let (left, right) = (without_repeated(left, lengths)?, without_repeated(right, lengths)?);
    // What only one of them has is summed before.
    let (of_left, of_right) = (left.1.clone(), right.1.clone());
    let left = without(left, |label| !of_right.contains(&label) && !wanted(&label))?;
    let right = without(right, |label| !of_left.contains(&label) && !wanted(&label))?;
    let (common, own): (Vec<char>, Vec<char>) = left.1.iter().partition(|label| right.1.contains(label));
    let (batch, summed): (Vec<char>, Vec<char>) = common.iter().partition(|label| wanted(label));
    let others: Vec<char> = right.1.iter().copied().filter(|label| !left.1.contains(label)).collect();
    let result = [batch.clone(), own.clone(), others.clone()].concat();
    let dtype = left.0.dtype();
    if !summed.is_empty() && !own.is_empty() && !others.is_empty() && product::is_supported(dtype) {
        let in_order = |(array, labels): Labelled, order: Vec<char>| {
            let axes = order.iter().filter_map(|label| labels.iter().position(|other| other == label));
            array.transpose(&axes.collect::<Vec<_>>())
        };
        let axes = [batch.len(), own.len(), others.len()];
        let left = in_order(left, [batch.clone(), own, summed.clone()].concat())?;
        let right = in_order(right, [batch, summed, others].concat())?;
        return Ok((matrix_product(&left, &right, axes)?, result));
    }
    let order = [result, summed].concat();
    let shape: Vec<usize> = order.iter().map(|label| lengths[label]).collect();
    let [left, right] = [left, right].map(|(array, labels)| array.spread(&labels, &order, &shape));
    without((left?.binary(BinaryOp::Multiply, &right?)?, order), |label| !wanted(&label))
}

/// An operand without axes of length 1 that go with longer ones.
fn without_repeated((mut array, labels): Labelled, lengths: &BTreeMap<char, usize>) -> Result<Labelled, PlanError> {
    let mut left = Vec::new();
    for label in labels {
        if array.shape()[left.len()] == lengths[&label] {
            left.push(label);
        } else {
            array = array.index_axis(left.len(), 0)?;
        }
    }
    Ok((array, left))
}

/// Products of matrices of operands whose axes are in order: so many common axes, of the left alone, of the right alone.
fn matrix_product(left: &Array, right: &Array, [batch, own, others]: [usize; 3]) -> Result<Array, PlanError> {
    let whole = AxisChunks::regular(1, 1);
    let mut contract = Contract { batch, left: own, right: others, runs: whole };
    let blocks = contract.blocks(left.grid(), right.grid());
    let first = blocks.axes().first().cloned().unwrap_or(AxisChunks::regular(1, 1));
    let kept = contract.output_grid(left.grid(), right.grid());
    contract.runs = runs(&first, &kept, left.size_bytes() + right.size_bytes());
    let grid = contract.output_grid(left.grid(), right.grid());
    let has_one_run = grid.axes()[batch].length() == 1;
    let product = Array::new(Operation::Contract(contract), vec![left.clone(), right.clone()], left.dtype(), grid);
    if has_one_run {
        return product.index_axis(batch, 0);
    }
    product.reduce("sum", &[batch], ReductionOptions { skip_missing: false, ddof: 0 })
}

/// Runs of a summed axis: one where the result has chunks enough for many tasks, or isn't small beside what it summarises.
fn runs(summed: &AxisChunks, kept: &ChunkGrid, operand_bytes: u64) -> AxisChunks {
    let kept_bytes = 8 * kept.shape().iter().map(|&length| length as u64).product::<u64>();
    let most = match kept.chunk_count() {
        FEW_CHUNKS.. => 1,
        chunks => MOST_RUNS / chunks.max(1),
    };
    let worth = (operand_bytes / (PARTIAL_SHARE * kept_bytes).max(1)).min(operand_bytes / LEAST_RUN_BYTES);
    let count = most.min(worth).clamp(1, summed.count().max(1) as u64) as usize;
    let sizes = summed.sizes();
    let joined = sizes.chunks(summed.count().div_ceil(count).max(1)).map(|run| run.iter().sum());
    AxisChunks::from_sizes(&joined.collect::<Vec<usize>>())
}

/// Length of each label's axes; an axis of length 1 goes with any other.
fn label_lengths(operands: &[Labelled]) -> Result<BTreeMap<char, usize>, PlanError> {
    let mut lengths = BTreeMap::new();
    for (operand, labels) in operands {
        if labels.len() != operand.ndim() {
            return Err(PlanError::NoSuchAxis { axis: labels.len(), ndim: operand.ndim() });
        }
        for (axis, label) in labels.iter().enumerate() {
            let length = operand.shape()[axis];
            let known = lengths.entry(*label).or_insert(length);
            if *known == 1 {
                *known = length;
            } else if length != *known && length != 1 {
                return Err(PlanError::ShapeMismatch { left: vec![*known], right: operand.shape().to_vec() });
            }
        }
    }
    Ok(lengths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::Chunk;

    fn counted(shape: &[usize]) -> Array {
        let values = (0..shape.iter().product::<usize>()).map(|value| value as f64).collect();
        Array::in_memory(Chunk::from_values(shape.to_vec(), values).unwrap())
    }

    #[test]
    fn axes_of_one_label_go_together_and_the_others_are_summed() {
        let operands = [(counted(&[2, 3]), vec!['i', 'k']), (counted(&[3, 4]), vec!['k', 'j'])];
        let product = Array::contract(&operands, &['j', 'i']).unwrap();
        assert_eq!((product.shape(), product.dtype()), (&[4, 2][..], DType::Float64));
        assert_eq!(Array::contract(&operands, &[]).unwrap().ndim(), 0);
    }

    #[test]
    fn lengths_that_differ_are_refused() {
        let operands = [(counted(&[2, 3]), vec!['i', 'k']), (counted(&[4]), vec!['k'])];
        assert!(matches!(Array::contract(&operands, &['i']), Err(PlanError::ShapeMismatch { .. })));
        assert!(Array::contract(&[(counted(&[3, 4]), vec!['i', 'i'])], &['i']).is_err());
        assert_eq!(Array::contract(&[(counted(&[3, 3]), vec!['i', 'i'])], &['i']).unwrap().shape(), [3]);
        assert!(Array::contract(&[(counted(&[3]), vec!['i'])], &['j']).is_err());
    }

    #[test]
    fn small_results_of_long_sums_are_summed_in_runs() {
        let of = |shape: [usize; 2], chunks: [usize; 2]| {
            let grid = ChunkGrid::regular(&shape, &chunks);
            let rule = crate::kernels::generate::Generator::Full(crate::array::Scalar::Float(1.0));
            Array::generated(rule, DType::Float64, grid)
        };
        let runs = |left: &Array, right: &Array| {
            let operands = [(left.clone(), vec!['i', 'k']), (right.clone(), vec!['k', 'j'])];
            let product = Array::contract(&operands, &['i', 'j']).unwrap();
            let Operation::Contract(contract) = product.inputs()[0].operation() else { panic!("{product:?}") };
            contract.runs.count()
        };
        assert_eq!(runs(&of([10, 1_000_000], [10, 10_000]), &of([1_000_000, 20], [10_000, 20])), 100);
        assert_eq!(runs(&of([8000, 8000], [1000, 1000]), &of([8000, 8000], [1000, 1000])), 1);
        assert_eq!(runs(&of([8000, 8000], [8000, 1000]), &of([8000, 8000], [1000, 8000])), 1);
    }
}
