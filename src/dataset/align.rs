//! Bringing labelled arrays onto common labels, and variables onto common dimensions.

use super::gather::{Positions, pick};
use super::key::{KeyIdentity, cast_labels};
use super::lookup::Index;
use super::missing::missing_value;
use super::{Dataset, DatasetError, IndexRole, Variable};
use crate::array::{Chunk, DType, Region, Scalar};
use crate::kernels::elementwise::weak_scalar_dtype;
use crate::plan::Array;
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
    /// Those of the first, put in the place of all others, which must have as many.
    Override,
}

/// What stands where a dataset has no value for a label.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum FillValue {
    /// NaN or NaT; integers become floats for them.
    #[default]
    Missing,
    /// One value, in the dtype that is there.
    Value(Scalar),
    /// A value for each variable that is named; for the others, missing ones.
    PerVariable(IndexMap<String, Scalar>),
}

impl FillValue {
    /// The value that a script gave for a variable.
    pub(super) fn given(&self, name: &str) -> Option<&Scalar> {
        match self {
            FillValue::Missing => None,
            FillValue::Value(value) => Some(value),
            FillValue::PerVariable(values) => values.get(name),
        }
    }

    /// The dtype and value that fill a variable.
    pub(super) fn of(&self, name: &str, dtype: DType) -> Result<(DType, Scalar), DatasetError> {
        match self.given(name) {
            // A Python number takes the dtype of the array, unless it is of a higher kind.
            Some(value) => {
                if dtype.is_integer() && matches!(value, Scalar::Int(_) | Scalar::UInt(_)) {
                    // One out of range wraps, as in numpy's where.
                    let wrapped = cast_labels(&Chunk::scalar(value.dtype(), value)?, dtype)?;
                    return Ok((dtype, wrapped.get(0).expect("a scalar has a value")));
                }
                let weak = weak_scalar_dtype(dtype, value)?;
                Ok((dtype.promote(weak).unwrap_or(weak), value.clone()))
            }
            None => missing_value(dtype).ok_or_else(|| DatasetError::UnsupportedDtype {
                name: name.to_owned(),
                dtype,
                operation: "filling with missing values",
            }),
        }
    }
}

/// How datasets are brought onto common labels.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlignOptions {
    /// Which labels they get.
    pub join: Join,
    /// Dimensions that are left as they are.
    pub exclude: Vec<String>,
    /// What stands where a dataset has no value.
    pub fill_value: FillValue,
}

impl AlignOptions {
    /// A join along every dimension, with missing values.
    pub fn join(join: Join) -> AlignOptions {
        AlignOptions { join, ..AlignOptions::default() }
    }
}

/// The datasets on common labels along every dimension. Labels that a dataset lacks become missing values.
///
/// # Errors
/// Where indexes differ under [`Join::Exact`], labels are repeated, or lengths without labels differ.
pub(super) fn align(datasets: &[Dataset], join: Join) -> Result<Vec<Dataset>, DatasetError> {
    align_with(datasets, &AlignOptions::join(join))
}

/// The datasets on common labels along every dimension that isn't excluded; those without labels get those of the others.
///
/// # Errors
/// Where indexes differ under [`Join::Exact`], or in length under [`Join::Override`], labels are repeated, or lengths
/// without labels differ.
pub fn align_with(datasets: &[Dataset], options: &AlignOptions) -> Result<Vec<Dataset>, DatasetError> {
    let join = options.join;
    let mut aligned = datasets.to_vec();
    let mut dimensions: Vec<String> = Vec::new();
    for dimension in datasets.iter().flat_map(|dataset| dataset.sizes().into_keys()) {
        if !dimensions.contains(&dimension) {
            dimensions.push(dimension);
        }
    }
    for dimension in dimensions.iter().filter(|dimension| !options.exclude.contains(dimension)) {
        check_lengths(datasets, dimension)?;
        let indexed: Vec<&Variable> = datasets.iter().filter_map(|dataset| dataset.index(dimension)).collect();
        if indexed.iter().any(|variable| variable.levels().is_some()) {
            aligned = align_levels(&aligned, dimension, options)?;
            continue;
        }
        let indexes: Vec<Index> =
            indexed.iter().map(|variable| Index::new(dimension, variable)).collect::<Result<_, _>>()?;
        if indexes.windows(2).all(|pair| pair[0].equals(&pair[1])) {
            continue;
        }
        if join == Join::Exact {
            return Err(DatasetError::NotExactlyAligned { dimension: dimension.clone() });
        }
        if join == Join::Override {
            let labels = indexed[0].clone();
            if indexes.iter().any(|index| index.keys().len() != indexes[0].keys().len()) {
                return Err(DatasetError::OverrideLengths { dimension: dimension.clone() });
            }
            for dataset in aligned.iter_mut().filter(|dataset| dataset.index(dimension).is_some()) {
                dataset.coordinates.insert(dimension.clone(), labels.clone());
            }
            continue;
        }
        let labels = join_labels(&indexed, &indexes, join)?;
        let target = Index::new(dimension, &labels)?;
        for dataset in &mut aligned {
            if dataset.index(dimension).is_some() {
                *dataset = reindex(dataset, dimension, &labels, &target, &options.fill_value)?;
            }
        }
    }
    if join != Join::Override {
        dimensions.retain(|dimension| !options.exclude.contains(dimension));
        dimensions.iter().for_each(|dimension| label(&mut aligned, dimension));
    }
    Ok(aligned)
}

