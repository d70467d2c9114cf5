//! Bytes of a file as numbers, low byte first, with no way past their end.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;

/// The largest block of metadata that is read at once; what claims to be larger is damaged.
const MAX_BYTES: usize = 64 << 20;

/// Some bytes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bytes(Vec<u8>);

impl Bytes {
    /// Reads so many bytes from an address on; `None` where the file has less.
    ///
    /// # Errors
    /// What the file system says.
    pub(super) fn read(file: &File, address: u64, length: usize) -> io::Result<Option<Bytes>> {
        if length > MAX_BYTES || address.checked_add(length as u64).is_none() {
            return Ok(None);
        }
        let mut bytes = vec![0; length];
        match file.read_exact_at(&mut bytes, address) {
            Ok(()) => Ok(Some(Bytes(bytes))),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Number of bytes.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether they start so.
    pub(super) fn starts_with(&self, signature: &[u8]) -> bool {
        self.0.starts_with(signature)
    }

    /// The number of at most eight bytes at a position; `None` past the end.
    pub(super) fn unsigned(&self, position: usize, width: usize) -> Option<u64> {
        let bytes = self.0.get(position..position.checked_add(width)?)?;
        Some(bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte)))
    }

    /// A part of them, cut at the end.
    pub(super) fn slice(&self, position: usize, length: usize) -> Bytes {
        let start = position.min(self.0.len());
        let end = position.saturating_add(length).min(self.0.len());
        Bytes(self.0[start..end].to_vec())
    }
}
