//! Putting a finished directory in the place of another, in one step where the file system can.

use super::byte_store::unique_suffix;
use super::{IoControl, StoreError};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
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
    let control = IoControl::default();
    let moved = control.run("look at", new, || identity(new))?;
    // A move whose answer was lost isn't made twice: the second would undo it.
    let once = |act: &dyn Fn() -> io::Result<()>| match identity(place) {
        Ok(found) if found == moved => Ok(()),
        _ => act(),
    };
    if place.symlink_metadata().is_err() {
        control.run("create", place, || once(&|| fs::rename(new, place)))?;
        return sync_directory(parent(place));
    }
    let exchange = || Ok(renameat_with(CWD, new, CWD, place, RenameFlags::EXCHANGE)?);
    let old = match control.run("replace", place, || once(&exchange)) {
        Ok(()) => new.to_owned(),
        // Some network file systems can't exchange: between two renames nothing lies there for a moment.
        Err(StoreError::Io { source, .. }) if is_unsupported(&source) => {
            let old = hidden_sibling(place);
            control.run("replace", place, || once(&|| fs::rename(place, &old)))?;
            if let Err(error) = control.run("replace", place, || once(&|| fs::rename(new, place))) {
                control.run("restore", place, || fs::rename(&old, place))?;
                return Err(error);
            }
            old
        }
        Err(error) => return Err(error),
    };
    sync_directory(parent(place))?;
    // The new directory stands; that some hidden files stay behind doesn't make its writing a failure.
    let _ = fs::remove_dir_all(&old);
    Ok(())
}

/// What tells a directory from all others, whatever its name.
fn identity(path: &Path) -> io::Result<(u64, u64)> {
    path.symlink_metadata().map(|metadata| (metadata.dev(), metadata.ino()))
}

fn is_unsupported(error: &io::Error) -> bool {
    let unsupported = [Errno::INVAL, Errno::NOSYS, Errno::OPNOTSUPP];
    error.raw_os_error().is_some_and(|code| unsupported.contains(&Errno::from_raw_os_error(code)))
}

/// Waits until every name in a directory and those below it is on the disk.
///
/// # Errors
/// Where a directory can't be read or synced.
pub(super) fn sync_tree(directory: &Path) -> Result<(), StoreError> {
    let below = IoControl::default().run("list", directory, || {
        let entries = fs::read_dir(directory)?.collect::<io::Result<Vec<_>>>()?;
        Ok(entries.into_iter().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())))
    })?;
    for entry in below {
        sync_tree(&entry.path())?;
    }
    sync_directory(directory)
}

/// Waits until the names in a directory are on the disk.
///
/// # Errors
/// Where the directory can't be synced.
pub(super) fn sync_directory(directory: &Path) -> Result<(), StoreError> {
    IoControl::default().run("sync", directory, || match File::open(directory)?.sync_all() {
        // Some file systems have nothing to sync in a directory, and say so.
        Err(error) if error.kind() == ErrorKind::InvalidInput => Ok(()),
        result => result,
    })
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
