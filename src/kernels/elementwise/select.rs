//! Choice between two values.

use crate::array::Buffer;

/// The value of `a` where the condition holds, else that of `b`.
pub fn select(_condition: &Buffer, _a: &Buffer, _b: &Buffer, _output: &mut Buffer, _count: usize) {
    todo!()
}
