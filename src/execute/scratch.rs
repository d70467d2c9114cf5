//! Results that leave memory for a while: one file a result in a directory of this process's own, cut into pieces in
//! the regions in which they are going to be read, so that reading some of a result costs about what it is.
//!
//! Which results, and when, is for `worker` to say. Nothing here is synced: what lies here dies with the process.

use crate::array::{AxisChunks, Chunk, ChunkGrid, DType, Region};
use crate::task::{ResultId, ResultPart, TaskResult};
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufWriter, ErrorKind, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Pieces of results that nobody is known to read in smaller ones.
const PIECE_BYTES: usize = 4 << 20;

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
    #[error("can't {action} scratch file {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file isn't what was written.
    #[error("scratch file {path} is damaged")]
    Damaged {
        /// The file.
        path: String,
    },
    /// A result that wasn't written, or was discarded.
    #[error("result {result} isn't in scratch")]
    Unknown {
        /// The result.
        result: ResultId,
    },
}

/// A directory of results.
#[derive(Debug)]
pub struct Scratch {
    directory: PathBuf,
    written: HashMap<ResultId, Written>,
}

/// A result in a file.
#[derive(Debug)]
enum Written {
    /// Pieces of a chunk: piece `i` lies at `offsets[i] .. offsets[i + 1]`.
    Pieces { dtype: DType, pieces: ChunkGrid, offsets: Vec<u64> },
    /// Something else, of so many bytes.
    Whole(u64),
}

impl Scratch {
    /// Results go to this directory, which is made when the first one comes.
    pub fn new(directory: PathBuf) -> Scratch {
        Scratch { directory, written: HashMap::new() }
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
        let path = self.path(result);
        let write = || -> std::io::Result<Written> {
            fs::create_dir_all(&self.directory)?;
            let mut file = BufWriter::new(File::create(&path)?);
            let written = match value {
                TaskResult::Chunk(chunk) => {
                    let pieces = pieces.unwrap_or_else(|| slabs(chunk.dtype(), chunk.shape()));
                    let mut offsets = vec![0];
                    for piece in 0..pieces.chunk_count() {
                        let bytes = encoded(&chunk.extract(&pieces.region(piece)))?;
                        file.write_all(&bytes)?;
                        offsets.push(offsets[piece as usize] + bytes.len() as u64);
                    }
                    Written::Pieces { dtype: chunk.dtype(), pieces, offsets }
                }
                TaskResult::Chunks(_) | TaskResult::Partial(_) => {
                    let bytes = encoded(value)?;
                    file.write_all(&bytes)?;
                    Written::Whole(bytes.len() as u64)
                }
            };
            file.flush()?;
            Ok(written)
        };
        match write() {
            Ok(written) => {
                self.written.insert(result, written);
                Ok(())
            }
            Err(source) => {
                // The disk is full already: what is left of the file goes, if it goes.
                let _ = fs::remove_file(&path);
                Err(match source.kind() {
                    ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                        let path = self.directory.display().to_string();
                        ScratchError::Full { path, needed_bytes: value.size_bytes() }
                    }
                    _ => io_error("write", &path, source),
                })
            }
        }
    }

    /// Reads a result, or a part of it: only the pieces that hold something of it.
    ///
    /// # Errors
    /// Where the result isn't there, or can't be read.
    pub fn read(&self, part: &ResultPart) -> Result<TaskResult, ScratchError> {
        let unknown = || ScratchError::Unknown { result: part.result };
        let written = self.written.get(&part.result).ok_or_else(unknown)?;
        let path = self.path(part.result);
        let file = File::open(&path).map_err(|source| io_error("open", &path, source))?;
        let read = |offset: u64, end: u64| {
            let mut bytes = vec![0; (end - offset) as usize];
            file.read_exact_at(&mut bytes, offset).map_err(|source| io_error("read", &path, source))?;
            Ok::<_, ScratchError>(bytes)
        };
        let damaged = |_| ScratchError::Damaged { path: path.display().to_string() };
        match written {
            Written::Whole(size) => postcard::from_bytes(&read(0, *size)?).map_err(damaged),
            Written::Pieces { dtype, pieces, offsets } => {
                let wanted = part.region.clone().unwrap_or_else(|| Region::whole(&pieces.shape()));
                let mut values = Chunk::zeros(*dtype, wanted.shape.clone());
                for piece in pieces.chunks_in(&wanted) {
                    let region = pieces.region(piece);
                    let bytes = read(offsets[piece as usize], offsets[piece as usize + 1])?;
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
        if self.written.remove(&result).is_some() {
            // What stays goes with the directory.
            let _ = fs::remove_file(self.path(result));
        }
    }

    fn path(&self, result: ResultId) -> PathBuf {
        self.directory.join(result.to_string())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // It is missing where nothing was written.
        let _ = fs::remove_dir_all(&self.directory);
    }
}

fn io_error(action: &'static str, path: &Path, source: std::io::Error) -> ScratchError {
    ScratchError::Io { action, path: path.display().to_string(), source }
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
        let mut scratch = Scratch::new(folder.path().join("own"));
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
    fn nothing_stays_behind() {
        let folder = tempfile::tempdir().unwrap();
        let directory = folder.path().join("own");
        let mut scratch = Scratch::new(directory.clone());
        scratch.write(id(0), &TaskResult::Chunk(counted(&[4])), None).unwrap();
        scratch.discard(id(0));
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 0);
        let lost = scratch.read(&ResultPart { result: id(0), region: None });
        assert!(matches!(lost, Err(ScratchError::Unknown { .. })));
        scratch.write(id(1), &TaskResult::Chunk(counted(&[])), None).unwrap();
        drop(scratch);
        assert!(!directory.exists());
    }
}
