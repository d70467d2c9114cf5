//! Results that leave memory for a while: appended to files, cut into pieces in the regions in which they are going to
//! be read, so that reading some of a result costs about what it is.
//!
//! The files have no names, so that the system takes their room back however the process ends. Which results go there,
//! and when, is for `worker` to say. Nothing here is synced.

use crate::array::{AxisChunks, Chunk, ChunkGrid, DType, Region};
use crate::task::{ResultId, ResultPart, TaskResult};
use rustix::fs::{FallocateFlags, fallocate};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;

/// Pieces of results that nobody is known to read in smaller ones.
const PIECE_BYTES: usize = 4 << 20;
/// A file of more bytes gets no more results: a TiB takes 256 open files.
const FILE_BYTES: u64 = 4 << 30;

/// Why a result can't go to scratch or come back.
#[derive(Debug, thiserror::Error)]
pub enum ScratchError {
    /// No room on the device.
    #[error("scratch {path} is full: {needed_bytes} bytes more of kept results don't fit")]
    Full {
        /// The directory.
        path: String,
        /// Bytes of the result that was to be written.
        needed_bytes: usize,
    },
    /// The file system refuses.
    #[error("can't {action} scratch {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// The directory.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// What is read isn't what was written.
    #[error("a file in scratch {path} is damaged")]
    Damaged {
        /// The directory.
        path: String,
    },
    /// A result that wasn't written, or was discarded.
    #[error("result {result} isn't in scratch")]
    Unknown {
        /// The result.
        result: ResultId,
    },
}

/// Results in files of a directory.
#[derive(Debug)]
pub struct Scratch {
    directory: PathBuf,
    /// The file that results are appended to, and its length.
    last: Option<(Arc<File>, u64)>,
    written: HashMap<ResultId, Written>,
}

/// A result in a file, which is open as long as it has one.
#[derive(Debug)]
struct Written {
    file: Arc<File>,
    range: Range<u64>,
    content: Content,
}

/// What lies in a range of a file.
#[derive(Debug)]
enum Content {
    /// Pieces of a chunk: piece `i` lies at `offsets[i] .. offsets[i + 1]`.
    Pieces { dtype: DType, pieces: ChunkGrid, offsets: Vec<u64> },
    /// Something else.
    Whole,
}

impl Scratch {
    /// Results go to files in this directory, the first of which is made when the first result comes.
    pub fn new(directory: PathBuf) -> Scratch {
        Scratch { directory, last: None, written: HashMap::new() }
    }

    /// Writes a result, a chunk in these pieces where they are given. Takes some MiB of memory, and the size of the result
    /// on disk.
    ///
    /// # Errors
    /// Where the disk is full or refuses.
    pub fn write(
        &mut self,
        result: ResultId,
        value: &TaskResult,
        pieces: Option<ChunkGrid>,
    ) -> Result<(), ScratchError> {
        let (file, start) = match self.last.take() {
            Some(last) if last.1 < FILE_BYTES => last,
            _ => (Arc::new(tempfile::tempfile_in(&self.directory).map_err(|source| self.refusal(source, value))?), 0),
        };
        match append(&file, start, value, pieces) {
            Ok((content, end)) => {
                self.last = Some((file.clone(), end));
                self.written.insert(result, Written { file, range: start..end, content });
                Ok(())
            }
            Err(source) => {
                // What was written of it goes, if it goes; the next result begins another file.
                let _ = file.set_len(start);
                Err(self.refusal(source, value))
            }
        }
    }

    /// Why a result can't be written.
    fn refusal(&self, source: std::io::Error, value: &TaskResult) -> ScratchError {
        match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                ScratchError::Full { path: self.path(), needed_bytes: value.size_bytes() }
            }
            _ => ScratchError::Io { action: "write to", path: self.path(), source },
        }
    }

    /// Reads a result, or a part of it: only the pieces that hold something of it.
    ///
    /// # Errors
    /// Where the result isn't there, or can't be read.
    pub fn read(&self, part: &ResultPart) -> Result<TaskResult, ScratchError> {
        let unknown = || ScratchError::Unknown { result: part.result };
        let Written { file, range, content } = self.written.get(&part.result).ok_or_else(unknown)?;
        let read = |range: Range<u64>| {
            let mut bytes = vec![0; (range.end - range.start) as usize];
            let outcome = file.read_exact_at(&mut bytes, range.start);
            outcome.map_err(|source| ScratchError::Io { action: "read from", path: self.path(), source })?;
            Ok::<_, ScratchError>(bytes)
        };
        let damaged = |_| ScratchError::Damaged { path: self.path() };
        match content {
            Content::Whole => postcard::from_bytes(&read(range.clone())?).map_err(damaged),
            Content::Pieces { dtype, pieces, offsets } => {
                let wanted = part.region.clone().unwrap_or_else(|| Region::whole(&pieces.shape()));
                let mut values = Chunk::zeros(*dtype, wanted.shape.clone());
                for piece in pieces.chunks_in(&wanted) {
                    let region = pieces.region(piece);
                    let bytes = read(offsets[piece as usize]..offsets[piece as usize + 1])?;
                    let piece: Chunk = postcard::from_bytes(&bytes).map_err(damaged)?;
                    let common = region.intersect(&wanted);
                    let start = common.relative_to(&region.start).start;
                    values.copy_from(&common.relative_to(&wanted.start), &piece, &start);
                }
                Ok(TaskResult::Chunk(values))
            }
        }
    }

    /// Forgets a result, if it is here.
    pub fn discard(&mut self, result: ResultId) {
        if let Some(Written { file, range, .. }) = self.written.remove(&result) {
            let hole = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
            // A file system without holes has the room again when the file's last result goes.
            let _ = fallocate(&*file, hole, range.start, range.end - range.start);
        }
    }

    fn path(&self) -> String {
        self.directory.display().to_string()
    }
}

