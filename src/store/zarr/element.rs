//! How one element lies in a decoded chunk, and how metadata spells dtypes and fill values.

use crate::array::{Buffer, DType, Scalar, TimeUnit};
use serde_json::{Value, json};
use zarrs::array::{DataType, FillValue, data_type};

/// How one element lies in a decoded chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    /// A bool, number, datetime or timedelta.
    Plain(DType),
    /// UTF-32 code points, padded with zeros.
    Utf32 {
        /// Number of code points.
        length: usize,
        /// Byte order of each.
        big_endian: bool,
    },
    /// Bytes, padded with zeros.
    Bytes {
        /// Number of bytes.
        length: usize,
    },
    /// UTF-8 of any length.
    Utf8,
}

impl Element {
    /// The dtype that elements are read as.
    pub(super) fn dtype(self) -> DType {
        match self {
            Element::Plain(dtype) => dtype,
            _ => DType::Text,
        }
    }

    /// Bytes of one element in a decoded chunk; `None` where they differ.
    pub(super) fn size_bytes(self) -> Option<usize> {
        match self {
            Element::Plain(dtype) => Some(dtype.size_bytes()),
            Element::Utf32 { length, .. } => Some(4 * length),
            Element::Bytes { length } => Some(length),
            Element::Utf8 => None,
        }
    }

    /// Bytes of one element once read, with a guess for text of any length.
    pub(super) fn memory_bytes(self) -> usize {
        match self {
            Element::Plain(dtype) => dtype.size_bytes(),
            _ => size_of::<String>() + self.size_bytes().unwrap_or(64),
        }
    }

    /// What codecs are told that an element is: a number of that width, else bytes that they leave alone.
    pub(super) fn data_type(self) -> DataType {
        match self {
            Element::Plain(dtype) => match dtype {
                DType::Bool => data_type::bool(),
                DType::Int8 => data_type::int8(),
                DType::Int16 => data_type::int16(),
                DType::Int32 => data_type::int32(),
                DType::Int64 | DType::Datetime(_) | DType::Timedelta(_) | DType::CalendarTime(_) => data_type::int64(),
                DType::UInt8 => data_type::uint8(),
                DType::UInt16 => data_type::uint16(),
                DType::UInt32 => data_type::uint32(),
                DType::UInt64 => data_type::uint64(),
                DType::Float32 => data_type::float32(),
                DType::Float64 => data_type::float64(),
                DType::Text => data_type::string(),
            },
            Element::Utf32 { length, .. } => data_type::raw_bits(4 * length),
            Element::Bytes { length } => data_type::raw_bits(length),
            Element::Utf8 => data_type::string(),
        }
    }

    /// The fill value as codecs are told it.
    pub(super) fn codec_fill_value(self, fill: &Buffer) -> FillValue {
        match (self, fill) {
            (Element::Plain(_), fill) => {
                crate::store::place::as_bytes(fill).map_or(FillValue::from(0u8), FillValue::from)
            }
            (Element::Utf8, Buffer::Text(text)) => FillValue::from(text[0].as_bytes()),
            _ => FillValue::from(vec![0u8; self.size_bytes().unwrap_or(0)]),
        }
    }
}

/// The fill value of a v2 or v3 array as a scalar of its dtype; `Err` says what was found.
pub(super) fn parse_fill_value(value: &Value, dtype: DType) -> Result<Option<Scalar>, String> {
    let unknown = || format!("fill value {value} of dtype {dtype}");
    let scalar = match (dtype, value) {
        (_, Value::Null) => return Ok(None),
        (DType::Text, Value::String(text)) => Scalar::Text(text.clone()),
        // zarr-python 2 wrote 0 for strings.
        (DType::Text, Value::Number(_)) => Scalar::Text(String::new()),
        (DType::Bool, Value::Bool(value)) => Scalar::Bool(*value),
        (_, Value::Bool(value)) => Scalar::Int((*value).into()),
        (DType::Float32 | DType::Float64, Value::String(text)) => {
            Scalar::Float(parse_float(text, dtype).ok_or_else(unknown)?)
        }
        (DType::Datetime(_) | DType::Timedelta(_) | DType::CalendarTime(_), Value::String(text)) if text == "NaT" => {
            Scalar::Int(DType::NOT_A_TIME)
        }
        (DType::Float32 | DType::Float64, Value::Number(number)) => Scalar::Float(number.as_f64().ok_or_else(unknown)?),
        (_, Value::Number(number)) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(value), _, _) => Scalar::Int(value),
            (_, Some(value), _) => Scalar::UInt(value),
            (_, _, Some(value)) => Scalar::Float(value),
            _ => return Err(unknown()),
        },
        _ => return Err(unknown()),
    };
    scalar.to_buffer(dtype).map_err(|_| unknown())?;
    Ok(Some(scalar))
}

