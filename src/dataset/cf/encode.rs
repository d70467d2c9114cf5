//! Values as they are stored: times as counts, packed values packed, missing values filled, and the attributes that say so.

use super::number::attribute;
use super::time_encode::{encode_points, encode_spans};
use crate::array::{DType, Scalar, TimeUnit};
use crate::dataset::missing::is_missing;
use crate::dataset::{Attributes, DatasetError, Variable};
use crate::kernels::elementwise::{BinaryOp, UnaryOp};
use crate::plan::Array;
use serde_json::Value;

/// A variable as it is stored, but for the fill value, whose place depends on the format.
#[derive(Debug)]
pub(in crate::dataset) struct EncodedVariable {
    /// The values to store.
    pub data: Array,
    /// The attributes to store, without `_FillValue`.
    pub attributes: Attributes,
    /// The `_FillValue` to store.
    pub fill_value: Option<Scalar>,
}

/// A variable encoded as its encoding asks for, the inverse of decoding. Values stay lazy.
///
/// # Errors
/// Where times can't be encoded, or an attribute is there that the encoding would overwrite.
pub(in crate::dataset) fn encode_variable(name: &str, variable: &Variable) -> Result<EncodedVariable, DatasetError> {
    let encoding = &variable.encoding;
    let mut encoded =
        EncodedVariable { data: variable.data.clone(), attributes: variable.attributes.clone(), fill_value: None };
    encode_times(name, variable, &mut encoded)?;
    pack(name, variable, &mut encoded)?;
    let time_like = variable.dtype().is_time();
    if let Some(fill) = encoding.fill_value.as_ref().or(encoding.missing_value.as_ref()) {
        fill_missing(fill, time_like, &mut encoded)?;
        if let Some(unsigned) = encoding.unsigned {
            put(name, &mut encoded.attributes, "_Unsigned", Value::String(unsigned.to_string()))?;
        }
        if encoding.missing_value.is_some() {
            put(name, &mut encoded.attributes, "missing_value", attribute(fill))?;
        }
    }
    encoded.fill_value = encoding.fill_value.clone();
    if let Some(dtype) = encoding.dtype {
        store_as(dtype, encoding.unsigned.is_some(), &mut encoded)?;
    }
    if let Some(value) = encoded.attributes.shift_remove("_FillValue") {
        let number =
            super::number::fill_scalar(&value, encoded.data.dtype()).and_then(|values| values.into_iter().next());
        encoded.fill_value = encoded.fill_value.or(number);
    }
    if encoded.fill_value.is_none() && encoded.data.dtype().is_float() && !encoding.omits_fill_value {
        encoded.fill_value = Some(Scalar::Float(f64::NAN));
    }
    Ok(encoded)
}

fn encode_times(name: &str, variable: &Variable, encoded: &mut EncodedVariable) -> Result<(), DatasetError> {
    let time = match variable.dtype() {
        DType::Datetime(resolution) => {
            let time = encode_points(name, variable, resolution)?;
            let calendar = variable.encoding.calendar.as_deref().unwrap_or("proleptic_gregorian");
            put(name, &mut encoded.attributes, "units", Value::String(time.units))?;
            put(name, &mut encoded.attributes, "calendar", Value::String(calendar.to_owned()))?;
            time.data
        }
        DType::CalendarTime(calendar) => {
            let time = encode_points(name, variable, TimeUnit::Microsecond)?;
            let own = variable.encoding.calendar.as_deref().unwrap_or(calendar.name());
            put(name, &mut encoded.attributes, "units", Value::String(time.units))?;
            put(name, &mut encoded.attributes, "calendar", Value::String(own.to_owned()))?;
            time.data
        }
        DType::Timedelta(resolution) => {
            let time = encode_spans(name, variable, resolution)?;
            put(name, &mut encoded.attributes, "dtype", Value::String(variable.dtype().to_string()))?;
            put(name, &mut encoded.attributes, "units", Value::String(time.units))?;
            time.data
        }
        _ => return Ok(()),
    };
    encoded.data = time;
    Ok(())
}

/// Packs as `scale_factor` and `add_offset` ask for: `(value - add_offset) / scale_factor`.
fn pack(name: &str, variable: &Variable, encoded: &mut EncodedVariable) -> Result<(), DatasetError> {
    let encoding = &variable.encoding;
    if encoding.scale_factor.is_none() && encoding.add_offset.is_none() {
        return Ok(());
    }
    let dtype = if encoded.data.dtype().is_float() { encoded.data.dtype() } else { DType::Float64 };
    let mut data = encoded.data.cast(dtype)?;
    let steps = [
        (BinaryOp::Subtract, "add_offset", &encoding.add_offset),
        (BinaryOp::Divide, "scale_factor", &encoding.scale_factor),
    ];
    for (operation, key, value) in steps {
        if let Some(value) = value {
            data = data.binary(operation, &Array::scalar(value.clone(), dtype)?)?;
            put(name, &mut encoded.attributes, key, attribute(value))?;
        }
    }
    encoded.data = data;
    Ok(())
}

/// Puts the fill value where values are missing.
fn fill_missing(fill: &Scalar, time_like: bool, encoded: &mut EncodedVariable) -> Result<(), DatasetError> {
    let nan = matches!(fill, Scalar::Float(value) if value.is_nan());
    let data = &encoded.data;
    if nan || !data.dtype().is_numeric() {
        return Ok(());
    }
    let missing = match time_like && data.dtype() == DType::Int64 {
        true => data.binary(BinaryOp::Equal, &Array::scalar(Scalar::Int(DType::NOT_A_TIME), DType::Int64)?)?,
        false if data.dtype().is_float() => is_missing(data)?,
        false => return Ok(()),
    };
    encoded.data = missing.select(&Array::scalar(fill.clone(), data.dtype())?, data)?;
    Ok(())
}

/// Converts to the stored dtype, floats to integers by rounding.
fn store_as(dtype: DType, unsigned: bool, encoded: &mut EncodedVariable) -> Result<(), DatasetError> {
    let from = encoded.data.dtype();
    if from == dtype || dtype == DType::Text || from == DType::Text || dtype.is_time() {
        return Ok(());
    }
    let mut data = encoded.data.clone();
    if dtype.is_integer() && from.is_float() {
        data = data.unary(UnaryOp::Rint)?;
        if unsigned {
            // Floats convert to the signed integers that then wrap, never straight to unsigned ones.
            data = data.cast(DType::Int64)?;
        }
    }
    encoded.data = data.cast(dtype)?;
    Ok(())
}

/// Adds an attribute that must not be there.
fn put(name: &str, attributes: &mut Attributes, key: &'static str, value: Value) -> Result<(), DatasetError> {
    if attributes.contains_key(key) {
        return Err(DatasetError::EncodedTwice { name: name.to_owned(), key });
    }
    attributes.insert(key.to_owned(), value);
    Ok(())
}
