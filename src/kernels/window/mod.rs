//! Functions of windows: of neighbouring values along one or several axes.
//!
//! Windows that follow one another, each a value further (`overlapping`), and windows side by side (`disjoint`) are
//! summarised by any [`reduction`](super::reduction); `values` has medians, and windows as they are. A task holds the values
//! of its windows, and no other; what it finds depends on the place of windows in the array alone, not on which of them it
//! has.

mod disjoint;
mod overlapping;
mod values;

pub use disjoint::disjoint;
pub use overlapping::{overlapping, scratch_bytes};
pub use values::{constructed, medians};

use crate::array::Chunk;

/// Windows along one axis, over the values that are held of it. Parts of windows that lie outside have no values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The axis.
    pub axis: usize,
    /// Values of one window.
    pub size: usize,
    /// Values from the start of a window to that of the next.
    pub step: usize,
    /// Number of windows.
    pub count: usize,
    /// Number of the first window among those of the whole axis.
    pub number: usize,
    /// Where the first window starts, counted from the first value that is held.
    pub first: isize,
}

impl Span {
    /// The values of a window that are held, of so many.
    fn held(&self, window: usize, length: usize) -> std::ops::Range<usize> {
        let start = self.first + (window * self.step) as isize;
        let clip = |position: isize| position.clamp(0, length as isize) as usize;
        clip(start)..clip(start + self.size as isize)
    }
}

/// Lengths before, along and behind an axis.
fn around(shape: &[usize], axis: usize) -> (usize, usize, usize) {
    (shape[..axis].iter().product(), shape[axis], shape[axis + 1..].iter().product())
}

/// The shape that windows of values make.
fn shape_of(values: &Chunk, spans: &[Span]) -> Vec<usize> {
    let mut shape = values.shape().to_vec();
    for span in spans {
        shape[span.axis] = span.count;
    }
    shape
}

#[cfg(test)]
mod tests;