/// Appends a result to a file that ends at `start`; gives what lies there, and the new end.
fn append(file: &File, start: u64, value: &TaskResult, pieces: Option<ChunkGrid>) -> std::io::Result<(Content, u64)> {
    let mut writer = BufWriter::new(file);
    let mut end = start;
    let mut write = |bytes: Vec<u8>| {
        end += bytes.len() as u64;
        writer.write_all(&bytes).map(|()| end)
    };
    let content = match value {
        TaskResult::Chunk(chunk) => {
            let pieces = pieces.unwrap_or_else(|| slabs(chunk.dtype(), chunk.shape()));
            let mut offsets = vec![start];
            for piece in 0..pieces.chunk_count() {
                offsets.push(write(encoded(&chunk.extract(&pieces.region(piece)))?)?);
            }
            Content::Pieces { dtype: chunk.dtype(), pieces, offsets }
        }
        TaskResult::Chunks(_) | TaskResult::Partial(_) => {
            write(encoded(value)?)?;
            Content::Whole
        }
    };
    writer.flush()?;
    Ok((content, end))
}

fn encoded(value: &impl serde::Serialize) -> std::io::Result<Vec<u8>> {
    postcard::to_stdvec(value).map_err(std::io::Error::other)
}

/// A chunk cut along its first axis into pieces of moderate size.
fn slabs(dtype: DType, shape: &[usize]) -> ChunkGrid {
    let row_bytes = shape.iter().skip(1).product::<usize>() * dtype.size_bytes();
    let axes = shape.iter().enumerate().map(|(axis, &length)| match axis {
        0 => AxisChunks::regular(length, PIECE_BYTES / row_bytes.max(1)),
        _ => AxisChunks::regular(length, length),
    });
    ChunkGrid::new(axes.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::Buffer;
    use crate::kernels::reduction::Accumulator;
    use crate::task::{ComputationId, StageId, TaskId};
    use std::os::unix::fs::MetadataExt;

    fn id(index: u64) -> ResultId {
        ResultId { computation: ComputationId(1), task: TaskId { stage: StageId(0), index } }
    }

    fn counted(shape: &[usize]) -> Chunk {
        let count = shape.iter().product::<usize>() as i32;
        Chunk::from_values(shape.to_vec(), (0..count).collect()).unwrap()
    }

    #[test]
    fn parts_come_back_as_they_went() {
        let folder = tempfile::tempdir().unwrap();
        let mut scratch = Scratch::new(folder.path().to_owned());
        let chunk = counted(&[20, 30]);
        scratch.write(id(0), &TaskResult::Chunk(chunk.clone()), Some(ChunkGrid::regular(&[20, 30], &[7, 8]))).unwrap();
        for region in [Region::from_ranges([7..14, 8..16]), Region::from_ranges([3..20, 5..6])] {
            let part = ResultPart { result: id(0), region: Some(region.clone()) };
            assert_eq!(scratch.read(&part).unwrap(), TaskResult::Chunk(chunk.extract(&region)));
        }
        let large = counted(&[1000, 2500]);
        scratch.write(id(1), &TaskResult::Chunk(large.clone()), None).unwrap();
        let whole = scratch.read(&ResultPart { result: id(1), region: None }).unwrap();
        assert_eq!(whole, TaskResult::Chunk(large));
        let partial =
            TaskResult::Partial(vec![Accumulator { fields: vec![Buffer::Float64(vec![1.5, f64::INFINITY])] }]);
        scratch.write(id(2), &partial, None).unwrap();
        assert_eq!(scratch.read(&ResultPart { result: id(2), region: None }).unwrap(), partial);
    }

    #[test]
    fn files_have_no_names_and_what_is_discarded_takes_no_room() {
        let folder = tempfile::tempdir().unwrap();
        let mut scratch = Scratch::new(folder.path().to_owned());
        scratch.write(id(0), &TaskResult::Chunk(counted(&[1 << 20])), None).unwrap();
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
        let file = scratch.last.as_ref().unwrap().0.clone();
        let taken_bytes = || file.metadata().unwrap().blocks() * 512;
        assert!(taken_bytes() >= 4 << 20);
        scratch.discard(id(0));
        assert!(taken_bytes() < 1 << 20);
        let lost = scratch.read(&ResultPart { result: id(0), region: None });
        assert!(matches!(lost, Err(ScratchError::Unknown { .. })));
        scratch.write(id(1), &TaskResult::Chunk(counted(&[])), None).unwrap();
        assert_eq!(scratch.read(&ResultPart { result: id(1), region: None }).unwrap(), TaskResult::Chunk(counted(&[])));
    }

    #[test]
    fn a_directory_that_is_none_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let mut scratch = Scratch::new(folder.path().join("missing"));
        let refused = scratch.write(id(0), &TaskResult::Chunk(counted(&[4])), None).unwrap_err();
        assert!(refused.to_string().contains("missing"), "{refused}");
    }
}
