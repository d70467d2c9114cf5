//! Putting decoded values where they are wanted, with as few copies as the layout allows.

use crate::array::{Buffer, Chunk, Element, Region, copy_rows, fill_region, row_major_strides, with_buffer};
use std::borrow::Cow;

/// What a codec chain decoded.
pub(super) enum Decoded<'a> {
    /// Native bytes of plain values.
    Bytes(Cow<'a, [u8]>),
    /// Values that had to be made one by one.
    Values(Buffer),
}

/// The bytes of plain values, bools included; `None` for text.
pub(super) fn as_bytes(buffer: &Buffer) -> Option<&[u8]> {
    Some(match buffer {
        Buffer::Bool(values) => bytemuck::cast_slice(values),
        Buffer::Int8(values) => bytemuck::cast_slice(values),
        Buffer::Int16(values) => bytemuck::cast_slice(values),
        Buffer::Int32(values) => bytemuck::cast_slice(values),
        Buffer::Int64(values) => bytemuck::cast_slice(values),
        Buffer::UInt8(values) => values,
        Buffer::UInt16(values) => bytemuck::cast_slice(values),
        Buffer::UInt32(values) => bytemuck::cast_slice(values),
        Buffer::UInt64(values) => bytemuck::cast_slice(values),
        Buffer::Float32(values) => bytemuck::cast_slice(values),
        Buffer::Float64(values) => bytemuck::cast_slice(values),
        Buffer::Text(_) => return None,
    })
}

/// The bytes of plain values to write to; `None` where not all bytes are values: for bools and text.
pub(super) fn as_bytes_mut(buffer: &mut Buffer) -> Option<&mut [u8]> {
    Some(match buffer {
        Buffer::Int8(values) => bytemuck::cast_slice_mut(values),
        Buffer::Int16(values) => bytemuck::cast_slice_mut(values),
        Buffer::Int32(values) => bytemuck::cast_slice_mut(values),
        Buffer::Int64(values) => bytemuck::cast_slice_mut(values),
        Buffer::UInt8(values) => values,
        Buffer::UInt16(values) => bytemuck::cast_slice_mut(values),
        Buffer::UInt32(values) => bytemuck::cast_slice_mut(values),
        Buffer::UInt64(values) => bytemuck::cast_slice_mut(values),
        Buffer::Float32(values) => bytemuck::cast_slice_mut(values),
        Buffer::Float64(values) => bytemuck::cast_slice_mut(values),
        Buffer::Bool(_) | Buffer::Text(_) => return None,
    })
}

/// The run of bytes that a region takes in a chunk, where it is one run and the values are plain.
pub(super) fn contiguous_bytes_mut<'a>(target: &'a mut Chunk, region: &Region) -> Option<&'a mut [u8]> {
    let shape = target.shape();
    let first_partial = (0..shape.len()).find(|&axis| region.shape[axis] != 1).unwrap_or(shape.len());
    let whole_below = (first_partial + 1..shape.len()).all(|axis| region.shape[axis] == shape[axis]);
    if !whole_below {
        return None;
    }
    let offset: usize = region.start.iter().zip(row_major_strides(shape)).map(|(start, stride)| start * stride).sum();
    let size = target.dtype().size_bytes();
    let run = offset * size..(offset + region.element_count()) * size;
    as_bytes_mut(target.data_mut()).map(|bytes| &mut bytes[run])
}

/// Copies a box of a decoded chunk of shape `decoded_shape` into a region of the target.
/// `decoded_start` is where the box begins in the decoded chunk.
pub(super) fn place(
    decoded: &Decoded,
    decoded_shape: &[usize],
    decoded_start: &[usize],
    target: &mut Chunk,
    region: &Region,
) {
    let shape = target.shape().to_vec();
    let size = target.dtype().size_bytes();
    match decoded {
        Decoded::Bytes(source) => {
            // The bytes of an element are one more axis.
            let with_last = |lengths: &[usize], last: usize| lengths.iter().copied().chain([last]).collect::<Vec<_>>();
            let region = Region::new(with_last(&region.start, 0), with_last(&region.shape, size));
            if let Some(target) = as_bytes_mut(target.data_mut()) {
                copy_rows(
                    target,
                    &with_last(&shape, size),
                    &region,
                    source,
                    &with_last(decoded_shape, size),
                    &with_last(decoded_start, 0),
                );
            }
        }
        Decoded::Values(source) => with_buffer!(target.data_mut(), values => {
            let source = slice_of(values, source);
            copy_rows(values, &shape, region, source, decoded_shape, decoded_start);
        }),
    }
}

/// The values of a buffer as the type that another slice has.
fn slice_of<'a, T: Element>(_like: &[T], buffer: &'a Buffer) -> &'a [T] {
    T::slice(buffer).expect("a chunk decodes to the storage of its dtype")
}

