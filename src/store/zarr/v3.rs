//! Array metadata of Zarr version 3, <https://zarr-specs.readthedocs.io/en/latest/v3/core/index.html>.

use super::element::{self, Element};
use super::layout::{ChunkKeys, Layout, StoredChunks};
use super::metadata_field::{self, MetadataProblem};
use crate::array::{DType, Shape};
use crate::store::{ArraySpec, Compression, ZarrFormat};
use serde_json::{Value, json};
use zarrs::array::ChunkGrid;
use zarrs::metadata::v3::MetadataV3;

/// Reads the content of an array's `zarr.json`.
pub(super) fn parse(metadata: &Value) -> Result<Layout, MetadataProblem> {
    let shape = metadata_field::lengths(metadata, "shape")?;
    let codecs: Vec<MetadataV3> = metadata_field::typed(metadata, "codecs")?;
    if metadata.get("storage_transformers").and_then(Value::as_array).is_some_and(|list| !list.is_empty()) {
        return Err(MetadataProblem::Feature(format!("storage transformers {}", metadata["storage_transformers"])));
    }
    let element = parse_data_type(metadata_field::present(metadata, "data_type")?, &codecs)?;
    let fill_value = element::parse_fill_value(metadata.get("fill_value").unwrap_or(&Value::Null), element.dtype());
    let names = metadata.get("dimension_names").and_then(Value::as_array);
    let dimension_names = match names {
        Some(names) => names.iter().map(|name| name.as_str().map(str::to_owned)).collect(),
        None => shape.is_empty().then(Vec::new),
    };
    Ok(Layout {
        format: ZarrFormat::V3,
        element,
        chunks: parse_chunk_grid(metadata_field::typed(metadata, "chunk_grid")?, &shape)?,
        keys: parse_chunk_keys(metadata_field::present(metadata, "chunk_key_encoding")?)?,
        codecs,
        fill_value: fill_value.map_err(MetadataProblem::Feature)?,
        dimension_names,
        attributes: metadata.get("attributes").and_then(Value::as_object).cloned().unwrap_or_default(),
        shape,
    })
}

fn parse_data_type(data_type: &Value, codecs: &[MetadataV3]) -> Result<Element, MetadataProblem> {
    let unsupported =
        || MetadataProblem::DType(data_type.as_str().map_or_else(|| data_type.to_string(), str::to_owned));
    let name = data_type.as_str().or_else(|| data_type["name"].as_str()).ok_or_else(unsupported)?;
    let setting = |key: &str| &data_type["configuration"][key];
    let length_bytes = || setting("length_bytes").as_u64().map(|length| length as usize).ok_or_else(unsupported);
    let time = || {
        let code = setting("unit").as_str().unwrap_or_default();
        // The scale factor multiplies the unit: numpy's `datetime64[10ns]`.
        if setting("scale_factor").as_u64().unwrap_or(1) != 1 {
            Err(unsupported())
        } else {
            element::time_unit(code).map_err(|_| unsupported())
        }
    };
    Ok(match name {
        "string" | "variable_length_utf8" => Element::Utf8,
        "fixed_length_utf32" => {
            let big =
                codecs.iter().filter_map(|codec| codec.configuration()?.get("endian")).any(|endian| endian == "big");
            Element::Utf32 { length: length_bytes()? / 4, big_endian: big }
        }
        "null_terminated_bytes" => Element::Bytes { length: length_bytes()? },
        "numpy.datetime64" => Element::Plain(DType::Datetime(time()?)),
        "numpy.timedelta64" => Element::Plain(DType::Timedelta(time()?)),
        "bool" | "int8" | "int16" | "int32" | "int64" | "uint8" | "uint16" | "uint32" | "uint64" | "float32"
        | "float64" => Element::Plain(name.parse().map_err(|_| unsupported())?),
        _ => return Err(unsupported()),
    })
}

fn parse_chunk_grid(grid: MetadataV3, shape: &[usize]) -> Result<StoredChunks, MetadataProblem> {
    if grid.name() == "regular" {
        let configuration = grid.configuration().map(|settings| json!(settings)).unwrap_or_default();
        let chunk_shape = metadata_field::lengths(&configuration, "chunk_shape")?;
        return metadata_field::checked_chunk_shape(chunk_shape, shape).map(StoredChunks::Regular);
    }
    let array_shape: Vec<u64> = shape.iter().map(|&length| length as u64).collect();
    let unsupported = |reason: String| MetadataProblem::Feature(format!("chunk grid {}: {reason}", grid.name()));
    let parsed = ChunkGrid::from_metadata(&grid, &array_shape).map_err(|error| unsupported(error.to_string()))?;
    let counts = parsed.grid_shape().to_vec();
    let sizes_along = |axis: usize| -> Option<Vec<usize>> {
        (0..counts[axis])
            .map(|chunk| {
                let mut position = vec![0; counts.len()];
                position[axis] = chunk;
                parsed.chunk_shape_u64(&position).ok()?.map(|shape| shape[axis] as usize)
            })
            .collect()
    };
    let sizes = (0..shape.len()).map(sizes_along).collect::<Option<_>>();
    sizes.map(StoredChunks::Irregular).ok_or_else(|| unsupported("chunks without a shape".to_owned()))
}

