//! What other programs write and Swath doesn't: layouts made by hand, or by `zarrs`.

use super::codecs;
use crate::array::{Buffer, Chunk, DType, Region};
use crate::store::{GroupMetadata, StoreError, ZarrFormat, open, open_array};
use serde_json::{Value, json};
use std::fs;
use tempfile::TempDir;
use zarrs::array::codec::api::ArrayToBytesCodecTraits as _;
use zarrs::array::{ArrayBytes, CodecChain, FillValue, data_type};

/// A v3 group of one array `x`.
fn v3(changes: Value) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let mut array = json!({
        "zarr_format": 3, "node_type": "array", "shape": [4, 6], "data_type": "int16", "fill_value": -1,
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [2, 3]}},
        "chunk_key_encoding": {"name": "default"},
        "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}],
    });
    array.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    write(&directory, "zarr.json", br#"{"zarr_format": 3, "node_type": "group"}"#);
    write(&directory, "x/zarr.json", array.to_string().as_bytes());
    directory
}

/// A v2 group of one array `x`.
fn v2(changes: Value) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let mut array = json!({
        "zarr_format": 2, "shape": [2, 3], "chunks": [2, 3], "dtype": "<i2", "fill_value": null, "order": "C",
        "filters": null, "compressor": null,
    });
    array.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    write(&directory, ".zgroup", br#"{"zarr_format": 2}"#);
    write(&directory, "x/.zarray", array.to_string().as_bytes());
    directory
}

