//! NetCDF-4 and other HDF5 files: one file with groups of datasets.
//!
//! Metadata is read by the HDF5 library, under its lock. Where chunks lie and how they are filtered is taken once; values
//! are then read and decoded here, by any number of threads ([`read`], [`filters`]). What is rare is left to the library
//! ([`library_reader`]). Formats: HDF5 file format specification, version 3.0, and NetCDF-4 file format specification.

mod attribute;
mod bytes;
mod chunk_index;
mod create;
mod dimensions;
mod element;
mod encode;
mod file;
mod filters;
mod layout;
mod library;
mod library_reader;
mod object_header;
mod present;
mod read;
mod short;
#[cfg(test)]
mod tests;

pub(super) use create::NetcdfWriter;

use super::byte_store::ByteStore;
use super::fingerprint;
use super::{ArrayMetadata, ArrayReader, ArraySummary, GroupMetadata, IoControl, Store, StoreError, StoreFormat};
use crate::array::{ArrayLocation, StoredArray};
use chunk_index::ChunkIndex;
use dimensions::{Namer, Role, axes, members};
use hdf5::{Dataset, File, Group, LocationType};
use indexmap::{IndexMap, IndexSet};
use layout::{Layout, Storage};
use library_reader::LibraryReader;
use read::{ChunkReader, ContiguousReader};
use short::ShortReader;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// A group of a file whose metadata has been read.
#[derive(Debug)]
struct NetcdfStore {
    metadata: GroupMetadata,
}

/// Opens a group of a file, the root by default.
pub(super) fn open(path: &Path, group: Option<&str>) -> Result<Arc<dyn Store>, StoreError> {
    let state = file_state(path)?;
    let file = open_file(path)?;
    let group_path = group.map_or("", |group| group.trim_matches('/'));
    hdf5::sync::sync(|| {
        let group = find_group(&file, path, group_path)?;
        let metadata = read_group(&group, path, group_path, &state)?;
        Ok(Arc::new(NetcdfStore { metadata }) as Arc<dyn Store>)
    })
}

/// Opens an array for reading.
pub(super) fn open_array(control: &IoControl, array: &StoredArray) -> Result<ArrayReader, StoreError> {
    let location = &array.location;
    let path = Path::new(&location.store);
    let bytes = ByteStore::under(control, path);
    let state = file_state(path)?;
    let file = bytes.open("")?.ok_or_else(|| StoreError::Missing { location: location.store.clone() })?;
    let told = |error| library_error(location, error);
    let dataset = open_file(path)?.dataset(&location.path).map_err(told)?;
    let layout = hdf5::sync::sync(|| Layout::of(&dataset, location))?;
    if layout_fingerprint(&layout, &state) != array.fingerprint {
        return Err(StoreError::Changed { array: location.to_string() });
    }
    let is_short = layout.shape != array.shape;
    let written = match is_short {
        true => layout.stored_array(location.clone(), array.fingerprint)?,
        false => array.clone(),
    };
    let rest = is_short.then(|| hdf5::sync::sync(|| short::rest(&dataset, &layout)));
    let reader = match layout.storage.clone() {
        Storage::Contiguous(offset) => ArrayReader::new(ContiguousReader { file, array: written, layout, offset }),
        Storage::Chunked(chunk_shape, filters) => {
            let index = chunk_index(&dataset, path, &layout, &chunk_shape, location)?;
            ArrayReader::new(ChunkReader { file, array: written, layout, chunk_shape, filters, index })
        }
        Storage::Other(_) => ArrayReader::new(LibraryReader { dataset, array: written, layout }),
    };
    Ok(match rest {
        Some(rest) => ArrayReader::new(ShortReader { written: reader, array: array.clone(), rest }),
        None => reader,
    })
}

/// Which file an array lies in, and in which state.
pub(super) fn stamp(array: &StoredArray) -> Result<u64, StoreError> {
    Ok(fingerprint::of_text(&file_state(Path::new(&array.location.store))?))
}

/// What the library says of an array.
fn library_error(location: &ArrayLocation, error: hdf5::Error) -> StoreError {
    StoreError::Hdf5 { array: location.to_string(), reason: error.to_string() }
}

fn file_state(path: &Path) -> Result<String, StoreError> {
    fingerprint::state(path)?.ok_or_else(|| StoreError::Missing { location: path.display().to_string() })
}

fn open_file(path: &Path) -> Result<File, StoreError> {
    File::open(path)
        .map_err(|error| StoreError::InvalidMetadata { file: path.display().to_string(), reason: error.to_string() })
}

/// The group at a path, the root for an empty one.
fn find_group(file: &File, path: &Path, group: &str) -> Result<Group, StoreError> {
    let found = if group.is_empty() { file.group("/") } else { file.group(group) };
    found.map_err(|_| {
        let known = file.group("/").and_then(|root| members(&root, LocationType::Group)).unwrap_or_default();
        StoreError::NoSuchGroup { store: path.display().to_string(), group: group.to_owned(), known }
    })
}

