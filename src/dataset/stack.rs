//! Several dimensions as one, and back: `stack` and `unstack`.
//!
//! Values stay where they are: a region of the result is read from the rows that it lies in. The labels of a stacked
//! dimension are numbers, in memory up to a length, beyond which they are computed where they are asked for.

use super::align::{FillValue, take_found};
use super::dataset::positions;
use super::error::tuple;
use super::gather::{Positions, pick};
use super::key::key;
use super::multi_index::numbers;
use super::{Dataset, DatasetError, IndexRole, Levels, Variable};
use crate::array::{Chunk, ChunkGrid, DType, Scalar};
use crate::kernels::generate::Generator;
use crate::plan::{Array, View, ViewAxis};
use indexmap::IndexSet;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Longest stacked dimension whose labels are held in memory.
const MOST_LABELS_IN_MEMORY: usize = 1 << 22;
/// Chunks of labels that aren't.
const LABEL_CHUNK: usize = 1 << 20;

impl Dataset {
    /// Dimensions as one new last one, the last of them moving fastest; `"..."` stands for those not named. A MultiIndex
    /// labels it where `index` says so, or says nothing and each of the dimensions has labels.
    ///
    /// # Errors
    /// Where a dimension doesn't exist, or the new one does.
    pub fn stack(&self, dimension: &str, dims: &[String], index: Option<bool>) -> Result<Dataset, DatasetError> {
        let sizes = self.sizes();
        let mut stacked: Vec<String> = Vec::new();
        for name in dims {
            match name.as_str() {
                "..." => stacked.extend(sizes.keys().filter(|own| !dims.contains(own)).cloned()),
                name if sizes.contains_key(name) => stacked.push(name.to_owned()),
                name => return Err(DatasetError::NoSuchCoordinate { name: name.to_owned() }),
            }
        }
        if sizes.contains_key(dimension) && !stacked.iter().any(|name| name == dimension) {
            return Err(DatasetError::DimensionExists { name: dimension.to_owned() });
        }
        let all_labelled = stacked.iter().all(|name| self.index(name).is_some());
        let has_index = index.unwrap_or(all_labelled);
        let lengths: Vec<usize> = stacked.iter().map(|name| sizes[name]).collect();
        let mut result = self.map_variables(|name, variable| {
            if has_index && stacked.iter().any(|own| own == name) {
                return Ok(variable.clone());
            }
            variable.stack(dimension, &stacked, &lengths)
        })?;
        if has_index {
            let mut levels = Levels { names: stacked.clone(), labels: Vec::new() };
            let mut own = Vec::new();
            for name in &stacked {
                let variable = match result.coordinates.shift_remove(name) {
                    Some(variable) => variable,
                    None => positions(name, sizes[name])?,
                };
                let labels = variable.data.in_memory_values().filter(|_| variable.levels().is_none());
                levels.labels.push(labels.ok_or_else(|| DatasetError::LazyIndex { name: name.clone() })?.clone());
                own.push(variable);
            }
            let count = lengths.iter().product();
            let data = if count <= MOST_LABELS_IN_MEMORY {
                Array::in_memory(Chunk::from_values(vec![count], (0..count as i64).collect())?)
            } else {
                let rule = Generator::Arange { start: Scalar::Int(0), step: Scalar::Int(1) };
                Array::generated(rule, DType::Int64, ChunkGrid::regular(&[count], &[LABEL_CHUNK]))
            };
            let numbered = Variable::new(vec![dimension.to_owned()], data)?;
            let role = IndexRole::Levels(Arc::new(levels));
            result.coordinates.insert(dimension.to_owned(), Variable { role, ..numbered });
            for (name, variable) in stacked.iter().zip(own) {
                result.coordinates.insert(name.clone(), variable.stack(dimension, &stacked, &lengths)?);
            }
        }
        Dataset::new(result.data_variables, result.coordinates, result.attributes)
    }

