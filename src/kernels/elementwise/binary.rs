//! Loops of the functions of two values.

use super::BinaryOp;
use crate::array::{Buffer, DType};

/// A function of each of the first `count` pairs of values.
pub fn binary(
    _op: BinaryOp,
    _left: DType,
    _right: DType,
    _a: &Buffer,
    _b: &Buffer,
    _output: &mut Buffer,
    _count: usize,
) {
    todo!()
}
