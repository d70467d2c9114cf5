//! Small arrays for this module's tests.

use super::{DataArray, DatasetError, Variable};
use crate::array::{Chunk, Element, Scalar};
use crate::plan::{Array, Evaluate, PlanError};
use indexmap::IndexMap;
use serde_json::json;

/// A variable of values in memory.
pub(super) fn variable<T: Element>(dims: &[&str], shape: &[usize], values: Vec<T>) -> Variable {
    let dims = dims.iter().map(|&name| name.to_owned()).collect();
    Variable::new(dims, Array::in_memory(Chunk::from_values(shape.to_vec(), values).unwrap())).unwrap()
}

/// Text values.
pub(super) fn texts(values: &[&str]) -> Vec<String> {
    values.iter().map(|&value| value.to_owned()).collect()
}

/// `a(x: 2, y: 3)` from 0 to 5, with indexes 10, 20 and a, b, c, a coordinate along x and a scalar one.
pub(super) fn counted() -> DataArray {
    let values = variable(&["x", "y"], &[2, 3], vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    let attributes = IndexMap::from([("units".to_owned(), json!("m"))]);
    let coordinates = IndexMap::from([
        ("x".to_owned(), variable(&["x"], &[2], vec![10_i64, 20])),
        ("y".to_owned(), variable(&["y"], &[3], texts(&["a", "b", "c"]))),
        ("s".to_owned(), variable(&[], &[], vec![1.5])),
        ("lab".to_owned(), variable(&["x"], &[2], vec![7_i64, 8])),
    ]);
    DataArray::new(Some("a".to_owned()), values.with_attributes(attributes), coordinates).unwrap()
}

/// The values in memory of an array, as scalars.
pub(super) fn values(array: &Array) -> Vec<Scalar> {
    let chunk = array.in_memory_values().expect("the array is in memory");
    (0..chunk.len()).map(|position| chunk.get(position).unwrap()).collect()
}

/// Knows values in memory only.
pub(super) struct InMemory;

impl Evaluate for InMemory {
    fn evaluate(&self, arrays: &[Array]) -> Result<Vec<Chunk>, PlanError> {
        let found = arrays.iter().map(|array| array.in_memory_values().map(|values| (**values).clone()));
        found
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| PlanError::Evaluation(Box::new(DatasetError::LazyIndex { name: "test".to_owned() })))
    }
}
