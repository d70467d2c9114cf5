//! Named byte strings on a file system: ranges are read, listings made, and values appear whole or not at all.
//!
//! Formats reach files through this only, so that another kind of storage is one more implementation of these few
//! operations. It knows nothing of arrays.

use super::{IoControl, StoreError};
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Bytes that are read at a time to be checked.
const CHECKED_BYTES: usize = 256 << 10;

/// Byte strings under a directory; a key is a relative path with `/`.
#[derive(Debug, Clone)]
pub(super) struct ByteStore {
    root: PathBuf,
    control: IoControl,
}

/// One byte string opened for reading.
#[derive(Debug)]
pub(super) struct Blob {
    control: IoControl,
    file: File,
    path: PathBuf,
    size_bytes: u64,
}

/// Text that no other process or earlier call has used, for names of temporary files.
pub(super) fn unique_suffix() -> String {
    static PROCESS: OnceLock<u64> = OnceLock::new();
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let process = PROCESS.get_or_init(|| {
        let clock = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_nanos() as u64);
        // Ranks on different nodes may share a process id, and ranks on one node the clock reading.
        clock ^ (u64::from(std::process::id()) << 40)
    });
    format!("swath-{process:016x}-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

/// An error of the file system, with what was tried.
pub(super) fn io_error(action: &'static str, path: &Path, source: std::io::Error) -> StoreError {
    StoreError::Io { action, path: path.display().to_string(), source, tries: 1 }
}

impl ByteStore {
    /// The byte strings under a directory, which need not exist yet.
    pub(super) fn new(root: impl Into<PathBuf>) -> ByteStore {
        ByteStore::under(&IoControl::default(), root)
    }

    /// The same, whose operations give up when they are told to.
    pub(super) fn under(control: &IoControl, root: impl Into<PathBuf>) -> ByteStore {
        ByteStore { root: root.into(), control: control.clone() }
    }

    /// The directory.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The file of a key.
    pub(super) fn path(&self, key: &str) -> PathBuf {
        if key.is_empty() { self.root.clone() } else { self.root.join(key) }
    }

    /// Whether there is a byte string.
    pub(super) fn has_file(&self, key: &str) -> Result<bool, StoreError> {
        let path = self.path(key);
        self.control.run("open", &path, || match fs::metadata(&path) {
            Err(error) if is_missing(&error) => Ok(false),
            result => Ok(result?.is_file()),
        })
    }

    /// Opens a byte string; `None` where there is none.
    pub(super) fn open(&self, key: &str) -> Result<Option<Blob>, StoreError> {
        let path = self.path(key);
        let opened = self.control.run("open", &path, || {
            let file = match File::open(&path) {
                Err(error) if is_missing(&error) => return Ok(None),
                result => result?,
            };
            let metadata = file.metadata()?;
            Ok(metadata.is_file().then_some((file, metadata.len())))
        })?;
        let control = self.control.clone();
        Ok(opened.map(|(file, size_bytes)| Blob { control, file, path, size_bytes }))
    }

    /// The whole of a byte string; `None` where there is none.
    pub(super) fn read(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.open(key)?.map(Blob::into_bytes).transpose()
    }

    /// Names directly under a prefix, sorted; none where the prefix doesn't exist.
    pub(super) fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let path = self.path(prefix);
        let mut names = self.control.run("list", &path, || {
            let entries = match fs::read_dir(&path) {
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
                result => result?,
            };
            let name = |entry: std::io::Result<fs::DirEntry>| Ok(entry?.file_name().to_string_lossy().into_owned());
            entries.map(name).collect::<std::io::Result<Vec<_>>>()
        })?;
        names.sort();
        Ok(names)
    }

    /// Makes a byte string appear under its key, whole and synced, or not at all. It is written under a name that no
    /// other call uses, so that what a killed process left behind disturbs nobody.
    pub(super) fn publish(&self, key: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let path = self.path(key);
        let (directory, name) = match (path.parent(), path.file_name()) {
            (Some(directory), Some(name)) => (directory, name.to_string_lossy()),
            _ => (self.root.as_path(), "".into()),
        };
        self.control.run("write", &path, || {
            let temporary = directory.join(format!(".{name}.{}", unique_suffix()));
            let written = write_synced(&temporary, bytes).and_then(|()| fs::rename(&temporary, &path));
            if written.is_err() {
                // The reason why writing failed is worth more than a second failure while cleaning up.
                let _ = fs::remove_file(&temporary);
            }
            written
        })
    }

    /// Size and CRC-32C of a byte string; `None` where there is none.
    pub(super) fn checksum(&self, key: &str) -> Result<Option<(u64, u32)>, StoreError> {
        let Some(blob) = self.open(key)? else { return Ok(None) };
        let mut buffer = vec![0; CHECKED_BYTES];
        blob.read_with(|mut file| {
            let (mut size_bytes, mut checksum) = (0, 0);
            loop {
                let count = match file.read(&mut buffer) {
                    Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                    result => result?,
                };
                if count == 0 {
                    return Ok(Some((size_bytes, checksum)));
                }
                checksum = crc32c::crc32c_append(checksum, &buffer[..count]);
                size_bytes += count as u64;
            }
        })
    }

    /// Removes what killed writers left behind in this directory and those below.
    pub(super) fn remove_temporaries(&self, prefix: &str) -> Result<(), StoreError> {
        for name in self.list(prefix)? {
            let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
            if self.path(&key).is_dir() {
                self.remove_temporaries(&key)?;
            } else if name.starts_with('.') && name.contains(".swath-") {
                self.remove(&key)?;
            }
        }
        Ok(())
    }

    /// Removes a byte string, where there is one.
    pub(super) fn remove(&self, key: &str) -> Result<(), StoreError> {
        let path = self.path(key);
        self.control.run("remove", &path, || match fs::remove_file(&path) {
            Err(error) if is_missing(&error) => Ok(()),
            result => result,
        })
    }

    /// Number and size of the files under a prefix, but for hidden ones and those of the given names.
    pub(super) fn count_files(&self, prefix: &str, except: &[&str]) -> Result<(u64, u64), StoreError> {
        let (mut files, mut size_bytes) = (0, 0);
        for name in self.list(prefix)?.iter().filter(|name| !name.starts_with('.') && !except.contains(&name.as_str()))
        {
            let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
            let path = self.path(&key);
            let metadata = self.control.run("list", &path, || fs::metadata(&path))?;
            let (more_files, more_bytes) =
                if metadata.is_dir() { self.count_files(&key, except)? } else { (1, metadata.len()) };
            files += more_files;
            size_bytes += more_bytes;
        }
        Ok((files, size_bytes))
    }
}

