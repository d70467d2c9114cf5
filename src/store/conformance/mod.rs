//! What every format that is written must do: these tests run on each variant of each format.

mod arrays;
mod stores;

use super::*;
use crate::array::{Buffer, Chunk, ChunkIndex, DType, Element, Region, Scalar, TimeUnit, with_storage};
use serde_json::json;

/// A format, a compressor, and whether chunks are bundled in shards.
#[derive(Debug, Clone, Copy)]
struct Variant {
    format: StoreFormat,
    compression: Compression,
    sharded: bool,
}

fn variants() -> Vec<Variant> {
    let compressions = [
        Compression::Default,
        Compression::None,
        Compression::Zstd { level: 3, checksum: false },
        Compression::Gzip { level: 1 },
        Compression::blosc_lz4(5),
    ];
    let all = [(ZarrFormat::V2, false), (ZarrFormat::V3, false), (ZarrFormat::V3, true)];
    all.into_iter()
        .flat_map(|(format, sharded)| {
            compressions.map(|compression| Variant { format: format.into(), compression, sharded })
        })
        .collect()
}

/// The same and, where this build has them, NetCDF-4 files: they are written whole, once.
fn variants_and_files() -> Vec<Variant> {
    let mut all = variants();
    if cfg!(feature = "hdf5") {
        let compressions = [Compression::None, Compression::Gzip { level: 1 }];
        all.extend(compressions.map(|compression| Variant {
            format: StoreFormat::Netcdf4,
            compression,
            sharded: false,
        }));
    }
    all
}

fn dtypes() -> Vec<DType> {
    let names =
        "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64 datetime64[ns] timedelta64[s] str";
    names.split(' ').map(|name| name.parse().unwrap()).collect()
}

fn spec(name: &str, dtype: DType, shape: &[usize], chunk_shape: &[usize], variant: Variant) -> ArraySpec {
    // Lengths in names, since arrays of one file share its dimensions.
    let names: Vec<String> = shape.iter().enumerate().map(|(axis, length)| format!("d{axis}_{length}")).collect();
    let dimensions: Vec<(&str, usize)> = names.iter().map(String::as_str).zip(shape.iter().copied()).collect();
    ArraySpec {
        shard_shape: variant.sharded.then(|| chunk_shape.iter().map(|length| 2 * length).collect()),
        attributes: Attributes::from_iter([("units".to_owned(), json!("m"))]),
        compression: variant.compression,
        netcdf: NetcdfStorage {
            is_chunked: variant.compression != Compression::None,
            deflate: matches!(variant.compression, Compression::Gzip { .. }).then_some(1),
            shuffle: true,
            ..NetcdfStorage::default()
        },
        ..ArraySpec::new(name, dtype, &dimensions, chunk_shape)
    }
}

/// Values that differ, none of them zero.
fn counted(dtype: DType, shape: &[usize]) -> Chunk {
    let count = shape.iter().product::<usize>();
    let scalar = |index: usize| match dtype {
        DType::Text => Scalar::Text(format!("é{}", "x".repeat(index % 5))),
        DType::Bool => Scalar::Bool(index % 3 != 1),
        _ => Scalar::Int(index as i64 % 100 + 1),
    };
    let one = |index| scalar(index).to_buffer(dtype).unwrap();
    let data = with_storage!(dtype.storage(), T => joined::<T>((0..count).map(one)));
    Chunk::new(dtype, shape.to_vec(), data).unwrap()
}

fn joined<T: Element>(buffers: impl Iterator<Item = Buffer>) -> Buffer {
    T::into_buffer(buffers.flat_map(|buffer| buffer.as_slice::<T>().unwrap().to_vec()).collect())
}

fn write_whole(array: &StoredArray, values: &Chunk) -> u64 {
    let writer = open_array_writer(array).unwrap();
    let chunks = 0..array.write_grid.chunk_count();
    let write = |chunk| writer.write_chunk(chunk, &values.extract(&array.write_grid.region(chunk))).unwrap();
    chunks
        .map(|chunk| {
            let written = write(chunk);
            assert!(writer.holds(&written).unwrap(), "{written:?}");
            written.size_bytes
        })
        .sum()
}

fn read(array: &StoredArray, region: &Region) -> Chunk {
    let mut target = Chunk::zeros(array.dtype, region.shape.clone());
    open_array(array).unwrap().read_into(region, &mut target).unwrap();
    target
}

/// A store of one array of these values, and that array.
fn stored(location: &str, spec: &ArraySpec, format: StoreFormat, values: &Chunk) -> StoredArray {
    let mut writer = StoreWriter::create(location, WriteMode::Replace, format, Attributes::new()).unwrap();
    write_whole(&writer.create_array(spec).unwrap(), values);
    writer.finish().unwrap();
    open(location).unwrap().metadata().array(&spec.name).unwrap().array.clone()
}

/// A directory in memory where there is one: what is synced thousands of times is not what these tests are about.
fn scratch() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

fn location(directory: &tempfile::TempDir) -> String {
    directory.path().join("a.zarr").display().to_string()
}
