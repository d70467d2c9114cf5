//! Element types of arrays, their names and numpy's rules for promoting them.
//!
//! The names and rules are numpy's (NEP 50, <https://numpy.org/neps/nep-0050-scalar-promotion.html>).

use super::{Calendar, Storage};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Resolution of a `datetime64` or `timedelta64` value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TimeUnit {
    /// Days.
    Day,
    /// Hours.
    Hour,
    /// Minutes.
    Minute,
    /// Seconds.
    Second,
    /// Thousandths of a second.
    Millisecond,
    /// Millionths of a second.
    Microsecond,
    /// Thousand-millionths of a second.
    Nanosecond,
}

impl TimeUnit {
    /// All units, coarse to fine.
    pub const ALL: [TimeUnit; 7] = [
        TimeUnit::Day,
        TimeUnit::Hour,
        TimeUnit::Minute,
        TimeUnit::Second,
        TimeUnit::Millisecond,
        TimeUnit::Microsecond,
        TimeUnit::Nanosecond,
    ];

    /// numpy's code for the unit, `"ns"` for nanoseconds.
    pub const fn code(self) -> &'static str {
        match self {
            TimeUnit::Day => "D",
            TimeUnit::Hour => "h",
            TimeUnit::Minute => "m",
            TimeUnit::Second => "s",
            TimeUnit::Millisecond => "ms",
            TimeUnit::Microsecond => "us",
            TimeUnit::Nanosecond => "ns",
        }
    }

    /// The unit of a numpy code.
    pub fn from_code(code: &str) -> Option<TimeUnit> {
        TimeUnit::ALL.into_iter().find(|unit| unit.code() == code)
    }

    /// Length of one unit in nanoseconds.
    pub const fn nanoseconds(self) -> i64 {
        match self {
            TimeUnit::Day => 86_400_000_000_000,
            TimeUnit::Hour => 3_600_000_000_000,
            TimeUnit::Minute => 60_000_000_000,
            TimeUnit::Second => 1_000_000_000,
            TimeUnit::Millisecond => 1_000_000,
            TimeUnit::Microsecond => 1_000,
            TimeUnit::Nanosecond => 1,
        }
    }
}

/// Element type of an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum DType {
    /// Truth values.
    Bool,
    /// Signed 8-bit integers.
    Int8,
    /// Signed 16-bit integers.
    Int16,
    /// Signed 32-bit integers.
    Int32,
    /// Signed 64-bit integers.
    Int64,
    /// Unsigned 8-bit integers.
    UInt8,
    /// Unsigned 16-bit integers.
    UInt16,
    /// Unsigned 32-bit integers.
    UInt32,
    /// Unsigned 64-bit integers.
    UInt64,
    /// IEEE 754 binary32.
    Float32,
    /// IEEE 754 binary64.
    Float64,
    /// Points in time, counted from 1970-01-01T00:00 in the unit; `i64::MIN` is NaT.
    Datetime(TimeUnit),
    /// Spans of time in the unit; `i64::MIN` is NaT.
    Timedelta(TimeUnit),
    /// Points in time of a calendar, counted in microseconds from its 1970-01-01T00:00; `i64::MIN` is NaT. To numpy they
    /// are objects, of cftime's classes.
    CalendarTime(Calendar),
    /// Unicode strings: coordinates and labels only.
    Text,
}

impl DType {
    /// `NaT`: the stored value of a missing datetime or timedelta.
    pub const NOT_A_TIME: i64 = i64::MIN;

    /// How values of this dtype are held in memory.
    pub const fn storage(self) -> Storage {
        match self {
            DType::Bool => Storage::Bool,
            DType::Int8 => Storage::Int8,
            DType::Int16 => Storage::Int16,
            DType::Int32 => Storage::Int32,
            DType::Int64 | DType::Datetime(_) | DType::Timedelta(_) | DType::CalendarTime(_) => Storage::Int64,
            DType::UInt8 => Storage::UInt8,
            DType::UInt16 => Storage::UInt16,
            DType::UInt32 => Storage::UInt32,
            DType::UInt64 => Storage::UInt64,
            DType::Float32 => Storage::Float32,
            DType::Float64 => Storage::Float64,
            DType::Text => Storage::Text,
        }
    }

