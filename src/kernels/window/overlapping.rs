//! Reductions of windows of which each starts one value behind the last.
//!
//! The axis is cut into blocks as long as a window. A window is the end of one block and the beginning of the next, so that
//! states of all beginnings and of all ends of blocks, each one value longer than the last, give every window by one merge
//! (M. van Herk 1992, doi:10.1016/0167-8655(92)90069-C): three merges a value whatever the size of windows, no difference
//! of running sums, and no digit of a value outside a window in its result. Blocks lie where the numbers of windows say, so
//! that a window's result has the same bits whichever others are asked for with it.

use super::{Span, around, shape_of};
use crate::array::{Buffer, Chunk, DType, Element, Region, with_buffer};
use crate::kernels::KernelError;
use crate::kernels::elementwise::cast;
use crate::kernels::reduction::{self, Accumulator, Reduction, ReductionOptions, Strip};

/// Values that are worked on together, where other axes than those of windows allow.
const SLAB_VALUES: usize = 1 << 13;

/// The reduction of each window by its registered name, in its dtype for the values' dtype. Results of fewer values than
/// `min_count` that aren't missing are NaN; those must be floats unless `min_count` is 0.
///
/// # Errors
/// Where the reduction is unknown, or isn't defined for the dtype.
pub fn overlapping(
    values: &Chunk,
    spans: &[Span],
    name: &str,
    options: ReductionOptions,
    min_count: usize,
) -> Result<Chunk, KernelError> {
    let registered = reduction::find(name)?;
    let undefined = || KernelError::UndefinedFor { operation: registered.name, dtypes: vec![values.dtype()] };
    let dtype = registered.reduction.result_dtype(values.dtype()).ok_or_else(undefined)?;
    // Counts can be missing too, as floats.
    let dtype = if min_count > 0 && !dtype.is_float() { DType::Float64 } else { dtype };
    let mut results = Chunk::zeros(dtype, shape_of(values, spans));
    let is_windowed = |axis: usize| spans.iter().any(|span| span.axis == axis);
    for slab in slabs(values.shape(), &is_windowed) {
        let part = values.extract(&slab);
        let state = slide(registered.reduction, &part, spans, options);
        let mut found = registered.reduction.finish(state, values.dtype(), options);
        if min_count > 0 {
            let count = reduction::find("count")?.reduction;
            let counts = count.finish(slide(count, &part, spans, options), values.dtype(), options);
            mask(&mut found, counts.as_slice::<i64>().unwrap_or_default(), min_count as i64);
        }
        let mut region = slab;
        for span in spans {
            (region.start[span.axis], region.shape[span.axis]) = (0, span.count);
        }
        let found = Chunk::new(dtype, region.shape.clone(), found)?;
        results.copy_from(&region, &found, &vec![0; region.ndim()]);
    }
    Ok(results)
}

/// Bytes that [`overlapping`] takes beside values and results, of values of this shape.
pub fn scratch_bytes(name: &str, dtype: DType, shape: &[usize], spans: &[(usize, usize)]) -> u64 {
    let state = reduction::find(name).map_or(32, |found| found.reduction.start(dtype, 1).size_bytes()) as u64;
    let windowed: u64 = spans.iter().map(|&(axis, _)| shape[axis].max(1) as u64).product();
    let all: u64 = shape.iter().map(|&length| length.max(1) as u64).product();
    let slab = all.min(windowed.max(SLAB_VALUES as u64));
    // Blocks reach over either end of the axis.
    let padded = spans.iter().map(|&(axis, size)| slab * (shape[axis] + 2 * size) as u64 / shape[axis].max(1) as u64);
    4 * padded.max().unwrap_or(slab) * (state + 8)
}

/// Regions along the axes without windows, small enough to be worked on in cache.
fn slabs(shape: &[usize], is_windowed: &dyn Fn(usize) -> bool) -> Vec<Region> {
    let mut sizes: Vec<usize> = shape.to_vec();
    for axis in 0..shape.len() {
        while !is_windowed(axis) && sizes[axis] > 1 && sizes.iter().product::<usize>() > SLAB_VALUES {
            sizes[axis] = sizes[axis].div_ceil(2);
        }
    }
    let grid = crate::array::ChunkGrid::regular(shape, &sizes);
    (0..grid.chunk_count()).map(|index| grid.region(index)).collect()
}

/// NaN where a window has fewer values than it must.
fn mask(found: &mut Buffer, counts: &[i64], min_count: i64) {
    fn masked<T: Copy>(found: &mut [T], counts: &[i64], min_count: i64, missing: T) {
        found.iter_mut().zip(counts).filter(|(_, count)| **count < min_count).for_each(|(value, _)| *value = missing);
    }
    match found {
        Buffer::Float32(found) => masked(found, counts, min_count, f32::NAN),
        Buffer::Float64(found) => masked(found, counts, min_count, f64::NAN),
        other => {
            let mut floats = Buffer::zeros(DType::Float64.storage(), other.len());
            cast(other.dtype(), DType::Float64, other, &mut floats, counts.len());
            *other = floats;
            if let Buffer::Float64(found) = other {
                masked(found, counts, min_count, f64::NAN);
            }
        }
    }
}

