//! Whole files that appear at once and say whether their bytes are those that were written.

use super::{JournalError, io_error};
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a file begins with, before the checksum of the rest.
const MAGIC: [u8; 4] = *b"swv1";
const HEADER_BYTES: usize = 8;

/// Makes a file appear under its name, whole, synced and with a checksum, or not at all.
///
/// # Errors
/// Where the file system refuses.
pub fn publish(path: &Path, bytes: &[u8]) -> Result<(), JournalError> {
    let checksum = crc32c::crc32c(bytes).to_le_bytes();
    replace(path, |file| {
        file.write_all(&MAGIC)?;
        file.write_all(&checksum)?;
        file.write_all(bytes)
    })
}

/// The bytes of a file that [`publish`] has written; `None` where there is none, or they are others.
///
/// # Errors
/// Where the file system refuses.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>, JournalError> {
    let mut bytes = match fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        result => result.map_err(io_error("read", path))?,
    };
    if bytes.len() < HEADER_BYTES || bytes[..4] != MAGIC {
        return Ok(None);
    }
    let expected = crc32c::crc32c(&bytes[HEADER_BYTES..]).to_le_bytes();
    if bytes[4..HEADER_BYTES] != expected {
        return Ok(None);
    }
    bytes.drain(..HEADER_BYTES);
    Ok(Some(bytes))
}

/// Writes a file under another name, syncs it and gives it its own.
pub(super) fn replace(path: &Path, write: impl FnOnce(&mut File) -> std::io::Result<()>) -> Result<(), JournalError> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let unique = format!(".{name}.{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let temporary = path.with_file_name(unique);
    let create = || {
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        let mut file = File::create(&temporary)?;
        write(&mut file)?;
        file.sync_data()?;
        fs::rename(&temporary, path)
    };
    create().map_err(|error| {
        // Why writing failed is worth more than a second failure.
        let _ = fs::remove_file(&temporary);
        io_error("write", path)(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_or_torn_file_counts_as_missing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("values/3");
        assert_eq!(read(&path).unwrap(), None);
        publish(&path, b"some values").unwrap();
        assert_eq!(read(&path).unwrap().unwrap(), b"some values");
        let whole = fs::read(&path).unwrap();
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            assert_eq!(read(&path).unwrap(), None, "{length} bytes");
        }
        for position in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[position] ^= 4;
            fs::write(&path, damaged).unwrap();
            assert_eq!(read(&path).unwrap(), None, "byte {position}");
        }
        assert_eq!(fs::read_dir(folder.path().join("values")).unwrap().count(), 1, "no temporary files");
    }

    #[test]
    fn nothing_is_a_value_too() {
        let folder = tempfile::tempdir().unwrap();
        publish(&folder.path().join("empty"), b"").unwrap();
        assert_eq!(read(&folder.path().join("empty")).unwrap().unwrap(), b"");
    }
}
