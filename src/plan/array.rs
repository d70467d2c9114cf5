//! The handle to a node of a lazy expression, and what nodes there are.

use super::{Contract, Groups, Native, Points, Reshape, Scan, View, Window};
use crate::array::{AxisChunks, Chunk, ChunkGrid, DType, Shape, StoredArray};
use crate::kernels::elementwise::{BinaryOp, UnaryOp};
use crate::kernels::generate::Generator;
use crate::kernels::quantile::QuantileKind;
use crate::kernels::reduction::ReductionOptions;
use serde::{Deserialize, Serialize};
use std::any::Any;
use std::collections::HashSet;
use std::sync::Arc;

/// A reduction over axes of its input; the axes leave the shape, but for one along which it is grouped.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reduce {
    /// Registered name of the reduction, as numpy and xarray call it.
    pub name: String,
    /// Axes that are summarised, ascending.
    pub axes: Vec<usize>,
    /// Its options.
    pub options: ReductionOptions,
    /// Groups along one of the axes: each has a result of its own.
    pub groups: Option<Groups>,
}

impl Reduce {
    /// The input axis that each axis of the result stems from; that of groups from the axis that is grouped.
    pub fn result_axes(&self, input_ndim: usize) -> Vec<usize> {
        let grouped = self.groups.as_ref().map(|groups| groups.axis);
        (0..input_ndim).filter(|axis| !self.axes.contains(axis) || grouped == Some(*axis)).collect()
    }

    /// The axis of groups in the result.
    pub fn group_axis(&self) -> Option<usize> {
        let axis = self.groups.as_ref()?.axis;
        Some(axis - self.axes.iter().filter(|&&summarised| summarised < axis).count())
    }
}

/// Medians or quantiles over axes of its input: a first axis has one entry a quantile, then come the axes that are kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quantile {
    /// What is asked for.
    pub kind: QuantileKind,
    /// Axes that are summarised, ascending.
    pub axes: Vec<usize>,
    /// Leave NaN out.
    pub skip_missing: bool,
    /// Groups along one of the axes: each has results of its own.
    pub groups: Option<Groups>,
}

impl Quantile {
    /// The input axis that each axis of the result but the first stems from; that of groups from the axis that is grouped.
    pub fn kept_axes(&self, input_ndim: usize) -> Vec<usize> {
        let grouped = self.groups.as_ref().map(|groups| groups.axis);
        (0..input_ndim).filter(|axis| !self.axes.contains(axis) || grouped == Some(*axis)).collect()
    }
}

/// A pass of a selection over all values, `uint64`: the axes that are kept, then a row of integers that
/// [`selection`](crate::kernels::selection) knows. Lowering makes these of quantiles of more values than a task should hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SelectionPass {
    /// What is asked for in the end.
    pub kinds: Vec<QuantileKind>,
    /// Number of passes before.
    pub number: u32,
    /// Name, axes and missing values.
    pub reduce: Reduce,
}

/// An array whose chunks workers keep from an earlier computation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PersistedArray {
    /// The computation that made it.
    pub computation: u32,
    /// The stage of that computation whose results are the chunks.
    pub stage: u16,
}

/// What a node computes from its inputs. Shape, dtype and chunk grid of the result stand beside it in the node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Operation {
    /// An array in a store. No inputs.
    Stored(StoredArray),
    /// Values in memory. No inputs.
    InMemory(Arc<Chunk>),
    /// Values computed from positions. No inputs.
    Generated(Generator),
    /// Chunks that workers keep. No inputs; the chunk grid is that of the kept chunks.
    Persisted(PersistedArray),
    /// A function of each element. One input of the dtype that the function is computed in.
    Unary(UnaryOp),
    /// A function of each pair of elements. Two inputs of one shape and dtype.
    Binary(BinaryOp),
    /// Elements of the second input where the first (bool) is true, else of the third. Three inputs of one shape.
    Select,
    /// Conversion to the node's dtype. One input.
    Cast,
    /// A view. One input.
    View(View),
    /// Elements at the given indices along an axis. One input.
    Take {
        /// The axis.
        axis: usize,
        /// Indices along it, in any order.
        indices: Arc<Vec<usize>>,
    },
    /// The inputs one after another along an axis. Two or more inputs of the node's dtype, none of them empty along it.
    Concatenate {
        /// The axis.
        axis: usize,
        /// Where each input lies along it.
        parts: AxisChunks,
    },
    /// A reduction. One input.
    Reduce(Reduce),
    /// Medians or quantiles. One input.
    Quantile(Quantile),
    /// Windows of neighbouring values. One input.
    Window(Window),
    /// A function of all values along an axis. One input.
    Scan(Scan),
    /// A pass of a selection. Its values and, but for the first, the pass before.
    SelectionPass(SelectionPass),
    /// Medians or quantiles that a selection found: those of one of its kinds. The last pass.
    Selected {
        /// Position of the kind.
        kind: usize,
        /// Dtype of the values.
        dtype: DType,
    },
    /// The same values under the node's chunk grid. One input.
    Rechunk,
    /// Axes merged to one, or one split. One input.
    Reshape(Reshape),
    /// Elements at points. One input.
    Points(Points),
    /// A registered function. One input or more.
    Native(Native),
    /// Products of matrices. Two inputs of one dtype.
    Contract(Contract),
}

