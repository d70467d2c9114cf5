//! Bringing labelled arrays onto common labels, and variables onto common dimensions.

use super::gather::{Positions, pick};
use super::key::{KeyIdentity, cast_labels, key};
use super::lookup::Index;
use super::missing::missing_value;
use super::{Dataset, DatasetError, Variable};
use crate::array::Chunk;
use crate::plan::{Array, Plan, View, ViewAxis};
use indexmap::IndexMap;
use std::collections::HashMap;

/// Which labels of two differing indexes the result has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Join {
    /// Those in all: the default of arithmetic.
    #[default]
    Inner,
    /// Those in any, sorted.
    Outer,
    /// Those of the first.
    Left,
    /// Those of the last.
    Right,
    /// Differing indexes are an error.
    Exact,
}

/// The datasets on common labels along every dimension. Labels that a dataset lacks become missing values.
///
/// # Errors
/// Where indexes differ under [`Join::Exact`], labels are repeated, or lengths without labels differ.
pub(super) fn align(datasets: &[Dataset], join: Join) -> Result<Vec<Dataset>, DatasetError> {
    let mut aligned = datasets.to_vec();
    let mut dimensions: Vec<String> = Vec::new();
    for dimension in datasets.iter().flat_map(|dataset| dataset.sizes().into_keys()) {
        if !dimensions.contains(&dimension) {
            dimensions.push(dimension);
        }
    }
    for dimension in &dimensions {
        check_lengths(datasets, dimension)?;
        let indexed: Vec<&Variable> = datasets.iter().filter_map(|dataset| dataset.index(dimension)).collect();
        let indexes: Vec<Index> =
            indexed.iter().map(|variable| Index::new(dimension, variable)).collect::<Result<_, _>>()?;
        if indexes.windows(2).all(|pair| pair[0].equals(&pair[1])) {
            continue;
        }
        if join == Join::Exact {
            return Err(DatasetError::NotExactlyAligned { dimension: dimension.clone() });
        }
        let labels = join_labels(&indexed, &indexes, join)?;
        let target = Index::new(dimension, &labels)?;
        for dataset in &mut aligned {
            if dataset.index(dimension).is_some() {
                *dataset = reindex(dataset, dimension, &labels, &target)?;
            }
        }
    }
    Ok(aligned)
}

/// Whether datasets without labels along a dimension have the length of the others.
fn check_lengths(datasets: &[Dataset], dimension: &str) -> Result<(), DatasetError> {
    let length = |dataset: &&Dataset| dataset.sizes().get(dimension).copied();
    let (labelled, plain): (Vec<&Dataset>, Vec<&Dataset>) = datasets
        .iter()
        .filter(|dataset| length(dataset).is_some())
        .partition(|dataset| dataset.index(dimension).is_some());
    let expected = labelled.iter().chain(&plain).find_map(length);
    for dataset in &plain {
        if length(dataset) != expected {
            let mut sizes = [expected.unwrap_or_default(), length(dataset).unwrap_or_default()];
            let note = match labelled.is_empty() {
                true => String::new(),
                false => format!(" (note: an index is found along that dimension with size={})", sizes[0]),
            };
            sizes.sort_unstable();
            return Err(DatasetError::ConflictingDimensionSizes { dimension: dimension.to_owned(), sizes, note });
        }
    }
    Ok(())
}

/// The labels that differing indexes of one dimension have together.
fn join_labels(indexed: &[&Variable], indexes: &[Index], join: Join) -> Result<Variable, DatasetError> {
    if indexes.iter().any(Index::has_repeated_labels) {
        return Err(DatasetError::RepeatedLabels);
    }
    match join {
        Join::Left | Join::Exact => Ok(indexed[0].clone()),
        Join::Right => Ok(indexed[indexed.len() - 1].clone()),
        Join::Inner => {
            let others: Vec<_> = indexes[1..].iter().map(positions_of).collect();
            let keys = indexes[0].keys().iter().enumerate();
            let common = keys.filter(|(_, key)| others.iter().all(|other| other.contains_key(&key.identity())));
            let positions = Positions::List(common.map(|(position, _)| position).collect());
            Ok(indexed[0].with_data(pick(&indexed[0].data, 0, &positions)?))
        }
        Join::Outer => {
            let mut labels = indexed[0].clone();
            for (variable, index) in indexed.iter().zip(indexes).skip(1) {
                let known = positions_of(&Index::new(&labels.dims[0], &labels)?);
                let keys = index.keys().iter().enumerate();
                let new = keys.filter(|(_, key)| !known.contains_key(&key.identity())).map(|(position, _)| position);
                let added = pick(&variable.data, 0, &Positions::List(new.collect()))?;
                labels.data = concatenate(&labels, &added)?;
            }
            let index = Index::new(&labels.dims[0], &labels)?;
            let mut order: Vec<usize> = (0..index.keys().len()).collect();
            order.sort_by(|&a, &b| index.keys()[a].sort_order(&index.keys()[b]));
            Ok(labels.with_data(pick(&labels.data, 0, &Positions::List(order))?))
        }
    }
}

