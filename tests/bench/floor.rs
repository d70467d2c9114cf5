//! The floor of the benchmarks: what nobody can do without, and nothing else. `bench.py` runs it beside the engines.
//!
//!     floor decode THREADS RESULT_ARRAY TARGET_DIRECTORY ARRAY...
//!     floor ndvi THREADS RESULT_ARRAY TARGET_DIRECTORY RED_ARRAY NEAR_INFRARED_ARRAY
//!     floor read THREADS ARRAY...
//!     floor random THREADS COUNT
//!
//! `decode` reads and decodes every chunk of the arrays with `zarrs` alone, then encodes the chunks of the result with
//! the result's own codecs and writes them; the result is read before the clock starts. `ndvi` does the work of workload i
//! by hand, between decoding and encoding: one loop over two decoded chunks, no engine, the same sums in `f64`. `read`
//! does the reading alone. `random` draws as many uniform numbers with Swath's own generator, into buffers that fit a cache. Prints the seconds
//! from the first byte to the last.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use swath::array::{Buffer, DType};
use swath::kernels::generate::{Distribution, Generator};
use zarrs::array::{Array, ArrayBytes, ArrayMetadata, ArrayToBytesCodecTraits, CodecOptions};
use zarrs::storage::store::MemoryStore;

/// Numbers drawn at once: 256 KiB of them.
const DRAW_COUNT: usize = 32 * 1024;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let seconds = match words.as_slice() {
        ["decode", threads, result, target, inputs @ ..] if !inputs.is_empty() => {
            decode(threads.parse()?, Path::new(result), Path::new(target), inputs)?
        }
        ["ndvi", threads, result, target, red, near_infrared] => {
            ndvi(threads.parse()?, Path::new(result), Path::new(target), [red, near_infrared])?
        }
        ["read", threads, inputs @ ..] if !inputs.is_empty() => {
            let started = Instant::now();
            read(threads.parse()?, inputs)?;
            started.elapsed().as_secs_f64()
        }
        ["random", threads, count] => random(threads.parse()?, count.parse()?)?,
        _ => bail!(
            "usage: floor decode THREADS RESULT_ARRAY TARGET_DIRECTORY ARRAY... | \
             floor ndvi THREADS RESULT_ARRAY TARGET_DIRECTORY RED_ARRAY NEAR_INFRARED_ARRAY | \
             floor read THREADS ARRAY... | floor random THREADS COUNT"
        ),
    };
    println!("{seconds:.6}");
    Ok(())
}

fn decode(threads: usize, result: &Path, target: &Path, inputs: &[&str]) -> Result<f64> {
    let result = StoredArray::open(result)?;
    let written: Vec<_> = result.chunks().map(|chunk| Ok((result.read(&chunk)?, chunk))).collect::<Result<_>>()?;

    let started = Instant::now();
    read(threads, inputs)?;
    on_threads(threads, written.len(), |index| {
        let (bytes, chunk) = &written[index];
        result.write(bytes, chunk, target)
    })?;
    Ok(started.elapsed().as_secs_f64())
}

/// The mean NDVI over the first axis, whose arrays have chunks where the result has them.
fn ndvi(threads: usize, result: &Path, target: &Path, bands: [&str; 2]) -> Result<f64> {
    let result = StoredArray::open(result)?;
    let [red, near_infrared] = bands.map(|path| StoredArray::open(Path::new(path)));
    let (red, near_infrared) = (red?, near_infrared?);
    let written: Vec<_> = result.chunks().collect();

    let started = Instant::now();
    on_threads(threads, written.len(), |index| {
        let place = &written[index];
        let size = result.array.chunk_shape(place)?.iter().map(|length| length.get() as usize).product();
        let (mut sums, mut counts) = (vec![0.0; size], vec![0.0; size]);
        for block in 0..red.array.chunk_grid_shape()[0] {
            let chunk = [&[block], &place[..]].concat();
            let (red, near_infrared) = (red.read(&chunk)?.into_fixed()?, near_infrared.read(&chunk)?.into_fixed()?);
            for (red, near_infrared) in red.chunks_exact(2 * size).zip(near_infrared.chunks_exact(2 * size)) {
                fold_ndvi(&mut sums, &mut counts, red, near_infrared);
            }
        }
        let means = sums.iter().zip(&counts).map(|(sum, count)| (sum / count) as f32);
        let mean: Vec<u8> = means.flat_map(f32::to_le_bytes).collect();
        result.write(&ArrayBytes::new_flen(mean), place, target)
    })?;
    Ok(started.elapsed().as_secs_f64())
}

