//! Chunks as `ndarray` arrays, for Rust programs.

use super::{ArrayError, Chunk, Element, Shape};
use ndarray::{ArrayD, IxDyn};

impl Chunk {
    /// The values as an `ndarray` array, without copying them.
    ///
    /// ```
    /// use swath::array::Chunk;
    ///
    /// let array = Chunk::from_values(vec![2, 2], vec![1.0, 2.0, 3.0, 4.0])?.into_ndarray::<f64>()?;
    /// assert_eq!(array[[1, 0]], 3.0);
    /// # Ok::<(), swath::array::ArrayError>(())
    /// ```
    ///
    /// # Errors
    /// [`ArrayError::StorageMismatch`] where the chunk holds another type.
    pub fn into_ndarray<T: Element>(self) -> Result<ArrayD<T>, ArrayError> {
        let shape: Shape = self.shape().to_vec();
        let mut data = self.into_data();
        let buffer = data.dtype();
        let values = T::vector_mut(&mut data).ok_or(ArrayError::StorageMismatch { dtype: T::DTYPE, buffer })?;
        let values = std::mem::take(values);
        let (expected, found) = (shape.iter().product(), values.len());
        ArrayD::from_shape_vec(IxDyn(&shape), values).map_err(|_| ArrayError::ValueCount { shape, expected, found })
    }
}

impl<T: Element> From<ArrayD<T>> for Chunk {
    /// The values in row-major order; copied where the array isn't laid out so.
    fn from(array: ArrayD<T>) -> Chunk {
        let shape = array.shape().to_vec();
        let values: Vec<T> = array.iter().cloned().collect();
        Chunk::from_values(shape, values).expect("an array has as many values as its shape holds")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_go_there_and_back() {
        let chunk = Chunk::from_values(vec![2, 3], vec![0_u8, 1, 2, 3, 4, 5]).unwrap();
        let array = chunk.clone().into_ndarray::<u8>().unwrap();
        assert_eq!(array[[1, 2]], 5);
        assert_eq!(Chunk::from(array), chunk);
        assert!(chunk.into_ndarray::<f32>().is_err());
    }
}
