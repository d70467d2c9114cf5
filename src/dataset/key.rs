//! Labels of any dtype in one form that compares exactly.

use super::DatasetError;
use crate::array::{Buffer, Chunk, DType, Scalar};
use crate::kernels::elementwise;
use crate::plan::PlanError;
use std::cmp::Ordering;

/// A label in a form that compares exactly: times are counted in nanoseconds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Key {
    /// A truth value, integer or time.
    Integer(i128),
    /// A float.
    Float(f64),
    /// Text.
    Text(String),
}

impl Key {
    /// No time, after all that there are.
    const NOT_A_TIME: Key = Key::Integer(i128::MAX / 4);

    /// Whether this is NaN or no time.
    pub(super) fn is_missing(&self) -> bool {
        matches!(self, Key::Float(value) if value.is_nan()) || *self == Key::NOT_A_TIME
    }

    /// Order of two keys; `None` between text and numbers and beside NaN.
    fn compare(&self, other: &Key) -> Option<Ordering> {
        match (self, other) {
            (Key::Integer(a), Key::Integer(b)) => Some(a.cmp(b)),
            (Key::Float(a), Key::Float(b)) => a.partial_cmp(b),
            (Key::Integer(a), Key::Float(b)) => (*a as f64).partial_cmp(b),
            (Key::Float(a), Key::Integer(b)) => a.partial_cmp(&(*b as f64)),
            (Key::Text(a), Key::Text(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }

    /// Whether two labels are the same one; NaN is itself.
    pub(super) fn same(&self, other: &Key) -> bool {
        match (self, other) {
            (Key::Float(a), Key::Float(b)) if a.is_nan() && b.is_nan() => true,
            _ => self.compare(other) == Some(Ordering::Equal),
        }
    }

    /// A hashable form, equal for the same labels.
    pub(super) fn identity(&self) -> KeyIdentity {
        match self {
            Key::Integer(value) => KeyIdentity::Integer(*value),
            Key::Float(value) if value.fract() == 0.0 && value.abs() < 1e30 => KeyIdentity::Integer(*value as i128),
            Key::Float(value) if value.is_nan() => KeyIdentity::Float(f64::NAN.to_bits()),
            Key::Float(value) => KeyIdentity::Float(value.to_bits()),
            Key::Text(value) => KeyIdentity::Text(value.clone()),
        }
    }

    /// Order for sorting: numbers before text, NaN last among numbers, no time among times.
    pub(super) fn sort_order(&self, other: &Key) -> Ordering {
        self.compare(other).unwrap_or_else(|| match (self, other) {
            (Key::Text(_), _) => Ordering::Greater,
            (_, Key::Text(_)) => Ordering::Less,
            (Key::Float(a), _) if a.is_nan() => Ordering::Greater,
            _ => Ordering::Less,
        })
    }

    /// How far two numbers or times are apart; `None` beside text.
    pub(super) fn distance(&self, other: &Key) -> Option<f64> {
        match (self, other) {
            (Key::Integer(a), Key::Integer(b)) => Some((a - b).unsigned_abs() as f64),
            (Key::Text(_), _) | (_, Key::Text(_)) => None,
            _ => Some((self.number() - other.number()).abs()),
        }
    }

    fn number(&self) -> f64 {
        match self {
            Key::Integer(value) => *value as f64,
            Key::Float(value) => *value,
            Key::Text(_) => f64::NAN,
        }
    }
}

/// A [`Key`] for hash maps.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum KeyIdentity {
    /// A whole number.
    Integer(i128),
    /// The bits of a float.
    Float(u64),
    /// Text.
    Text(String),
}

/// The key of a value of a dtype.
pub(super) fn key(dtype: DType, value: Scalar) -> Key {
    match (dtype, value) {
        (dtype, Scalar::Int(DType::NOT_A_TIME)) if dtype.is_time() => Key::NOT_A_TIME,
        (DType::Datetime(unit) | DType::Timedelta(unit), Scalar::Int(count)) => {
            Key::Integer(i128::from(count) * i128::from(unit.nanoseconds()))
        }
        (DType::CalendarTime(_), Scalar::Int(count)) => Key::Integer(i128::from(count) * 1000),
        (_, Scalar::Bool(value)) => Key::Integer(value.into()),
        (_, Scalar::Int(value)) => Key::Integer(value.into()),
        (_, Scalar::UInt(value)) => Key::Integer(value.into()),
        (_, Scalar::Float(value)) => Key::Float(value),
        (_, Scalar::Text(value)) => Key::Text(value),
    }
}

/// Values in memory in another numeric or time dtype; text stays text.
pub(super) fn cast_labels(labels: &Chunk, dtype: DType) -> Result<Chunk, DatasetError> {
    let from = labels.dtype();
    if from == dtype {
        return Ok(labels.clone());
    }
    if from == DType::Text || dtype == DType::Text {
        return Err(DatasetError::Plan(PlanError::NoSuchCast { from, to: dtype }));
    }
    let mut cast = Buffer::zeros(dtype.storage(), labels.len());
    elementwise::cast(from, dtype, labels.data(), &mut cast, labels.len());
    Ok(Chunk::new(dtype, labels.shape().to_vec(), cast)?)
}
