//! Writing without a trace: while a rehearsal lasts, what this thread writes lands in scratch, and what it opens is found
//! there first.
//!
//! `swath explain` runs scripts that write stores and open them again, but must leave users' files alone. Only metadata
//! gets there: nothing is computed in a rehearsal.

use super::byte_store::{io_error, unique_suffix};
use super::{StoreError, WriteMode, zarr};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

thread_local! {
    static CURRENT: RefCell<Option<Scratch>> = const { RefCell::new(None) };
}

/// Where the stores of a rehearsal are.
struct Scratch {
    directory: PathBuf,
    /// For the final place of a store, its place in scratch.
    places: HashMap<PathBuf, PathBuf>,
}

/// A rehearsal of this thread. It ends when dropped, and nothing of it is left.
#[derive(Debug)]
#[must_use = "the rehearsal ends when this is dropped"]
pub struct Rehearsal {
    directory: PathBuf,
}

/// Starts a rehearsal.
///
/// # Errors
/// Where there is no room for scratch.
pub fn rehearse() -> Result<Rehearsal, StoreError> {
    let directory = std::env::temp_dir().join(format!("swath-rehearsal-{}", unique_suffix()));
    fs::create_dir(&directory).map_err(|error| io_error("create", &directory, error))?;
    CURRENT.set(Some(Scratch { directory: directory.clone(), places: HashMap::new() }));
    Ok(Rehearsal { directory })
}

impl Drop for Rehearsal {
    fn drop(&mut self) {
        CURRENT.set(None);
        // What can't be removed from scratch does no harm there.
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// A text with the final places of stores instead of those in scratch.
pub fn with_final_places(text: &str) -> String {
    CURRENT.with_borrow(|current| {
        let mut text = text.to_owned();
        for (path, place) in current.iter().flat_map(|scratch| &scratch.places) {
            let Some(folder) = place.parent().map(|folder| format!("{}/", folder.display())) else { continue };
            while let Some(start) = text.find(&folder) {
                // A store that is still being written has a name of its own there.
                let name = start + folder.len();
                let length = text[name..].find(['/', ' ', '\n']).unwrap_or(text.len() - name);
                text.replace_range(start..name + length, &path.display().to_string());
            }
        }
        text
    })
}

/// Where a store of this path is to be looked for.
pub(super) fn place_to_open(path: PathBuf) -> PathBuf {
    CURRENT
        .with_borrow(|current| current.as_ref().and_then(|scratch| scratch.places.get(&path)).cloned().unwrap_or(path))
}

/// Where a store of this path is to be written.
///
/// # Errors
/// [`StoreError::AlreadyExists`] where it may not be replaced, or what the file system says.
pub(super) fn place_to_write(path: PathBuf, mode: WriteMode) -> Result<PathBuf, StoreError> {
    CURRENT.with_borrow_mut(|current| {
        let Some(scratch) = current else { return Ok(path) };
        if let Some(place) = scratch.places.get(&path) {
            return Ok(place.clone());
        }
        if mode == WriteMode::CreateNew && path.symlink_metadata().is_ok() {
            return Err(StoreError::AlreadyExists { location: path.display().to_string() });
        }
        let folder = scratch.directory.join(scratch.places.len().to_string());
        let place = folder.join(path.file_name().unwrap_or_default());
        fs::create_dir(&folder).map_err(|error| io_error("create", &folder, error))?;
        if mode == WriteMode::Append && zarr::is_zarr(&path) {
            copy_metadata(&path, &place)?;
        }
        scratch.places.insert(path, place.clone());
        Ok(place)
    })
}

/// Copies the metadata of a store, and no chunk.
fn copy_metadata(from: &Path, to: &Path) -> Result<(), StoreError> {
    fs::create_dir(to).map_err(|error| io_error("create", to, error))?;
    for entry in fs::read_dir(from).map_err(|error| io_error("list", from, error))? {
        let entry = entry.map_err(|error| io_error("list", from, error))?;
        let (name, path) = (entry.file_name(), entry.path());
        if path.is_dir() && zarr::is_zarr(&path) {
            copy_metadata(&path, &to.join(&name))?;
        } else if [".zgroup", ".zarray", ".zattrs", ".zmetadata", "zarr.json"].iter().any(|known| name == *known) {
            fs::copy(&path, to.join(&name)).map_err(|error| io_error("copy", &path, error))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{Attributes, StoreWriter, ZarrFormat, open};
    use super::*;

    fn write(location: &Path, mode: WriteMode, title: &str) -> Result<(), StoreError> {
        let attributes: Attributes = [("title".to_owned(), title.into())].into_iter().collect();
        StoreWriter::create(location.to_str().unwrap(), mode, ZarrFormat::V3, attributes)?.finish()
    }

    fn title(location: &Path) -> String {
        let store = open(location.to_str().unwrap()).unwrap();
        store.metadata().attributes["title"].as_str().unwrap().to_owned()
    }

    #[test]
    fn what_is_rehearsed_is_found_and_then_gone() {
        let root = tempfile::tempdir().unwrap();
        let (old, new) = (root.path().join("old.zarr"), root.path().join("new.zarr"));
        write(&old, WriteMode::Replace, "old").unwrap();
        let rehearsal = rehearse().unwrap();
        write(&old, WriteMode::Replace, "replaced").unwrap();
        write(&new, WriteMode::CreateNew, "new").unwrap();
        assert_eq!((title(&old), title(&new)), ("replaced".to_owned(), "new".to_owned()));
        let scratch = rehearsal.directory.clone();
        let inside = place_to_open(new.clone()).join("x");
        let told = format!("stored {} here", inside.display());
        assert_eq!(with_final_places(&told), format!("stored {}/x here", new.display()));
        drop(rehearsal);
        assert_eq!(title(&old), "old");
        assert!(!new.exists() && !scratch.exists());
    }

    #[test]
    fn what_stands_is_respected() {
        let root = tempfile::tempdir().unwrap();
        let store = root.path().join("store.zarr");
        write(&store, WriteMode::Replace, "old").unwrap();
        let _rehearsal = rehearse().unwrap();
        assert!(matches!(write(&store, WriteMode::CreateNew, "new"), Err(StoreError::AlreadyExists { .. })));
        write(&store, WriteMode::Append, "appended").unwrap();
        assert_eq!(title(&store), "appended");
    }
}
