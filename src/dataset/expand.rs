//! Variables transposed and repeated onto dimensions that include theirs: lazily, and of small coordinates in memory.

use super::Variable;
use crate::array::row_major_strides;
use crate::plan::{Array, View, ViewAxis};
use indexmap::IndexMap;

/// Coordinates up to this size are held in memory: whether those of two arrays are equal decides what becomes of them.
pub(super) const LOADED_COORDINATE_BYTES: u64 = 4 << 20;

impl Variable {
    /// The values transposed and repeated onto dimensions that include this variable's. A view: no data moves.
    pub(super) fn expand(&self, sizes: &IndexMap<String, usize>) -> Array {
        let axis = |dimension: &String| {
            ViewAxis::whole(sizes.get_index_of(dimension).expect("the sizes include every dimension of the variable"))
        };
        let axes = self.dims.iter().map(axis).collect();
        self.data.view(View { axes, shape: sizes.values().copied().collect() })
    }

    /// The variable on such dimensions: in memory where it is, unless that would be large.
    pub(super) fn expanded(&self, sizes: &IndexMap<String, usize>) -> Variable {
        let dims: Vec<String> = sizes.keys().cloned().collect();
        if dims == self.dims {
            return self.clone();
        }
        let count: usize = sizes.values().product();
        let data = match self.values() {
            Some(values) if (count * values.dtype().size_bytes()) as u64 <= LOADED_COORDINATE_BYTES => {
                Array::in_memory(values.gather(&self.positions_in(sizes), sizes.values().copied().collect()))
            }
            _ => self.expand(sizes),
        };
        Variable { dims, data, ..self.clone() }
    }

    /// The variable with its dimensions as they follow one another here: in memory where it is, unless it is large.
    pub(super) fn in_order(&self, order: &[String]) -> Variable {
        let mut sizes = self.sizes();
        sizes.sort_by_key(|dimension, _| order.iter().position(|name| name == dimension));
        self.expanded(&sizes)
    }

    /// Where the variable's value lies for each place of such dimensions.
    pub(super) fn positions_in(&self, sizes: &IndexMap<String, usize>) -> Vec<usize> {
        let own = row_major_strides(self.data.shape());
        let mut positions = vec![0];
        for (dimension, &size) in sizes {
            let stride = self.axis(dimension).map_or(0, |axis| own[axis]);
            positions = positions.iter().flat_map(|start| (0..size).map(move |step| start + step * stride)).collect();
        }
        positions
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::Chunk;

    fn sizes(of: &[(&str, usize)]) -> IndexMap<String, usize> {
        of.iter().map(|(name, size)| ((*name).to_owned(), *size)).collect()
    }

    #[test]
    fn what_is_in_memory_stays_there_transposed_and_repeated() {
        let values = Chunk::from_values(vec![2, 3], vec![0i64, 1, 2, 3, 4, 5]).unwrap();
        let variable = Variable::new(vec!["y".to_owned(), "x".to_owned()], Array::in_memory(values)).unwrap();
        let turned = variable.expanded(&sizes(&[("x", 3), ("y", 2)]));
        assert_eq!(turned.dims, ["x", "y"]);
        assert_eq!(turned.values().unwrap().as_slice::<i64>().unwrap(), [0, 3, 1, 4, 2, 5]);
        let repeated = variable.expanded(&sizes(&[("y", 2), ("k", 2), ("x", 3)]));
        assert_eq!(repeated.values().unwrap().as_slice::<i64>().unwrap(), [0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5]);
        assert!(variable.expanded(&sizes(&[("y", 2), ("x", 3), ("k", 0)])).values().unwrap().is_empty());
    }
}
