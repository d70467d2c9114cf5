//! Array metadata of Zarr version 2, <https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html>, with xarray's
//! `_ARRAY_DIMENSIONS`.

use super::element::{self, Element};
use super::layout::{ChunkKeys, Layout, StoredChunks};
use super::metadata_field::{self, MetadataProblem};
use super::v3;
use crate::array::DType;
use crate::store::{ArraySpec, Attributes, Compression, ZarrFormat};
use serde_json::{Value, json};
use zarrs::array::Endianness;
use zarrs::convert::codec_metadata_v2_to_v3;
use zarrs::metadata::v2::{ArrayMetadataV2Order, MetadataV2};
use zarrs::metadata::v3::MetadataV3;

/// The attribute that names an array's dimensions.
const DIMENSIONS: &str = "_ARRAY_DIMENSIONS";

/// Reads the contents of an array's `.zarray` and `.zattrs`.
pub(super) fn parse(metadata: &Value, attributes: &Value) -> Result<Layout, MetadataProblem> {
    let shape = metadata_field::lengths(metadata, "shape")?;
    let filters: Option<Vec<MetadataV2>> = metadata_field::typed(metadata, "filters")?;
    let compressor: Option<MetadataV2> = metadata_field::typed(metadata, "compressor")?;
    let (element, endianness) = parse_dtype(metadata_field::present(metadata, "dtype")?, filters.as_deref())?;
    let fill_value = match (metadata_field::present(metadata, "fill_value")?, element) {
        // Bytes are written in base64, and those that pad are the only ones seen.
        (_, Element::Bytes { .. }) => None,
        (value, element) => element::parse_fill_value(value, element.dtype()).map_err(MetadataProblem::Feature)?,
    };
    let separator = match metadata.get("dimension_separator").and_then(Value::as_str) {
        Some("/") => '/',
        Some(".") | None => '.',
        Some(other) => return Err(MetadataProblem::Feature(format!("dimension separator {other:?}"))),
    };
    let order = match metadata.get("order").and_then(Value::as_str) {
        Some("F") => ArrayMetadataV2Order::F,
        _ => ArrayMetadataV2Order::C,
    };
    let chunk_shape = metadata_field::checked_chunk_shape(metadata_field::lengths(metadata, "chunks")?, &shape)?;
    let codecs = Codecs { order, ndim: shape.len(), element, endianness }.convert(filters, compressor)?;
    let mut attributes = attributes.as_object().cloned().unwrap_or_default();
    let names = attributes.shift_remove(DIMENSIONS);
    let dimension_names = match names.as_ref().and_then(Value::as_array) {
        Some(names) if names.len() == shape.len() => {
            names.iter().map(|name| name.as_str().map(str::to_owned)).collect()
        }
        _ => shape.is_empty().then(Vec::new),
    };
    Ok(Layout {
        format: ZarrFormat::V2,
        element,
        shape,
        chunks: StoredChunks::Regular(chunk_shape),
        keys: ChunkKeys { prefixed: false, separator },
        codecs,
        fill_value,
        dimension_names,
        attributes,
    })
}

/// The element and its byte order: `<f4`, `|S12`, `>M8[ns]`, `|O` with a filter that says what objects are.
fn parse_dtype(dtype: &Value, filters: Option<&[MetadataV2]>) -> Result<(Element, Endianness), MetadataProblem> {
    let unsupported = || MetadataProblem::DType(dtype.as_str().map_or_else(|| dtype.to_string(), str::to_owned));
    let name = dtype.as_str().ok_or_else(unsupported)?;
    let big_endian = name.starts_with('>');
    let endianness = if big_endian { Endianness::Big } else { Endianness::Little };
    let plain = name.trim_start_matches(['<', '>', '|']);
    let length = || plain[1..].parse().map_err(|_| unsupported());
    let element = match plain.chars().next() {
        Some('U') => Element::Utf32 { length: length()?, big_endian },
        Some('S') => Element::Bytes { length: length()? },
        Some('O') => match filters.unwrap_or_default().iter().find(|filter| filter.id().starts_with("vlen-")) {
            Some(filter) if filter.id() == "vlen-utf8" => Element::Utf8,
            Some(filter) => return Err(MetadataProblem::DType(format!("object ({})", filter.id()))),
            None => return Err(MetadataProblem::DType("object".to_owned())),
        },
        _ => Element::Plain(plain.parse().map_err(|_| unsupported())?),
    };
    Ok((element, endianness))
}

