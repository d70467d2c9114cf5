//! Loops of the functions of one value.

use super::UnaryOp;
use crate::array::{Buffer, DType};

/// A function of each of the first `count` values.
pub fn unary(_op: UnaryOp, _operand: DType, _input: &Buffer, _output: &mut Buffer, _count: usize) {
    todo!()
}
