//! Picking elements of arrays along an axis, at once where they are in memory.
//!
//! Index coordinates must stay in memory, so what is selected from values in memory is copied instead of planned.

use super::DatasetError;
use crate::array::{Chunk, Element, with_buffer};
use crate::plan::{Array, AxisSlice};

/// Positions along one axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Positions {
    /// One; the axis leaves the shape.
    One(usize),
    /// Evenly spaced ones.
    Slice(AxisSlice),
    /// These, in this order.
    List(Vec<usize>),
}

impl Positions {
    /// Every position.
    pub(super) fn to_vec(&self) -> Vec<usize> {
        match self {
            Positions::One(index) => vec![*index],
            Positions::Slice(slice) => {
                (0..slice.count).map(|index| (slice.start as isize + slice.step * index as isize) as usize).collect()
            }
            Positions::List(list) => list.clone(),
        }
    }
}

/// The elements of an array at positions along an axis; in memory where the array is.
pub(super) fn pick(array: &Array, axis: usize, positions: &Positions) -> Result<Array, DatasetError> {
    if let Some(values) = array.in_memory_values() {
        let picked = pick_values(values, axis, &positions.to_vec());
        let mut shape = picked.shape().to_vec();
        if matches!(positions, Positions::One(_)) {
            shape.remove(axis);
        }
        return Ok(Array::in_memory(picked.reshaped(shape)?));
    }
    Ok(match positions {
        Positions::One(index) => array.index_axis(axis, *index)?,
        Positions::Slice(slice) => {
            let mut slices: Vec<AxisSlice> = array.shape().iter().map(|&length| AxisSlice::whole(length)).collect();
            slices[axis] = *slice;
            array.slice(&slices)?
        }
        Positions::List(list) => array.take(axis, list.clone())?,
    })
}

/// A copy of the values at positions along an axis.
fn pick_values(values: &Chunk, axis: usize, positions: &[usize]) -> Chunk {
    let mut shape = values.shape().to_vec();
    let length = shape[axis];
    let outer: usize = shape[..axis].iter().product();
    let inner: usize = shape[axis + 1..].iter().product();
    shape[axis] = positions.len();
    let data = with_buffer!(values.data(), source => {
        let mut target = Vec::with_capacity(outer * positions.len() * inner);
        for row in 0..outer {
            for &position in positions {
                let start = (row * length + position) * inner;
                target.extend_from_slice(&source[start..start + inner]);
            }
        }
        Element::into_buffer(target)
    });
    Chunk::new(values.dtype(), shape, data).expect("as many values were copied as the shape holds")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_memory_stay_there() {
        let array = Array::in_memory(Chunk::from_values(vec![2, 3], vec![0_i64, 1, 2, 3, 4, 5]).unwrap());
        let columns = pick(&array, 1, &Positions::List(vec![2, 0])).unwrap();
        assert_eq!(columns.in_memory_values().unwrap().as_slice::<i64>().unwrap(), [2, 0, 5, 3]);
        let row = pick(&array, 0, &Positions::One(1)).unwrap();
        assert_eq!((row.shape(), row.in_memory_values().unwrap().len()), (&[3][..], 3));
        let backwards = Positions::Slice(AxisSlice { start: 2, step: -2, count: 2 });
        let reversed = pick(&array, 1, &backwards).unwrap();
        assert_eq!(reversed.in_memory_values().unwrap().as_slice::<i64>().unwrap(), [2, 0, 5, 3]);
    }
}
