//! Whole files that appear at once and say whether their bytes are those that were written.

use super::{JournalError, io_error};
use serde::Serialize;
use std::fs::{self, File};
use std::io::{BufWriter, ErrorKind, Read, Seek, SeekFrom, Write};
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

/// As [`publish`], of a value as postcard encodes it, without holding that in memory.
///
/// # Errors
/// Where the file system refuses.
pub fn publish_value(path: &Path, value: &impl Serialize) -> Result<(), JournalError> {
    replace(path, |file| {
        file.write_all(&[0; HEADER_BYTES])?;
        let mut summed = Summed { file: BufWriter::with_capacity(1 << 20, &*file), checksum: 0 };
        postcard::to_io(value, &mut summed).map_err(|error| std::io::Error::other(error.to_string()))?;
        summed.file.flush()?;
        let checksum = summed.checksum.to_le_bytes();
        drop(summed);
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&MAGIC)?;
        file.write_all(&checksum)
    })
}

/// A file, and the checksum of what goes into it.
struct Summed<W> {
    file: W,
    checksum: u32,
}

impl<W: Write> Write for Summed<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.checksum = crc32c::crc32c_append(self.checksum, &bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
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

/// Whether a file is there and its bytes are those that were written. Costs reading it.
///
/// # Errors
/// Where the file system refuses.
pub fn is_whole(path: &Path) -> Result<bool, JournalError> {
    let check = || -> std::io::Result<bool> {
        let mut file = File::open(path)?;
        let mut header = [0; HEADER_BYTES];
        file.read_exact(&mut header)?;
        let mut buffer = vec![0; 256 << 10];
        let mut checksum = 0_u32;
        loop {
            match file.read(&mut buffer)? {
                0 => return Ok(header[..4] == MAGIC && header[4..] == checksum.to_le_bytes()),
                count => checksum = crc32c::crc32c_append(checksum, &buffer[..count]),
            }
        }
    };
    match check() {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::UnexpectedEof) => Ok(false),
        result => result.map_err(io_error("read", path)),
    }
}

/// Writes a file under another name, syncs it and gives it its own. Makes no directory: one that isn't there may just have
/// been removed.
pub(super) fn replace(path: &Path, write: impl FnOnce(&mut File) -> std::io::Result<()>) -> Result<(), JournalError> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let unique = format!(".{name}.{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let temporary = path.with_file_name(unique);
    let create = || {
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
        assert!(publish(&path, b"some values").is_err(), "a directory that is gone stays so");
        fs::create_dir(folder.path().join("values")).unwrap();
        publish(&path, b"some values").unwrap();
        assert_eq!(read(&path).unwrap().unwrap(), b"some values");
        assert!(is_whole(&path).unwrap() && !is_whole(&folder.path().join("values/4")).unwrap());
        let whole = fs::read(&path).unwrap();
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            assert_eq!(read(&path).unwrap(), None, "{length} bytes");
            assert!(!is_whole(&path).unwrap());
        }
        for position in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[position] ^= 4;
            fs::write(&path, damaged).unwrap();
            assert_eq!(read(&path).unwrap(), None, "byte {position}");
            assert!(!is_whole(&path).unwrap());
        }
        assert_eq!(fs::read_dir(folder.path().join("values")).unwrap().count(), 1, "no temporary files");
    }

    #[test]
    fn a_value_is_written_as_its_bytes_are() {
        let folder = tempfile::tempdir().unwrap();
        let value: Vec<u64> = (0..500_000).collect();
        publish_value(&folder.path().join("a"), &value).unwrap();
        publish(&folder.path().join("b"), &postcard::to_stdvec(&value).unwrap()).unwrap();
        assert_eq!(fs::read(folder.path().join("a")).unwrap(), fs::read(folder.path().join("b")).unwrap());
    }

    #[test]
    fn nothing_is_a_value_too() {
        let folder = tempfile::tempdir().unwrap();
        publish(&folder.path().join("empty"), b"").unwrap();
        assert_eq!(read(&folder.path().join("empty")).unwrap().unwrap(), b"");
    }
}
