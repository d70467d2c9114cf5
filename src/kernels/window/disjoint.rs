//! Reductions of windows side by side.

use super::{Span, shape_of};
use crate::array::{Chunk, row_major_strides};
use crate::kernels::KernelError;
use crate::kernels::reduction::{self, Accumulator, Reduction, ReductionOptions, Strip};

/// The reduction of each window by its registered name. Each value is in one window at most: steps are as long as windows.
///
/// # Errors
/// Where the reduction is unknown, or isn't defined for the dtype.
pub fn disjoint(values: &Chunk, spans: &[Span], name: &str, options: ReductionOptions) -> Result<Chunk, KernelError> {
    let registered = reduction::find(name)?;
    let undefined = || KernelError::UndefinedFor { operation: registered.name, dtypes: vec![values.dtype()] };
    let dtype = registered.reduction.result_dtype(values.dtype()).ok_or_else(undefined)?;
    let shape = shape_of(values, spans);
    let state = registered.reduction.start(values.dtype(), shape.iter().product());
    let mut folding = Folding { reduction: registered.reduction, values, options, state };
    folding.rows(spans, &shape);
    let results = registered.reduction.finish(folding.state, values.dtype(), options);
    Ok(Chunk::new(dtype, shape, results)?)
}

struct Folding<'a> {
    reduction: &'a dyn Reduction,
    values: &'a Chunk,
    options: ReductionOptions,
    state: Accumulator,
}

impl Folding<'_> {
    /// Folds row after row of the last axis.
    fn rows(&mut self, spans: &[Span], results: &[usize]) {
        let shape = self.values.shape().to_vec();
        let Some(last) = shape.len().checked_sub(1) else { return self.fold(0, [1, 1], 0, [0, 1]) };
        let strides = row_major_strides(results);
        let of_axis = |axis: usize| spans.iter().find(|span| span.axis == axis);
        let columns = shape[last];
        let mut index = vec![0; last];
        for row in 0..shape[..last].iter().product() {
            let place = index.iter().enumerate().map(|(axis, &position)| {
                let window = of_axis(axis).map_or(Some(position), |span| window_of(span, position));
                Some(window? * strides[axis])
            });
            if let Some(first) = place.sum::<Option<usize>>() {
                match of_axis(last) {
                    None => self.fold(row * columns, [1, columns], first, [0, 1]),
                    Some(span) => self.windows(span, row * columns, columns, first),
                }
            }
            for axis in (0..last).rev() {
                index[axis] += 1;
                if index[axis] < shape[axis] {
                    break;
                }
                index[axis] = 0;
            }
        }
    }

    /// Folds the windows of a row: those that are held whole together.
    fn windows(&mut self, span: &Span, offset: usize, columns: usize, first: usize) {
        let is_whole = |window: usize| span.held(window, columns).len() == span.size;
        let mut window = 0;
        while window < span.count {
            let held = span.held(window, columns);
            let whole = (window..span.count).take_while(|&window| is_whole(window)).count();
            if whole > 0 {
                self.fold(offset + held.start, [whole, span.size], first + window, [1, 0]);
            } else if !held.is_empty() {
                self.fold(offset + held.start, [1, held.len()], first + window, [1, 0]);
            }
            window += whole.max(1);
        }
    }

    fn fold(&mut self, offset: usize, [rows, columns]: [usize; 2], first: usize, [row_step, column_step]: [usize; 2]) {
        let values = self.values.data();
        let strip = Strip { values, offset, pitch: columns, rows, columns, first, row_step, column_step };
        self.reduction.fold(&mut self.state, self.values.dtype(), &strip, self.options);
    }
}

/// The window that a value lies in.
fn window_of(span: &Span, position: usize) -> Option<usize> {
    let place = usize::try_from(position as isize - span.first).ok()?;
    Some(place / span.step).filter(|window| *window < span.count)
}
