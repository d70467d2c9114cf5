//! Pure computations on chunks of data: elementwise functions, reductions, random numbers, gathers.
//!
//! Kernels know values and shapes, never labels, files, tasks or ranks. Each gives the same bits on every CPU: wider
//! vectors are used where they change no rounding, and transcendental functions come from one portable library.

pub mod elementwise;
pub mod generate;
pub mod native;
pub mod product;
pub mod quantile;
mod quantile_method;
pub mod reduction;
pub mod scan;
pub mod selection;
mod sortable;
mod vectors;
mod weighted_quantile;
pub mod window;

use crate::array::{ArrayError, DType};

/// What a kernel can't do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum KernelError {
    /// The operation isn't defined for these dtypes.
    #[error("{operation} is not defined for {}", join(dtypes))]
    UndefinedFor {
        /// Name of the operation, as numpy calls it.
        operation: &'static str,
        /// Dtypes of the operands.
        dtypes: Vec<DType>,
    },
    /// numpy's result dtype is one that Swath lacks.
    #[error(
        "{operation} of {dtype} gives float16 in numpy, which is not supported: convert with astype(\"float32\") first"
    )]
    NeedsFloat16 {
        /// Name of the operation.
        operation: &'static str,
        /// Dtype of the operand.
        dtype: DType,
    },
    /// A Python integer doesn't fit the array's dtype.
    #[error("Python integer {value} out of bounds for {dtype}")]
    IntegerOutOfBounds {
        /// The integer, as text.
        value: String,
        /// The array's dtype.
        dtype: DType,
    },
    /// No reduction of that name.
    #[error("no reduction is called {name:?}")]
    UnknownReduction {
        /// The name asked for.
        name: String,
    },
    /// The position of an extreme of nothing but missing values.
    #[error("an extreme has no position where all values are missing (all are NaN)")]
    AllMissing,
    /// No function of that name is registered.
    #[error("this program has no native kernel called {name:?}: every rank must register it before the session starts{}", if known.is_empty() { String::new() } else { format!("; there are {known}") })]
    UnknownNative {
        /// The name asked for.
        name: String,
        /// Names that are registered.
        known: String,
    },
    /// A function of that name is registered already.
    #[error("a native kernel called {name:?} is registered already")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// A function of the program that runs refuses what it was given.
    #[error("native kernel {name:?}: {reason}")]
    Native {
        /// Its name.
        name: String,
        /// Why.
        reason: String,
    },
    /// Data or geometry don't fit together.
    #[error(transparent)]
    Array(#[from] ArrayError),
}

fn join(dtypes: &[DType]) -> String {
    dtypes.iter().map(DType::to_string).collect::<Vec<_>>().join(" and ")
}
