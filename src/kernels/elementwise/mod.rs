//! Elementwise functions: which exist, their dtypes, and their loops over strips of values.

mod operation;
mod signature;

pub use operation::{BinaryOp, UnaryOp};
pub use signature::{BinarySignature, UnarySignature, weak_scalar_dtype};
