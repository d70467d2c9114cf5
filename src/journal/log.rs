//! The journal file: records behind one another, each with its length and checksum.
//!
//! A record is `length` (4 bytes, little endian), CRC-32C of the length and the payload (4 bytes), payload. What a kill
//! tears off at the end, or whatever else isn't whole, ends the journal: the file is cut there when it is opened.

use super::{JournalError, Record, io_error};
use std::fs::{File, OpenOptions};
use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const MAGIC: [u8; 8] = *b"swathjn1";
const FRAME_BYTES: usize = 8;

/// A journal open for appending.
#[derive(Debug)]
pub struct Log {
    file: File,
    path: PathBuf,
    needs_sync: Arc<AtomicBool>,
}

/// Syncs a journal while others append to it.
#[derive(Debug)]
pub struct Syncer {
    file: File,
    path: PathBuf,
    needs_sync: Arc<AtomicBool>,
}

impl Syncer {
    /// Waits until everything appended so far is on the disk.
    ///
    /// # Errors
    /// Where the file system refuses.
    pub fn sync(&self) -> Result<(), JournalError> {
        if self.needs_sync.swap(false, Ordering::SeqCst) {
            self.file.sync_data().map_err(io_error("sync", &self.path))?;
        }
        Ok(())
    }
}

impl Log {
    /// Opens a journal, or starts one, and hands each whole record to `take`. What follows the last whole one is cut off.
    ///
    /// # Errors
    /// Where the file system refuses.
    pub fn open(path: &Path, take: &mut dyn FnMut(Record)) -> Result<Log, JournalError> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let mut file = file.map_err(io_error("open", path))?;
        let whole_bytes = replay(&file, take).map_err(io_error("read", path))?;
        let settle = |file: &mut File| {
            if whole_bytes == 0 {
                file.set_len(0)?;
                file.seek(SeekFrom::Start(0))?;
                file.write_all(&MAGIC)?;
            } else {
                file.set_len(whole_bytes)?;
                file.seek(SeekFrom::Start(whole_bytes))?;
            }
            file.sync_data()
        };
        settle(&mut file).map_err(io_error("write", path))?;
        Ok(Log { file, path: path.to_owned(), needs_sync: Arc::default() })
    }

    /// Appends a record; it outlives this process from now on, and the machine after [`Syncer::sync`].
    ///
    /// # Errors
    /// Where the file system refuses.
    pub fn append(&mut self, record: &Record) -> Result<(), JournalError> {
        let frame = frame(record);
        self.file.write_all(&frame).map_err(io_error("write", &self.path))?;
        self.needs_sync.store(true, Ordering::SeqCst);
        Ok(())
    }

    /// Something that syncs this journal from another thread.
    ///
    /// # Errors
    /// Where the system has no handle to spare.
    pub fn syncer(&self) -> Result<Syncer, JournalError> {
        let file = self.file.try_clone().map_err(io_error("open", &self.path))?;
        Ok(Syncer { file, path: self.path.clone(), needs_sync: self.needs_sync.clone() })
    }
}

/// A record as it lies in the file.
fn frame(record: &Record) -> Vec<u8> {
    let frame = vec![0; FRAME_BYTES];
    let mut frame = postcard::to_extend(record, frame).expect("a record is plain data, which postcard encodes");
    let length = ((frame.len() - FRAME_BYTES) as u32).to_le_bytes();
    frame[..4].copy_from_slice(&length);
    let checksum = checksum(&length, &frame[FRAME_BYTES..]);
    frame[4..FRAME_BYTES].copy_from_slice(&checksum);
    frame
}

fn checksum(length: &[u8], payload: &[u8]) -> [u8; 4] {
    crc32c::crc32c_append(crc32c::crc32c(length), payload).to_le_bytes()
}

