//! Files that the library writes, read back.

use crate::array::{Chunk, DType, Region};
use crate::store::{StoreError, open, open_array, open_group, stamp};
use hdf5::types::VarLenArray;
use hdf5::{File, ObjectReference1};
use ndarray::{Array1, Array2};
use std::path::{Path, PathBuf};

fn scratch(name: &str) -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(name);
    (directory, path)
}

fn read(path: &Path, name: &str, region: &Region) -> Result<Chunk, StoreError> {
    let store = open(path.to_str().unwrap())?;
    let array = &store.metadata().array(name)?.array;
    let mut target = Chunk::zeros(array.dtype, region.shape.clone());
    open_array(array)?.read_into(region, &mut target)?;
    Ok(target)
}

fn counted(rows: usize, columns: usize) -> Array2<i32> {
    Array2::from_shape_fn((rows, columns), |(row, column)| (row * columns + column) as i32)
}

/// Every layout and filter under which the same 20 by 15 values can lie.
fn write_all(path: &Path) -> Vec<&'static str> {
    let file = File::create(path).unwrap();
    let values = counted(20, 15);
    let builder = || file.new_dataset_builder();
    let data = |builder: hdf5::DatasetBuilder, name: &str| {
        builder.with_data(&values).create(name).unwrap();
    };
    data(builder().no_chunk(), "contiguous");
    data(builder().layout(hdf5::dataset::Layout::Compact), "compact");
    data(builder().chunk((6, 4)), "chunked");
    data(builder().chunk((6, 4)).deflate(1), "deflate");
    data(builder().chunk((6, 4)).shuffle().deflate(4), "shuffle");
    data(builder().chunk((6, 4)).fletcher32(), "fletcher32");
    data(builder().chunk((6, 4)).shuffle().deflate(1).fletcher32(), "all");
    data(builder().chunk((6, 4)).scale_offset(hdf5::filters::ScaleOffset::Integer(0)), "scaleoffset");
    vec!["contiguous", "compact", "chunked", "deflate", "shuffle", "fletcher32", "all", "scaleoffset"]
}

#[test]
fn every_layout_reads_the_same() {
    let (_directory, path) = scratch("all.h5");
    let names = write_all(&path);
    let whole = Chunk::from_values(vec![20, 15], counted(20, 15).into_raw_vec_and_offset().0).unwrap();
    for name in names {
        for ranges in [[0..20, 0..15], [3..4, 0..15], [5..19, 2..3], [6..12, 4..8], [19..20, 14..15], [7..7, 0..15]] {
            let region = Region::from_ranges(ranges);
            assert_eq!(read(&path, name, &region).unwrap(), whole.extract(&region), "{name} {region:?}");
        }
    }
}

#[test]
fn what_was_never_written_has_the_fill_value() {
    let (_directory, path) = scratch("fill.h5");
    let file = File::create(&path).unwrap();
    file.new_dataset::<f32>().shape((4, 4)).fill_value(2.5_f32).create("contiguous").unwrap();
    let chunked = file.new_dataset::<i16>().shape((4, 4)).chunk((2, 2)).fill_value(-7_i16).create("chunked").unwrap();
    chunked.write_slice(&Array2::from_elem((2, 2), 1_i16), (2.., ..2)).unwrap();
    drop((chunked, file));
    let whole = Region::whole(&[4, 4]);
    assert_eq!(read(&path, "contiguous", &whole).unwrap().as_slice::<f32>().unwrap(), [2.5; 16]);
    let found = read(&path, "chunked", &whole).unwrap();
    assert_eq!(found.as_slice::<i16>().unwrap()[..8], [-7; 8]);
    assert_eq!(found.as_slice::<i16>().unwrap()[8..], [1, 1, -7, -7, 1, 1, -7, -7]);
}

#[test]
fn what_lies_beyond_the_end_of_a_dataset_has_the_fill_value() {
    let (_directory, path) = scratch("short.h5");
    let file = File::create(&path).unwrap();
    let long = file.new_dataset::<i32>().shape(5..).chunk(2).create("time").unwrap();
    long.write(&Array1::from_iter(0..5_i32)).unwrap();
    for (name, text) in [("CLASS", "DIMENSION_SCALE"), ("NAME", "time")] {
        super::library::write_text(&long, name, text, true).unwrap();
    }
    for (name, builder) in
        [("short", file.new_dataset_builder()), ("own", file.new_dataset_builder().fill_value(7_i32))]
    {
        let short = builder.empty::<i32>().shape(3..).chunk(2).create(name).unwrap();
        short.write(&Array1::from_elem(3, 1_i32)).unwrap();
        let scale = VarLenArray::from_slice(&[file.reference::<ObjectReference1>("time").unwrap()]);
        short.new_attr_builder().with_data(&ndarray::arr1(&[scale])).create("DIMENSION_LIST").unwrap();
    }
    drop((long, file));
    for (name, fill) in [("short", -2_147_483_647), ("own", 7)] {
        let found = read(&path, name, &Region::whole(&[5])).unwrap();
        assert_eq!(found.as_slice::<i32>().unwrap(), [1, 1, 1, fill, fill], "{name}");
        let found = read(&path, name, &Region::from_ranges(std::iter::once(4..5))).unwrap();
        assert_eq!(found.as_slice::<i32>().unwrap(), [fill], "{name}");
    }
}

