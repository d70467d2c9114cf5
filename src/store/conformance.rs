//! What every format that is written must do: these tests run on each variant of each format.

use super::*;
use crate::array::{Buffer, Chunk, ChunkIndex, DType, Element, Region, Scalar, TimeUnit, with_storage};
use serde_json::json;

/// A format, a compressor, and whether chunks are bundled in shards.
#[derive(Debug, Clone, Copy)]
struct Variant {
    format: ZarrFormat,
    compression: Compression,
    sharded: bool,
}

fn variants() -> Vec<Variant> {
    let compressions = [
        Compression::Default,
        Compression::None,
        Compression::Zstd { level: 3 },
        Compression::Gzip { level: 1 },
        Compression::BloscLz4 { level: 5 },
    ];
    let all = [(ZarrFormat::V2, false), (ZarrFormat::V3, false), (ZarrFormat::V3, true)];
    all.into_iter()
        .flat_map(|(format, sharded)| compressions.map(|compression| Variant { format, compression, sharded }))
        .collect()
}

fn dtypes() -> Vec<DType> {
    let names =
        "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64 datetime64[ns] timedelta64[s] str";
    names.split(' ').map(|name| name.parse().unwrap()).collect()
}

fn spec(name: &str, dtype: DType, shape: &[usize], chunk_shape: &[usize], variant: Variant) -> ArraySpec {
    ArraySpec {
        name: name.to_owned(),
        dtype,
        shape: shape.to_vec(),
        chunk_shape: chunk_shape.to_vec(),
        shard_shape: variant.sharded.then(|| chunk_shape.iter().map(|length| 2 * length).collect()),
        dimension_names: (0..shape.len()).map(|axis| format!("d{axis}")).collect(),
        attributes: Attributes::from_iter([("units".to_owned(), json!("m"))]),
        fill_value: None,
        compression: variant.compression,
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
    chunks.map(|chunk| writer.write_chunk(chunk, &values.extract(&array.write_grid.region(chunk))).unwrap()).sum()
}

fn read(array: &StoredArray, region: &Region) -> Chunk {
    let mut target = Chunk::zeros(array.dtype, region.shape.clone());
    open_array(array).unwrap().read_into(region, &mut target).unwrap();
    target
}

/// A store of one array of these values, and that array.
fn stored(location: &str, spec: &ArraySpec, format: ZarrFormat, values: &Chunk) -> StoredArray {
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

#[test]
fn every_dtype_reads_back_as_written() {
    let directory = scratch();
    let shapes: [(&[usize], &[usize]); 4] = [(&[7, 5], &[2, 3]), (&[], &[]), (&[4], &[9]), (&[0, 3], &[1, 3])];
    for variant in variants() {
        let location = location(&directory);
        let mut writer = StoreWriter::create(&location, WriteMode::Replace, variant.format, Attributes::new()).unwrap();
        let cases: Vec<(String, DType, &[usize], &[usize])> = dtypes()
            .into_iter()
            .flat_map(|dtype| shapes.map(|(shape, chunks)| (format!("{dtype} {shape:?}"), dtype, shape, chunks)))
            .collect();
        for (name, dtype, shape, chunk_shape) in &cases {
            let array = writer.create_array(&spec(name, *dtype, shape, chunk_shape, variant)).unwrap();
            write_whole(&array, &counted(*dtype, shape));
        }
        writer.finish().unwrap();
        let store = open(&location).unwrap();
        for (name, dtype, shape, _) in &cases {
            let array = &store.metadata().array(name).unwrap().array;
            assert_eq!((array.dtype, array.shape.as_slice()), (*dtype, *shape), "{variant:?}");
            assert_eq!(read(array, &Region::whole(shape)), counted(*dtype, shape), "{variant:?} {name}");
        }
    }
}

#[test]
fn any_region_is_read() {
    let directory = scratch();
    let shape = [5, 6, 7];
    let values = counted(DType::Int32, &shape);
    for variant in variants() {
        let spec = spec("x", DType::Int32, &shape, &[2, 3, 7], variant);
        let array = stored(&location(&directory), &spec, variant.format, &values);
        for ranges in
            [[0..5, 0..6, 0..7], [1..2, 0..3, 0..7], [0..2, 3..6, 0..7], [1..5, 2..5, 3..4], [4..4, 0..6, 0..7]]
        {
            let region = Region::from_ranges(ranges);
            assert_eq!(read(&array, &region), values.extract(&region), "{variant:?} {region:?}");
        }
    }
}

#[test]
fn metadata_reads_back_as_written() {
    let directory = scratch();
    for variant in variants() {
        let mut spec = spec("x", DType::Float32, &[10, 10], &[3, 4], variant);
        spec.fill_value = Some(Scalar::Float(-9999.0));
        let mut writer = StoreWriter::create(
            &location(&directory),
            WriteMode::Replace,
            variant.format,
            Attributes::from_iter([("b".to_owned(), json!(1)), ("a".to_owned(), json!([2.5]))]),
        )
        .unwrap();
        writer.create_array(&spec).unwrap();
        writer.finish().unwrap();
        let store = open(&location(&directory)).unwrap();
        let group = store.metadata();
        assert_eq!(group.format, variant.format);
        assert_eq!(group.attributes.keys().collect::<Vec<_>>(), ["b", "a"]);
        let array = group.array("x").unwrap();
        assert_eq!(array.attributes, spec.attributes);
        assert_eq!(array.dimension_names.as_deref().unwrap(), spec.dimension_names);
        assert_eq!(array.fill_value, spec.fill_value);
        assert_eq!((&array.chunk_shape, &array.shard_shape), (&Some(vec![3, 4]), &spec.shard_shape));
        assert_eq!(array.array.read_grid.counts(), [4, 3]);
        assert_eq!(array.array.write_grid.counts(), if variant.sharded { [2, 2] } else { [4, 3] });
        let everywhere = read(&array.array, &Region::whole(&[10, 10]));
        assert_eq!(everywhere.data(), &Buffer::Float32(vec![-9999.0; 100]));
    }
}

#[test]
fn chunks_of_fill_value_are_not_stored() {
    let directory = scratch();
    for variant in variants() {
        let mut values = counted(DType::Float64, &[8, 4]);
        values.data_mut().as_mut_slice::<f64>().unwrap()[..16].fill(f64::NAN);
        let mut spec = spec("x", DType::Float64, &[8, 4], &[2, 2], variant);
        spec.fill_value = Some(Scalar::Float(f64::NAN));
        let array = stored(&location(&directory), &spec, variant.format, &values);
        let summary = open(&location(&directory)).unwrap().summarize("x").unwrap();
        assert_eq!((summary.chunks_present, summary.chunks_total), if variant.sharded { (1, 2) } else { (4, 8) });
        assert!(summary.stored_bytes > 0);
        let found = read(&array, &Region::whole(&[8, 4]));
        assert!(found.as_slice::<f64>().unwrap()[..16].iter().all(|value| value.is_nan()));
        assert_eq!(found.as_slice::<f64>().unwrap()[16..], values.as_slice::<f64>().unwrap()[16..]);
    }
}

#[test]
fn a_chunk_written_again_replaces_the_first() {
    let directory = scratch();
    for variant in variants() {
        let spec = spec("x", DType::Int16, &[4], &[2], variant);
        let values = counted(DType::Int16, &[4]);
        let array = stored(&location(&directory), &spec, variant.format, &values);
        write_whole(&array, &Chunk::zeros(DType::Int16, vec![4]));
        assert_eq!(read(&array, &Region::whole(&[4])), Chunk::zeros(DType::Int16, vec![4]));
        write_whole(&array, &values);
        assert_eq!(read(&array, &Region::whole(&[4])), values);
    }
}

#[test]
fn a_damaged_chunk_names_array_chunk_and_file() {
    let directory = scratch();
    for variant in variants() {
        let spec = spec("x", DType::Int32, &[64], &[16], variant);
        let array = stored(&location(&directory), &spec, variant.format, &counted(DType::Int32, &[64]));
        let file = directory.path().join(if variant.format == ZarrFormat::V3 { "a.zarr/x/c/1" } else { "a.zarr/x/1" });
        let whole = std::fs::read(&file).unwrap();
        let damaged = [vec![], whole[..whole.len() - 9].to_vec(), whole[..5].to_vec(), vec![7; whole.len()]];
        for (damage, bytes) in damaged.iter().enumerate() {
            std::fs::write(&file, bytes).unwrap();
            let mut target = Chunk::zeros(DType::Int32, vec![64]);
            let result = open_array(&array).unwrap().read_into(&Region::whole(&[64]), &mut target);
            if variant.compression == Compression::None && !variant.sharded && damage == 3 {
                continue; // Without codecs any bytes of the right number are values.
            }
            match result {
                Err(StoreError::CorruptChunk { array, chunk, file: named, .. }) => {
                    assert!(array.ends_with("a.zarr/x"), "{array}");
                    assert_eq!(chunk, [if variant.sharded { 2 } else { 1 }], "{variant:?} {damage}");
                    assert_eq!(named, file.display().to_string());
                }
                other => panic!("{variant:?} damage {damage}: {other:?}"),
            }
        }
    }
}

#[test]
fn any_damage_is_an_error_or_values_but_never_a_panic() {
    let directory = scratch();
    let mut state = 1u64;
    for variant in variants() {
        for dtype in [DType::Int32, DType::Text, DType::Bool] {
            let spec = spec("x", dtype, &[40], &[20], variant);
            let array = stored(&location(&directory), &spec, variant.format, &counted(dtype, &[40]));
            let file =
                directory.path().join(if variant.format == ZarrFormat::V3 { "a.zarr/x/c/0" } else { "a.zarr/x/0" });
            let whole = std::fs::read(&file).unwrap();
            for _ in 0..60 {
                let mut bytes = whole.clone();
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                let position = (state >> 33) as usize % bytes.len();
                bytes[position] ^= (state >> 20) as u8 | 1;
                std::fs::write(&file, bytes).unwrap();
                let mut target = Chunk::zeros(dtype, vec![40]);
                let _ = open_array(&array).unwrap().read_into(&Region::whole(&[40]), &mut target);
            }
        }
    }
}

#[test]
fn a_store_stands_until_its_successor_is_complete() {
    let directory = scratch();
    for variant in variants() {
        let location = location(&directory);
        let spec = spec("x", DType::Int16, &[4], &[2], variant);
        let values = counted(DType::Int16, &[4]);
        stored(&location, &spec, variant.format, &values);
        let mut writer = StoreWriter::create(&location, WriteMode::Replace, variant.format, Attributes::new()).unwrap();
        let replacement = writer.create_array(&ArraySpec { name: "y".to_owned(), ..spec.clone() }).unwrap();
        write_whole(&replacement, &values);
        assert_eq!(open(&location).unwrap().metadata().arrays.keys().collect::<Vec<_>>(), ["x"]);
        writer.abort();
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1, "an aborted writer leaves nothing");
        stored(&location, &ArraySpec { name: "y".to_owned(), ..spec }, variant.format, &values);
        assert_eq!(open(&location).unwrap().metadata().arrays.keys().collect::<Vec<_>>(), ["y"]);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    }
}

#[test]
fn arrays_are_added_and_replaced() {
    let directory = scratch();
    for variant in variants() {
        let location = location(&directory);
        let attributes = |key: &str, value: i64| Attributes::from_iter([(key.to_owned(), json!(value))]);
        let _ = std::fs::remove_dir_all(&location);
        for (round, names) in [["x", "y"], ["y", "z"]].into_iter().enumerate() {
            let mut writer =
                StoreWriter::create(&location, WriteMode::Append, variant.format, attributes(names[1], round as i64))
                    .unwrap();
            for name in names {
                let array = writer.create_array(&spec(name, DType::Int16, &[4 + round], &[2], variant)).unwrap();
                write_whole(&array, &counted(DType::Int16, &[4 + round]));
            }
            writer.finish().unwrap();
        }
        let store = open(&location).unwrap();
        let lengths: Vec<(&str, usize)> =
            store.metadata().arrays.iter().map(|(name, array)| (name.as_str(), array.array.shape[0])).collect();
        assert_eq!(lengths, [("x", 4), ("y", 5), ("z", 5)]);
        assert_eq!(store.metadata().attributes.len(), 2);
        let hidden = std::fs::read_dir(&location)
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains("swath"));
        assert_eq!(hidden.count(), 0);
    }
}