/// Whether an error says that there is nothing under a name.
fn is_missing(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// Writes a new file, with the directories above it, and waits until its bytes are on the disk.
fn write_synced(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let create = || OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = match create() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            path.parent().map_or(Ok(()), fs::create_dir_all)?;
            create()?
        }
        result => result?,
    };
    file.write_all(bytes)?;
    file.sync_data()
}

impl Blob {
    /// Number of bytes.
    pub(super) fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// All bytes.
    pub(super) fn into_bytes(self) -> Result<Vec<u8>, StoreError> {
        let mut bytes = Vec::with_capacity(self.size_bytes as usize);
        self.read_with(|mut file| {
            bytes.clear();
            // From a file, this is one read of its size and one at its end; from anything else, many small ones.
            file.read_to_end(&mut bytes)
        })?;
        Ok(bytes)
    }

    /// Fills a buffer with the bytes from an offset on. The caller has checked that there are so many.
    pub(super) fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> Result<(), StoreError> {
        self.read_with(|file| file.read_exact_at(buffer, offset))
    }

    /// Reads from the file; after a failure from the file opened anew, since a handle may have gone stale.
    fn read_with<T>(&self, mut read: impl FnMut(&File) -> std::io::Result<T>) -> Result<T, StoreError> {
        let mut has_failed = false;
        self.control.run("read", &self.path, || {
            let outcome = if has_failed { read(&File::open(&self.path)?) } else { read(&self.file) };
            has_failed |= outcome.is_err();
            outcome
        })
    }

    /// The bytes of a range; `None` where it leaves the byte string.
    pub(super) fn read_range(&self, offset: u64, length: u64) -> Result<Option<Vec<u8>>, StoreError> {
        if offset.checked_add(length).is_none_or(|end| end > self.size_bytes) {
            return Ok(None);
        }
        let mut bytes = vec![0; length as usize];
        self.read_exact_at(&mut bytes, offset)?;
        Ok(Some(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_writer_left_behind_disturbs_nobody() {
        let directory = tempfile::tempdir().unwrap();
        let store = ByteStore::new(directory.path());
        fs::create_dir_all(store.path("c/0")).unwrap();
        fs::write(store.path("c/0/.1.swath-0000000000000000-0"), b"torn").unwrap();
        fs::write(store.path("c/0/1.tmp"), b"torn").unwrap();
        assert_eq!(store.read("c/0/1").unwrap(), None);
        store.publish("c/0/1", b"whole").unwrap();
        store.publish("c/0/1", b"again").unwrap();
        assert_eq!(store.read("c/0/1").unwrap().unwrap(), b"again");
    }

    #[test]
    fn temporaries_go_and_nothing_else_does() {
        let directory = tempfile::tempdir().unwrap();
        let store = ByteStore::new(directory.path());
        for key in ["x/.zarray", "x/0.0", "x/c/.1.swath-0123-4", "x/c/1"] {
            fs::create_dir_all(store.path(key).parent().unwrap()).unwrap();
            fs::write(store.path(key), key).unwrap();
        }
        store.remove_temporaries("").unwrap();
        assert_eq!(store.list("x/c").unwrap(), ["1"]);
        assert_eq!(store.list("x").unwrap(), [".zarray", "0.0", "c"]);
        assert_eq!(store.checksum("x/c/1").unwrap(), Some((5, crc32c::crc32c(b"x/c/1"))));
        assert_eq!(store.checksum("x/c/2").unwrap(), None);
    }

    #[test]
    fn a_range_beyond_the_end_is_none() {
        let directory = tempfile::tempdir().unwrap();
        let store = ByteStore::new(directory.path());
        store.publish("key", b"0123456789").unwrap();
        let blob = store.open("key").unwrap().unwrap();
        assert_eq!(blob.read_range(7, 3).unwrap().unwrap(), b"789");
        assert!(blob.read_range(8, 3).unwrap().is_none());
        assert!(blob.read_range(u64::MAX, 3).unwrap().is_none());
    }

    #[test]
    fn a_failed_write_names_the_path_and_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("file"), b"").unwrap();
        let store = ByteStore::new(directory.path().join("file"));
        let error = store.publish("key", b"value").unwrap_err().to_string();
        assert!(error.contains("file/key"), "{error}");
    }
}
