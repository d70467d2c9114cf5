//! What several variables or datasets have together: coordinates of one name that are equal, dimensions, lengths.

use super::key::key;
use super::{Dataset, DatasetError, Variable};
use crate::array::Chunk;
use crate::plan::Plan;
use indexmap::IndexMap;

/// The coordinates that aligned datasets have together: of conflicting ones none, of equal ones the first. An index stands
/// above a coordinate of its name that is none.
///
/// # Errors
/// [`DatasetError::LazyCoordinate`] where only computing could tell whether two are equal.
pub(super) fn merge_coordinates(datasets: &[Dataset]) -> Result<IndexMap<String, Variable>, DatasetError> {
    let mut merged: IndexMap<String, Variable> = IndexMap::new();
    let mut conflicting: Vec<&str> = Vec::new();
    for (name, coordinate) in datasets.iter().flat_map(|dataset| &dataset.coordinates) {
        match merged.get_mut(name) {
            None => {
                merged.insert(name.clone(), coordinate.clone());
            }
            Some(first) if first.is_index(name) && !coordinate.is_index(name) => {}
            Some(first) if coordinate.is_index(name) && !first.is_index(name) => *first = coordinate.clone(),
            Some(first) if !equal(name, first, coordinate)? => conflicting.push(name),
            Some(_) => {}
        }
    }
    merged.retain(|name, coordinate| coordinate.is_index(name) || !conflicting.contains(&name.as_str()));
    Ok(merged)
}

/// Refuses what was merged of datasets with different labels of one dimension.
///
/// # Errors
/// [`DatasetError::MergeConflict`] for the first such.
pub(super) fn check_indexes(merged: &IndexMap<String, Variable>, datasets: &[Dataset]) -> Result<(), DatasetError> {
    for (name, coordinate) in datasets.iter().flat_map(|dataset| &dataset.coordinates) {
        let index = merged.get(name).filter(|index| index.is_index(name) && coordinate.is_index(name));
        if let Some(index) = index
            && !equal(name, index, coordinate)?
        {
            return Err(DatasetError::MergeConflict { name: name.clone() });
        }
    }
    Ok(())
}

/// Whether two coordinates of one name have the same dims and values.
///
/// # Errors
/// [`DatasetError::LazyCoordinate`] where only computing could tell.
pub(super) fn equal(name: &str, first: &Variable, second: &Variable) -> Result<bool, DatasetError> {
    if first.dims != second.dims || first.data.shape() != second.data.shape() || first.levels() != second.levels() {
        return Ok(false);
    }
    if let (Some(a), Some(b)) = (first.values(), second.values()) {
        let label = |values: &Chunk, position| values.get(position).map(|scalar| key(values.dtype(), scalar));
        return Ok((0..a.len()).all(|position| match (label(a, position), label(b, position)) {
            (Some(a), Some(b)) => a.same(&b),
            _ => false,
        }));
    }
    let plan = |variable: &Variable| Plan::of(std::slice::from_ref(&variable.data));
    match first.data.is_same(&second.data) || plan(first) == plan(second) {
        true => Ok(true),
        false => Err(DatasetError::LazyCoordinate { name: name.to_owned() }),
    }
}

/// Dimensions of several variables in order of appearance, with their lengths.
pub(super) fn common_sizes<'a>(variables: impl IntoIterator<Item = &'a Variable>) -> IndexMap<String, usize> {
    let mut sizes = IndexMap::new();
    for (dimension, length) in variables.into_iter().flat_map(Variable::sizes) {
        sizes.entry(dimension).or_insert(length);
    }
    sizes
}
