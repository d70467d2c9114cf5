//! Numbers in attributes: JSON has no NaN, and xarray writes the fill values of Zarr v3 floats as Base64.

use crate::array::{DType, Scalar};
use serde_json::{Number, Value};

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The number that an attribute holds; the first of several.
pub(super) fn scalar(value: &Value) -> Option<Scalar> {
    match value {
        Value::Bool(value) => Some(Scalar::Bool(*value)),
        Value::Number(number) => number
            .as_i64()
            .map(Scalar::Int)
            .or_else(|| number.as_u64().map(Scalar::UInt))
            .or_else(|| number.as_f64().map(Scalar::Float)),
        Value::String(text) => match text.as_str() {
            "NaN" => Some(Scalar::Float(f64::NAN)),
            "Infinity" => Some(Scalar::Float(f64::INFINITY)),
            "-Infinity" => Some(Scalar::Float(f64::NEG_INFINITY)),
            _ => None,
        },
        Value::Array(values) => values.first().and_then(scalar),
        Value::Null | Value::Object(_) => None,
    }
}

/// Every number that an attribute holds.
pub(super) fn scalars(value: &Value) -> Option<Vec<Scalar>> {
    match value {
        Value::Array(values) => values.iter().map(scalar).collect(),
        one => scalar(one).map(|scalar| vec![scalar]),
    }
}

/// A `_FillValue` attribute as xarray writes it beside a Zarr v3 array: floats are the Base64 of their eight bytes.
pub(super) fn fill_scalar(value: &Value, dtype: DType) -> Option<Vec<Scalar>> {
    match value {
        Value::String(text) if dtype.is_float() => match decode_base64(text) {
            Some(bytes) => Some(vec![Scalar::Float(f64::from_le_bytes(bytes.try_into().ok()?))]),
            None => scalars(value),
        },
        Value::String(text) if dtype == DType::Text => Some(vec![Scalar::Text(text.clone())]),
        other => scalars(other),
    }
}

/// A value as an attribute.
pub(in crate::dataset) fn attribute(value: &Scalar) -> Value {
    match value {
        Scalar::Bool(value) => Value::Bool(*value),
        Scalar::Int(value) => Value::from(*value),
        Scalar::UInt(value) => Value::from(*value),
        Scalar::Float(value) => Number::from_f64(*value).map_or_else(
            || {
                let name = match value {
                    value if value.is_nan() => "NaN",
                    value if *value > 0.0 => "Infinity",
                    _ => "-Infinity",
                };
                Value::String(name.to_owned())
            },
            Value::Number,
        ),
        Scalar::Text(text) => Value::String(text.clone()),
    }
}

/// The `_FillValue` attribute that xarray writes beside a Zarr v3 array.
pub(in crate::dataset) fn fill_value_attribute(value: &Scalar, dtype: DType) -> Value {
    match value.as_f64() {
        Some(number) if dtype.is_float() => Value::String(encode_base64(&number.to_le_bytes())),
        _ => match value.as_i128().map(i64::try_from) {
            Some(Ok(integer)) if dtype.is_integer() => Value::from(integer),
            _ => attribute(value),
        },
    }
}

/// RFC 4648, section 4.
fn encode_base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let mut bits = 0_u32;
        for position in 0..3 {
            bits = bits << 8 | u32::from(group.get(position).copied().unwrap_or(0));
        }
        for position in 0..4 {
            let used = position <= group.len();
            let index = (bits >> (18 - 6 * position)) as usize & 63;
            text.push(if used { BASE64[index] as char } else { '=' });
        }
    }
    text
}

fn decode_base64(text: &str) -> Option<Vec<u8>> {
    if text.len() != 12 || !text.ends_with('=') {
        return None;
    }
    let mut bytes = Vec::new();
    let mut bits = 0_u32;
    let mut count = 0;
    for byte in text.trim_end_matches('=').bytes() {
        let value = BASE64.iter().position(|&symbol| symbol == byte)?;
        bits = bits << 6 | value as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fill_values_of_floats_are_base64() {
        assert_eq!(fill_value_attribute(&Scalar::Float(f64::NAN), DType::Float32), json!("AAAAAAAA+H8="));
        assert_eq!(fill_value_attribute(&Scalar::Int(-9999), DType::Int16), json!(-9999));
        let read = fill_scalar(&json!("AAAAAAAA+H8="), DType::Float64).unwrap();
        assert!(matches!(read[..], [Scalar::Float(value)] if value.is_nan()));
        let written = fill_value_attribute(&Scalar::Float(-1e20), DType::Float64);
        assert_eq!(fill_scalar(&written, DType::Float64), Some(vec![Scalar::Float(-1e20)]));
        assert_eq!(fill_scalar(&json!([1, 2]), DType::Int8), Some(vec![Scalar::Int(1), Scalar::Int(2)]));
    }
}
