//! What several variables or datasets have together: coordinates of one name that are equal, dimensions, lengths.

use super::key::key;
use super::{Dataset, DatasetError, Variable};
use crate::array::Chunk;
use crate::plan::Plan;
use indexmap::IndexMap;

/// The coordinates that aligned datasets have together: of conflicting ones none; of those with equal values once they are
/// broadcast the first, with the dimensions of all. An index stands above a coordinate of its name that is none.
///
/// # Errors
/// [`DatasetError::LazyCoordinate`] where only computing could tell whether two are equal.
pub(super) fn merge_coordinates(datasets: &[Dataset]) -> Result<IndexMap<String, Variable>, DatasetError> {
    let mut merged = IndexMap::new();
    for (name, coordinates) in by_name(datasets) {
        merged.extend(unite(name, &coordinates)?.map(|coordinate| (name.clone(), coordinate)));
    }
    Ok(merged)
}

/// [`merge_coordinates`] where none may conflict.
///
/// # Errors
/// [`DatasetError::MergeConflict`] for the first that does, and as [`merge_coordinates`].
pub(super) fn unite_coordinates(datasets: &[Dataset]) -> Result<IndexMap<String, Variable>, DatasetError> {
    let mut merged = IndexMap::new();
    for (name, coordinates) in by_name(datasets) {
        let united = unite(name, &coordinates)?.ok_or_else(|| DatasetError::MergeConflict { name: name.clone() })?;
        merged.insert(name.clone(), united);
    }
    check_indexes(&merged, datasets)?;
    Ok(merged)
}

fn by_name(datasets: &[Dataset]) -> IndexMap<&String, Vec<&Variable>> {
    let mut grouped: IndexMap<&String, Vec<&Variable>> = IndexMap::new();
    for (name, coordinate) in datasets.iter().flat_map(|dataset| &dataset.coordinates) {
        grouped.entry(name).or_default().push(coordinate);
    }
    grouped
}

/// The index among some coordinates, or the first of them with the dimensions of all, unless their values conflict.
fn unite(name: &str, coordinates: &[&Variable]) -> Result<Option<Variable>, DatasetError> {
    if let Some(&index) = coordinates.iter().find(|coordinate| coordinate.is_index(name)) {
        return Ok(Some(index.clone()));
    }
    let sizes = common_sizes(coordinates.iter().copied());
    let fits = |variable: &&Variable| variable.sizes().iter().all(|(dimension, size)| sizes[dimension] == *size);
    if !coordinates.iter().all(fits) {
        return Ok(None);
    }
    let first = coordinates[0].expanded(&sizes);
    for other in &coordinates[1..] {
        let same_dims = coordinates[0].dims == other.dims;
        let is_equal =
            if same_dims { equal(name, coordinates[0], other)? } else { equal(name, &first, &other.expanded(&sizes))? };
        if !is_equal {
            return Ok(None);
        }
    }
    Ok(Some(first))
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