#[test]
fn a_killed_writer_leaves_no_torn_chunk() {
    let directory = scratch();
    let shape = [64, 1 << 16];
    let variant = Variant { format: ZarrFormat::V3, compression: Compression::None, sharded: false };
    let spec = spec("x", DType::Int32, &shape, &[1, 1 << 16], variant);
    let array = stored(&location(&directory), &spec, variant.format, &Chunk::zeros(DType::Int32, shape.to_vec()));
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store::conformance::writes_until_killed", "--ignored"])
        .env("SWATH_TEST_STORE", location(&directory))
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let present = || open(&location(&directory)).unwrap().summarize("x").unwrap().chunks_present;
    while present() < 20 && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!((20..64).contains(&present()), "killed in the middle: {} chunks", present());
    let reader = open_array(&array).unwrap();
    for chunk in 0..64 {
        let mut target = Chunk::zeros(DType::Int32, vec![1, 1 << 16]);
        reader.read_into(&array.read_grid.region(chunk), &mut target).unwrap();
        let values = target.as_slice::<i32>().unwrap();
        assert!(values.iter().all(|value| *value == values[0]), "chunk {chunk} is whole or not there");
    }
    // The next writer is not in the way of what the killed one left.
    write_whole(&array, &counted(DType::Int32, &shape));
    assert_eq!(read(&array, &Region::whole(&shape)), counted(DType::Int32, &shape));
}

