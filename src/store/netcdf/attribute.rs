//! Attributes of groups and datasets as JSON, with the dtypes that numbers had.

use super::element::{self, ByteOrder};
use super::library;
use crate::array::DType;
use crate::store::Attributes;
use hdf5::types::{FloatSize, TypeDescriptor, VarLenAscii, VarLenUnicode};
use hdf5::{Attribute, IndexType, IterationOrder, Location};
use indexmap::IndexMap;
use serde_json::{Number, Value};

/// Attributes by which netCDF keeps its own books, which users don't see (NetCDF-4 file format specification).
const OWN: [&str; 9] = [
    "CLASS",
    "REFERENCE_LIST",
    "DIMENSION_LIST",
    "DIMENSION_LABELS",
    "_Netcdf4Dimid",
    "_Netcdf4Coordinates",
    "_nc3_strict",
    "_NCProperties",
    "_nc4_non_coord_",
];

/// Attributes and, for those that are numbers, their dtypes.
#[derive(Debug, Clone, Default)]
pub(super) struct ReadAttributes {
    pub(super) values: Attributes,
    pub(super) dtypes: IndexMap<String, DType>,
}

/// The attributes that users see, in the order in which they were made where the file knows it.
pub(super) fn read_all(location: &Location, is_scale: bool) -> hdf5::Result<ReadAttributes> {
    let by_creation = location.attr_names_by(IndexType::CreationOrder, IterationOrder::Increasing);
    let names = by_creation.or_else(|_| location.attr_names())?;
    let mut read = ReadAttributes::default();
    for name in names {
        // The library itself gives dimension scales a NAME; elsewhere it is the user's.
        if OWN.contains(&name.as_str()) || (is_scale && name == "NAME") {
            continue;
        }
        // What has no counterpart, such as a reference, is left out, as netCDF does.
        let Some((value, dtype)) = read_one(&location.attr(&name)?)? else { continue };
        if let Some(dtype) = dtype {
            read.dtypes.insert(name.clone(), dtype);
        }
        read.values.insert(name, value);
    }
    Ok(read)
}

/// The text of an attribute of one string; `None` where it is something else or isn't there.
pub(super) fn text(location: &Location, name: &str) -> Option<String> {
    let (value, _) = read_one(&location.attr(name).ok()?).ok()??;
    value.as_str().map(str::to_owned)
}

/// An attribute's value, and its dtype where it is a number; `None` where it has no counterpart.
fn read_one(attribute: &Attribute) -> hdf5::Result<Option<(Value, Option<DType>)>> {
    let is_null = attribute.space()?.is_null();
    let descriptor = match attribute.dtype()?.to_descriptor() {
        Ok(descriptor) => descriptor,
        Err(_) => return Ok(None),
    };
    let numbers = |dtype: DType, values: Vec<Value>| Ok(Some((one_or_all(values, attribute), Some(dtype))));
    let texts = |values: Vec<String>| {
        let values = values.into_iter().map(Value::String).collect();
        Ok(Some((one_or_all(values, attribute), None)))
    };
    let (signed, unsigned) = (|| read_numbers::<i64>(attribute, is_null), || read_numbers::<u64>(attribute, is_null));
    match descriptor {
        TypeDescriptor::Integer(size) => {
            numbers(element::integer(&size, true), signed()?.into_iter().map(Value::from).collect())
        }
        TypeDescriptor::Unsigned(size) => {
            numbers(element::integer(&size, false), unsigned()?.into_iter().map(Value::from).collect())
        }
        TypeDescriptor::Float(size) => {
            let dtype = if size == FloatSize::U4 { DType::Float32 } else { DType::Float64 };
            numbers(dtype, read_numbers::<f64>(attribute, is_null)?.into_iter().map(float).collect())
        }
        // Of a variable that is an enumeration, as its fill value.
        TypeDescriptor::Enum(kind) if !is_null => {
            let bytes = library::attribute_bytes(attribute)?;
            let is_big = library::byte_order(&attribute.dtype()?) == Some(ByteOrder::Big);
            let dtype = element::integer(&kind.size, kind.signed);
            numbers(
                dtype,
                bytes.chunks_exact(dtype.size_bytes()).map(|value| integer_value(value, dtype, is_big)).collect(),
            )
        }
        TypeDescriptor::Boolean if !is_null => {
            let values = attribute.read_raw::<bool>()?;
            Ok(Some((one_or_all(values.into_iter().map(Value::Bool).collect(), attribute), None)))
        }
        TypeDescriptor::FixedAscii(_)
        | TypeDescriptor::FixedUnicode(_)
        | TypeDescriptor::VarLenAscii
        | TypeDescriptor::VarLenUnicode
            if is_null =>
        {
            texts(vec![String::new()])
        }
        TypeDescriptor::FixedAscii(length) | TypeDescriptor::FixedUnicode(length) => {
            texts(library::attribute_bytes(attribute)?.chunks_exact(length.max(1)).map(element::text).collect())
        }
        TypeDescriptor::VarLenAscii => {
            texts(attribute.read_raw::<VarLenAscii>()?.iter().map(|text| text.as_str().to_owned()).collect())
        }
        TypeDescriptor::VarLenUnicode => {
            texts(attribute.read_raw::<VarLenUnicode>()?.iter().map(|text| text.as_str().to_owned()).collect())
        }
        _ => Ok(None),
    }
}

/// An integer from its bytes.
fn integer_value(bytes: &[u8], dtype: DType, is_big: bool) -> Value {
    let mut wide = [0_u8; 8];
    wide[..bytes.len()].copy_from_slice(bytes);
    if is_big {
        wide[..bytes.len()].reverse();
    }
    let unused = 64 - 8 * bytes.len() as u32;
    match dtype.is_signed_integer() {
        true => Value::from(i64::from_le_bytes(wide) << unused >> unused),
        false => Value::from(u64::from_le_bytes(wide)),
    }
}

fn read_numbers<T: hdf5::H5Type>(attribute: &Attribute, is_null: bool) -> hdf5::Result<Vec<T>> {
    if is_null { Ok(Vec::new()) } else { attribute.read_raw::<T>() }
}

/// netCDF makes no difference between a value and an array of one.
fn one_or_all(mut values: Vec<Value>, attribute: &Attribute) -> Value {
    match values.len() {
        1 if attribute.ndim() <= 1 => values.remove(0),
        _ => Value::Array(values),
    }
}

/// JSON has no NaN and no infinity; Zarr's names stand for them.
fn float(value: f64) -> Value {
    Number::from_f64(value).map_or_else(
        || {
            let name = match value {
                value if value.is_nan() => "NaN",
                value if value > 0.0 => "Infinity",
                _ => "-Infinity",
            };
            Value::String(name.to_owned())
        },
        Value::Number,
    )
}