#[test]
fn many_chunks_are_found_in_a_tree_of_levels() {
    let (_directory, path) = scratch("many.h5");
    let file = File::create(&path).unwrap();
    let values = Array1::from_iter(0..20_000_i32);
    file.new_dataset_builder().with_data(&values).chunk(3).create("x").unwrap();
    drop(file);
    let found = read(&path, "x", &Region::whole(&[20_000])).unwrap();
    assert_eq!(found.as_slice::<i32>().unwrap(), values.as_slice().unwrap());
    let summary = open(path.to_str().unwrap()).unwrap().summarize("x").unwrap();
    assert_eq!((summary.chunks_present, summary.chunks_total), (6667, 6667));
}

#[test]
fn a_changed_file_is_found_out() {
    let (_directory, path) = scratch("changed.h5");
    write_all(&path);
    let store = open(path.to_str().unwrap()).unwrap();
    let array = store.metadata().array("all").unwrap().array.clone();
    let before = stamp(&array).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(open_array(&array), Err(StoreError::Vanished { .. } | StoreError::Missing { .. })));
    let file = File::create(&path).unwrap();
    file.new_dataset_builder().with_data(&counted(20, 16)).chunk((6, 4)).create("all").unwrap();
    drop(file);
    assert!(matches!(open_array(&array), Err(StoreError::Changed { .. })));
    assert_ne!(stamp(&array).unwrap(), before);
}

#[test]
fn a_damaged_chunk_is_an_error_with_its_place() {
    let (_directory, path) = scratch("damaged.h5");
    let file = File::create(&path).unwrap();
    let values = counted(12, 4);
    let builder = file.new_dataset_builder().with_data(&values);
    let dataset = builder.chunk((6, 4)).deflate(1).create("x").unwrap();
    let second = dataset.chunk_info(1).unwrap();
    drop((dataset, file));
    let array = open(path.to_str().unwrap()).unwrap().metadata().array("x").unwrap().array.clone();
    let reader = open_array(&array).unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[second.addr as usize..][..second.size as usize].fill(7);
    std::fs::write(&path, bytes).unwrap();
    let mut target = Chunk::zeros(DType::Int32, vec![12, 4]);
    match reader.read_into(&Region::whole(&[12, 4]), &mut target) {
        Err(StoreError::CorruptChunk { chunk, file, .. }) => {
            assert_eq!((chunk, file), (vec![1, 0], path.display().to_string()));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn any_damage_is_an_error_or_values_but_never_a_panic() {
    let (_directory, path) = scratch("damage.h5");
    let names = write_all(&path);
    let whole = std::fs::read(&path).unwrap();
    let mut state = 1_u64;
    for _ in 0..150 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut bytes = whole.clone();
        let position = (state >> 33) as usize % bytes.len();
        bytes[position] ^= (state >> 20) as u8 | 1;
        std::fs::write(&path, &bytes).unwrap();
        for name in &names {
            let _ = read(&path, name, &Region::whole(&[20, 15]));
        }
    }
}

#[test]
fn groups_have_their_own_arrays() {
    let (_directory, path) = scratch("groups.h5");
    let file = File::create(&path).unwrap();
    let below = file.create_group("a").unwrap().create_group("b").unwrap();
    below.new_dataset_builder().with_data(&counted(2, 3)).create("x").unwrap();
    drop((below, file));
    let location = path.to_str().unwrap();
    assert_eq!(open(location).unwrap().metadata().groups, ["a"]);
    let group = open_group(location, Some("/a/b")).unwrap();
    let array = group.metadata().array("x").unwrap();
    assert_eq!(array.dimension_names.as_deref().unwrap(), ["phony_dim_0", "phony_dim_1"]);
    assert_eq!(array.array.location.path, "a/b/x");
    assert!(open_array(&array.array).is_ok());
    assert!(matches!(open_group(location, Some("c")), Err(StoreError::NoSuchGroup { known, .. }) if known == ["a"]));
}