impl Operation {
    /// Whether each element is a function of the elements of the inputs at its place.
    pub fn is_of_elements(&self) -> bool {
        matches!(self, Operation::Unary(_) | Operation::Binary(_) | Operation::Select | Operation::Cast)
    }
}

/// A lazily computed n-dimensional array: shape, dtype and chunk grid are known, values are not.
///
/// Cloning is cheap; arrays share their inputs.
#[derive(Debug, Clone)]
pub struct Array(Arc<ArrayNode>);

#[derive(Debug)]
struct ArrayNode {
    operation: Operation,
    inputs: Vec<Array>,
    shape: Shape,
    dtype: DType,
    grid: ChunkGrid,
    /// Held as long as the array is: kept chunks are dropped with the last handle.
    _keep_alive: Option<KeepAlive>,
}

/// Something whose drop means that an array's kept chunks are no longer needed.
#[derive(Clone)]
pub struct KeepAlive(Arc<dyn Any + Send + Sync>);

impl KeepAlive {
    /// Keeps a value until the last clone is dropped.
    pub fn new(guard: impl Any + Send + Sync) -> KeepAlive {
        KeepAlive(Arc::new(guard))
    }
}

impl std::fmt::Debug for KeepAlive {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "KeepAlive({} handles)", Arc::strong_count(&self.0))
    }
}

impl Array {
    /// A node; the constructors in `construct` check what goes in.
    pub(super) fn new(operation: Operation, inputs: Vec<Array>, dtype: DType, grid: ChunkGrid) -> Array {
        Array(Arc::new(ArrayNode { operation, inputs, shape: grid.shape(), dtype, grid, _keep_alive: None }))
    }

    /// An array whose chunks workers keep until `keep_alive` and every clone of the array are dropped.
    pub fn persisted(source: PersistedArray, dtype: DType, grid: ChunkGrid, keep_alive: KeepAlive) -> Array {
        Array(Arc::new(ArrayNode {
            operation: Operation::Persisted(source),
            inputs: Vec::new(),
            shape: grid.shape(),
            dtype,
            grid,
            _keep_alive: Some(keep_alive),
        }))
    }

    /// What this array is computed by.
    pub fn operation(&self) -> &Operation {
        &self.0.operation
    }

    /// What it is computed from.
    pub fn inputs(&self) -> &[Array] {
        &self.0.inputs
    }

    /// Length along each axis.
    pub fn shape(&self) -> &[usize] {
        &self.0.shape
    }

    /// Number of axes.
    pub fn ndim(&self) -> usize {
        self.0.shape.len()
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.0.shape.iter().product()
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Element type.
    pub fn dtype(&self) -> DType {
        self.0.dtype
    }

    /// How the user sees the array cut into chunks; the engine may choose other regions.
    pub fn grid(&self) -> &ChunkGrid {
        &self.0.grid
    }

    /// Bytes of all elements.
    pub fn size_bytes(&self) -> u64 {
        self.len() as u64 * self.dtype().size_bytes() as u64
    }

    /// Whether two handles are one node.
    pub fn is_same(&self, other: &Array) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Identity of the node, for maps keyed by node.
    pub(super) fn address(&self) -> usize {
        Arc::as_ptr(&self.0) as usize
    }

    /// Whether everything that the array is computed from is in memory, and it was never cut into chunks: what numpy would
    /// have computed already.
    pub fn is_of_memory(&self) -> bool {
        self.comes_of(&|source| matches!(source.operation(), Operation::InMemory(_)))
    }

    /// Whether everything that the array is computed from is in memory, or generated in one chunk.
    pub fn is_of_constants(&self) -> bool {
        self.comes_of(&|source| match source.operation() {
            Operation::InMemory(_) => true,
            Operation::Generated(_) => source.grid().chunk_count() <= 1,
            _ => false,
        })
    }

    /// Whether everything that the array is computed from is in memory or was opened without chunks: what numpy would have
    /// computed already, and is computed here where it is needed.
    pub fn is_unchunked(&self) -> bool {
        self.comes_of(&|source| match source.operation() {
            Operation::InMemory(_) => true,
            Operation::Stored(stored) => !stored.in_chunks,
            _ => false,
        })
    }

    /// Whether every source is one of these, and nothing was cut into chunks.
    fn comes_of(&self, is_source: &dyn Fn(&Array) -> bool) -> bool {
        let mut seen: HashSet<usize> = HashSet::new();
        let mut waiting = vec![self];
        while let Some(array) = waiting.pop() {
            let is_here = match array.operation() {
                Operation::Generated(_) => array.ndim() == 0 || is_source(array),
                Operation::Persisted(_) | Operation::Rechunk => false,
                Operation::InMemory(_) | Operation::Stored(_) => is_source(array),
                _ => true,
            };
            if !is_here {
                return false;
            }
            waiting.extend(array.inputs().iter().filter(|input| seen.insert(input.address())));
        }
        true
    }

    /// The values, where they are in memory already.
    pub fn in_memory_values(&self) -> Option<&Arc<Chunk>> {
        match &self.0.operation {
            Operation::InMemory(values) => Some(values),
            _ => None,
        }
    }
}