/// A float as metadata spells it: a name, the hexadecimal bits, or a number.
fn parse_float(text: &str, dtype: DType) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => match text.strip_prefix("0x") {
            Some(bits) if dtype == DType::Float32 => {
                u32::from_str_radix(bits, 16).ok().map(|bits| f32::from_bits(bits).into())
            }
            Some(bits) => u64::from_str_radix(bits, 16).ok().map(f64::from_bits),
            None => text.parse().ok(),
        },
    }
}

/// A fill value as metadata spells it.
pub(super) fn fill_value_json(value: &Scalar, dtype: DType) -> Value {
    match value {
        Scalar::Int(DType::NOT_A_TIME) if dtype.is_time() => json!("NaT"),
        Scalar::Float(value) if dtype.is_float() => float_json(*value),
        _ if dtype == DType::Bool => json!(value.as_f64() != Some(0.0)),
        _ if dtype.is_float() => value.as_f64().map_or(Value::Null, float_json),
        Scalar::Text(text) => json!(text),
        _ => match value.as_i128() {
            Some(integer) if integer >= 0 => json!(integer as u64),
            Some(integer) => json!(integer as i64),
            None => Value::Null,
        },
    }
}

fn float_json(value: f64) -> Value {
    match value {
        _ if value.is_nan() => json!("NaN"),
        f64::INFINITY => json!("Infinity"),
        f64::NEG_INFINITY => json!("-Infinity"),
        _ => json!(value),
    }
}

/// The zero of a dtype: what v3 says where nobody chose a fill value.
pub(super) fn zero(dtype: DType) -> Scalar {
    match dtype {
        DType::Bool => Scalar::Bool(false),
        DType::Text => Scalar::Text(String::new()),
        dtype if dtype.is_float() => Scalar::Float(0.0),
        _ => Scalar::Int(0),
    }
}

/// The time unit of a numpy code; `Err` with the code for those that Swath lacks.
pub(super) fn time_unit(code: &str) -> Result<TimeUnit, String> {
    TimeUnit::from_code(code).ok_or_else(|| format!("time unit {code:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fill_values_round_trip() {
        for (dtype, value) in [
            (DType::Float32, json!("NaN")),
            (DType::Float64, json!("-Infinity")),
            (DType::Float64, json!(-9999.0)),
            (DType::UInt64, json!(u64::MAX)),
            (DType::Int16, json!(-32768)),
            (DType::Bool, json!(true)),
            (DType::Text, json!("none")),
            (DType::Datetime(TimeUnit::Nanosecond), json!("NaT")),
        ] {
            let scalar = parse_fill_value(&value, dtype).unwrap().unwrap();
            assert_eq!(fill_value_json(&scalar, dtype), value, "{dtype}");
        }
    }

    #[test]
    fn other_spellings_of_fill_values_are_read() {
        let float = |value, dtype| match parse_fill_value(&value, dtype) {
            Ok(Some(Scalar::Float(value))) => value,
            other => panic!("{other:?}"),
        };
        assert_eq!(float(json!("0x3f800000"), DType::Float32), 1.0);
        assert_eq!(float(json!(0), DType::Float64), 0.0);
        assert_eq!(parse_fill_value(&json!(null), DType::Int8).unwrap(), None);
        assert_eq!(parse_fill_value(&json!(0.0), DType::Int8).unwrap(), Some(Scalar::Float(0.0)));
        assert!(parse_fill_value(&json!(300), DType::UInt8).is_err());
        assert!(parse_fill_value(&json!({}), DType::Float32).is_err());
    }
}