/// Labels in memory followed by others, in the dtype of both.
fn concatenate(labels: &Variable, added: &Array) -> Result<Array, DatasetError> {
    let (first, second) = match (labels.values(), added.in_memory_values()) {
        (Some(first), Some(second)) => (first, second),
        _ => return Err(DatasetError::LazyIndex { name: labels.dims[0].clone() }),
    };
    let dtype = first.dtype().promote(second.dtype()).ok_or_else(|| DatasetError::UnsupportedDtype {
        name: labels.dims[0].clone(),
        dtype: second.dtype(),
        operation: "a join with labels of another kind",
    })?;
    let mut joined = Chunk::zeros(dtype, vec![first.len() + second.len()]);
    let mut start = 0;
    for part in [first, second] {
        let part = cast_labels(part, dtype)?;
        joined.copy_from(&crate::array::Region::new(vec![start], vec![part.len()]), &part, &[0]);
        start += part.len();
    }
    Ok(Array::in_memory(joined))
}

fn positions_of(index: &Index) -> HashMap<KeyIdentity, usize> {
    index.keys().iter().enumerate().map(|(position, key)| (key.identity(), position)).collect()
}

/// A dataset under other labels of a dimension that it has an index for.
fn reindex(dataset: &Dataset, dimension: &str, labels: &Variable, target: &Index) -> Result<Dataset, DatasetError> {
    let Some(variable) = dataset.index(dimension) else { return Ok(dataset.clone()) };
    let index = Index::new(dimension, variable)?;
    if index.equals(target) {
        return Ok(dataset.clone());
    }
    let known = positions_of(&index);
    let found: Vec<Option<usize>> = target.keys().iter().map(|key| known.get(&key.identity()).copied()).collect();
    dataset.map_variables(|name, variable| {
        if name == dimension {
            return Ok(Variable { data: labels.data.clone(), ..variable.clone() });
        }
        match variable.axis(dimension) {
            Some(axis) => Ok(variable.with_data(take_found(name, &variable.data, axis, &found)?)),
            None => Ok(variable.clone()),
        }
    })
}

/// The elements at the found positions along an axis; missing values where none was found.
fn take_found(name: &str, data: &Array, axis: usize, found: &[Option<usize>]) -> Result<Array, DatasetError> {
    if let Some(all) = found.iter().copied().collect::<Option<Vec<usize>>>() {
        return pick(data, axis, &Positions::List(all));
    }
    let (dtype, missing) = missing_value(data.dtype()).ok_or_else(|| DatasetError::UnsupportedDtype {
        name: name.to_owned(),
        dtype: data.dtype(),
        operation: "filling with missing values",
    })?;
    let missing = Array::scalar(missing, dtype)?;
    let mut shape = data.shape().to_vec();
    if shape[axis] == 0 {
        shape[axis] = found.len();
        return Ok(missing.broadcast_to(&shape)?);
    }
    let taken = pick(data, axis, &Positions::List(found.iter().map(|position| position.unwrap_or(0)).collect()))?;
    let mut mask_shape = vec![1; shape.len()];
    mask_shape[axis] = found.len();
    let mask = Chunk::from_values(mask_shape, found.iter().map(Option::is_some).collect::<Vec<bool>>())?;
    Ok(Array::in_memory(mask).select(&taken, &missing)?)
}

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

/// Whether two coordinates of one name have the same dims and values.
///
/// # Errors
/// [`DatasetError::LazyCoordinate`] where only computing could tell.
pub(super) fn equal(name: &str, first: &Variable, second: &Variable) -> Result<bool, DatasetError> {
    if first.dims != second.dims || first.data.shape() != second.data.shape() {
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

impl Variable {
    /// The values transposed and repeated onto dimensions that include this variable's. A view: no data moves.
    pub(super) fn expand(&self, sizes: &IndexMap<String, usize>) -> Array {
        let axis = |dimension: &String| {
            ViewAxis::whole(sizes.get_index_of(dimension).expect("the sizes include every dimension of the variable"))
        };
        let axes = self.dims.iter().map(axis).collect();
        self.data.view(View { axes, shape: sizes.values().copied().collect() })
    }
}
