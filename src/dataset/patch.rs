//! Writing to parts of stores that exist: appending along a dimension, and regions.
//!
//! What is written is a part of each array that begins and ends at chunks; where the values don't, the rest of a chunk is
//! read from what is there. The parts are complete on the disk before the first of them takes its place.

use super::cf::{DecodeOptions, decode_variable, encode_variable};
use super::error::{quoted, tuple};
use super::lookup::Index;
use super::open::stored_variable;
use super::{Dataset, DatasetError, PythonErrorKind, Variable, WriteArrays, Written};
use crate::array::{Region, StoredArray};
use crate::plan::{Array, AxisSlice};
use crate::store::{self, ArrayMetadata, ArrayPart, Attributes, GroupMetadata, StoreSpec, StoreWriter, WriteMode};
use indexmap::IndexMap;
use std::ops::Range;

/// What part of a store is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Patch {
    /// What comes behind its end along a dimension.
    Append(String),
    /// Positions along some dimensions; all along the others.
    Region(IndexMap<String, RegionSlice>),
}

/// First position and the one past the last; negative ones count from the end.
pub type RegionSlice = (Option<i64>, Option<i64>);

/// How a part of a store is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchOptions {
    /// Which part.
    pub patch: Patch,
    /// Whether lazy values may begin or end within a chunk of the store: nobody else writes to it.
    pub may_cut_chunks: bool,
    /// Whether values that aren't in memory are left to a later write: what is appended to only becomes longer.
    pub leaves_lazy: bool,
}

/// Why a part of a store can't be written, worded as xarray words it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs, reason = "the message of each variant says what its fields are")]
pub enum PatchError {
    #[error("nothing can be appended along {dimension:?}: the store has dimensions {known}")]
    NoSuchAppendDimension { dimension: String, known: String },
    #[error("`region` names [{found}], and the dataset has the dimensions [{known}] only")]
    NoSuchRegionDimension { found: String, known: String },
    #[error(
        "the region lies along [{dims}], and some variables have none of these dimensions: leave them out by .drop_vars([{names}])"
    )]
    OutsideRegion { dims: String, names: String },
    #[error("the store lacks the variables [{names}], and mode='r+' adds none: mode='a' does")]
    NewVariables { names: String },
    #[error("variable '{name}' has dimensions {found}, but in the store it has {expected}")]
    OtherDimensions { name: String, found: String, expected: String },
    #[error(
        "variable '{name}' has sizes {{{found}}}, and in the store {{{expected}}}; only append_dim (here {append}) makes a dimension longer, and region= writes a part of it"
    )]
    OtherSizes { name: String, expected: String, found: String, append: String },
    #[error(
        "chunks of '{name}' along axis {axis} share stored chunks of {chunks} in the region from {start} to {stop}, so that two writers would meet in one: align them by .chunk(), choose other encoding['chunks'], or say safe_chunks=False"
    )]
    CutChunk { name: String, chunks: String, axis: usize, start: usize, stop: usize },
    #[error("dimension '{dimension}' has no labels to find its region by")]
    NoLabels { dimension: String },
    #[error("the store has no place for some labels of '{dimension}'")]
    UnknownLabels { dimension: String },
    #[error("the labels of '{dimension}' don't lie side by side in the store, so that they make no region")]
    ScatteredLabels { dimension: String },
    #[error("variable '{name}' lies in uneven chunks, to which nothing can be added")]
    UnevenChunks { name: String },
}

impl PatchError {
    /// The Python exception that xarray raises here.
    pub fn python_kind(&self) -> PythonErrorKind {
        match self {
            PatchError::UnknownLabels { .. } => PythonErrorKind::KeyError,
            PatchError::UnevenChunks { .. } => PythonErrorKind::NotImplementedError,
            _ => PythonErrorKind::ValueError,
        }
    }
}

