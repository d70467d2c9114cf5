//! Missing values and choices between values: `where`, `fillna`, `isnull`, `notnull`, `clip`.

use super::apply::{Apply, AttributeSource, NameSource, Value, apply, resolve_pair};
use super::{DataArray, Dataset, DatasetError, Join, Operand};
use crate::array::{DType, Scalar};
use crate::kernels::elementwise::{BinaryOp, UnaryOp, weak_scalar_dtype};
use crate::plan::Array;
use indexmap::IndexMap;

/// The dtype that has missing values and every value of a dtype, and its missing value; `None` where there is no such.
pub(super) fn missing_value(dtype: DType) -> Option<(DType, Scalar)> {
    match dtype {
        DType::Text => None,
        // A truth value beside a missing one is an object to xarray; beside NaN it is a number to numpy.
        DType::Bool => Some((DType::Float64, Scalar::Float(f64::NAN))),
        DType::Datetime(_) | DType::Timedelta(_) | DType::CalendarTime(_) => {
            Some((dtype, Scalar::Int(DType::NOT_A_TIME)))
        }
        _ if dtype.is_float() => Some((dtype, Scalar::Float(f64::NAN))),
        _ if dtype.size_bytes() <= 2 => Some((DType::Float32, Scalar::Float(f64::NAN))),
        _ => Some((DType::Float64, Scalar::Float(f64::NAN))),
    }
}

/// Where the values of an array are missing.
pub(super) fn is_missing(array: &Array) -> Result<Array, DatasetError> {
    let dtype = array.dtype();
    if dtype.is_float() || dtype.is_time() {
        return Ok(array.unary(UnaryOp::IsNan)?);
    }
    Ok(array.full_like(Scalar::Bool(false), DType::Bool)?)
}

fn choose(condition: &Array, when_true: &Value, when_false: &Value) -> Result<Array, DatasetError> {
    let (when_true, when_false) = (wrapped(when_true, when_false)?, wrapped(when_false, when_true)?);
    let (when_true, when_false) = resolve_pair("where", &when_true, &when_false)?;
    Ok(condition.select(&when_true, &when_false)?)
}

/// A value as `where` takes it: a Python integer beyond the other side's dtype wraps around.
fn wrapped(value: &Value, other: &Value) -> Result<Value, DatasetError> {
    match (value, other) {
        (Value::Scalar(scalar), Value::Array(array)) if weak_scalar_dtype(array.dtype(), scalar).is_err() => {
            let own = if matches!(scalar, Scalar::UInt(_)) { DType::UInt64 } else { DType::Int64 };
            Ok(Value::Array(Array::scalar(scalar.clone(), own)?.cast(array.dtype())?))
        }
        _ => Ok(value.clone()),
    }
}

/// A condition, which must be of truth values.
fn truth(value: &Value) -> Result<Array, DatasetError> {
    let array = match value {
        Value::Array(array) => array.clone(),
        Value::Scalar(scalar) => Array::scalar(scalar.clone(), DType::Bool)?,
    };
    Ok(array.cast(DType::Bool)?)
}

/// `xr.where`: elements of `when_true` where the condition holds, else of `when_false`; indexes must be equal. The
/// attributes are those of `when_true`, where they are kept, the name is that of the first array.
///
/// # Errors
/// Where no operand is labelled, indexes differ or dtypes have none in common.
pub fn where_values(
    condition: &Operand,
    when_true: &Operand,
    when_false: &Operand,
    keep_attrs: bool,
) -> Result<Operand, DatasetError> {
    let attributes = if keep_attrs { AttributeSource::Operand(1) } else { AttributeSource::Nobody };
    let how = Apply { join: Join::Exact, attributes, name: NameSource::First };
    let operands = [condition, when_true, when_false];
    let mut chosen = apply(&operands, how, &|values| choose(&truth(&values[0])?, &values[1], &values[2]))?;
    let known = match when_true {
        Operand::DataArray(array) if keep_attrs => Some(array.coordinates()),
        Operand::Dataset(dataset) if keep_attrs => Some(dataset.coordinates()),
        _ => None,
    };
    // The coordinates' attributes too are those of the values where the condition holds: none, where that is a number.
    let coordinates = match &mut chosen {
        Operand::DataArray(array) => &mut array.coordinates,
        Operand::Dataset(dataset) => &mut dataset.coordinates,
        Operand::Array(_) | Operand::Scalar(_) => return Ok(chosen),
    };
    for (name, coordinate) in coordinates {
        let own = known.and_then(|known| known.get(name));
        coordinate.attributes = own.map(|own| own.attributes.clone()).unwrap_or_default();
    }
    Ok(chosen)
}

/// Values where the condition holds, elsewhere `other` or missing.
fn where_operand(this: Operand, condition: &Operand, other: Option<&Operand>) -> Result<Operand, DatasetError> {
    let how = |join| Apply { join, attributes: AttributeSource::Operand(0), name: NameSource::First };
    match other {
        Some(other) => apply(&[&this, condition, other], how(Join::Exact), &|values| {
            choose(&truth(&values[1])?, &values[0], &values[2])
        }),
        None => apply(&[&this, condition], how(Join::Inner), &|values| {
            let array = values[0].array("where")?;
            let dtype = array.dtype();
            let (dtype, missing) =
                missing_value(dtype).ok_or(DatasetError::NoMissingValue { operation: "where", dtype })?;
            Ok(truth(&values[1])?.select(&array.cast(dtype)?, &Array::scalar(missing, dtype)?)?)
        }),
    }
}

