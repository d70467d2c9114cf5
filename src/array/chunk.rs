//! Values of one region of an array, in memory.

use super::{ArrayError, Buffer, DType, Element, Region, Scalar, Shape, with_buffer};
use serde::{Deserialize, Serialize};

/// Distance in elements between neighbours along each axis of a row-major array.
pub fn row_major_strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis];
    }
    strides
}

/// n-dimensional values in row-major order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chunk {
    dtype: DType,
    shape: Shape,
    data: Buffer,
}

impl Chunk {
    /// A chunk of these values.
    ///
    /// # Errors
    /// Where the values don't fill the shape or their storage isn't the dtype's.
    pub fn new(dtype: DType, shape: Shape, data: Buffer) -> Result<Chunk, ArrayError> {
        let expected = shape.iter().product();
        if data.len() != expected {
            return Err(ArrayError::ValueCount { shape, expected, found: data.len() });
        }
        if data.storage() != dtype.storage() {
            return Err(ArrayError::StorageMismatch { dtype, buffer: data.dtype() });
        }
        Ok(Chunk { dtype, shape, data })
    }

    /// A chunk of Rust values, with the plain dtype of their type.
    ///
    /// # Errors
    /// [`ArrayError::ValueCount`] where the values don't fill the shape.
    pub fn from_values<T: Element>(shape: Shape, values: Vec<T>) -> Result<Chunk, ArrayError> {
        Chunk::new(T::DTYPE, shape, T::into_buffer(values))
    }

    /// One value without axes.
    ///
    /// # Errors
    /// [`ArrayError::ScalarOutOfRange`] where the value doesn't exist in the dtype.
    pub fn scalar(dtype: DType, value: &Scalar) -> Result<Chunk, ArrayError> {
        Chunk::new(dtype, Vec::new(), value.to_buffer(dtype)?)
    }

    /// Zeros (false, empty strings).
    pub fn zeros(dtype: DType, shape: Shape) -> Chunk {
        let data = Buffer::zeros(dtype.storage(), shape.iter().product());
        Chunk { dtype, shape, data }
    }

    /// One value everywhere.
    ///
    /// # Errors
    /// [`ArrayError::ScalarOutOfRange`] where the value doesn't exist in the dtype.
    pub fn filled(dtype: DType, shape: Shape, value: &Scalar) -> Result<Chunk, ArrayError> {
        let data = Buffer::filled(dtype, value, shape.iter().product())?;
        Ok(Chunk { dtype, shape, data })
    }

