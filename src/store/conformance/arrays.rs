//! Arrays: values, regions, missing and damaged chunks.

use super::*;

#[test]
fn every_dtype_reads_back_as_written() {
    let directory = scratch();
    let shapes: [(&[usize], &[usize]); 4] = [(&[7, 5], &[2, 3]), (&[], &[]), (&[4], &[9]), (&[0, 3], &[1, 3])];
    for variant in variants_and_files() {
        let location = location(&directory);
        let _ = std::fs::remove_dir_all(&location).or_else(|_| std::fs::remove_file(&location));
        let mut writer = StoreWriter::create(&location, WriteMode::Replace, variant.format, Attributes::new()).unwrap();
        // NetCDF has no truth values and no times.
        let has = |dtype: &DType| variant.format != StoreFormat::Netcdf4 || !(dtype.is_time() || *dtype == DType::Bool);
        let cases: Vec<(String, DType, &[usize], &[usize])> = dtypes()
            .into_iter()
            .filter(has)
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
    for variant in variants_and_files() {
        let _ = std::fs::remove_dir_all(location(&directory)).or_else(|_| std::fs::remove_file(location(&directory)));
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
        let file =
            directory.path().join(if variant.format == ZarrFormat::V3.into() { "a.zarr/x/c/1" } else { "a.zarr/x/1" });
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
            let file = directory.path().join(if variant.format == ZarrFormat::V3.into() {
                "a.zarr/x/c/0"
            } else {
                "a.zarr/x/0"
            });
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
    let outside = open_array(&array).unwrap().read_into(&Region::new(vec![4], vec![2]), &mut target);
    assert!(matches!(outside, Err(StoreError::ShapeMismatch { .. })));
}