fn fill_operand(this: Operand, value: &Operand) -> Result<Operand, DatasetError> {
    let how = Apply { join: Join::Left, attributes: AttributeSource::Operand(0), name: NameSource::First };
    apply(&[&this, value], how, &|values| {
        let array = values[0].array("fillna")?;
        let missing = is_missing(array)?;
        choose(&missing, &values[1], &values[0])
    })
}

fn clip_operand(this: Operand, low: Option<&Operand>, high: Option<&Operand>) -> Result<Operand, DatasetError> {
    let mut clipped = this;
    for (bound, operation) in [(low, BinaryOp::Maximum), (high, BinaryOp::Minimum)] {
        let Some(bound) = bound else { continue };
        let how = Apply { join: Join::Exact, attributes: AttributeSource::Operand(0), name: NameSource::First };
        clipped = apply(&[&clipped, bound], how, &|values| {
            if is_beyond(operation, &values[0], &values[1]) {
                return Ok(values[0].array("clip")?.clone());
            }
            let (array, bound) = resolve_pair(operation.name(), &values[0], &values[1])?;
            Ok(array.binary(operation, &bound)?)
        })?;
    }
    Ok(clipped)
}

/// Whether a bound is a Python integer past the end of the array's dtype, so that it bounds nothing.
fn is_beyond(operation: BinaryOp, array: &Value, bound: &Value) -> bool {
    let (Value::Array(array), Value::Scalar(bound)) = (array, bound) else { return false };
    let (Some((low, high)), Some(bound)) = (array.dtype().integer_range(), bound.as_i128()) else { return false };
    if operation == BinaryOp::Maximum { bound < low } else { bound > high }
}

fn null_operand(this: Operand, null: bool) -> Result<Operand, DatasetError> {
    let how = Apply { join: Join::Exact, attributes: AttributeSource::Operand(0), name: NameSource::First };
    apply(&[&this], how, &|values| {
        let missing = is_missing(values[0].array("isnull")?)?;
        if null { Ok(missing) } else { Ok(missing.unary(UnaryOp::LogicalNot)?) }
    })
}

macro_rules! missing_value_methods {
    ($type:ident, $what:literal) => {
        impl $type {
            #[doc = concat!("The values of ", $what, " where the condition holds, elsewhere `other`; without it NaN or NaT,")]
            /// for which integers become floats.
            ///
            /// # Errors
            /// Where indexes differ (with `other`), or the dtype has no missing value (without).
            pub fn where_(&self, condition: &Operand, other: Option<&Operand>) -> Result<$type, DatasetError> {
                where_operand(Operand::from(self.clone()), condition, other)?.try_into()
            }

            #[doc = concat!("The values of ", $what, ", missing ones replaced; the labels stay.")]
            ///
            /// # Errors
            /// Where dtypes have none in common.
            pub fn fillna(&self, value: &Operand) -> Result<$type, DatasetError> {
                fill_operand(Operand::from(self.clone()), value)?.try_into()
            }

            #[doc = concat!("Where values of ", $what, " are missing.")]
            ///
            /// # Errors
            /// None that is known.
            pub fn isnull(&self) -> Result<$type, DatasetError> {
                null_operand(Operand::from(self.clone()), true)?.try_into()
            }

            #[doc = concat!("Where values of ", $what, " aren't missing.")]
            ///
            /// # Errors
            /// None that is known.
            pub fn notnull(&self) -> Result<$type, DatasetError> {
                null_operand(Operand::from(self.clone()), false)?.try_into()
            }

            #[doc = concat!("The values of ", $what, ", those outside the bounds replaced by them; NaN stays.")]
            ///
            /// # Errors
            /// Where indexes differ or dtypes have none in common.
            pub fn clip(&self, low: Option<&Operand>, high: Option<&Operand>) -> Result<$type, DatasetError> {
                clip_operand(Operand::from(self.clone()), low, high)?.try_into()
            }
        }
    };
}

missing_value_methods!(DataArray, "the array");
missing_value_methods!(Dataset, "every data variable");

impl Dataset {
    /// Missing values replaced in some variables, in each by its own value; the others stay as they are.
    ///
    /// # Errors
    /// Where a variable doesn't exist or can't hold the value.
    pub fn fillna_each(&self, values: &IndexMap<String, Operand>) -> Result<Dataset, DatasetError> {
        let unknown: Vec<&String> = values.keys().filter(|name| !self.data_variables.contains_key(*name)).collect();
        if !unknown.is_empty() {
            return Err(DatasetError::FilledUnknown { names: super::error::quoted(&unknown) });
        }
        let mut filled = self.clone();
        for (name, value) in values {
            filled.data_variables.insert(name.clone(), self.get(name)?.fillna(value)?.variable);
        }
        Ok(filled)
    }
}