fn parse_chunk_keys(encoding: &Value) -> Result<ChunkKeys, MetadataProblem> {
    let name = encoding.as_str().or_else(|| encoding["name"].as_str()).unwrap_or_default();
    let prefixed = match name {
        "default" => true,
        "v2" => false,
        _ => return Err(MetadataProblem::Feature(format!("chunk key encoding {encoding}"))),
    };
    let separator = match encoding["configuration"]["separator"].as_str() {
        Some("/") => '/',
        Some(".") => '.',
        None => {
            if prefixed {
                '/'
            } else {
                '.'
            }
        }
        Some(other) => return Err(MetadataProblem::Feature(format!("chunk key separator {other:?}"))),
    };
    Ok(ChunkKeys { prefixed, separator })
}

/// The content of `zarr.json` for a new array, as zarr-python writes it.
pub(super) fn describe(spec: &ArraySpec) -> Value {
    let chunk_codecs = chunk_codecs(spec);
    let (file_shape, codecs) = match &spec.shard_shape {
        None => (stored_shape(&spec.chunk_shape), chunk_codecs),
        Some(shard) => (
            stored_shape(shard),
            json!([{"name": "sharding_indexed", "configuration": {
                "chunk_shape": stored_shape(&spec.chunk_shape),
                "codecs": chunk_codecs,
                "index_codecs": [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "crc32c"}],
                "index_location": "end",
            }}]),
        ),
    };
    let fill_value = spec.fill_value.clone().unwrap_or_else(|| element::zero(spec.dtype));
    let mut metadata = json!({
        "shape": spec.shape,
        "data_type": data_type(spec.dtype),
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": file_shape}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
        "fill_value": element::fill_value_json(&fill_value, spec.dtype),
        "codecs": codecs,
        "attributes": spec.attributes,
    });
    if let (Value::Object(fields), false) = (&mut metadata, spec.shape.is_empty()) {
        fields.insert("dimension_names".to_owned(), json!(spec.dimension_names));
    }
    metadata["zarr_format"] = json!(3);
    metadata["node_type"] = json!("array");
    metadata["storage_transformers"] = json!([]);
    metadata
}

/// The content of `zarr.json` for a group without attributes.
pub(super) fn describe_group() -> Value {
    json!({"attributes": {}, "zarr_format": 3, "node_type": "group"})
}

/// Stored chunks have no axis of length 0, even those of an empty array.
pub(super) fn stored_shape(shape: &[usize]) -> Shape {
    shape.iter().map(|&length| length.max(1)).collect()
}

fn data_type(dtype: DType) -> Value {
    match dtype {
        DType::Text => json!("string"),
        DType::Datetime(unit) => {
            json!({"name": "numpy.datetime64", "configuration": {"unit": unit.code(), "scale_factor": 1}})
        }
        DType::Timedelta(unit) => {
            json!({"name": "numpy.timedelta64", "configuration": {"unit": unit.code(), "scale_factor": 1}})
        }
        dtype => json!(dtype.to_string()),
    }
}

fn chunk_codecs(spec: &ArraySpec) -> Value {
    let to_bytes = match spec.dtype {
        DType::Text => json!({"name": "vlen-utf8", "configuration": {}}),
        dtype if dtype.size_bytes() == 1 => json!({"name": "bytes"}),
        _ => json!({"name": "bytes", "configuration": {"endian": "little"}}),
    };
    let typesize = if spec.dtype == DType::Text { 1 } else { spec.dtype.size_bytes() };
    let compressor = match spec.compression {
        Compression::None => return json!([to_bytes]),
        Compression::Default => json!({"name": "zstd", "configuration": {"level": 0, "checksum": false}}),
        Compression::Zstd { level, checksum } => {
            json!({"name": "zstd", "configuration": {"level": level, "checksum": checksum}})
        }
        Compression::Gzip { level } => json!({"name": "gzip", "configuration": {"level": level}}),
        // Refused when the array was created: the specification has no such codecs.
        Compression::Zlib { level } => json!({"name": "zlib", "configuration": {"level": level}}),
        Compression::Bz2 { level } => json!({"name": "bz2", "configuration": {"level": level}}),
        Compression::Blosc { codec, level, shuffle } => json!({"name": "blosc", "configuration": {
            "typesize": typesize, "cname": codec.name(), "clevel": level, "shuffle": shuffle.of_values(typesize).1,
            "blocksize": 0,
        }}),
    };
    json!([to_bytes, compressor])
}