fn read_group(group: &Group, path: &Path, group_path: &str, state: &str) -> Result<GroupMetadata, StoreError> {
    let location = path.display().to_string();
    let told = |error: hdf5::Error| StoreError::InvalidMetadata { file: location.clone(), reason: error.to_string() };
    let mut metadata = GroupMetadata {
        location: location.clone(),
        format: StoreFormat::Netcdf4,
        attributes: attribute::read_all(group, false).map_err(told)?.values,
        groups: members(group, LocationType::Group).map_err(told)?,
        arrays: IndexMap::new(),
        unreadable: IndexMap::new(),
        unlimited: IndexSet::new(),
    };
    let mut namer = Namer::new(group);
    let mut variables: Vec<Variable> = Vec::new();
    let mut lengths: Lengths = HashMap::new();
    for dataset_name in members(group, LocationType::Dataset).map_err(told)? {
        let name = dimensions::variable_name(&dataset_name).to_owned();
        let path = if group_path.is_empty() { dataset_name.clone() } else { format!("{group_path}/{dataset_name}") };
        let place = ArrayLocation { store: location.clone(), path };
        let dataset = match group.dataset(&dataset_name) {
            Ok(dataset) => dataset,
            Err(error) => {
                metadata.unreadable.insert(name, library_error(&place, error).to_string());
                continue;
            }
        };
        let role = dimensions::role(&dataset);
        let dims = namer.names(&dataset, &name, role);
        for ((length, may_grow), dim) in axes(&dataset).into_iter().zip(&dims) {
            if may_grow {
                metadata.unlimited.insert(dim.clone());
                let longest = lengths.entry(dim.clone()).or_default();
                *longest = length.max(*longest);
            }
        }
        if role != Role::DimensionOnly {
            variables.push(Variable { name, place, dataset, role, dims });
        }
    }
    for variable in variables {
        match array_metadata(&variable, &lengths, state) {
            Ok(array) => {
                metadata.arrays.insert(variable.name, array);
            }
            Err(error) => {
                metadata.unreadable.insert(variable.name, error.to_string());
            }
        }
    }
    Ok(metadata)
}

/// A dataset that is a variable.
#[derive(Debug)]
struct Variable {
    name: String,
    place: ArrayLocation,
    dataset: Dataset,
    role: Role,
    dims: Vec<String>,
}

/// Lengths of the dimensions that may grow: how far the longest variable goes.
type Lengths = HashMap<String, usize>;

fn array_metadata(variable: &Variable, lengths: &Lengths, state: &str) -> Result<ArrayMetadata, StoreError> {
    let Variable { dataset, place: location, role, dims, .. } = variable;
    let mut layout = Layout::of(dataset, location)?;
    let fingerprint = layout_fingerprint(&layout, state);
    let written = layout.shape.clone();
    for ((length, (_, may_grow)), dim) in layout.shape.iter_mut().zip(axes(dataset)).zip(dims) {
        if may_grow {
            *length = lengths.get(dim).copied().unwrap_or(*length);
        }
    }
    let mut array = layout.stored_array(location.clone(), fingerprint)?;
    if array.shape != written {
        array.decode_scratch_bytes +=
            2 * array.read_grid.max_chunk_shape().iter().product::<usize>() * array.dtype.size_bytes();
    }
    let attributes =
        attribute::read_all(dataset, *role == Role::Scale).map_err(|error| library_error(location, error))?;
    let mut dimension_names = dims.clone();
    dimension_names.truncate(layout.shape.len());
    Ok(ArrayMetadata {
        format: StoreFormat::Netcdf4,
        dimension_names: Some(dimension_names),
        attributes: attributes.values,
        netcdf: Some(layout.netcdf_storage(attributes.dtypes)),
        fill_value: layout.fill_value.clone(),
        codecs: layout.codecs.clone(),
        shard_shape: None,
        chunk_shape: layout.chunk_shape().cloned(),
        array,
    })
}

/// Equal as long as the file is the same and the dataset lies in it as it did.
fn layout_fingerprint(layout: &Layout, state: &str) -> u64 {
    fingerprint::of_text(&format!("{:?} {:?} {:?} {state}", layout.element, layout.shape, layout.storage))
}

fn chunk_index(
    dataset: &Dataset,
    path: &Path,
    layout: &Layout,
    chunk_shape: &[usize],
    location: &ArrayLocation,
) -> Result<ChunkIndex, StoreError> {
    let invalid = |reason: String| StoreError::InvalidMetadata { file: location.to_string(), reason };
    // Keys of the file's own index count the axis of characters, which has become part of the value.
    let stored_shape: Vec<usize> = match layout.joins_characters {
        true => chunk_shape.iter().copied().chain(dataset.shape().last().copied()).collect(),
        false => chunk_shape.to_vec(),
    };
    let grid = crate::array::ChunkGrid::regular(&dataset.shape(), &stored_shape);
    let file = std::fs::File::open(path).map_err(|error| super::byte_store::io_error("open", path, error))?;
    hdf5::sync::sync(|| ChunkIndex::of(dataset, &file, &grid, &stored_shape)).map_err(invalid)
}

impl Store for NetcdfStore {
    fn metadata(&self) -> &GroupMetadata {
        &self.metadata
    }

    fn summarize(&self, name: &str) -> Result<ArraySummary, StoreError> {
        let array = &self.metadata.array(name)?.array;
        let location = &array.location;
        let path = Path::new(&location.store);
        let dataset = open_file(path)?.dataset(&location.path).map_err(|error| library_error(location, error))?;
        let layout = hdf5::sync::sync(|| Layout::of(&dataset, location))?;
        if let Storage::Chunked(chunk_shape, _) = &layout.storage {
            let index = chunk_index(&dataset, path, &layout, chunk_shape, location)?;
            let (stored_bytes, chunks_present) = (index.stored_bytes(), index.present() as u64);
            return Ok(ArraySummary { stored_bytes, chunks_present, chunks_total: array.read_grid.chunk_count() });
        }
        let stored_bytes = dataset.storage_size();
        let present = u64::from(stored_bytes > 0);
        Ok(ArraySummary { stored_bytes, chunks_present: present, chunks_total: 1 })
    }
}