/// Hands out whole records; gives the bytes up to the end of the last one, 0 where not even the beginning is right.
fn replay(file: &File, take: &mut dyn FnMut(Record)) -> std::io::Result<u64> {
    let size_bytes = file.metadata()?.len();
    let mut reader = BufReader::with_capacity(1 << 20, file);
    let mut magic = [0; MAGIC.len()];
    if !read_whole(&mut reader, &mut magic)? || magic != MAGIC {
        return Ok(0);
    }
    let mut whole_bytes = MAGIC.len() as u64;
    let mut header = [0; FRAME_BYTES];
    while read_whole(&mut reader, &mut header)? {
        let (length, expected) = header.split_at(4);
        let payload_bytes = u64::from(u32::from_le_bytes([length[0], length[1], length[2], length[3]]));
        let end = whole_bytes + FRAME_BYTES as u64 + payload_bytes;
        if end > size_bytes {
            break;
        }
        let mut payload = vec![0; payload_bytes as usize];
        if !read_whole(&mut reader, &mut payload)? || checksum(length, &payload) != expected {
            break;
        }
        let Ok(record) = postcard::from_bytes(&payload) else { break };
        take(record);
        whole_bytes = end;
    }
    Ok(whole_bytes)
}

/// Fills a buffer; says whether there was enough.
fn read_whole(reader: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<bool> {
    match reader.read_exact(buffer) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        result => result.map(|()| true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::WrittenChunk;
    use std::fs;

    fn written(first: u64, count: u64) -> Record {
        let chunk = |chunk| WrittenChunk { chunk, size_bytes: 100_000 + chunk, checksum: 0xdead_0000 | chunk as u32 };
        Record::Written { output: 0, chunks: (first..first + count).map(chunk).collect() }
    }

    fn reopen(path: &Path) -> (Log, Vec<Record>) {
        let mut found = Vec::new();
        let log = Log::open(path, &mut |record| found.push(record)).unwrap();
        (log, found)
    }

    #[test]
    fn a_journal_cut_at_any_byte_keeps_its_whole_records_and_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let records = [written(0, 3), written(3, 1), written(900, 20)];
        let (mut log, _) = reopen(&path);
        let mut ends = vec![MAGIC.len()];
        for record in &records {
            log.append(record).unwrap();
            ends.push(fs::metadata(&path).unwrap().len() as usize);
        }
        log.syncer().unwrap().sync().unwrap();
        let whole = fs::read(&path).unwrap();
        for cut in 0..=whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            let (mut log, found) = reopen(&path);
            let count = ends.iter().filter(|&&end| end <= cut).count().saturating_sub(1);
            assert_eq!(found, records[..count], "cut at {cut}");
            log.append(&written(7, 7)).unwrap();
            assert_eq!(reopen(&path).1.last(), Some(&written(7, 7)), "cut at {cut}");
        }
    }

    #[test]
    fn a_damaged_byte_ends_the_journal_before_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let (mut log, _) = reopen(&path);
        log.append(&written(0, 4)).unwrap();
        let first_end = fs::metadata(&path).unwrap().len() as usize;
        log.append(&written(4, 4)).unwrap();
        let whole = fs::read(&path).unwrap();
        for position in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[position] ^= 0x10;
            fs::write(&path, damaged).unwrap();
            let expected = if position < first_end { 0 } else { 1 };
            assert_eq!(reopen(&path).1.len(), expected, "byte {position}");
        }
        // A file system that lost the end of a file often leaves zeros.
        let mut zeros = whole.clone();
        zeros.extend([0; 64]);
        fs::write(&path, zeros).unwrap();
        assert_eq!(reopen(&path).1.len(), 2);
    }

    #[test]
    fn a_chunk_takes_tens_of_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let (mut log, _) = reopen(&path);
        for batch in 0..1000 {
            log.append(&written(batch * 10, 10)).unwrap();
        }
        let bytes = fs::metadata(&path).unwrap().len();
        assert!(bytes < 20 * 10_000, "{bytes} bytes for 10000 chunks");
    }
}