/// Sets a region of the target to one value. `value` holds that value, in the target's storage.
pub(super) fn fill(target: &mut Chunk, region: &Region, value: &Buffer) {
    let shape = target.shape().to_vec();
    with_buffer!(target.data_mut(), values => {
        let value = &slice_of(values, value)[0];
        fill_region(values, &shape, region, value);
    });
}

/// The values with the rest of a full chunk behind them.
pub(super) fn padded<'a>(values: &'a Chunk, full_shape: &[usize], fill_value: &Buffer) -> Cow<'a, Chunk> {
    if values.shape() == full_shape {
        return Cow::Borrowed(values);
    }
    let mut full = Chunk::zeros(values.dtype(), full_shape.to_vec());
    let mut region = Region::whole(full_shape);
    for (axis, &held) in values.shape().iter().enumerate() {
        // What lies behind the values along this axis, but not along those before it.
        (region.start[axis], region.shape[axis]) = (held, full_shape[axis] - held);
        if !is_zero(fill_value) {
            fill(&mut full, &region, fill_value);
        }
        (region.start[axis], region.shape[axis]) = (0, held);
    }
    full.copy_from(&region, values, &vec![0; full_shape.len()]);
    Cow::Owned(full)
}

/// Whether values are what [`Chunk::zeros`] holds, in every bit.
fn is_zero(values: &Buffer) -> bool {
    as_bytes(values).is_some_and(|bytes| bytes.iter().all(|&byte| byte == 0))
}

/// Whether all values are one value, in every bit but those of a NaN.
pub(super) fn is_all(values: &Buffer, value: &Buffer) -> bool {
    match (values, value) {
        (Buffer::Float32(values), Buffer::Float32(value)) if value[0].is_nan() => {
            values.iter().all(|value| value.is_nan())
        }
        (Buffer::Float64(values), Buffer::Float64(value)) if value[0].is_nan() => {
            values.iter().all(|value| value.is_nan())
        }
        (Buffer::Float32(values), Buffer::Float32(value)) => {
            values.iter().all(|found| found.to_bits() == value[0].to_bits())
        }
        (Buffer::Float64(values), Buffer::Float64(value)) => {
            values.iter().all(|found| found.to_bits() == value[0].to_bits())
        }
        _ => with_buffer!(values, values => {
            let value = &slice_of(values, value)[0];
            values.iter().all(|found| found == value)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::{DType, Scalar};

    #[test]
    fn a_region_is_contiguous_where_it_is_whole_below_its_first_cut() {
        let mut target = Chunk::zeros(DType::Int16, vec![4, 3, 5]);
        let mut run = |ranges: [std::ops::Range<usize>; 3]| {
            contiguous_bytes_mut(&mut target, &Region::from_ranges(ranges)).map(|bytes| bytes.len())
        };
        assert_eq!(run([1..3, 0..3, 0..5]), Some(60));
        assert_eq!(run([1..2, 1..3, 0..5]), Some(20));
        assert_eq!(run([1..2, 1..2, 2..4]), Some(4));
        assert_eq!(run([1..3, 1..3, 0..5]), None);
        assert_eq!(run([1..2, 1..3, 0..4]), None);
    }

    #[test]
    fn the_rest_of_a_full_chunk_is_filled_and_the_values_are_not() {
        for shape in [[2, 3, 2], [1, 4, 2], [2, 4, 1], [1, 1, 1], [2, 4, 2]] {
            for value in [7, 0] {
                let values = Chunk::filled(DType::Int16, shape.to_vec(), &Scalar::Int(-1)).unwrap();
                let full = padded(&values, &[2, 4, 2], &Buffer::Int16(vec![value]));
                let held = full.extract(&Region::whole(&shape));
                assert_eq!(held, values);
                let filled = full.as_slice::<i16>().unwrap().iter().filter(|&&found| found == value).count();
                assert_eq!(filled, 16 - values.len(), "{shape:?}");
            }
        }
    }

    #[test]
    fn a_negative_zero_is_no_zero_and_a_nan_is_a_nan() {
        assert!(!is_all(&Buffer::Float64(vec![0.0, -0.0]), &Buffer::Float64(vec![0.0])));
        assert!(is_all(&Buffer::Float32(vec![-f32::NAN, f32::NAN]), &Buffer::Float32(vec![f32::NAN])));
        assert!(is_all(&Buffer::Text(vec![]), &Buffer::Text(vec![String::new()])));
        assert!(!is_all(&Buffer::UInt8(vec![1, 2]), &Buffer::UInt8(vec![1])));
        assert!(is_zero(&Buffer::Float64(vec![0.0])) && is_zero(&Buffer::Bool(vec![false])));
        assert!(!is_zero(&Buffer::Float64(vec![-0.0])) && !is_zero(&Buffer::Text(vec![String::new()])));
    }
}
