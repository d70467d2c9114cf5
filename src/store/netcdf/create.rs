//! Creating a NetCDF-4 file: chunks are computed into a hidden directory, by any rank and in any order, and go from there
//! into one file, in order, when all are there. What is added to a file goes into a copy of it.
//!
//! The directory is a Zarr store, so that a run goes on where it was stopped. The file is written there too, synced and
//! renamed; until then what lay in its place stands.

use super::super::byte_store::{io_error, unique_suffix};
use super::file::{Destination, write_file};
use super::present::Present;
use crate::array::StoredArray;
use crate::store::zarr::ZarrStoreWriter;
use crate::store::{
    ArrayPart, ArraySpec, Attributes, Compression, IoControl, StoreError, StoreSpec, UnfinishedStore, Workshop,
    WriteMode, WriteStore, signature,
};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// A file being written. Dropped before it is finished, it leaves nothing behind, unless its workshop has a name.
#[derive(Debug)]
pub(in crate::store) struct NetcdfWriter {
    place: PathBuf,
    attributes: Attributes,
    /// Path of the group that is written.
    group: String,
    /// What lies in the file and its group already, where they are added to.
    present: Option<Present>,
    chunks: ZarrStoreWriter,
    arrays: Vec<(ArraySpec, StoredArray)>,
}

impl NetcdfWriter {
    /// Starts writing at a path that [`store::place`](crate::store::place()) gives.
    pub(in crate::store) fn create(
        place: &Path,
        workshop: Option<&Workshop>,
        spec: StoreSpec,
    ) -> Result<NetcdfWriter, StoreError> {
        let location = || place.display().to_string();
        if let Some(directory) = place.parent().filter(|directory| !directory.is_dir()) {
            return Err(StoreError::NoDirectory { location: location(), directory: directory.display().to_string() });
        }
        let exists = place.symlink_metadata().is_ok();
        if exists && spec.mode == WriteMode::CreateNew {
            return Err(StoreError::AlreadyExists { location: location() });
        }
        let is_empty = fs::metadata(place).is_ok_and(|metadata| metadata.is_file() && metadata.len() == 0);
        if exists && !is_empty && signature::of_file(place)?.is_none() {
            // Nobody's data of another kind is replaced.
            return Err(StoreError::NotAStore { location: location(), found: crate::store::found_at(place) });
        }
        let group = spec.group.unwrap_or_default().trim_matches('/').to_owned();
        let adds = exists && !is_empty && spec.mode == WriteMode::Append;
        let present = if adds { Some(Present::in_file(place, &group)?) } else { None };
        let chunks = ZarrStoreWriter::begin(place, workshop)?;
        let (place, attributes) = (place.to_owned(), spec.attributes);
        Ok(NetcdfWriter { place, attributes, group, present, chunks, arrays: Vec::new() })
    }

    /// Writes the file under a temporary name: anew, or as a copy of the one that is added to.
    fn write(&self, temporary: &Path) -> Result<(), StoreError> {
        let adds = self.present.is_some();
        if adds {
            let control = IoControl::default();
            control.run("copy", &self.place, || fs::copy(&self.place, temporary).map(drop))?;
        }
        let destination = Destination { path: temporary, group: &self.group, adds };
        write_file(&destination, &self.attributes, &self.arrays)
    }

    fn check(&self, spec: &ArraySpec) -> Result<(), StoreError> {
        let sizes = self.arrays.iter().flat_map(|(other, _)| other.dimension_names.iter().zip(&other.shape));
        for (name, &expected) in sizes {
            let axis = spec.dimension_names.iter().position(|dimension| dimension == name);
            if axis.is_some_and(|axis| spec.shape[axis] != expected) {
                let (expected, found) = (vec![expected], spec.shape.clone());
                return Err(StoreError::ShapeMismatch {
                    array: format!("{}/{}", self.place.display(), spec.name),
                    expected,
                    found,
                });
            }
        }
        self.present.as_ref().map_or(Ok(()), |present| present.check(spec))
    }
}

impl WriteStore for NetcdfWriter {
    fn unfinished(&self) -> UnfinishedStore {
        UnfinishedStore { place: self.place.display().to_string(), ..self.chunks.unfinished() }
    }

    fn discard(&mut self) {
        self.chunks.discard();
    }

    fn create_array(&mut self, spec: &ArraySpec) -> Result<StoredArray, StoreError> {
        self.check(spec)?;
        // Chunks lie there for a while only, so that packing them would be for nothing.
        let passing = ArraySpec { compression: Compression::None, shard_shape: None, ..spec.clone() };
        let array = self.chunks.create_array(&passing)?;
        self.arrays.retain(|(other, _)| other.name != spec.name);
        let mut written = spec.clone();
        if let Some(present) = &self.present {
            written.netcdf.unlimited.extend(present.unlimited(spec).cloned());
        }
        self.arrays.push((written, array.clone()));
        Ok(array)
    }

    fn create_part(&mut self, part: &ArrayPart) -> Result<StoredArray, StoreError> {
        let array = format!("{}/{}", self.place.display(), part.name);
        let feature = "writing to a part of an array in a NetCDF file".to_owned();
        Err(StoreError::UnsupportedFeature { array, feature })
    }

    fn finish(&mut self) -> Result<(), StoreError> {
        let name = self.place.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        // In the workshop, so that whoever cleans up after a killed run finds it there.
        let temporary = Path::new(&self.unfinished().workshop).join(format!(".{name}.{}", unique_suffix()));
        let written = self.write(&temporary).and_then(|()| put(&temporary, &self.place));
        if written.is_err() {
            // Why writing failed is worth more than a second failure while cleaning up.
            let _ = fs::remove_file(&temporary);
            return written;
        }
        self.discard();
        Ok(())
    }
}

/// Waits until a file is on the disk and gives it its name.
fn put(temporary: &Path, place: &Path) -> Result<(), StoreError> {
    let control = IoControl::default();
    control.run("sync", temporary, || File::open(temporary)?.sync_all())?;
    fs::rename(temporary, place).map_err(|error| io_error("replace", place, error))?;
    let directory = place.parent().unwrap_or(place);
    crate::store::replace::sync_directory(directory)
}