/// The state of every window, in row-major order.
fn slide(reduction: &dyn Reduction, values: &Chunk, spans: &[Span], options: ReductionOptions) -> Accumulator {
    let count = values.len();
    let mut state = reduction.start(values.dtype(), count);
    let strip = Strip {
        values: values.data(),
        offset: 0,
        pitch: count,
        rows: 1,
        columns: count,
        first: 0,
        row_step: 0,
        column_step: 1,
    };
    reduction.fold(&mut state, values.dtype(), &strip, options);
    let mut shape = values.shape().to_vec();
    for span in spans {
        let sliding = Sliding { reduction, dtype: values.dtype(), span: *span, around: around(&shape, span.axis) };
        state = sliding.along(&state);
        shape[span.axis] = span.count;
    }
    state
}

/// Windows along one axis.
struct Sliding<'a> {
    reduction: &'a dyn Reduction,
    dtype: DType,
    span: Span,
    around: (usize, usize, usize),
}

impl Sliding<'_> {
    fn along(&self, states: &Accumulator) -> Accumulator {
        let (outer, _, inner) = self.around;
        let mut results = self.reduction.start(self.dtype, outer * self.span.count * inner);
        if self.span.count == 0 || outer * inner == 0 {
            return results;
        }
        let mut ends = self.blocks(states);
        // Beginnings: the first value of every block, the first two, ...
        let mut beginnings: Vec<Accumulator> = Vec::with_capacity(ends.len());
        for row in &ends {
            let mut longer = match beginnings.last() {
                Some(shorter) => shorter.clone(),
                None => self.reduction.start(self.dtype, row.fields[0].len()),
            };
            self.reduction.merge(&mut longer, self.dtype, row);
            beginnings.push(longer);
        }
        for position in (0..ends.len().saturating_sub(1)).rev() {
            let (earlier, later) = ends.split_at_mut(position + 1);
            self.reduction.merge(&mut earlier[position], self.dtype, &later[0]);
        }
        let first_block = self.span.number / self.span.size;
        for offset in 0..self.span.size {
            self.windows_at(offset, first_block, &beginnings, &ends, &mut results);
        }
        results
    }

    /// States of single values, one row for each position in a block: in a row, blocks one after the other.
    fn blocks(&self, states: &Accumulator) -> Vec<Accumulator> {
        let (outer, length, inner) = self.around;
        let Span { size, number, first, count, .. } = self.span;
        let first_block = number / size;
        let blocks = (number + count - 1).div_ceil(size) - first_block + 1;
        let mut rows: Vec<Accumulator> =
            (0..size).map(|_| self.reduction.start(self.dtype, blocks * outer * inner)).collect();
        for held in 0..length {
            // The number that a window would have that starts with this value.
            let Some(place) = (held as isize - first + number as isize).checked_sub_unsigned(first_block * size) else {
                continue;
            };
            if place < 0 || place as usize >= blocks * size {
                continue;
            }
            let (block, position) = (place as usize / size, place as usize % size);
            for row in 0..outer {
                let from = (row * length + held) * inner;
                copy(states, from, &mut rows[position], (block * outer + row) * inner, inner);
            }
        }
        rows
    }

    /// The windows that start at a position of their block: its end from there, and the beginning of the next.
    fn windows_at(
        &self,
        offset: usize,
        first_block: usize,
        beginnings: &[Accumulator],
        ends: &[Accumulator],
        results: &mut Accumulator,
    ) {
        let (outer, _, inner) = self.around;
        let Span { size, number, count, .. } = self.span;
        let skipped = (offset + size - number % size) % size;
        if skipped >= count {
            return;
        }
        let windows = (count - skipped).div_ceil(size);
        let block = (number + skipped) / size - first_block;
        let (from, width) = (block * outer * inner, windows * outer * inner);
        let found = if offset == 0 {
            part(&beginnings[size - 1], from, width)
        } else {
            let mut found = part(&ends[offset], from, width);
            self.reduction.merge(&mut found, self.dtype, &part(&beginnings[offset - 1], from + outer * inner, width));
            found
        };
        for window in 0..windows {
            for row in 0..outer {
                let to = (row * count + skipped + window * size) * inner;
                copy(&found, (window * outer + row) * inner, results, to, inner);
            }
        }
    }
}

/// Copies states.
fn copy(source: &Accumulator, from: usize, target: &mut Accumulator, to: usize, count: usize) {
    for (source, target) in source.fields.iter().zip(&mut target.fields) {
        with_buffer!(source, source => {
            let target = Element::vector_mut(target).expect("states of one reduction have the same fields");
            target[to..to + count].clone_from_slice(&source[from..from + count]);
        });
    }
}

/// Some states.
fn part(source: &Accumulator, from: usize, count: usize) -> Accumulator {
    let fields = source
        .fields
        .iter()
        .map(|source| with_buffer!(source, source => Element::into_buffer(source[from..from + count].to_vec())));
    Accumulator { fields: fields.collect() }
}