fn write(directory: &TempDir, key: &str, bytes: &[u8]) {
    let path = directory.path().join(key);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn metadata(directory: &TempDir) -> GroupMetadata {
    open(directory.path().to_str().unwrap()).unwrap().metadata().clone()
}

fn read(directory: &TempDir, name: &str) -> Buffer {
    let array = metadata(directory).array(name).unwrap().array.clone();
    let mut target = Chunk::zeros(array.dtype, array.shape.clone());
    open_array(&array).unwrap().read_into(&Region::whole(&array.shape), &mut target).unwrap();
    target.into_data()
}

fn little(values: impl IntoIterator<Item = i16>) -> Vec<u8> {
    values.into_iter().flat_map(i16::to_le_bytes).collect()
}

#[test]
fn big_endian_and_column_order_are_turned() {
    let directory = v2(json!({"dtype": ">i2", "order": "F", "dimension_separator": "/"}));
    write(&directory, "x/0/0", &[0, 1, 0, 4, 0, 2, 0, 5, 0, 3, 0, 6]);
    assert_eq!(read(&directory, "x"), Buffer::Int16(vec![1, 2, 3, 4, 5, 6]));
}

#[test]
fn text_of_fixed_length_loses_its_padding() {
    let texts = Buffer::Text(vec!["é".to_owned(), "abc".to_owned()]);
    for (dtype, little) in [("<U3", true), (">U3", false)] {
        let directory = v2(json!({"dtype": dtype, "shape": [2], "chunks": [2], "fill_value": ""}));
        let points = ['é', '\0', '\0', 'a', 'b', 'c'].map(|point| point as u32);
        let bytes = points.iter().flat_map(|point| if little { point.to_le_bytes() } else { point.to_be_bytes() });
        write(&directory, "x/0", &bytes.collect::<Vec<u8>>());
        assert_eq!(read(&directory, "x"), texts, "{dtype}");
    }
    let directory = v2(json!({"dtype": "|S3", "shape": [2], "chunks": [2], "fill_value": "AAAA"}));
    write(&directory, "x/0", b"\xc3\xa9\0abc");
    assert_eq!(read(&directory, "x"), texts);
}

#[test]
fn a_missing_chunk_has_the_fill_value() {
    let directory = v3(json!({}));
    write(&directory, "x/c/1/0", &little(1..7));
    let (fill, row) = ([-1; 6], |start: i16| [start, start + 1, start + 2, -1, -1, -1]);
    assert_eq!(read(&directory, "x"), Buffer::Int16([fill, fill, row(1), row(4)].concat()));
    let directory = v2(json!({}));
    assert_eq!(metadata(&directory).arrays["x"].fill_value, None);
    assert_eq!(read(&directory, "x"), Buffer::Int16(vec![0; 6]));
}

#[test]
fn bare_nan_in_attributes_is_read() {
    let directory = v2(json!({}));
    write(&directory, "x/.zattrs", br#"{"_FillValue": NaN, "_ARRAY_DIMENSIONS": ["y", "x"]}"#);
    let group = metadata(&directory);
    let array = &group.arrays["x"];
    assert_eq!(array.attributes["_FillValue"], json!("NaN"));
    assert_eq!(array.attributes.len(), 1);
    assert_eq!(array.dimension_names.as_deref().unwrap(), ["y", "x"]);
    assert_eq!(group.format, ZarrFormat::V2.into());
}

#[test]
fn dimensions_without_names_have_none() {
    assert_eq!(metadata(&v3(json!({}))).arrays["x"].dimension_names, None);
    assert_eq!(metadata(&v3(json!({"dimension_names": ["y", null]}))).arrays["x"].dimension_names, None);
    assert_eq!(metadata(&v2(json!({}))).arrays["x"].dimension_names, None);
}

#[test]
fn consolidated_metadata_serves_where_the_files_are_gone() {
    let directory = v2(json!({}));
    let array = fs::read_to_string(directory.path().join("x/.zarray")).unwrap();
    fs::remove_file(directory.path().join("x/.zarray")).unwrap();
    fs::remove_file(directory.path().join(".zgroup")).unwrap();
    let all = format!(r#"{{"metadata": {{".zattrs": {{"a": NaN}}, "x/.zarray": {array}}}}}"#);
    write(&directory, ".zmetadata", all.as_bytes());
    write(&directory, "x/0.0", &little(0..6));
    assert_eq!(read(&directory, "x"), Buffer::Int16((0..6).collect()));
    assert_eq!(metadata(&directory).attributes["a"], json!("NaN"));
    let directory = v3(json!({}));
    let array = fs::read_to_string(directory.path().join("x/zarr.json")).unwrap();
    fs::remove_file(directory.path().join("x/zarr.json")).unwrap();
    let root = format!(
        r#"{{"zarr_format": 3, "node_type": "group", "consolidated_metadata": {{"metadata": {{"x": {array}}}}}}}"#
    );
    write(&directory, "zarr.json", root.as_bytes());
    assert_eq!(read(&directory, "x"), Buffer::Int16(vec![-1; 24]));
}

#[test]
fn an_unreadable_array_spoils_only_itself() {
    let reason = |directory: TempDir| {
        write(&directory, "y/zarr.json", br#"{"zarr_format": 3, "node_type": "group"}"#);
        let group = metadata(&directory);
        assert!(group.arrays.is_empty());
        assert!(matches!(group.array("x"), Err(StoreError::Unreadable { .. })));
        group.unreadable["x"].clone()
    };
    let bytes = json!({"name": "bytes", "configuration": {"endian": "little"}});
    for (changes, named) in [
        (json!({"data_type": "complex64"}), "complex64"),
        (json!({"data_type": {"name": "numpy.datetime64", "configuration": {"unit": "Y"}}}), "numpy.datetime64"),
        (json!({"codecs": [bytes, {"name": "lz99"}]}), "lz99"),
        (json!({"chunk_key_encoding": {"name": "hilbert"}}), "hilbert"),
        (json!({"chunk_grid": {"name": "hexagonal"}}), "hexagonal"),
        (json!({"chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [2, 0]}}}), "[2, 0]"),
        (json!({"fill_value": 1e9}), "fill value"),
        (json!({"shape": "large"}), "shape"),
        (json!({"shape": [u64::MAX, 3]}), "shape"),
        (json!({"storage_transformers": [{"name": "mirror"}]}), "mirror"),
    ] {
        let reason = reason(v3(changes));
        assert!(reason.contains(named) && reason.contains("/x"), "{reason}");
    }
    for (changes, named) in [
        (json!({"dtype": "<f2"}), "<f2"),
        (json!({"dtype": [["a", "<i2"]]}), "<i2"),
        (json!({"dtype": "|O", "filters": [{"id": "pickle"}]}), "object"),
        (json!({"filters": [{"id": "delta", "dtype": "<i2"}]}), "delta"),
        (json!({"compressor": {"id": "lzma"}}), "lzma"),
    ] {
        let reason = reason(v2(changes));
        assert!(reason.contains(named) && reason.contains("/x"), "{reason}");
    }
}

#[test]
fn irregular_chunks_are_read() {
    let directory = v3(json!({"chunk_grid": {
        "name": "rectilinear", "configuration": {"kind": "inline", "chunk_shapes": [[1, 3], [[3, 2]]]},
    }}));
    assert_eq!(metadata(&directory).arrays["x"].array.read_grid.axes()[0].sizes(), [1, 3]);
    assert_eq!(metadata(&directory).arrays["x"].chunk_shape, None);
    write(&directory, "x/c/0/0", &little(0..3));
    write(&directory, "x/c/1/1", &little(10..19));
    let row = |start: i16| [-1, -1, -1, start, start + 1, start + 2];
    assert_eq!(read(&directory, "x"), Buffer::Int16([[0, 1, 2, -1, -1, -1], row(10), row(13), row(16)].concat()));
}

#[test]
fn shards_of_any_kind_are_read() {
    let bytes = json!([{"name": "bytes", "configuration": {"endian": "big"}}, {"name": "zstd", "configuration": {"level": 1, "checksum": false}}]);
    let sharding = |chunk_shape: [usize; 2], codecs: &Value, location: &str| {
        json!([{"name": "sharding_indexed", "configuration": {
            "chunk_shape": chunk_shape, "codecs": codecs, "index_location": location,
            "index_codecs": [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "crc32c"}],
        }}])
    };
    let turned = json!([{"name": "transpose", "configuration": {"order": [1, 0]}}, bytes[0], bytes[1]]);
    let values: Vec<i16> = (0..24).map(|value| if value % 6 < 3 { -1 } else { value }).collect();
    let cases = [
        (sharding([2, 3], &bytes, "end"), 4),
        (sharding([2, 3], &bytes, "start"), 4),
        (sharding([4, 1], &turned, "end"), 6),
        (sharding([2, 6], &sharding([1, 3], &bytes, "start"), "end"), 2),
        // Compressed whole: inner chunks can't be read one by one.
        (json!([sharding([2, 3], &bytes, "end")[0], {"name": "gzip", "configuration": {"level": 1}}]), 1),
    ];
    for (codecs, read_chunks) in cases {
        let grid = json!({"name": "regular", "configuration": {"chunk_shape": [4, 6]}});
        let directory = v3(json!({"chunk_grid": grid, "codecs": codecs}));
        let chain = CodecChain::from_metadata(&serde_json::from_value::<Vec<_>>(codecs.clone()).unwrap()).unwrap();
        let decoded = ArrayBytes::new_flen(values.iter().flat_map(|value| value.to_ne_bytes()).collect::<Vec<u8>>());
        let (shape, fill) = (codecs::non_zero(&[4, 6]), FillValue::from(-1i16));
        let shard = chain.encode(decoded, &shape, &data_type::int16(), &fill, &codecs::options()).unwrap();
        write(&directory, "x/c/0/0", &shard);
        let array = metadata(&directory).arrays["x"].array.clone();
        assert_eq!((array.read_grid.chunk_count(), array.write_grid.chunk_count()), (read_chunks, 1));
        assert_eq!(read(&directory, "x"), Buffer::Int16(values.clone()), "{codecs}");
    }
}

#[test]
fn a_shard_index_out_of_bounds_is_corrupt() {
    let directory = v3(json!({
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [4, 6]}},
        "codecs": [{"name": "sharding_indexed", "configuration": {
            "chunk_shape": [4, 6], "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}],
            "index_codecs": [{"name": "bytes", "configuration": {"endian": "little"}}],
        }}],
    }));
    let array = metadata(&directory).arrays["x"].array.clone();
    for (offset, length) in [(0u64, 1000u64), (u64::MAX, 2), (u64::MAX - 1, u64::MAX - 1)] {
        write(&directory, "x/c/0/0", &[offset.to_le_bytes(), length.to_le_bytes()].concat());
        let mut target = Chunk::zeros(DType::Int16, vec![4, 6]);
        let result = open_array(&array).unwrap().read_into(&Region::whole(&[4, 6]), &mut target);
        assert!(matches!(result, Err(StoreError::CorruptChunk { .. })), "{result:?}");
    }
}

#[test]
fn an_array_by_itself_is_a_store_of_one() {
    let directory = v3(json!({}));
    let store = open(directory.path().join("x").to_str().unwrap()).unwrap();
    let array = &store.metadata().array("").unwrap().array;
    let mut target = Chunk::zeros(DType::Int16, vec![4, 6]);
    open_array(array).unwrap().read_into(&Region::whole(&[4, 6]), &mut target).unwrap();
    assert_eq!(target.data(), &Buffer::Int16(vec![-1; 24]));
}