/// Writes a dataset to a part of a Zarr store that exists, as `to_zarr(append_dim=...)` and `to_zarr(region=...)` do. Values
/// are encoded as those in the store are. A part that an earlier attempt of the run has put in place is not written again.
///
/// # Errors
/// Where there is no store, variables don't fit those in it, or `write` fails.
pub fn patch_zarr(
    dataset: &Dataset,
    location: &str,
    options: &PatchOptions,
    write: &mut dyn WriteArrays,
) -> Result<(), DatasetError> {
    let store = store::open(location)?;
    let group = store.metadata();
    let workshop = write.workshop(location)?;
    let attributes: Attributes = match options.patch {
        Patch::Append(_) => dataset.attributes().iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
        Patch::Region(_) => Attributes::new(),
    };
    let (location, format) = (location.to_owned(), group.format);
    let spec = StoreSpec { location, mode: WriteMode::Append, format, attributes, group: None };
    let mut writer = StoreWriter::create_in(workshop.as_ref(), spec)?;
    let unfinished = writer.unfinished();
    if write.has_grafted(&unfinished) {
        writer.abort();
        return Ok(());
    }
    if !unfinished.is_placing {
        let outputs = match outputs(dataset, group, options, &mut writer) {
            Ok(outputs) => outputs,
            Err(error) => {
                writer.abort();
                return Err(error);
            }
        };
        if write.write(&unfinished, &outputs)? == Written::Before {
            writer.abort();
            return Ok(());
        }
    }
    let mut writer = Some(writer);
    write.graft(&unfinished, &mut || writer.take().map_or(Ok(()), StoreWriter::finish))
}

/// The parts of arrays to compute, and what into each.
fn outputs(
    dataset: &Dataset,
    group: &GroupMetadata,
    options: &PatchOptions,
    writer: &mut StoreWriter,
) -> Result<Vec<(Array, StoredArray)>, DatasetError> {
    check(dataset, group, options)?;
    let mut outputs = Vec::new();
    for (name, variable) in dataset.variables() {
        let Some(existing) = group.arrays.get(name) else { continue };
        let (part, values) = part_of(name, variable, existing, options)?;
        if options.leaves_lazy && variable.values().is_none() {
            if part.shape != existing.array.shape {
                writer.create_part(&emptied(part))?;
            }
            continue;
        }
        let target = writer.create_part(&part)?;
        outputs.push((values, target));
    }
    Ok(outputs)
}

/// A part of no chunks, for an array that only changes its shape.
fn emptied(mut part: ArrayPart) -> ArrayPart {
    part.part.shape.fill(0);
    part
}

/// Refuses what doesn't fit the store as a whole.
fn check(dataset: &Dataset, group: &GroupMetadata, options: &PatchOptions) -> Result<(), DatasetError> {
    let new: Vec<&str> =
        dataset.variables().map(|(name, _)| name).filter(|name| !group.arrays.contains_key(*name)).collect();
    if !new.is_empty() {
        return Err(PatchError::NewVariables { names: quoted(&new) }.into());
    }
    match &options.patch {
        Patch::Append(dimension) => {
            let mut known: IndexMap<&String, usize> = IndexMap::new();
            for array in group.arrays.values() {
                let names = array.dimension_names.iter().flatten();
                known.extend(names.zip(array.array.shape.iter().copied()));
            }
            if !known.contains_key(dimension) {
                let known = format!("{{{}}}", sizes_text(known.iter().map(|(name, size)| (name.as_str(), *size))));
                return Err(PatchError::NoSuchAppendDimension { dimension: dimension.clone(), known }.into());
            }
        }
        Patch::Region(region) => {
            let sizes = dataset.sizes();
            let unknown: Vec<&String> = region.keys().filter(|name| !sizes.contains_key(*name)).collect();
            if !unknown.is_empty() {
                let known = quoted(&sizes.keys().collect::<Vec<_>>());
                return Err(PatchError::NoSuchRegionDimension { found: quoted(&unknown), known }.into());
            }
            let outside: Vec<&str> = dataset
                .variables()
                .filter(|(_, variable)| !variable.dims.iter().any(|name| region.contains_key(name)))
                .map(|(name, _)| name)
                .collect();
            if !outside.is_empty() && !region.is_empty() {
                let dims = quoted(&region.keys().collect::<Vec<_>>());
                return Err(PatchError::OutsideRegion { dims, names: quoted(&outside) }.into());
            }
        }
    }
    Ok(())
}

