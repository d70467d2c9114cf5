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
    let array = array.clone();
    Ok(match layout.storage.clone() {
        Storage::Contiguous(offset) => ArrayReader::new(ContiguousReader { file, array, layout, offset }),
        Storage::Chunked(chunk_shape, filters) => {
            let index = chunk_index(&dataset, path, &layout, &chunk_shape, location)?;
            ArrayReader::new(ChunkReader { file, array, layout, chunk_shape, filters, index })
        }
        Storage::Other(_) => ArrayReader::new(LibraryReader { dataset, array, layout }),
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
    for dataset_name in members(group, LocationType::Dataset).map_err(told)? {
        let name = dimensions::variable_name(&dataset_name).to_owned();
        let path = if group_path.is_empty() { dataset_name.clone() } else { format!("{group_path}/{dataset_name}") };
        let place = ArrayLocation { store: location.clone(), path };
        let read = group.dataset(&dataset_name).map_err(|error| library_error(&place, error)).and_then(|dataset| {
            let role = dimensions::role(&dataset);
            let names = namer.names(&dataset, &name, role);
            let may_grow = axes(&dataset).into_iter().zip(&names).filter(|((_, may_grow), _)| *may_grow);
            metadata.unlimited.extend(may_grow.map(|(_, name)| name.clone()));
            match role {
                Role::DimensionOnly => Ok(None),
                _ => array_metadata(&dataset, place, role, names, state).map(Some),
            }
        });
        match read {
            Ok(Some(array)) => {
                metadata.arrays.insert(name, array);
            }
            Ok(None) => {}
            Err(error) => {
                metadata.unreadable.insert(name, error.to_string());
            }
        }
    }
    Ok(metadata)
}

fn array_metadata(
    dataset: &Dataset,
    location: ArrayLocation,
    role: Role,
    mut dimension_names: Vec<String>,
    state: &str,
) -> Result<ArrayMetadata, StoreError> {
    let layout = Layout::of(dataset, &location)?;
    if layout.joins_characters {
        dimension_names.pop();
    }
    let attributes =
        attribute::read_all(dataset, role == Role::Scale).map_err(|error| library_error(&location, error))?;
    Ok(ArrayMetadata {
        format: StoreFormat::Netcdf4,
        dimension_names: Some(dimension_names),
        attributes: attributes.values,
        netcdf: Some(layout.netcdf_storage(attributes.dtypes)),
        fill_value: layout.fill_value.clone(),
        codecs: layout.codecs.clone(),
        shard_shape: None,
        chunk_shape: layout.chunk_shape().cloned(),
        array: layout.stored_array(location, layout_fingerprint(&layout, state))?,
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
