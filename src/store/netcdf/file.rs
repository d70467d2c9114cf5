//! One NetCDF-4 file from arrays whose chunks lie in a workshop: dimensions, variables, attributes, then values.
//!
//! Formats: NetCDF-4 file format specification; HDF5 dimension scale specification. Nothing depends on the time or the
//! number of threads, so that the same dataset makes the same bytes.

use super::encode;
use super::library::{self, ScaleUse};
use super::present::Present;
use crate::array::{DType, StoredArray};
use crate::store::{ArraySpec, Attributes, StoreError};
use hdf5::plist::attribute_create::CharEncoding;
use hdf5::plist::dataset_create::AttrCreationOrder;
use hdf5::plist::file_create::LinkCreationOrder;
use hdf5::types::{VarLenArray, VarLenUnicode};
use hdf5::{Dataset, Extent, File, Group, Location, ObjectReference1, SimpleExtents};
use indexmap::IndexMap;
use ndarray::arr1;
use serde_json::Value;
use std::path::Path;

/// The attribute of a scale that says where it is used.
const USES: &str = "REFERENCE_LIST";

/// Where arrays go.
#[derive(Debug, Clone, Copy)]
pub(super) struct Destination<'a> {
    /// The file.
    pub(super) path: &'a Path,
    /// Path of the group, empty for the root.
    pub(super) group: &'a str,
    /// Whether the file is there and keeps what it has.
    pub(super) adds: bool,
}

/// Writes the finished arrays to a file.
pub(super) fn write_file(
    destination: &Destination<'_>,
    attributes: &Attributes,
    arrays: &[(ArraySpec, StoredArray)],
) -> Result<(), StoreError> {
    let path = destination.path;
    let failed = |error: hdf5::Error| {
        let reason = error.to_string();
        StoreError::Hdf5 { array: path.display().to_string(), reason }
    };
    let file = if destination.adds { File::open_rw(path) } else { create(path) }.map_err(failed)?;
    let (present, variables) = hdf5::sync::sync(|| {
        let present = Present::of(&file, destination.group)?;
        let group = require_group(&file, destination.group)?;
        write_attributes(&group, attributes, None)?;
        let scales = write_dimensions(&group, arrays, &present)?;
        let variables = arrays
            .iter()
            .map(|(spec, _)| variable(&group, spec, &scales, &present))
            .collect::<hdf5::Result<Vec<_>>>()?;
        let added = arrays.iter().zip(&variables).filter(|((spec, _), _)| present.dataset_name(&spec.name).is_none());
        attach(&group, added.map(|((spec, _), dataset)| (spec, dataset)), &scales)?;
        Ok((present, variables))
    })
    .map_err(failed)?;
    for ((spec, array), dataset) in arrays.iter().zip(&variables) {
        match present.dataset_name(&spec.name) {
            Some(_) => encode::overwrite_values(dataset, spec, array)?,
            None => encode::write_values(dataset, spec, array)?,
        }
    }
    drop(variables);
    file.close().map_err(failed)
}

/// A new file whose members know their order, as netCDF wants it, and no times.
fn create(path: &Path) -> hdf5::Result<File> {
    let mut builder = File::with_options();
    builder.with_fcpl(|plist| {
        plist
            .link_creation_order(LinkCreationOrder::Indexed)
            .attr_creation_order(AttrCreationOrder::Indexed)
            .obj_track_times(false)
    });
    builder.create_excl(path)
}

/// The group at a path, made where it isn't there, with those around it.
fn require_group(file: &File, path: &str) -> hdf5::Result<Group> {
    let mut group = file.group("/")?;
    for name in path.split('/').filter(|name| !name.is_empty()) {
        group = match group.link_exists(name) {
            true => group.group(name)?,
            false => {
                let builder = group.create_group_builder().with_gcpl(|plist| {
                    plist
                        .link_creation_order(LinkCreationOrder::Indexed)
                        .attr_creation_order(AttrCreationOrder::Indexed)
                        .obj_track_times(false)
                });
                builder.create(name)?
            }
        };
    }
    Ok(group)
}

/// The dimensions of a group that is written: the numbers that netCDF knows them by, and where their scales lie.
type Scales = IndexMap<String, Scale>;

/// The scale of a dimension.
#[derive(Debug)]
struct Scale {
    number: i32,
    path: String,
    /// Whether it is made now.
    is_new: bool,
}

/// The name of a variable's dataset: the name of a dimension of the same group belongs to its scale.
fn dataset_name(spec: &ArraySpec, scales: &Scales, present: &Present) -> String {
    let is_new = scales.get(&spec.name).is_some_and(|scale| scale.is_new);
    let is_own = is_new || present.dimensions.get(&spec.name).is_some_and(|known| known.is_own);
    match is_own && !is_coordinate(spec, &spec.name) {
        true => format!("_nc4_non_coord_{}", spec.name),
        false => spec.name.clone(),
    }
}