    /// Dimensions with a MultiIndex as one for each of its levels, last; all such where none is named. What no element
    /// has the labels of is filled.
    ///
    /// # Errors
    /// Where a dimension has no MultiIndex, or one that repeats itself.
    pub fn unstack(&self, dims: Option<&[String]>, fill_value: &FillValue) -> Result<Dataset, DatasetError> {
        let sizes = self.sizes();
        let chosen: Vec<String> = match dims {
            Some(names) => names.to_vec(),
            None => sizes.keys().filter(|name| self.levels_of(name).is_some()).cloned().collect(),
        };
        let missing: Vec<&String> = chosen.iter().filter(|name| !sizes.contains_key(*name)).collect();
        if !missing.is_empty() {
            let expected = tuple(&sizes.keys().collect::<Vec<_>>());
            return Err(DatasetError::QuantileDimensions { missing: tuple(&missing), expected });
        }
        let plain: Vec<&String> = chosen.iter().filter(|name| self.levels_of(name).is_none()).collect();
        if !plain.is_empty() {
            return Err(DatasetError::NoLevels { dims: tuple(&plain) });
        }
        chosen.iter().try_fold(self.clone(), |dataset, dimension| dataset.unstack_one(dimension, fill_value))
    }

    fn unstack_one(&self, dimension: &str, fill_value: &FillValue) -> Result<Dataset, DatasetError> {
        let (Some(variable), Some(levels)) = (self.index(dimension), self.levels_of(dimension)) else {
            return Ok(self.clone());
        };
        let whole: Vec<Vec<usize>> = levels.lengths().iter().map(|&length| (0..length).collect()).collect();
        let firsts: Vec<Vec<Option<usize>>> = levels.labels.iter().map(first_places).collect();
        let is_unique =
            firsts.iter().flat_map(|firsts| firsts.iter().enumerate()).all(|(at, &first)| first == Some(at));
        let is_whole = is_unique && matches!(variable.data.operation(), crate::plan::Operation::Generated(_));
        let (used, found) = if is_whole {
            (whole, None)
        } else {
            let numbers = numbers(dimension, variable)?;
            let combinations = numbers.iter().map(|&number| {
                let positions = levels.positions(number as usize);
                positions.iter().zip(&firsts).map(|(&at, firsts)| firsts[at]).collect()
            });
            let combinations: Vec<Vec<Option<usize>>> = combinations.collect();
            if combinations.iter().collect::<HashSet<_>>().len() < combinations.len() {
                return Err(DatasetError::RepeatedCombinations { name: dimension.to_owned() });
            }
            found_of(&firsts, &combinations)
        };
        let lengths: Vec<usize> = used.iter().map(Vec::len).collect();
        let mut result = self.map_variables(|name, variable| {
            if name == dimension || levels.names.iter().any(|level| level == name) {
                return Ok(variable.clone());
            }
            variable.unstack(name, dimension, &levels.names, (&lengths, found.as_deref()), fill_value)
        })?;
        result.coordinates.shift_remove(dimension);
        for ((name, labels), used) in levels.names.iter().zip(&levels.labels).zip(&used) {
            let data = pick(&Array::in_memory(labels.clone()), 0, &Positions::List(used.clone()))?;
            let plain = Variable::new(vec![name.clone()], data)?;
            let labels = match result.coordinates.shift_remove(name) {
                Some(own) => Variable { attributes: own.attributes, encoding: own.encoding, ..plain },
                None => plain,
            };
            result.coordinates.insert(name.clone(), labels);
        }
        Dataset::new(result.data_variables, result.coordinates, result.attributes)
    }
}

/// Positions that are used of each level, and where each combination of them is, in order; `None` where all are in order.
type Unstacked = (Vec<Vec<usize>>, Option<Vec<Option<usize>>>);

/// What is used of levels and where it is, of the first place of each of their labels and those of each element.
fn found_of(firsts: &[Vec<Option<usize>>], combinations: &[Vec<Option<usize>>]) -> Unstacked {
    // pandas keeps the order of a level of which all labels are used; else labels come as they appear. None is missing.
    let used_of = |level: usize| {
        let all: IndexSet<usize> = firsts[level].iter().copied().flatten().collect();
        let used: IndexSet<usize> = combinations.iter().filter_map(|places| places[level]).collect();
        if used.len() == all.len() { all } else { used }
    };
    let used: Vec<IndexSet<usize>> = (0..firsts.len()).map(used_of).collect();
    let count: usize = used.iter().map(IndexSet::len).product();
    let mut found: Vec<Option<usize>> = vec![None; count];
    for (at, places) in combinations.iter().enumerate() {
        // What has a missing label has no place, as Dask's arrays have it.
        let place = places
            .iter()
            .zip(&used)
            .try_fold(0, |number, (place, used)| Some(number * used.len() + used.get_index_of(&(*place)?)?));
        if let Some(place) = place {
            found[place] = Some(at);
        }
    }
    let is_plain = found.len() == combinations.len() && found.iter().enumerate().all(|(place, at)| *at == Some(place));
    (used.into_iter().map(|used| used.into_iter().collect()).collect(), (!is_plain).then_some(found))
}

