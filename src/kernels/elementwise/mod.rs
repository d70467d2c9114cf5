//! Elementwise functions: which exist, their dtypes, and their loops over strips of values.

mod binary;
mod cast;
mod operation;
mod select;
mod signature;
mod unary;

pub use binary::binary;
pub use cast::cast;
pub use operation::{BinaryOp, UnaryOp};
pub use select::select;
pub use signature::{BinarySignature, UnarySignature, weak_scalar_dtype};
pub use unary::unary;