    /// Element type.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// Length along each axis.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Number of axes.
    pub fn ndim(&self) -> usize {
        self.shape.len()
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        self.data.len()
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The values in row-major order.
    pub fn data(&self) -> &Buffer {
        &self.data
    }

    /// The values in row-major order.
    pub fn data_mut(&mut self) -> &mut Buffer {
        &mut self.data
    }

    /// The values in row-major order.
    pub fn into_data(self) -> Buffer {
        self.data
    }

    /// The values as a slice of their type; `None` where the chunk holds another type.
    pub fn as_slice<T: Element>(&self) -> Option<&[T]> {
        self.data.as_slice()
    }

    /// Bytes of the values in memory.
    pub fn size_bytes(&self) -> usize {
        self.data.size_bytes()
    }

    /// The value at a row-major position, `None` past the end.
    pub fn get(&self, position: usize) -> Option<Scalar> {
        self.data.get(position)
    }

    /// The same values under another shape.
    ///
    /// # Errors
    /// [`ArrayError::ValueCount`] where the shape has another number of elements.
    pub fn reshaped(self, shape: Shape) -> Result<Chunk, ArrayError> {
        Chunk::new(self.dtype, shape, self.data)
    }

    /// The same values read as another dtype of the same storage (`int64` as `datetime64[ns]`).
    ///
    /// # Errors
    /// [`ArrayError::StorageMismatch`] where the storages differ.
    pub fn reinterpreted(self, dtype: DType) -> Result<Chunk, ArrayError> {
        Chunk::new(dtype, self.shape, self.data)
    }

    /// A copy of the values in a region.
    ///
    /// # Panics
    /// Where the region leaves the chunk.
    pub fn extract(&self, region: &Region) -> Chunk {
        let mut part = Chunk::zeros(self.dtype, region.shape.clone());
        part.copy_from(&Region::whole(&region.shape), self, &region.start);
        part
    }

    /// The values at row-major positions, in their order, under a shape.
    ///
    /// # Panics
    /// Where a position is past the end, or there are more or fewer of them than the shape has elements.
    pub fn gather(&self, positions: &[usize], shape: Shape) -> Chunk {
        assert_eq!(positions.len(), shape.iter().product::<usize>(), "one position an element of {shape:?}");
        fn picked<T: Element>(values: &[T], positions: &[usize]) -> Buffer {
            T::into_buffer(positions.iter().map(|&position| values[position].clone()).collect())
        }
        Chunk { dtype: self.dtype, shape, data: with_buffer!(&self.data, values => picked(values, positions)) }
    }

    /// Puts the values of another chunk of the same storage at row-major positions, in their order.
    ///
    /// # Panics
    /// Where a position is past the end, or the storages differ.
    pub fn scatter(&mut self, positions: &[usize], source: &Chunk) {
        with_buffer!(&mut self.data, values => {
            let source = Element::slice(&source.data).expect("both chunks have one storage");
            for (&position, value) in positions.iter().zip(source) {
                values[position] = Clone::clone(value);
            }
        });
    }

    /// Copies values from another chunk of the same storage into a region of this one.
    /// `source_start` is where the values begin in `source`.
    ///
    /// # Panics
    /// Where a region leaves its chunk, or the storages differ.
    pub fn copy_from(&mut self, region: &Region, source: &Chunk, source_start: &[usize]) {
        let source_region = Region::new(source_start.to_vec(), region.shape.clone());
        assert!(Region::whole(&self.shape).contains(region), "{region:?} leaves a chunk of shape {:?}", self.shape);
        assert!(
            Region::whole(&source.shape).contains(&source_region),
            "{source_region:?} leaves a chunk of shape {:?}",
            source.shape
        );
        let target_shape = self.shape.clone();
        with_buffer!(&mut self.data, values => {
            copy_rows(values, &target_shape, region, Element::slice(&source.data).expect("both chunks have one storage"), &source.shape, source_start)
        });
    }
}

/// Copies a region between two row-major arrays, in the longest runs that are contiguous in both.
pub(crate) fn copy_rows<T: Clone>(
    target: &mut [T],
    target_shape: &[usize],
    region: &Region,
    source: &[T],
    source_shape: &[usize],
    source_start: &[usize],
) {
    for_each_run(target_shape, region, source_shape, source_start, |to, from, run| {
        target[to..to + run].clone_from_slice(&source[from..from + run]);
    });
}

/// Sets a region of a row-major array to one value.
pub(crate) fn fill_region<T: Clone>(target: &mut [T], shape: &[usize], region: &Region, value: &T) {
    for_each_run(shape, region, shape, &region.start, |to, _, run| target[to..to + run].fill(value.clone()));
}

/// Calls with the offsets and the length of each run of a region that is contiguous in two row-major arrays.
fn for_each_run(
    target_shape: &[usize],
    region: &Region,
    source_shape: &[usize],
    source_start: &[usize],
    mut act: impl FnMut(usize, usize, usize),
) {
    if region.is_empty() {
        return;
    }
    let ndim = region.ndim();
    // Trailing axes that are whole in both arrays join the run of the axis before them.
    let mut outer = ndim.saturating_sub(1);
    while outer > 0 && region.shape[outer] == target_shape[outer] && region.shape[outer] == source_shape[outer] {
        outer -= 1;
    }
    let run: usize = region.shape[outer.min(ndim)..].iter().product();
    let (target_strides, source_strides) = (row_major_strides(target_shape), row_major_strides(source_shape));
    let offset = |start: &[usize], strides: &[usize]| start.iter().zip(strides).map(|(a, b)| a * b).sum::<usize>();
    let mut target_offset = offset(&region.start, &target_strides);
    let mut source_offset = offset(source_start, &source_strides);
    let mut position = vec![0; outer];
    loop {
        act(target_offset, source_offset, run);
        let mut axis = outer;
        loop {
            if axis == 0 {
                return;
            }
            axis -= 1;
            position[axis] += 1;
            target_offset += target_strides[axis];
            source_offset += source_strides[axis];
            if position[axis] < region.shape[axis] {
                break;
            }
            target_offset -= target_strides[axis] * region.shape[axis];
            source_offset -= source_strides[axis] * region.shape[axis];
            position[axis] = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(shape: &[usize]) -> Chunk {
        Chunk::from_values(shape.to_vec(), (0..shape.iter().product::<usize>() as i32).collect()).unwrap()
    }

    #[test]
    fn extract_takes_the_box() {
        let chunk = counted(&[3, 4]);
        let part = chunk.extract(&Region::from_ranges([1..3, 2..4]));
        assert_eq!(part.as_slice::<i32>().unwrap(), [6, 7, 10, 11]);
        assert_eq!(counted(&[2, 3, 4]).extract(&Region::from_ranges([1..2, 0..3, 0..4])).len(), 12);
    }

    #[test]
    fn a_chunk_without_axes_has_one_value() {
        let chunk = Chunk::scalar(DType::Float32, &Scalar::Int(3)).unwrap();
        assert_eq!(chunk.extract(&Region::whole(&[])), chunk);
    }

    #[test]
    fn copies_land_where_they_belong() {
        let mut whole = Chunk::zeros(DType::Int32, vec![4, 4]);
        whole.copy_from(&Region::from_ranges([1..3, 1..4]), &counted(&[3, 4]), &[1, 0]);
        assert_eq!(whole.as_slice::<i32>().unwrap(), [0, 0, 0, 0, 0, 4, 5, 6, 0, 8, 9, 10, 0, 0, 0, 0]);
    }

    #[test]
    fn gathered_values_can_be_put_back() {
        let mut chunk = counted(&[2, 3]);
        let picked = chunk.gather(&[5, 0], vec![2, 1]);
        assert_eq!((picked.shape(), picked.as_slice::<i32>().unwrap()), (&[2, 1][..], &[5, 0][..]));
        chunk.scatter(&[0, 5], &picked);
        assert_eq!(chunk.as_slice::<i32>().unwrap(), [5, 1, 2, 3, 4, 0]);
    }

    #[test]
    fn values_must_fill_the_shape() {
        assert!(Chunk::from_values(vec![2, 2], vec![1.0]).is_err());
        assert!(Scalar::Int(300).to_buffer(DType::UInt8).is_err());
    }
}
