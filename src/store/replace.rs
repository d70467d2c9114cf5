//! Putting a finished directory in the place of another, in one step where the file system can.

use super::StoreError;
use super::byte_store::{io_error, unique_suffix};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A name beside a path that no reader takes for data.
pub(super) fn hidden_sibling(path: &Path) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    path.with_file_name(format!(".{name}.{}", unique_suffix()))
}

/// A name beside a path that no reader takes for data, and that is the same every time.
pub(super) fn named_sibling(path: &Path, suffix: &str) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    path.with_file_name(format!(".{name}.swath-{suffix}"))
}

/// Moves a directory to its final path; what lies there is removed once the new one stands.
///
/// # Errors
/// Where the file system refuses; what lay there still does.
pub(super) fn replace_directory(new: &Path, place: &Path) -> Result<(), StoreError> {
    if place.symlink_metadata().is_err() {
        fs::rename(new, place).map_err(|error| io_error("create", place, error))?;
        return sync_directory(parent(place));
    }
    let old = match renameat_with(CWD, new, CWD, place, RenameFlags::EXCHANGE) {
        Ok(()) => new.to_owned(),
        // Some network file systems can't exchange: between two renames nothing lies there for a moment.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            let old = hidden_sibling(place);
            fs::rename(place, &old).map_err(|error| io_error("replace", place, error))?;
            if let Err(error) = fs::rename(new, place) {
                fs::rename(&old, place).map_err(|error| io_error("restore", place, error))?;
                return Err(io_error("replace", place, error));
            }
            old
        }
        Err(error) => return Err(io_error("replace", place, error.into())),
    };
    sync_directory(parent(place))?;
    // The new directory stands; that some hidden files stay behind doesn't make its writing a failure.
    let _ = fs::remove_dir_all(&old);
    Ok(())
}

/// Waits until every name in a directory and those below it is on the disk.
///
/// # Errors
/// Where a directory can't be read or synced.
pub(super) fn sync_tree(directory: &Path) -> Result<(), StoreError> {
    for entry in fs::read_dir(directory).map_err(|error| io_error("list", directory, error))? {
        let entry = entry.map_err(|error| io_error("list", directory, error))?;
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            sync_tree(&entry.path())?;
        }
    }
    sync_directory(directory)
}

fn sync_directory(directory: &Path) -> Result<(), StoreError> {
    match File::open(directory).and_then(|file| file.sync_all()) {
        // Some file systems have nothing to sync in a directory, and say so.
        Err(error) if error.kind() == ErrorKind::InvalidInput => Ok(()),
        result => result.map_err(|error| io_error("sync", directory, error)),
    }
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_old_directory_stands_until_the_new_one_does() {
        let root = tempfile::tempdir().unwrap();
        let (new, place) = (root.path().join("new"), root.path().join("place"));
        fs::create_dir(&new).unwrap();
        fs::write(new.join("a"), "1").unwrap();
        replace_directory(&new, &place).unwrap();
        fs::create_dir(&new).unwrap();
        fs::write(new.join("b"), "2").unwrap();
        replace_directory(&new, &place).unwrap();
        assert!(place.join("b").exists() && !place.join("a").exists());
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failed_replacement_leaves_the_old_directory() {
        let root = tempfile::tempdir().unwrap();
        let place = root.path().join("place");
        fs::create_dir(&place).unwrap();
        assert!(replace_directory(&root.path().join("missing"), &place).is_err());
        assert!(place.exists());
    }
}