/// Folds the NDVI of one time, bands as little-endian `u16`, into the sum and count of every pixel.
fn fold_ndvi(sums: &mut [f64], counts: &mut [f64], red: &[u8], near_infrared: &[u8]) {
    let (red, near_infrared) = (red.as_chunks::<2>().0, near_infrared.as_chunks::<2>().0);
    for (((sum, count), &red), &near_infrared) in sums.iter_mut().zip(counts).zip(red).zip(near_infrared) {
        let (red, near_infrared) = (f32::from(u16::from_le_bytes(red)), f32::from(u16::from_le_bytes(near_infrared)));
        let ndvi = (near_infrared - red) / (near_infrared + red);
        *sum += if ndvi.is_nan() { 0.0 } else { f64::from(ndvi) };
        *count += if ndvi.is_nan() { 0.0 } else { 1.0 };
    }
}

/// Reads and decodes every chunk of the arrays.
fn read(threads: usize, inputs: &[&str]) -> Result<()> {
    let arrays: Vec<StoredArray> =
        inputs.iter().map(|path| StoredArray::open(Path::new(path))).collect::<Result<_>>()?;
    let work: Vec<_> = arrays.iter().flat_map(|array| array.chunks().map(move |chunk| (array, chunk))).collect();
    on_threads(threads, work.len(), |index| {
        let (array, chunk) = &work[index];
        array.read(chunk).map(drop)
    })
}

fn random(threads: usize, count: usize) -> Result<f64> {
    let generator = Generator::Random { seed: 1, distribution: Distribution::Uniform { low: 0.0, high: 1.0 } };
    let started = Instant::now();
    on_threads(threads, count.div_ceil(DRAW_COUNT), |index| {
        let first = index * DRAW_COUNT;
        let length = DRAW_COUNT.min(count - first);
        DRAWN.with_borrow_mut(|buffer| generator.fill(DType::Float64, first as u64, 1, buffer, 0..length));
        Ok(())
    })?;
    Ok(started.elapsed().as_secs_f64())
}

thread_local! {
    static DRAWN: std::cell::RefCell<Buffer> =
        std::cell::RefCell::new(Buffer::zeros(DType::Float64.storage(), DRAW_COUNT));
}

/// Runs `work` for every index below `count`, each index on whichever thread is free.
fn on_threads(threads: usize, count: usize, work: impl Fn(usize) -> Result<()> + Sync) -> Result<()> {
    let next = AtomicUsize::new(0);
    let run = || -> Result<()> {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                return Ok(());
            }
            work(index)?;
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().expect("a worker reports errors, and doesn't panic"))
    })
}

/// An array of a Zarr v3 store: its metadata for `zarrs`, its chunks as files.
struct StoredArray {
    directory: PathBuf,
    array: Array<MemoryStore>,
    options: CodecOptions,
}

impl StoredArray {
    fn open(directory: &Path) -> Result<StoredArray> {
        let path = directory.join("zarr.json");
        let text = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        let metadata: ArrayMetadata = serde_json::from_slice(&text)?;
        let array = Array::new_with_metadata(Arc::new(MemoryStore::new()), "/", metadata)?;
        let options = CodecOptions::default().with_concurrent_target(1);
        Ok(StoredArray { directory: directory.to_path_buf(), array, options })
    }

    /// The indices of all chunks, in row-major order.
    fn chunks(&self) -> impl Iterator<Item = Vec<u64>> + use<> {
        let shape = self.array.chunk_grid_shape().to_vec();
        (0..shape.iter().product()).map(move |position: u64| {
            let mut rest = position;
            let mut indices: Vec<u64> = shape.iter().rev().map(|size| (rest % size, rest /= size).0).collect();
            indices.reverse();
            indices
        })
    }

    fn file(&self, directory: &Path, chunk: &[u64]) -> PathBuf {
        directory.join(self.array.chunk_key(chunk).as_str())
    }

    fn read(&self, chunk: &[u64]) -> Result<ArrayBytes<'static>> {
        let path = self.file(&self.directory, chunk);
        let encoded = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        let shape = self.array.chunk_shape(chunk)?;
        let (data_type, fill_value) = (self.array.data_type(), self.array.fill_value());
        let decoded = self.array.codecs().decode(encoded.into(), &shape, data_type, fill_value, &self.options)?;
        Ok(decoded.into_owned())
    }

    fn write(&self, bytes: &ArrayBytes<'_>, chunk: &[u64], target: &Path) -> Result<()> {
        let shape = self.array.chunk_shape(chunk)?;
        let (data_type, fill_value) = (self.array.data_type(), self.array.fill_value());
        let encoded = self.array.codecs().encode(bytes.clone(), &shape, data_type, fill_value, &self.options)?;
        let path = self.file(target, chunk);
        fs::create_dir_all(path.parent().expect("a chunk's key has a directory"))?;
        fs::write(&path, encoded).with_context(|| format!("writing {}", path.display()))
    }
}
