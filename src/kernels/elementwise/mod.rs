//! Elementwise functions: which exist, their dtypes, and their loops over strips of values.
//!
//! A loop takes whole buffers and a count, so that the buffers of a strip evaluator are reused without being resized.
//! Operands have the dtypes that [`UnarySignature`] and [`BinarySignature`] ask for, and the output the storage of the
//! result; whoever builds a plan sees to that, so the loops treat anything else as a bug and panic. The values are
//! numpy's: integers wrap, NaN and NaT travel, division has Python's signs.
//!
//! Loops are monomorphic and free of calls where the function allows it, so that they vectorise; transcendental
//! functions come from crate `libm`, whose bits don't depend on the CPU.

mod binary;
mod cast;
mod float;
mod integer;
mod map;
mod operation;
mod select;
mod signature;
#[cfg(test)]
mod tests;
mod unary;
mod weigh;

pub use binary::binary;
pub use cast::cast;
pub use operation::{BinaryOp, UnaryOp};
pub use select::select;
pub use signature::{BinarySignature, UnarySignature, weak_operand_dtype, weak_scalar_dtype};
pub use unary::unary;
pub use weigh::{Rows, Weighing, weigh};
