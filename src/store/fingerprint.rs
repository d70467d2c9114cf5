//! Numbers that tell one text, or one state of a file, from another: equal on every rank and in every build.

use super::{IoControl, StoreError};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// FNV-1a of a text.
pub(super) fn of_text(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// When a file was written, and its size, as text; `None` where there is no such file.
pub(super) fn state(path: &Path) -> Result<Option<String>, StoreError> {
    let metadata = IoControl::default().run("open", path, || match path.metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        result => result.map(Some),
    })?;
    Ok(metadata.map(|metadata| format!("{} {} {};", metadata.mtime(), metadata.mtime_nsec(), metadata.size())))
}