#[test]
#[ignore = "the process that a_killed_writer_leaves_no_torn_chunk kills"]
fn writes_until_killed() {
    let array = open(&std::env::var("SWATH_TEST_STORE").unwrap()).unwrap().metadata().array("x").unwrap().array.clone();
    let writer = open_array_writer(&array).unwrap();
    for round in 1.. {
        for chunk in 0..40 {
            writer.write_chunk(chunk, &Chunk::from_values(vec![1, 1 << 16], vec![round; 1 << 16]).unwrap()).unwrap();
        }
    }
}

#[test]
fn nothing_but_a_store_is_replaced() {
    let directory = scratch();
    std::fs::write(directory.path().join("letter.txt"), "dear").unwrap();
    let home = directory.path().display().to_string();
    let create = |location: &str, mode| {
        StoreWriter::create(location, mode, ZarrFormat::V3, Attributes::new()).map(|_| ()).unwrap_err()
    };
    assert!(matches!(create(&home, WriteMode::Replace), StoreError::NotAStore { .. }));
    assert!(matches!(create(&home, WriteMode::Append), StoreError::NotAStore { .. }));
    assert!(matches!(create(&home, WriteMode::CreateNew), StoreError::AlreadyExists { .. }));
    let error = create(&format!("{home}/letter.txt/a.zarr"), WriteMode::Replace).to_string();
    assert!(error.contains("letter.txt/a.zarr") && error.contains("Not a directory"), "{error}");
}