/// The first place of each label: the same for equal ones, none for NaN and no time.
fn first_places(labels: &Arc<Chunk>) -> Vec<Option<usize>> {
    let mut firsts = HashMap::new();
    let key_at = |at| {
        labels.get(at).map(|label| key(labels.dtype(), label)).filter(|key| !key.is_missing()).map(|key| key.identity())
    };
    (0..labels.len()).map(|at| key_at(at).map(|key| *firsts.entry(key).or_insert(at))).collect()
}

impl Variable {
    /// Some dimensions as one new last one; those that it hasn't repeat it.
    fn stack(&self, dimension: &str, dims: &[String], lengths: &[usize]) -> Result<Variable, DatasetError> {
        if !self.dims.iter().any(|name| dims.contains(name)) {
            return Ok(self.clone());
        }
        let mut names: Vec<String> = self.dims.iter().filter(|name| !dims.contains(name)).cloned().collect();
        let first = names.len();
        names.extend_from_slice(dims);
        let own = self.sizes();
        let length = |name: &String| {
            own.get(name).copied().or(dims.iter().position(|other| other == name).map(|at| lengths[at]))
        };
        let shape: Vec<usize> = names.iter().filter_map(length).collect();
        let place = |name: &String| names.iter().position(|other| other == name).unwrap_or_default();
        let axes = self.dims.iter().map(|name| ViewAxis::whole(place(name))).collect();
        let data = match self.data.in_memory_values() {
            Some(values) => {
                let mut numbers = vec![0];
                let strides = crate::array::row_major_strides(values.shape());
                for (name, &length) in names.iter().zip(&shape) {
                    let step = self.axis(name).map_or(0, |axis| strides[axis]);
                    numbers = numbers.iter().flat_map(|from| (0..length).map(move |at| from + at * step)).collect();
                }
                let mut merged = shape[..first].to_vec();
                merged.push(shape[first..].iter().product());
                Array::in_memory(values.gather(&numbers, merged))
            }
            None => self.data.view(View { axes, shape }).merge_axes(first, dims.len())?,
        };
        names.truncate(first);
        names.push(dimension.to_owned());
        Ok(Variable { dims: names, data, role: IndexRole::default(), ..self.clone() })
    }

    /// One dimension as several, last.
    fn unstack(
        &self,
        name: &str,
        dimension: &str,
        levels: &[String],
        (lengths, found): (&[usize], Option<&[Option<usize>]>),
        fill_value: &FillValue,
    ) -> Result<Variable, DatasetError> {
        if self.axis(dimension).is_none() {
            return Ok(self.clone());
        }
        let mut names: Vec<String> = self.dims.iter().filter(|own| *own != dimension).cloned().collect();
        names.push(dimension.to_owned());
        let last = names.len() - 1;
        let moved = self.transpose(&names)?;
        let data = match found {
            Some(found) => take_found(name, &moved.data, last, found, &own_fill(fill_value, &moved.data))?,
            None => moved.data.clone(),
        };
        let data = match data.in_memory_values() {
            Some(values) => {
                let mut shape = values.shape()[..last].to_vec();
                shape.extend_from_slice(lengths);
                Array::in_memory(values.as_ref().clone().reshaped(shape)?)
            }
            None => data.split_axis(last, lengths)?,
        };
        names.truncate(last);
        names.extend_from_slice(levels);
        Ok(Variable { dims: names, data, ..moved })
    }
}

/// A value that fills truth values in memory as one of them: they stay such, as numpy has it but not Dask.
fn own_fill(fill_value: &FillValue, data: &Array) -> FillValue {
    match fill_value {
        FillValue::Value(value) if data.dtype() == DType::Bool && data.is_unchunked() => {
            FillValue::Value(Scalar::Bool(value.as_f64() != Some(0.0)))
        }
        other => other.clone(),
    }
}
