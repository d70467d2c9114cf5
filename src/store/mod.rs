//! Chunked arrays in files: opening stores, reading regions, writing chunks that appear whole or not at all.
//!
//! A format lives in a folder of its own over a byte store (ranges, listings, atomic publication) and is known by one
//! line in [`open_group`]. This module knows bytes, codecs and metadata; what attributes mean (CF times, scale factors,
//! coordinates) is `dataset`'s business, and which regions are read when is `execute`'s.

mod array_io;
mod byte_store;
#[cfg(test)]
mod conformance;
mod error;
mod fingerprint;
mod metadata;
#[cfg(feature = "hdf5")]
mod netcdf;
#[cfg(not(feature = "hdf5"))]
#[path = "without_hdf5.rs"]
mod netcdf;
mod place;
mod rehearsal;
mod replace;
mod retry;
mod signature;
mod writer;
mod zarr;

pub use array_io::{ArrayReader, ArrayWriter};
pub use error::StoreError;
pub use metadata::{
    ArrayMetadata, ArrayPart, ArraySpec, ArraySummary, Attributes, BloscCodec, BloscShuffle, Compression,
    GroupMetadata, NetcdfStorage, StoreFormat, WriteMode, ZarrFormat,
};
pub use rehearsal::{Rehearsal, rehearse, with_final_places};
pub use retry::{FileWait, IoControl, retry_count};
pub use writer::{StoreSpec, StoreWriter, UnfinishedStore, Workshop};

use crate::array::StoredArray;
use array_io::{ReadArray, WriteArray};
use signature::Signature;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use writer::WriteStore;

/// A store opened for reading.
pub trait Store: std::fmt::Debug + Send + Sync {
    /// The root group: attributes and arrays.
    fn metadata(&self) -> &GroupMetadata;

    /// Counts and sizes of an array's chunk files. Costs a listing of its directories.
    ///
    /// # Errors
    /// Where the array isn't there or can't be listed.
    fn summarize(&self, name: &str) -> Result<ArraySummary, StoreError>;
}

/// Opens the store at a path, made absolute. Reads metadata only. An array by itself is a store of one array whose name
/// is empty.
///
/// ```no_run
/// use swath::{array::{Chunk, Region}, store};
/// let store = store::open("scene.zarr")?;
/// let array = &store.metadata().array("red")?.array;
/// let mut corner = Chunk::zeros(array.dtype, vec![2, 2]);
/// store::open_array(array)?.read_into(&Region::new(vec![0, 0], vec![2, 2]), &mut corner)?;
/// # Ok::<(), store::StoreError>(())
/// ```
///
/// # Errors
/// Where nothing lies there, or no store, or its metadata can't be read.
pub fn open(location: &str) -> Result<Arc<dyn Store>, StoreError> {
    open_group(location, None)
}

/// Opens a group of the store at a path, its root by default; the names in a group's path are separated by `/`.
///
/// # Errors
/// As [`open`], and where there is no such group.
pub fn open_group(location: &str, group: Option<&str>) -> Result<Arc<dyn Store>, StoreError> {
    let path = rehearsal::place_to_open(absolute(location)?);
    let below = group.map_or(path.clone(), |group| path.join(group.trim_matches('/')));
    match signature::of_file(&path)? {
        Some(Signature::Hdf5) => return netcdf::open(&path, group),
        Some(Signature::Netcdf3) => return Err(StoreError::Netcdf3 { file: path.display().to_string() }),
        None => {}
    }
    match () {
        () if zarr::is_zarr(&below) => zarr::open(&below),
        () if zarr::is_zarr(&path) => Err(StoreError::NoSuchGroup {
            store: path.display().to_string(),
            group: group.unwrap_or_default().to_owned(),
            known: Vec::new(),
        }),
        () if path.exists() => {
            Err(StoreError::NotAStore { location: path.display().to_string(), found: found_at(&path) })
        }
        () => Err(StoreError::Missing { location: path.display().to_string() }),
    }
}

/// Opens an array for reading on this rank. One reader serves any number of threads.
///
/// # Errors
/// Where the array is gone or no longer what the plan was made for.
pub fn open_array(array: &StoredArray) -> Result<ArrayReader, StoreError> {
    open_array_under(&IoControl::default(), array)
}

/// The same, on behalf of somebody who may want it to give up.
///
/// # Errors
/// As [`open_array`].
pub fn open_array_under(control: &IoControl, array: &StoredArray) -> Result<ArrayReader, StoreError> {
    match is_file(array) {
        true => netcdf::open_array(control, array),
        false => zarr::open_array(control, array),
    }
}

/// Whether an array lies in a store that is one file.
fn is_file(array: &StoredArray) -> bool {
    Path::new(&array.location.store).is_file()
}

/// Opens an array that a [`StoreWriter`] has created, for writing on this rank. One writer serves any number of threads.
///
/// # Errors
/// Where the array is gone or no longer what it was created as.
pub fn open_array_writer(array: &StoredArray) -> Result<ArrayWriter, StoreError> {
    open_array_writer_under(&IoControl::default(), array)
}

/// The same, on behalf of somebody who may want it to give up.
///
/// # Errors
/// As [`open_array_writer`].
pub fn open_array_writer_under(control: &IoControl, array: &StoredArray) -> Result<ArrayWriter, StoreError> {
    zarr::open_array_writer(control, array)
}

/// Finishes what a workshop has begun to put in place, where it has.
///
/// # Errors
/// Where the file system refuses.
pub fn settle(workshop: &Path) -> Result<(), StoreError> {
    zarr::settle(workshop)
}

/// A location as an absolute path, the same for every rank.
fn absolute(location: &str) -> Result<PathBuf, StoreError> {
    let path = location.strip_prefix("file://").unwrap_or(location);
    std::path::absolute(path).map_err(|error| byte_store::io_error("open", Path::new(path), error))
}

/// The place that a store of this path takes: an absolute path, that of the store itself where links lead to one.
///
/// # Errors
/// Where the path can't be followed.
pub fn place(location: &str) -> Result<PathBuf, StoreError> {
    place_of(&absolute(location)?)
}

/// Through a link, the store that it points to is replaced and the link stays.
fn place_of(path: &Path) -> Result<PathBuf, StoreError> {
    match path.symlink_metadata() {
        Ok(_) => fs::canonicalize(path).map_err(|error| byte_store::io_error("open", path, error)),
        Err(_) => Ok(path.to_owned()),
    }
}

/// When an array's metadata was last written, as its files say: equal as long as nobody has replaced the array. Values
/// that others change in place don't show.
///
/// # Errors
/// Where the file system refuses.
pub fn stamp(array: &StoredArray) -> Result<u64, StoreError> {
    if is_file(array) { netcdf::stamp(array) } else { zarr::stamp(array) }
}

/// What lies at a path, for an error.
fn found_at(path: &Path) -> String {
    let Ok(entries) = fs::read_dir(path) else { return "a file".to_owned() };
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    match names.len() {
        0 => "an empty directory".to_owned(),
        1..=4 => format!("a directory with {}", names.join(", ")),
        count => format!("a directory with {} and {} more", names[..3].join(", "), count - 3),
    }
}