#[test]
fn what_is_no_store_says_what_it_is() {
    let directory = scratch();
    let message = |location: &str| open(location).map(|_| ()).unwrap_err().to_string();
    let home = directory.path().display().to_string();
    assert!(message(&format!("{home}/none")).ends_with("/none"));
    assert!(message(&home).contains("an empty directory"));
    std::fs::write(directory.path().join("a.nc"), "CDF").unwrap();
    assert!(message(&home).contains("a directory with a.nc"));
    assert!(message(&format!("{home}/a.nc")).contains("found a file"));
}

#[test]
fn a_plan_made_for_another_array_is_refused() {
    let directory = scratch();
    let variant = variants()[5];
    let before = spec("x", DType::Int16, &[4], &[2], variant);
    let array = stored(&location(&directory), &before, variant.format, &counted(DType::Int16, &[4]));
    stored(
        &location(&directory),
        &ArraySpec { chunk_shape: vec![4], ..before },
        variant.format,
        &counted(DType::Int16, &[4]),
    );
    assert!(matches!(open_array(&array), Err(StoreError::Changed { .. })));
}

#[test]
fn what_does_not_fit_is_refused() {
    let directory = scratch();
    let variant = variants()[5];
    let spec = spec("x", DType::Int16, &[5], &[2], variant);
    let array = stored(&location(&directory), &spec, variant.format, &counted(DType::Int16, &[5]));
    let write = |chunk: ChunkIndex, dtype, length| {
        open_array_writer(&array).unwrap().write_chunk(chunk, &counted(dtype, &[length])).unwrap_err()
    };
    assert!(matches!(write(2, DType::Int16, 2), StoreError::ShapeMismatch { .. }));
    assert!(matches!(write(3, DType::Int16, 1), StoreError::NoSuchChunk { chunk: 3, count: 3, .. }));
    assert!(matches!(write(0, DType::Datetime(TimeUnit::Day), 2), StoreError::Array { .. }));
    let mut target = Chunk::zeros(DType::Int16, vec![2]);
    let outside = open_array(&array).unwrap().read_into(&Region::from_ranges([4..6]), &mut target);
    assert!(matches!(outside, Err(StoreError::ShapeMismatch { .. })));
}