/// Lengths of dimensions, in the order in which variables name them.
fn dimensions(arrays: &[(ArraySpec, StoredArray)]) -> IndexMap<String, usize> {
    arrays.iter().flat_map(|(spec, _)| spec.dimension_names.iter().cloned().zip(spec.shape.iter().copied())).collect()
}

/// Makes the scales of dimensions that have neither one nor a variable; gives all dimensions.
fn write_dimensions(group: &Group, arrays: &[(ArraySpec, StoredArray)], present: &Present) -> hdf5::Result<Scales> {
    let within = group.name();
    let mut scales = Scales::new();
    let mut next = present.next_number;
    for (name, length) in dimensions(arrays) {
        if let Some(known) = present.dimension(&name, length) {
            scales.insert(name, Scale { number: 0, path: known.scale.clone(), is_new: false });
            continue;
        }
        let number = next;
        next += 1;
        let path = format!("{}/{name}", within.trim_end_matches('/'));
        scales.insert(name.clone(), Scale { number, path, is_new: true });
        let name = name.as_str();
        if arrays.iter().any(|(spec, _)| is_coordinate(spec, name)) {
            continue;
        }
        let unlimited = arrays.iter().any(|(spec, _)| is_unlimited(spec, name));
        let builder = group.new_dataset_builder().obj_track_times(false);
        let builder = if unlimited { builder.chunk(length.clamp(1, 1024)) } else { builder.no_chunk() };
        let extent = Extent { dim: length, max: (!unlimited).then_some(length) };
        let scale = builder.empty::<f32>().shape(SimpleExtents::from_vec(vec![extent])).create(name)?;
        let text = format!("This is a netCDF dimension but not a netCDF variable. {length:10}");
        mark_scale(&scale, &text, number)?;
    }
    Ok(scales)
}

fn is_coordinate(spec: &ArraySpec, dimension: &str) -> bool {
    spec.name == dimension && spec.dimension_names == [dimension]
}

/// The scale that a variable itself is.
fn own_scale<'a>(spec: &ArraySpec, scales: &'a Scales) -> Option<&'a Scale> {
    scales.get(&spec.name).filter(|scale| scale.is_new && is_coordinate(spec, &spec.name))
}

fn is_unlimited(spec: &ArraySpec, dimension: &str) -> bool {
    spec.netcdf.unlimited.iter().any(|name| name == dimension)
}

/// Makes a dataset the scale of a dimension.
fn mark_scale(dataset: &Dataset, name: &str, number: i32) -> hdf5::Result<()> {
    library::write_text(dataset, "CLASS", "DIMENSION_SCALE", true)?;
    library::write_text(dataset, "NAME", name, true)?;
    dataset.new_attr::<i32>().create("_Netcdf4Dimid")?.write_scalar(&number)
}

/// Makes the dataset of a variable, without values, or finds the one that is there.
fn variable(group: &Group, spec: &ArraySpec, scales: &Scales, present: &Present) -> hdf5::Result<Dataset> {
    if let Some(name) = present.dataset_name(&spec.name) {
        let dataset = group.dataset(name)?;
        let mut attributes = spec.attributes.clone();
        // The fill value of values that are there can't be another.
        attributes.shift_remove("_FillValue");
        write_attributes(&dataset, &attributes, Some(spec))?;
        return Ok(dataset);
    }
    let name = dataset_name(spec, scales, present);
    let mut builder = group
        .new_dataset_builder()
        .obj_track_times(false)
        .attr_creation_order(AttrCreationOrder::Indexed)
        .char_encoding(hdf5::plist::link_create::CharEncoding::Utf8);
    builder = match encode::chunk_shape(spec) {
        None => builder.no_chunk(),
        Some(chunk_shape) => {
            let mut builder = builder.chunk(chunk_shape);
            if spec.netcdf.shuffle && spec.netcdf.deflate.is_some() {
                builder = builder.shuffle();
            }
            if let Some(level) = spec.netcdf.deflate {
                builder = builder.deflate(level);
            }
            if spec.netcdf.fletcher32 {
                builder = builder.fletcher32();
            }
            builder
        }
    };
    let extents: Vec<Extent> = spec
        .shape
        .iter()
        .zip(&spec.dimension_names)
        .map(|(&length, name)| Extent { dim: length, max: (!is_unlimited(spec, name)).then_some(length) })
        .collect();
    let dataset = encode::create_dataset(builder, spec, extents, &name)?;
    if let Some(scale) = own_scale(spec, scales) {
        mark_scale(&dataset, &spec.name, scale.number)?;
    }
    write_attributes(&dataset, &spec.attributes, Some(spec))?;
    Ok(dataset)
}