/// Gives the labels that some datasets have along a dimension to those without.
fn label(datasets: &mut [Dataset], dimension: &str) {
    let labels = datasets.iter().find_map(|dataset| dataset.index(dimension)).cloned();
    let Some(labels) = labels.filter(|labels| labels.levels().is_none()) else { return };
    for dataset in datasets.iter_mut() {
        if dataset.index(dimension).is_none() && dataset.sizes().contains_key(dimension) {
            dataset.coordinates.insert(dimension.to_owned(), labels.clone());
        }
    }
}

/// Datasets on the common combinations of a dimension's MultiIndex, which must have the same levels.
fn align_levels(datasets: &[Dataset], dimension: &str, options: &AlignOptions) -> Result<Vec<Dataset>, DatasetError> {
    let unsupported = |operation| DatasetError::LevelsUnsupported { name: dimension.to_owned(), operation };
    let indexed: Vec<&Variable> = datasets.iter().filter_map(|dataset| dataset.index(dimension)).collect();
    if indexed.windows(2).any(|pair| pair[0].levels() != pair[1].levels()) {
        return Err(unsupported("aligning it with other levels"));
    }
    // Numbers of combinations are labels as good as any.
    let plain: Vec<Variable> =
        indexed.iter().map(|one| Variable { role: IndexRole::Labels, ..(*one).clone() }).collect();
    let same =
        |pair: &[Variable]| pair[0].data.is_same(&pair[1].data) || pair[0].data.operation() == pair[1].data.operation();
    if plain.windows(2).all(same) {
        return Ok(datasets.to_vec());
    }
    if options.join == Join::Exact {
        return Err(DatasetError::NotExactlyAligned { dimension: dimension.to_owned() });
    }
    if !matches!(options.join, Join::Inner | Join::Left) {
        return Err(unsupported("a join but inner and left"));
    }
    let plain: Vec<&Variable> = plain.iter().collect();
    let indexes: Vec<Index> = plain.iter().map(|one| Index::new(dimension, one)).collect::<Result<_, _>>()?;
    let labels = join_labels(&plain, &indexes, options.join)?;
    let target = Index::new(dimension, &labels)?;
    let mut aligned = datasets.to_vec();
    for dataset in &mut aligned {
        let Some(variable) = dataset.index(dimension).cloned() else { continue };
        let known = positions_of(&Index::new(dimension, &Variable { role: IndexRole::Labels, ..variable.clone() })?);
        let found: Vec<Option<usize>> = target.keys().iter().map(|key| known.get(&key.identity()).copied()).collect();
        *dataset = reindexed(dataset, dimension, &labels, &found, &options.fill_value)?;
        let (Some(levels), Some(numbers)) = (variable.levels(), labels.values().and_then(|all| all.as_slice::<i64>()))
        else {
            continue;
        };
        for (level, name) in levels.names.iter().enumerate() {
            if let Some(own) = dataset.coordinates.get(name).cloned() {
                dataset.coordinates.insert(name.clone(), levels.along(level, numbers, &own)?);
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
                false => format!(", of which {} is that of its labels", sizes[0]),
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
        Join::Left | Join::Exact | Join::Override => Ok(indexed[0].clone()),
        Join::Right => Ok(indexed[indexed.len() - 1].clone()),
        Join::Inner => {
            let others: Vec<_> = indexes[1..].iter().map(positions_of).collect();
            let keys = indexes[0].keys().iter().enumerate();
            let common = keys.filter(|(_, key)| others.iter().all(|other| other.contains_key(&key.identity())));
            let positions = Positions::List(common.map(|(position, _)| position).collect());
            let labels = pick(&indexed[0].data, 0, &positions)?;
            let promote = |dtype: DType, other: &&Variable| dtype.promote(other.dtype()).unwrap_or(dtype);
            let dtype = indexed[1..].iter().fold(labels.dtype(), promote);
            Ok(indexed[0].with_data(match labels.in_memory_values() {
                Some(values) if dtype != labels.dtype() => Array::in_memory(cast_labels(values, dtype)?),
                _ => labels,
            }))
        }
        Join::Outer => {
            let mut labels = indexed[0].clone();
            // As pandas has it, the union of labels with none, or with the same, is not sorted.
            let mut sorts = false;
            for (variable, index) in indexed.iter().zip(indexes).skip(1) {
                let so_far = Index::new(&labels.dims[0], &labels)?;
                sorts |= !so_far.keys().is_empty() && !index.keys().is_empty() && !so_far.equals(index);
                let known = positions_of(&so_far);
                let keys = index.keys().iter().enumerate();
                let new = keys.filter(|(_, key)| !known.contains_key(&key.identity())).map(|(position, _)| position);
                let added = pick(&variable.data, 0, &Positions::List(new.collect()))?;
                labels.data = concatenate(&labels, &added)?;
            }
            if !sorts {
                return Ok(labels);
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
    Ok(Array::in_memory(concatenate_values(&[first, second], 0, dtype)?))
}

/// Values in memory one after another along an axis, in a dtype that holds all.
pub(super) fn concatenate_values(parts: &[&Chunk], axis: usize, dtype: DType) -> Result<Chunk, DatasetError> {
    let mut shape = parts[0].shape().to_vec();
    shape[axis] = parts.iter().map(|part| part.shape()[axis]).sum();
    let mut joined = Chunk::zeros(dtype, shape.clone());
    let mut place = Region::whole(&shape);
    for part in parts {
        let part = cast_labels(part, dtype)?;
        place.shape[axis] = part.shape()[axis];
        joined.copy_from(&place, &part, &vec![0; part.ndim()]);
        place.start[axis] += part.shape()[axis];
    }
    Ok(joined)
}

/// The position of each label.
pub(super) fn positions_of(index: &Index) -> HashMap<KeyIdentity, usize> {
    index.keys().iter().enumerate().map(|(position, key)| (key.identity(), position)).collect()
}

/// A dataset under other labels of a dimension that it has an index for.
fn reindex(
    dataset: &Dataset,
    dimension: &str,
    labels: &Variable,
    target: &Index,
    fill_value: &FillValue,
) -> Result<Dataset, DatasetError> {
    let Some(variable) = dataset.index(dimension) else { return Ok(dataset.clone()) };
    let index = Index::new(dimension, variable)?;
    if index.equals(target) {
        // Joined with floats, integers are floats, even where none is added.
        let mut same = dataset.clone();
        if variable.dtype() != labels.dtype() {
            same.coordinates.insert(dimension.to_owned(), variable.with_data(labels.data.clone()));
        }
        return Ok(same);
    }
    let known = positions_of(&index);
    let found: Vec<Option<usize>> = target.keys().iter().map(|key| known.get(&key.identity()).copied()).collect();
    reindexed(dataset, dimension, labels, &found, fill_value)
}

/// A dataset with other labels along a dimension: the elements at the positions found for them, and where none was found
/// the value that fills.
pub(super) fn reindexed(
    dataset: &Dataset,
    dimension: &str,
    labels: &Variable,
    found: &[Option<usize>],
    fill_value: &FillValue,
) -> Result<Dataset, DatasetError> {
    dataset.map_variables(|name, variable| {
        if name == dimension {
            return Ok(Variable { data: labels.data.clone(), ..variable.clone() });
        }
        match variable.axis(dimension) {
            Some(axis) => Ok(variable.with_data(take_found(name, &variable.data, axis, found, fill_value)?)),
            None => Ok(variable.clone()),
        }
    })
}

/// The elements at the found positions along an axis; what fills where none was found.
pub(super) fn take_found(
    name: &str,
    data: &Array,
    axis: usize,
    found: &[Option<usize>],
    fill_value: &FillValue,
) -> Result<Array, DatasetError> {
    if let Some(all) = found.iter().copied().collect::<Option<Vec<usize>>>() {
        return pick(data, axis, &Positions::List(all));
    }
    let (dtype, fill) = fill_value.of(name, data.dtype())?;
    let mut shape = data.shape().to_vec();
    if shape[axis] == 0 {
        shape[axis] = found.len();
        return filled(dtype, &fill, &shape, data.in_memory_values().is_some());
    }
    let taken = pick(data, axis, &Positions::List(found.iter().map(|position| position.unwrap_or(0)).collect()))?;
    if let Some(values) = taken.in_memory_values() {
        return Ok(Array::in_memory(fill_rows(values, axis, found, dtype, &fill)?));
    }
    let mut mask_shape = vec![1; shape.len()];
    mask_shape[axis] = found.len();
    let mask = Chunk::from_values(mask_shape, found.iter().map(Option::is_some).collect::<Vec<bool>>())?;
    Ok(Array::in_memory(mask).select(&taken, &Array::scalar(fill, dtype)?)?)
}

/// One value everywhere, in memory or lazily.
pub(super) fn filled(dtype: DType, value: &Scalar, shape: &[usize], in_memory: bool) -> Result<Array, DatasetError> {
    match in_memory {
        true => Ok(Array::in_memory(Chunk::filled(dtype, shape.to_vec(), value)?)),
        false => Ok(Array::scalar(value.clone(), dtype)?.broadcast_to(shape)?),
    }
}

/// Values in memory with those replaced for which no position was found.
fn fill_rows(
    values: &Chunk,
    axis: usize,
    found: &[Option<usize>],
    dtype: DType,
    fill: &Scalar,
) -> Result<Chunk, DatasetError> {
    let mut rows = Chunk::filled(dtype, values.shape().to_vec(), fill)?;
    let values = cast_labels(values, dtype)?;
    let mut region = Region::whole(values.shape());
    region.shape[axis] = 1;
    for position in (0..found.len()).filter(|&position| found[position].is_some()) {
        region.start[axis] = position;
        rows.copy_from(&region, &values, &region.start);
    }
    Ok(rows)
}
