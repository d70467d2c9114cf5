//! What a file is, by its first bytes.

use super::{IoControl, StoreError};
use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// A format of stores that are one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signature {
    /// HDF5, and so NetCDF-4.
    Hdf5,
    /// The classic formats of netCDF.
    Netcdf3,
}

/// What an HDF5 file begins with, unless a user block of 512 bytes or a doubling of that comes first (HDF5 file format
/// specification, section II.A).
const HDF5: [u8; 8] = *b"\x89HDF\r\n\x1a\n";
/// The longest user block that is looked behind.
const MAX_USER_BLOCK: u64 = 1 << 20;

/// What the file at a path is; `None` where there is no file, or one of another kind.
///
/// # Errors
/// Where it can't be read.
pub(super) fn of_file(path: &Path) -> Result<Option<Signature>, StoreError> {
    if !path.is_file() {
        return Ok(None);
    }
    IoControl::default().run("read", path, || {
        let file = File::open(path)?;
        let mut found = [0; 8];
        let mut offset = 0;
        while offset <= MAX_USER_BLOCK {
            match read_at(&file, &mut found, offset)? {
                true if found == HDF5 => return Ok(Some(Signature::Hdf5)),
                true if offset == 0 && found.starts_with(b"CDF") => return Ok(Some(Signature::Netcdf3)),
                true => {}
                false => break,
            }
            offset = if offset == 0 { 512 } else { 2 * offset };
        }
        Ok(None)
    })
}

/// Fills a buffer from an offset on; `false` where the file ends before.
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<bool> {
    match file.read_exact_at(buffer, offset) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_first_bytes() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        let found = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            of_file(&path).unwrap()
        };
        assert_eq!(found(b""), None);
        assert_eq!(found(b"text that is longer"), None);
        assert_eq!(found(b"CDF\x01\0\0\0\0"), Some(Signature::Netcdf3));
        assert_eq!(found(&[HDF5.as_slice(), &[0; 8]].concat()), Some(Signature::Hdf5));
        assert_eq!(found(&[[7; 1024].as_slice(), &HDF5].concat()), Some(Signature::Hdf5));
        assert_eq!(of_file(directory.path()).unwrap(), None);
    }
}