    /// Bytes of one value in memory; for text, of its handle.
    pub const fn size_bytes(self) -> usize {
        match self {
            DType::Bool | DType::Int8 | DType::UInt8 => 1,
            DType::Int16 | DType::UInt16 => 2,
            DType::Int32 | DType::UInt32 | DType::Float32 => 4,
            DType::Int64 | DType::UInt64 | DType::Float64 => 8,
            DType::Datetime(_) | DType::Timedelta(_) | DType::CalendarTime(_) => 8,
            DType::Text => size_of::<String>(),
        }
    }

    /// Whether this is `float32` or `float64`.
    pub const fn is_float(self) -> bool {
        matches!(self, DType::Float32 | DType::Float64)
    }

    /// Whether this is a signed integer.
    pub const fn is_signed_integer(self) -> bool {
        matches!(self, DType::Int8 | DType::Int16 | DType::Int32 | DType::Int64)
    }

    /// Whether this is an unsigned integer.
    pub const fn is_unsigned_integer(self) -> bool {
        matches!(self, DType::UInt8 | DType::UInt16 | DType::UInt32 | DType::UInt64)
    }

    /// Whether this is an integer, bool excluded.
    pub const fn is_integer(self) -> bool {
        self.is_signed_integer() || self.is_unsigned_integer()
    }

    /// Whether this is a bool, an integer or a float.
    pub const fn is_numeric(self) -> bool {
        matches!(self, DType::Bool) || self.is_integer() || self.is_float()
    }

    /// Whether this is a datetime, of whichever calendar, or a timedelta.
    pub const fn is_time(self) -> bool {
        matches!(self, DType::Datetime(_) | DType::Timedelta(_) | DType::CalendarTime(_))
    }

    /// The unit of a datetime or a timedelta.
    pub const fn time_unit(self) -> Option<TimeUnit> {
        match self {
            DType::Datetime(unit) | DType::Timedelta(unit) => Some(unit),
            _ => None,
        }
    }

    /// The float that holds results of true division and transcendental functions on this dtype:
    /// `float32` for itself, `float64` for every other number.
    ///
    /// numpy answers `float16` and `float32` for transcendental functions of 8 and 16-bit integers; callers that
    /// need that say so with [`DType::transcendental`].
    pub const fn float(self) -> DType {
        match self {
            DType::Float32 => DType::Float32,
            _ => DType::Float64,
        }
    }

    /// numpy's result dtype of `sqrt`, `exp` and their kin, `None` where it is one that Swath lacks
    /// (`float16`, for bool and 8-bit integers) or where the function isn't defined.
    pub const fn transcendental(self) -> Option<DType> {
        match self {
            DType::Int16 | DType::UInt16 | DType::Float32 => Some(DType::Float32),
            DType::Int32 | DType::UInt32 | DType::Int64 | DType::UInt64 | DType::Float64 => Some(DType::Float64),
            _ => None,
        }
    }

    /// The dtype both operands are cast to before an operation, `None` where numpy has none.
    pub fn promote(self, other: DType) -> Option<DType> {
        use DType::{Bool, CalendarTime, Datetime, Float32, Float64, Int64, Text, Timedelta, UInt64};
        if self == other {
            return Some(self);
        }
        match (self, other) {
            (Text, _) | (_, Text) => None,
            (Datetime(a), Datetime(b)) => Some(Datetime(a.max(b))),
            (Timedelta(a), Timedelta(b)) => Some(Timedelta(a.max(b))),
            (Datetime(_) | CalendarTime(_), _) | (_, Datetime(_) | CalendarTime(_)) => None,
            (Timedelta(unit), number) | (number, Timedelta(unit)) => number.is_integer().then_some(Timedelta(unit)),
            (Bool, number) | (number, Bool) => Some(number),
            (Float64, _) | (_, Float64) => Some(Float64),
            (Float32, number) | (number, Float32) => {
                Some(if number.size_bytes() >= 4 && number != Float32 { Float64 } else { Float32 })
            }
            (a, b) if a.is_signed_integer() == b.is_signed_integer() => {
                Some(if a.size_bytes() >= b.size_bytes() { a } else { b })
            }
            (a, b) => {
                let (signed, unsigned) = if a.is_signed_integer() { (a, b) } else { (b, a) };
                if signed.size_bytes() > unsigned.size_bytes() {
                    return Some(signed);
                }
                Some(match unsigned {
                    DType::UInt8 => DType::Int16,
                    DType::UInt16 => DType::Int32,
                    DType::UInt32 => Int64,
                    UInt64 => Float64,
                    _ => unreachable!("an unsigned integer has one of four sizes"),
                })
            }
        }
    }

