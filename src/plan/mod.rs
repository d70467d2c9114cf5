//! The lazy plan: plain n-dimensional nodes with known shape, dtype and chunk grid.
//!
//! An [`Array`] is a handle to a node of a growing expression; building one checks shapes and dtypes and never reads or
//! computes values. A [`Plan`] is the same expression laid out flat, without duplicates, as it is optimised, explained,
//! sent to ranks and lowered to tasks. Labels, coordinates and metadata live above, in `dataset`; execution below.

mod array;
mod blockwise;
mod construct;
mod contract;
mod drawing;
mod explain;
mod flat;
mod groups;
mod native;
pub mod optimize;
mod points;
mod reshape;
mod scan;
mod view;
mod window;

pub use array::{Array, KeepAlive, Operation, PersistedArray, Quantile, Reduce, SelectionPass};
pub use blockwise::AxisRole;
pub use construct::broadcast_shapes;
pub use contract::Contract;
pub use drawing::draw;
pub use explain::explain;
pub use flat::{Node, NodeId, Plan, PlanBuilder};
pub use groups::Groups;
pub use native::Native;
pub use optimize::optimize;
pub use points::{Points, PointsOfChunk};
pub use reshape::Reshape;
pub use scan::Scan;
pub use view::{AxisSlice, View, ViewAxis};
pub use window::{Window, WindowAxis, WindowSummary};

use crate::array::{ArrayError, Chunk, DType, Shape};
use crate::kernels::KernelError;

/// Why an array can't be built or evaluated.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// Shapes that numpy can't broadcast together.
    #[error("shapes {left:?} and {right:?} don't match")]
    ShapeMismatch {
        /// One shape.
        left: Shape,
        /// The other.
        right: Shape,
    },
    /// An axis that the array doesn't have.
    #[error("axis {axis} is out of bounds of an array of {ndim} dimensions")]
    NoSuchAxis {
        /// The axis.
        axis: usize,
        /// Dimensions of the array.
        ndim: usize,
    },
    /// An index past the end of its axis.
    #[error("position {index} is out of bounds of axis {axis}, whose length is {size}")]
    IndexOutOfBounds {
        /// The index.
        index: i64,
        /// Its axis.
        axis: usize,
        /// Length of the axis.
        size: usize,
    },
    /// Values of this dtype can't be converted.
    #[error("can't convert {from} to {to}")]
    NoSuchCast {
        /// Dtype of the array.
        from: DType,
        /// Dtype asked for.
        to: DType,
    },
    /// Nothing to put one after another.
    #[error("nothing to concatenate: give at least one array")]
    NothingToConcatenate,
    /// A reduction of an axis without elements that has no value for nothing.
    #[error("{operation} of no values has no result")]
    EmptyReduction {
        /// The reduction.
        operation: String,
    },
    /// Groups that don't fit the axis that they are of.
    #[error("{found} group codes below {count} for axis {axis} with size {size}")]
    GroupCodes {
        /// The axis.
        axis: usize,
        /// Its length.
        size: usize,
        /// Number of codes.
        found: usize,
        /// Number of groups.
        count: usize,
    },
    /// An operation on dtypes that it isn't defined for.
    #[error(transparent)]
    Kernel(#[from] KernelError),
    /// Geometry that doesn't fit.
    #[error(transparent)]
    Array(#[from] ArrayError),
    /// The values that a plan needs couldn't be computed.
    #[error("{0}")]
    Evaluation(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Computes the values of lazy arrays. `dataset` needs some (masks, labels, group keys) and has them through this; the
/// session implements it.
pub trait Evaluate {
    /// The values of each array, in memory.
    ///
    /// # Errors
    /// [`PlanError::Evaluation`] with whatever went wrong on any rank.
    fn evaluate(&self, arrays: &[Array]) -> Result<Vec<Chunk>, PlanError>;
}
