//! Putting decoded values where they are wanted, with as few copies as the layout allows.

use crate::array::{Buffer, Chunk, Element, Region, copy_rows, row_major_strides, with_buffer};

/// What a codec chain decoded.
pub(super) enum Decoded<'a> {
    /// Native bytes of plain values.
    Bytes(std::borrow::Cow<'a, [u8]>),
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
    if *region == Region::whole(target.shape()) {
        return with_buffer!(target.data_mut(), values => set_all(values, value));
    }
    let mut filled = Chunk::zeros(target.dtype(), region.shape.clone());
    with_buffer!(filled.data_mut(), values => set_all(values, value));
    target.copy_from(region, &filled, &vec![0; region.ndim()]);
}

fn set_all<T: Element>(values: &mut [T], value: &Buffer) {
    let value = slice_of(values, value)[0].clone();
    values.fill(value);
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
    use crate::array::DType;

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
    fn a_negative_zero_is_no_zero_and_a_nan_is_a_nan() {
        assert!(!is_all(&Buffer::Float64(vec![0.0, -0.0]), &Buffer::Float64(vec![0.0])));
        assert!(is_all(&Buffer::Float32(vec![-f32::NAN, f32::NAN]), &Buffer::Float32(vec![f32::NAN])));
        assert!(is_all(&Buffer::Text(vec![]), &Buffer::Text(vec![String::new()])));
        assert!(!is_all(&Buffer::UInt8(vec![1, 2]), &Buffer::UInt8(vec![1])));
    }
}