    /// Lowest and highest value of an integer dtype.
    pub const fn integer_range(self) -> Option<(i128, i128)> {
        Some(match self {
            DType::Int8 => (i8::MIN as i128, i8::MAX as i128),
            DType::Int16 => (i16::MIN as i128, i16::MAX as i128),
            DType::Int32 => (i32::MIN as i128, i32::MAX as i128),
            DType::Int64 => (i64::MIN as i128, i64::MAX as i128),
            DType::UInt8 => (0, u8::MAX as i128),
            DType::UInt16 => (0, u16::MAX as i128),
            DType::UInt32 => (0, u32::MAX as i128),
            DType::UInt64 => (0, u64::MAX as i128),
            _ => return None,
        })
    }
}

impl fmt::Display for DType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            DType::Bool => "bool",
            DType::Int8 => "int8",
            DType::Int16 => "int16",
            DType::Int32 => "int32",
            DType::Int64 => "int64",
            DType::UInt8 => "uint8",
            DType::UInt16 => "uint16",
            DType::UInt32 => "uint32",
            DType::UInt64 => "uint64",
            DType::Float32 => "float32",
            DType::Float64 => "float64",
            DType::Datetime(unit) => return write!(formatter, "datetime64[{}]", unit.code()),
            DType::Timedelta(unit) => return write!(formatter, "timedelta64[{}]", unit.code()),
            DType::Text => "str",
            DType::CalendarTime(_) => "object",
        };
        formatter.pad(name)
    }
}

/// A name that is no supported dtype.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unsupported dtype {name:?}: expected bool, int8 to int64, uint8 to uint64, float32, float64, datetime64[unit], timedelta64[unit] or str"
)]
pub struct ParseDTypeError {
    /// The name as given.
    pub name: String,
}

impl FromStr for DType {
    type Err = ParseDTypeError;

    /// Reads numpy's names and short codes: `float32`, `f4`, `<f4`, `datetime64[ns]`, `M8[ns]`.
    fn from_str(name: &str) -> Result<DType, ParseDTypeError> {
        let unknown = || ParseDTypeError { name: name.to_owned() };
        let plain = name.trim_start_matches(['<', '>', '|', '=']);
        if let Some((kind, rest)) = plain.split_once('[') {
            let unit = rest.strip_suffix(']').and_then(TimeUnit::from_code).ok_or_else(unknown)?;
            return match kind {
                "datetime64" | "M8" => Ok(DType::Datetime(unit)),
                "timedelta64" | "m8" => Ok(DType::Timedelta(unit)),
                _ => Err(unknown()),
            };
        }
        Ok(match plain {
            "bool" | "bool_" | "b1" | "?" => DType::Bool,
            "int8" | "i1" => DType::Int8,
            "int16" | "i2" => DType::Int16,
            "int32" | "i4" => DType::Int32,
            "int64" | "int" | "i8" => DType::Int64,
            "uint8" | "u1" => DType::UInt8,
            "uint16" | "u2" => DType::UInt16,
            "uint32" | "u4" => DType::UInt32,
            "uint64" | "u8" => DType::UInt64,
            "float32" | "f4" => DType::Float32,
            "float64" | "float" | "f8" => DType::Float64,
            "str" | "U" => DType::Text,
            _ => return Err(unknown()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promotion_follows_numpy() {
        let cases = [
            ("uint8", "int8", "int16"),
            ("uint64", "int64", "float64"),
            ("float32", "int16", "float32"),
            ("float32", "int32", "float64"),
            ("bool", "uint16", "uint16"),
            ("uint32", "int64", "int64"),
            ("bool", "float32", "float32"),
        ];
        for (a, b, expected) in cases {
            let promoted = a.parse::<DType>().unwrap().promote(b.parse().unwrap()).unwrap();
            assert_eq!(promoted.to_string(), expected, "{a} with {b}");
            assert_eq!(b.parse::<DType>().unwrap().promote(a.parse().unwrap()), Some(promoted));
        }
        assert_eq!(DType::Datetime(TimeUnit::Day).promote(DType::Float64), None);
    }

    #[test]
    fn names_round_trip() {
        for name in ["bool", "int8", "uint64", "float32", "datetime64[ns]", "timedelta64[s]", "str"] {
            assert_eq!(name.parse::<DType>().unwrap().to_string(), name);
        }
        assert!("complex64".parse::<DType>().is_err());
    }
}
