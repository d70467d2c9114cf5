//! `xr.combine_by_coords`: datasets ordered by the labels of their dimensions.

use super::concat::concat;
use super::merge::merge;
use super::{CombineError, CombineOptions, ConcatDim};
use crate::dataset::key::Key;
use crate::dataset::lookup::Index;
use crate::dataset::{Dataset, DatasetError};
use crate::plan::Evaluate;
use indexmap::IndexMap;
use std::cmp::Ordering;

/// Datasets of the same variables put one after another along every dimension whose labels differ, in the order of the
/// labels; those of other variables are merged then.
///
/// # Errors
/// Where no labels tell the order, labels of the result are in none, and as [`concat()`] and [`merge`].
pub fn combine_by_coords(
    datasets: &[Dataset],
    options: &CombineOptions,
    evaluate: &dyn Evaluate,
) -> Result<Dataset, DatasetError> {
    let mut groups: IndexMap<Vec<&String>, Vec<Dataset>> = IndexMap::new();
    for dataset in datasets {
        let mut names: Vec<&String> = dataset.data_variables.keys().collect();
        names.sort_unstable();
        groups.entry(names).or_default().push(dataset.clone());
    }
    let mut combined = Vec::new();
    for group in groups.into_values() {
        combined.push(combine_group(group, options, evaluate)?);
    }
    match combined.len() {
        0 => Ok(Dataset::default()),
        _ => merge(&combined, options, None, evaluate),
    }
}

/// Datasets of the same variables along each dimension whose labels differ.
fn combine_group(
    datasets: Vec<Dataset>,
    options: &CombineOptions,
    evaluate: &dyn Evaluate,
) -> Result<Dataset, DatasetError> {
    let count = datasets.len();
    let mut tiles: Vec<(Vec<usize>, Dataset)> = datasets.into_iter().map(|dataset| (Vec::new(), dataset)).collect();
    let mut dims: Vec<String> = Vec::new();
    for dimension in tiles[0].1.sizes().into_keys() {
        if !tiles[0].1.coordinates.contains_key(&dimension) {
            continue;
        }
        let indexes = tiles.iter().map(|(_, dataset)| match dataset.index(&dimension) {
            Some(variable) => Index::new(&dimension, variable),
            None => Err(CombineError::NoIndexToOrderBy { dimension: dimension.clone() }.into()),
        });
        let indexes: Vec<Index> = indexes.collect::<Result<_, DatasetError>>()?;
        if indexes.iter().all(|index| index.equals(&indexes[0])) {
            continue;
        }
        for (tile, position) in tiles.iter_mut().zip(ranks(&dimension, &indexes)?) {
            tile.0.push(position);
        }
        dims.push(dimension);
    }
    if count > 1 && dims.is_empty() {
        return Err(CombineError::NoOrder.into());
    }
    for dimension in &dims {
        let mut rows: IndexMap<Vec<usize>, Vec<(usize, Dataset)>> = IndexMap::new();
        for (place, dataset) in tiles {
            rows.entry(place[1..].to_vec()).or_default().push((place[0], dataset));
        }
        tiles = Vec::new();
        for (place, mut row) in rows {
            row.sort_by_key(|(position, _)| *position);
            let row: Vec<Dataset> = row.into_iter().map(|(_, dataset)| dataset).collect();
            tiles.push((place, concat(&row, &ConcatDim::from(dimension.as_str()), options, evaluate)?));
        }
    }
    let (_, combined) = tiles.pop().expect("a group has a dataset");
    for dimension in &dims {
        if let Some(variable) = combined.index(dimension)
            && order_of(&Index::new(dimension, variable)?).is_none()
        {
            return Err(CombineError::Overlapping { dimension: dimension.clone() }.into());
        }
    }
    Ok(combined)
}

/// The position of each index among the distinct first labels.
fn ranks(dimension: &str, indexes: &[Index]) -> Result<Vec<usize>, DatasetError> {
    let all = |order: Ordering| indexes.iter().all(|index| index.is_sorted(order));
    let falling = match (all(Ordering::Less), all(Ordering::Greater)) {
        (true, _) => false,
        (false, true) => true,
        (false, false) => return Err(CombineError::NotMonotonic { dimension: dimension.to_owned() }.into()),
    };
    let firsts: Option<Vec<&Key>> = indexes.iter().map(|index| index.keys().first()).collect();
    let firsts = firsts.ok_or(CombineError::EmptyDimension)?;
    let mut distinct = firsts.clone();
    distinct.sort_by(|a, b| if falling { b.sort_order(a) } else { a.sort_order(b) });
    distinct.dedup_by(|a, b| a.same(b));
    Ok(firsts.iter().map(|first| distinct.iter().position(|one| one.same(first)).unwrap_or(0)).collect())
}

/// Whether an index rises or falls; `None` where it does neither.
fn order_of(index: &Index) -> Option<Ordering> {
    [Ordering::Less, Ordering::Greater].into_iter().find(|order| index.is_sorted(*order))
}
