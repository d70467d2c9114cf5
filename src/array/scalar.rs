//! A single value whose type is known at run time.

use super::{ArrayError, Buffer, DType};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One value. Datetimes and timedeltas are the `Int` of their unit count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Scalar {
    /// A truth value.
    Bool(bool),
    /// A signed integer, datetime or timedelta.
    Int(i64),
    /// An unsigned integer.
    UInt(u64),
    /// A float.
    Float(f64),
    /// A string.
    Text(String),
}

impl Scalar {
    /// The widest dtype of such values.
    pub const fn dtype(&self) -> DType {
        match self {
            Scalar::Bool(_) => DType::Bool,
            Scalar::Int(_) => DType::Int64,
            Scalar::UInt(_) => DType::UInt64,
            Scalar::Float(_) => DType::Float64,
            Scalar::Text(_) => DType::Text,
        }
    }

    /// The value as a float, `None` for text. Integers beyond 2^53 round.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Scalar::Bool(value) => Some(u8::from(*value).into()),
            Scalar::Int(value) => Some(*value as f64),
            Scalar::UInt(value) => Some(*value as f64),
            Scalar::Float(value) => Some(*value),
            Scalar::Text(_) => None,
        }
    }

    /// The value as an integer, `None` for text and for floats that aren't whole.
    pub fn as_i128(&self) -> Option<i128> {
        match self {
            Scalar::Bool(value) => Some((*value).into()),
            Scalar::Int(value) => Some((*value).into()),
            Scalar::UInt(value) => Some((*value).into()),
            Scalar::Float(value) => (value.fract() == 0.0 && value.abs() < 1e38).then_some(*value as i128),
            Scalar::Text(_) => None,
        }
    }

    /// A buffer of this one value in a dtype.
    ///
    /// # Errors
    /// [`ArrayError::ScalarOutOfRange`] where an integer doesn't fit, a float isn't whole or text meets a number.
    pub fn to_buffer(&self, dtype: DType) -> Result<Buffer, ArrayError> {
        let out_of_range = || ArrayError::ScalarOutOfRange { value: self.to_string(), dtype };
        macro_rules! integer {
            ($variant:ident, $type:ty) => {{
                let value = self.as_i128().and_then(|value| <$type>::try_from(value).ok()).ok_or_else(out_of_range)?;
                Buffer::$variant(vec![value])
            }};
        }
        Ok(match dtype {
            DType::Bool => Buffer::Bool(vec![self.as_f64().ok_or_else(out_of_range)? != 0.0]),
            DType::Int8 => integer!(Int8, i8),
            DType::Int16 => integer!(Int16, i16),
            DType::Int32 => integer!(Int32, i32),
            DType::Int64 | DType::Datetime(_) | DType::Timedelta(_) | DType::CalendarTime(_) => integer!(Int64, i64),
            DType::UInt8 => integer!(UInt8, u8),
            DType::UInt16 => integer!(UInt16, u16),
            DType::UInt32 => integer!(UInt32, u32),
            DType::UInt64 => integer!(UInt64, u64),
            DType::Float32 => Buffer::Float32(vec![self.as_f64().ok_or_else(out_of_range)? as f32]),
            DType::Float64 => Buffer::Float64(vec![self.as_f64().ok_or_else(out_of_range)?]),
            DType::Text => match self {
                Scalar::Text(text) => Buffer::Text(vec![text.clone()]),
                _ => return Err(out_of_range()),
            },
        })
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::Bool(value) => write!(formatter, "{value}"),
            Scalar::Int(value) => write!(formatter, "{value}"),
            Scalar::UInt(value) => write!(formatter, "{value}"),
            Scalar::Float(value) => write!(formatter, "{value}"),
            Scalar::Text(value) => write!(formatter, "{value:?}"),
        }
    }
}

impl From<f64> for Scalar {
    fn from(value: f64) -> Scalar {
        Scalar::Float(value)
    }
}

impl From<i64> for Scalar {
    fn from(value: i64) -> Scalar {
        Scalar::Int(value)
    }
}

impl From<bool> for Scalar {
    fn from(value: bool) -> Scalar {
        Scalar::Bool(value)
    }
}

impl From<&str> for Scalar {
    fn from(value: &str) -> Scalar {
        Scalar::Text(value.to_owned())
    }
}