/// What the conversion of codecs depends on.
struct Codecs {
    order: ArrayMetadataV2Order,
    ndim: usize,
    element: Element,
    endianness: Endianness,
}

impl Codecs {
    /// Filters and compressor as v3 codecs. They are converted apart, since together `zarrs` drops the compressor of
    /// an array that a filter turns into bytes.
    fn convert(
        &self,
        filters: Option<Vec<MetadataV2>>,
        compressor: Option<MetadataV2>,
    ) -> Result<Vec<MetadataV3>, MetadataProblem> {
        let element_type = match self.element {
            Element::Plain(dtype) if dtype.is_time() => MetadataV3::new("int64"),
            Element::Plain(dtype) => MetadataV3::new(dtype.to_string()),
            element => {
                MetadataV3::new(element.size_bytes().map_or("string".to_owned(), |size| format!("r{}", 8 * size)))
            }
        };
        let convert = |order, filters: Option<Vec<MetadataV2>>, compressor: Option<MetadataV2>| {
            let name = filters.iter().flatten().chain(&compressor).map(MetadataV2::id).collect::<Vec<_>>().join(", ");
            codec_metadata_v2_to_v3(order, self.ndim, &element_type, Some(self.endianness), &filters, &compressor)
                .map_err(|_| MetadataProblem::Codec(name, "no decoder for this filter or compressor".to_owned()))
        };
        for filter in filters.iter().flatten() {
            convert(ArrayMetadataV2Order::C, Some(vec![filter.clone()]), None)?;
        }
        let mut codecs = convert(self.order, filters, None)?;
        if compressor.is_some() {
            // The first is the conversion of plain values to bytes, which the other half has.
            codecs.extend(convert(ArrayMetadataV2Order::C, None, compressor)?.into_iter().skip(1));
        }
        Ok(codecs)
    }
}

/// The content of `.zarray` for a new array, as zarr-python writes it.
pub(super) fn describe(spec: &ArraySpec) -> Value {
    let filters = match spec.dtype {
        DType::Text => json!([{"id": "vlen-utf8"}]),
        _ => Value::Null,
    };
    let fill_value = spec.fill_value.as_ref().map_or(Value::Null, |value| element::fill_value_json(value, spec.dtype));
    json!({
        "shape": spec.shape,
        "chunks": v3::stored_shape(&spec.chunk_shape),
        "dtype": dtype_code(spec.dtype),
        "fill_value": fill_value,
        "order": "C",
        "filters": filters,
        "dimension_separator": ".",
        "compressor": compressor(spec),
        "zarr_format": 2,
    })
}

/// The content of `.zattrs` for a new array.
pub(super) fn describe_attributes(spec: &ArraySpec) -> Value {
    let mut attributes: Attributes = spec.attributes.clone();
    attributes.insert(DIMENSIONS.to_owned(), json!(spec.dimension_names));
    Value::Object(attributes)
}

fn dtype_code(dtype: DType) -> String {
    let size = dtype.size_bytes();
    match dtype {
        DType::Bool => "|b1".to_owned(),
        DType::Text => "|O".to_owned(),
        DType::Datetime(unit) => format!("<M8[{}]", unit.code()),
        DType::Timedelta(unit) => format!("<m8[{}]", unit.code()),
        DType::Int8 => "|i1".to_owned(),
        DType::UInt8 => "|u1".to_owned(),
        dtype if dtype.is_float() => format!("<f{size}"),
        dtype if dtype.is_unsigned_integer() => format!("<u{size}"),
        _ => format!("<i{size}"),
    }
}

fn compressor(spec: &ArraySpec) -> Value {
    let compression = match spec.compression {
        Compression::Default => Compression::blosc_lz4(5),
        chosen => chosen,
    };
    match compression {
        Compression::None | Compression::Default => Value::Null,
        Compression::Zstd { level, checksum } => json!({"id": "zstd", "level": level, "checksum": checksum}),
        Compression::Gzip { level } => json!({"id": "gzip", "level": level}),
        Compression::Zlib { level } => json!({"id": "zlib", "level": level}),
        Compression::Bz2 { level } => json!({"id": "bz2", "level": level}),
        Compression::Blosc { codec, level, shuffle } => {
            let (shuffle, _) = shuffle.of_values(spec.dtype.size_bytes());
            json!({"id": "blosc", "cname": codec.name(), "clevel": level, "shuffle": shuffle, "blocksize": 0})
        }
    }
}