/// Attaches the scales to the axes of variables, in both directions.
fn attach<'a>(
    group: &Group,
    variables: impl Iterator<Item = (&'a ArraySpec, &'a Dataset)>,
    scales: &Scales,
) -> hdf5::Result<()> {
    let mut uses: IndexMap<&str, Vec<ScaleUse>> = IndexMap::new();
    for (spec, dataset) in variables {
        if spec.dimension_names.is_empty() || own_scale(spec, scales).is_some() {
            continue;
        }
        let mut list = Vec::new();
        for (axis, name) in spec.dimension_names.iter().enumerate() {
            let scale = scales[name].path.as_str();
            list.push(VarLenArray::from_slice(&[group.reference::<ObjectReference1>(scale)?]));
            let dataset = dataset.reference::<ObjectReference1>(".")?;
            uses.entry(scale).or_default().push(ScaleUse { dataset, dimension: axis as u32 });
        }
        dataset.new_attr_builder().with_data(&arr1(&list)).create("DIMENSION_LIST")?;
    }
    for (scale, added) in uses {
        let scale = group.dataset(scale)?;
        let mut uses = Vec::new();
        if let Ok(earlier) = scale.attr(USES) {
            uses = earlier.read_raw::<ScaleUse>()?;
            scale.delete_attr(USES)?;
        }
        uses.extend(added);
        scale.new_attr_builder().with_data(&arr1(&uses)).create(USES)?;
    }
    Ok(())
}

/// Gives an object its attributes, in the place of those of the same names. Those that are values of a variable have its dtype.
fn write_attributes(object: &Location, attributes: &Attributes, spec: Option<&ArraySpec>) -> hdf5::Result<()> {
    for (name, value) in attributes {
        let of_values = matches!(name.as_str(), "_FillValue" | "missing_value");
        let dtype = match spec {
            Some(spec) if of_values => Some(spec.dtype),
            Some(spec) => spec.netcdf.attribute_dtypes.get(name).copied(),
            None => None,
        };
        if object.attr(name).is_ok() {
            object.delete_attr(name)?;
        }
        write_attribute(object, name, value, dtype)
            .map_err(|error| hdf5::Error::from(format!("attribute {name:?}: {error}")))?;
    }
    Ok(())
}

fn write_attribute(object: &Location, name: &str, value: &Value, dtype: Option<DType>) -> hdf5::Result<()> {
    let values: Vec<&Value> = match value {
        Value::Array(values) => values.iter().collect(),
        one => vec![one],
    };
    let is_float = |value: &&Value| value.is_f64() || special(value).is_some();
    match value {
        Value::String(text) if dtype.is_none_or(|dtype| dtype == DType::Text) => {
            return library::write_text(object, name, text, false);
        }
        Value::Null | Value::Object(_) => return Err(format!("NetCDF has no value {value}").into()),
        _ => {}
    }
    let texts: Option<Vec<VarLenUnicode>> =
        values.iter().map(|value| value.as_str().and_then(|text| text.parse().ok())).collect();
    if let Some(texts) = texts.filter(|texts| dtype.is_none() && !texts.is_empty()) {
        return object
            .new_attr_builder()
            .char_encoding(CharEncoding::Utf8)
            .with_data(&arr1(&texts))
            .create(name)
            .map(|_| ());
    }
    let dtype = dtype.unwrap_or(if values.iter().any(is_float) { DType::Float64 } else { DType::Int64 });
    macro_rules! numbers {
        ($type:ty, $convert:expr) => {{
            let numbers: Option<Vec<$type>> = values.iter().map(|value| $convert(value)).collect();
            let numbers = numbers.ok_or_else(|| format!("{value} is no {dtype}"))?;
            match value.is_array() {
                true => object.new_attr_builder().with_data(&arr1(&numbers)).create(name).map(|_| ()),
                false => object.new_attr::<$type>().create(name)?.write_scalar(&numbers[0]),
            }
        }};
    }
    match dtype {
        DType::Int8 | DType::Bool => numbers!(i8, |value: &Value| whole(value)),
        DType::Int16 => numbers!(i16, |value: &Value| whole(value)),
        DType::Int32 => numbers!(i32, |value: &Value| whole(value)),
        DType::UInt8 => numbers!(u8, |value: &Value| whole(value)),
        DType::UInt16 => numbers!(u16, |value: &Value| whole(value)),
        DType::UInt32 => numbers!(u32, |value: &Value| whole(value)),
        DType::UInt64 => numbers!(u64, |value: &Value| whole(value)),
        DType::Float32 => numbers!(f32, |value: &Value| number(value).map(|value| value as f32)),
        DType::Float64 => numbers!(f64, |value: &Value| number(value)),
        _ => numbers!(i64, |value: &Value| whole(value)),
    }
}

/// A number that JSON can't have, by its name.
fn special(value: &Value) -> Option<f64> {
    match value.as_str()? {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| special(value)).or_else(|| value.as_bool().map(f64::from))
}

fn whole<T: TryFrom<i128>>(value: &Value) -> Option<T> {
    let integer = match value {
        Value::Bool(value) => i128::from(*value),
        Value::Number(number) => number
            .as_i64()
            .map(i128::from)
            .or_else(|| number.as_u64().map(i128::from))
            .or_else(|| number.as_f64().filter(|value| value.fract() == 0.0).map(|value| value as i128))?,
        _ => return None,
    };
    T::try_from(integer).ok()
}
