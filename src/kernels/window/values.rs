//! Windows value by value: medians, and the windows themselves.

use super::{Span, shape_of};
use crate::array::{Buffer, Chunk, DType, Element, Scalar, row_major_strides, with_buffer};
use crate::kernels::KernelError;
use crate::kernels::quantile::{QuantileKind, quantiles};
use std::ops::Range;

/// The median of each window, `float32` of `float32`, else `float64`; NaN of fewer values than `min_count` that aren't
/// missing. Costs time for each value of each window.
///
/// # Errors
/// Where the dtype has no medians.
pub fn medians(values: &Chunk, spans: &[Span], skip_missing: bool, min_count: usize) -> Result<Chunk, KernelError> {
    let dtype = QuantileKind::Median.result_dtype(values.dtype())?;
    let shape = shape_of(values, spans);
    let strides = row_major_strides(values.shape());
    let mut found = Vec::with_capacity(shape.iter().product());
    for_each_index(&shape, &mut |index| {
        let held = ranges(values.shape(), spans, index);
        let mut positions = Vec::with_capacity(held.iter().map(Range::len).product());
        let lengths: Vec<usize> = held.iter().map(Range::len).collect();
        for_each_index(&lengths, &mut |inner| {
            let place = inner.iter().zip(&held).zip(&strides).map(|((at, range), stride)| (at + range.start) * stride);
            positions.push(place.sum());
        });
        let window = with_buffer!(values.data(), values => Element::into_buffer(
            positions.iter().flat_map(|&position: &usize| values[position..=position].to_vec()).collect::<Vec<_>>()
        ));
        let is_known =
            |position: usize| window.get(position).and_then(|value| value.as_f64()).is_some_and(|v| !v.is_nan());
        let known = (0..window.len()).filter(|&position| is_known(position)).count();
        let is_short = known < min_count;
        let window = Chunk::new(values.dtype(), vec![window.len()], window);
        let median = window.map(|window| quantiles(&window, &[0], &QuantileKind::Median, skip_missing)[0]);
        found.push(if is_short { f64::NAN } else { median.unwrap_or(f64::NAN) });
    });
    let found = match dtype {
        DType::Float32 => Buffer::Float32(found.into_iter().map(|value| value as f32).collect()),
        _ => Buffer::Float64(found),
    };
    Ok(Chunk::new(dtype, shape, found)?)
}

/// The windows themselves: for each span a last axis, of which `held` is asked for, has the values of a window; `fill` where
/// there are none.
///
/// # Errors
/// Where the dtype doesn't have the value to fill with.
pub fn constructed(values: &Chunk, spans: &[Span], held: &[Range<usize>], fill: &Scalar) -> Result<Chunk, KernelError> {
    let mut shape = shape_of(values, spans);
    let ndim = shape.len();
    shape.extend(held.iter().map(Range::len));
    let mut results = Chunk::filled(values.dtype(), shape.clone(), fill)?;
    let strides = row_major_strides(values.shape());
    let target = results.data_mut();
    with_buffer!(values.data(), values_of => {
        let target = Element::vector_mut(target).expect("results have the values' dtype");
        let mut at = 0;
        for_each_index(&shape, &mut |index| {
            let place = (0..ndim).map(|axis| match spans.iter().position(|span| span.axis == axis) {
                None => Some(index[axis] * strides[axis]),
                Some(number) => {
                    let span = &spans[number];
                    let offset = index[ndim + number] + held[number].start;
                    let position = span.first + (index[axis] * span.step + offset) as isize;
                    let position = usize::try_from(position).ok().filter(|at| *at < values.shape()[axis])?;
                    Some(position * strides[axis])
                }
            });
            if let Some(place) = place.sum::<Option<usize>>() {
                target[at..=at].clone_from_slice(&values_of[place..=place]);
            }
            at += 1;
        });
    });
    Ok(results)
}

/// The values of a window that are held.
fn ranges(shape: &[usize], spans: &[Span], index: &[usize]) -> Vec<Range<usize>> {
    let range = |(axis, &at): (usize, &usize)| match spans.iter().find(|span| span.axis == axis) {
        Some(span) => span.held(at, shape[axis]),
        None => at..at + 1,
    };
    index.iter().enumerate().map(range).collect()
}

/// Every index of a shape, in row-major order.
fn for_each_index(shape: &[usize], visit: &mut dyn FnMut(&[usize])) {
    let mut index = vec![0; shape.len()];
    for _ in 0..shape.iter().product() {
        visit(&index);
        for axis in (0..shape.len()).rev() {
            index[axis] += 1;
            if index[axis] < shape[axis] {
                break;
            }
            index[axis] = 0;
        }
    }
}