/// The part of an array that a variable is written to, and its values, encoded as the array's are.
fn part_of(
    name: &str,
    variable: &Variable,
    existing: &ArrayMetadata,
    options: &PatchOptions,
) -> Result<(ArrayPart, Array), DatasetError> {
    let dims = existing.dimension_names.clone().unwrap_or_default();
    let is_transposed = dims.len() == variable.dims.len() && dims.iter().all(|name| variable.dims.contains(name));
    let ordered = if is_transposed { variable.transpose(&dims)? } else { variable.clone() };
    let variable = &ordered;
    if dims != variable.dims {
        let (found, expected) = (tuple(&variable.dims), tuple(&dims));
        return Err(PatchError::OtherDimensions { name: name.to_owned(), found, expected }.into());
    }
    let ranges = ranges_of(name, variable, existing, &options.patch)?;
    let mut shape = existing.array.shape.clone();
    for (length, range) in shape.iter_mut().zip(&ranges) {
        *length = range.end.max(*length);
    }
    let chunks = match existing.shard_shape.as_ref().or(existing.chunk_shape.as_ref()) {
        Some(chunks) => chunks.clone(),
        None => return Err(PatchError::UnevenChunks { name: name.to_owned() }.into()),
    };
    let is_lazy = variable.values().is_none();
    if is_lazy && !options.may_cut_chunks {
        check_chunks(name, &ranges, &chunks, &shape)?;
    }
    let stored = decode_variable(name, stored_variable(name, existing, true)?, DecodeOptions::default())?;
    let encoding = variable.encoding.clone();
    let mut like_stored = Variable { encoding: stored.encoding, ..variable.clone() };
    like_stored.encoding.stored_units =
        encoding.stored_units.filter(|units| like_stored.encoding.units.as_ref() == Some(units));
    let mut values = encode_variable(name, &like_stored)?.data.cast(existing.array.dtype)?;
    let old = Array::stored(existing.array.clone());
    let mut part = Region::from_ranges(ranges);
    for axis in 0..part.ndim() {
        let (chunk, range) = (chunks[axis].max(1), part.range(axis));
        let (first, last) = (range.start / chunk * chunk, (range.end.div_ceil(chunk) * chunk).min(shape[axis]));
        let mut pieces = Vec::new();
        if first < range.start {
            pieces.push(slice_of(&old, &part, axis, first..range.start)?);
        }
        pieces.push(values);
        if range.end < last {
            pieces.push(slice_of(&old, &part, axis, range.end..last)?);
        }
        values = Array::concatenate(&pieces, axis)?;
        part.start[axis] = first;
        part.shape[axis] = last - first;
    }
    Ok((ArrayPart { name: name.to_owned(), part, shape }, values))
}

/// Where a variable goes in an array, along each axis.
fn ranges_of(
    name: &str,
    variable: &Variable,
    existing: &ArrayMetadata,
    patch: &Patch,
) -> Result<Vec<Range<usize>>, DatasetError> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let lengths = existing.array.shape.iter().zip(variable.data.shape());
    for (dimension, (&length, &size)) in variable.dims.iter().zip(lengths) {
        ranges.push(match patch {
            Patch::Append(appended) if appended == dimension => length..length + size,
            Patch::Region(region) if region.contains_key(dimension) => {
                let (start, stop) = region[dimension];
                let slice = super::index::slice(start, stop, None, length)?;
                slice.start..slice.start + slice.count
            }
            _ => 0..length,
        });
    }
    let is_appended = |dimension: &String| matches!(patch, Patch::Append(appended) if appended == dimension);
    let sizes = variable.dims.iter().zip(ranges.iter().map(Range::len).zip(variable.data.shape().iter().copied()));
    let compared: Vec<(&str, (usize, usize))> =
        sizes.filter(|(name, _)| !is_appended(name)).map(|(name, pair)| (name.as_str(), pair)).collect();
    if compared.iter().any(|(_, (expected, found))| expected != found) {
        let append = match patch {
            Patch::Append(dimension) => format!("'{dimension}'"),
            Patch::Region(_) => "None".to_owned(),
        };
        let expected = sizes_text(compared.iter().map(|(name, (expected, _))| (*name, *expected)));
        let found = sizes_text(compared.iter().map(|(name, (_, found))| (*name, *found)));
        return Err(PatchError::OtherSizes { name: name.to_owned(), expected, found, append }.into());
    }
    Ok(ranges)
}

/// Refuses lazy values that begin or end within a chunk: another writer may hold the rest of it.
fn check_chunks(name: &str, ranges: &[Range<usize>], chunks: &[usize], shape: &[usize]) -> Result<(), DatasetError> {
    for (axis, range) in ranges.iter().enumerate() {
        let chunk = chunks[axis].max(1);
        let ends_within = range.end % chunk != 0 && range.end != shape[axis];
        if range.start % chunk != 0 || ends_within {
            let chunks = format!("({})", chunks.iter().map(usize::to_string).collect::<Vec<_>>().join(", "));
            let (name, start, stop) = (name.to_owned(), range.start, range.end);
            return Err(PatchError::CutChunk { name, chunks, axis, start, stop }.into());
        }
    }
    Ok(())
}

/// What lies in an array beside a part, along one axis of it.
fn slice_of(array: &Array, part: &Region, axis: usize, range: Range<usize>) -> Result<Array, DatasetError> {
    let mut ranges = part.ranges();
    ranges[axis] = range;
    let slices: Vec<AxisSlice> =
        ranges.into_iter().map(|range| AxisSlice { start: range.start, step: 1, count: range.len() }).collect();
    Ok(array.slice(&slices)?)
}

fn sizes_text<'a>(sizes: impl Iterator<Item = (&'a str, usize)>) -> String {
    sizes.map(|(name, size)| format!("'{name}': {size}")).collect::<Vec<_>>().join(", ")
}

/// The region of a store that a dataset's labels of some dimensions are the labels of.
///
/// # Errors
/// Where a dimension has no labels, or they aren't neighbours in the store.
pub fn region_of_labels(
    dataset: &Dataset,
    existing: &Dataset,
    dimensions: &[String],
) -> Result<IndexMap<String, RegionSlice>, DatasetError> {
    let mut region = IndexMap::new();
    for dimension in dimensions {
        let no_labels = || PatchError::NoLabels { dimension: dimension.clone() };
        let wanted = Index::new(dimension, dataset.index(dimension).ok_or_else(no_labels)?)?;
        let there = Index::new(dimension, existing.index(dimension).ok_or_else(no_labels)?)?;
        let mut positions = Vec::new();
        for key in wanted.keys() {
            let found = there.keys().iter().position(|candidate| candidate.same(key));
            positions.push(found.ok_or_else(|| PatchError::UnknownLabels { dimension: dimension.clone() })?);
        }
        if positions.windows(2).any(|pair| pair[1] != pair[0] + 1) {
            return Err(PatchError::ScatteredLabels { dimension: dimension.clone() }.into());
        }
        let first = positions.first().copied().unwrap_or(0) as i64;
        region.insert(dimension.clone(), (Some(first), Some(first + positions.len() as i64)));
    }
    Ok(region)
}
