//! Dtypes of elementwise functions: what operands are cast to, what comes out. The rules are numpy's.

use super::{BinaryOp, UnaryOp};
use crate::array::{DType, Scalar, TimeUnit};
use crate::kernels::KernelError;

/// Dtypes of a function of one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnarySignature {
    /// What the operand is cast to.
    pub operand: DType,
    /// What comes out.
    pub result: DType,
}

/// Dtypes of a function of two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BinarySignature {
    /// What the left operand is cast to.
    pub left: DType,
    /// What the right operand is cast to; the same storage as the left.
    pub right: DType,
    /// What comes out.
    pub result: DType,
}

impl UnaryOp {
    /// Dtypes for an operand.
    ///
    /// # Errors
    /// Where numpy defines no such function, or its result is `float16`.
    pub fn signature(self, input: DType) -> Result<UnarySignature, KernelError> {
        use UnaryOp as Op;
        let undefined = || KernelError::UndefinedFor { operation: self.name(), dtypes: vec![input] };
        let same = UnarySignature { operand: input, result: input };
        let timedelta = matches!(input, DType::Timedelta(_));
        match self {
            Op::Negative if input.is_integer() || input.is_float() || timedelta => Ok(same),
            Op::Absolute if input.is_numeric() || timedelta => Ok(same),
            Op::Sign | Op::Square | Op::Reciprocal if input.is_integer() || input.is_float() => Ok(same),
            // As bytes: numpy has no such loop of truth values.
            Op::Square | Op::Reciprocal if input == DType::Bool => {
                Ok(UnarySignature { operand: DType::Int8, result: DType::Int8 })
            }
            Op::Invert if input.is_integer() || input == DType::Bool => Ok(same),
            Op::LogicalNot if input.is_numeric() => Ok(UnarySignature { operand: input, result: DType::Bool }),
            Op::Floor | Op::Ceil | Op::Trunc if input.is_numeric() => Ok(same),
            Op::Rint if input.is_float() => Ok(same),
            Op::IsNan | Op::IsFinite | Op::IsInfinite if input.is_numeric() || input.is_time() => {
                Ok(UnarySignature { operand: input, result: DType::Bool })
            }
            Op::Negative | Op::Absolute | Op::Sign | Op::Square | Op::Reciprocal | Op::Invert | Op::LogicalNot => {
                Err(undefined())
            }
            Op::Floor | Op::Ceil | Op::Trunc | Op::IsNan | Op::IsFinite | Op::IsInfinite => Err(undefined()),
            _ => match input.transcendental() {
                Some(float) => Ok(UnarySignature { operand: float, result: float }),
                None if input.is_numeric() => Err(KernelError::NeedsFloat16 { operation: self.name(), dtype: input }),
                None => Err(undefined()),
            },
        }
    }
}

impl BinaryOp {
    /// Whether the result is a truth value of a comparison.
    pub const fn is_comparison(self) -> bool {
        matches!(
            self,
            BinaryOp::Equal
                | BinaryOp::NotEqual
                | BinaryOp::Less
                | BinaryOp::LessEqual
                | BinaryOp::Greater
                | BinaryOp::GreaterEqual
        )
    }

    /// Dtypes for a pair of operands.
    ///
    /// # Errors
    /// Where numpy defines no such function, or its result is `float16`.
    pub fn signature(self, left: DType, right: DType) -> Result<BinarySignature, KernelError> {
        use BinaryOp as Op;
        let undefined = || KernelError::UndefinedFor { operation: self.name(), dtypes: vec![left, right] };
        if left.is_time() || right.is_time() {
            return self.time_signature(left, right).ok_or_else(undefined);
        }
        if matches!(self, Op::LogicalAnd | Op::LogicalOr) && left != DType::Text && right != DType::Text {
            return Ok(BinarySignature { left: DType::Bool, right: DType::Bool, result: DType::Bool });
        }
        let common = left.promote(right).ok_or_else(undefined)?;
        let alike = |operand, result| Ok(BinarySignature { left: operand, right: operand, result });
        match self {
            _ if self.is_comparison() => alike(common, DType::Bool),
            _ if common == DType::Text => Err(undefined()),
            Op::Subtract if common == DType::Bool => Err(undefined()),
            Op::Add | Op::Subtract | Op::Multiply | Op::Minimum | Op::Maximum | Op::Fmin | Op::Fmax => {
                alike(common, common)
            }
            Op::Divide => alike(common.float(), common.float()),
            Op::LeftShift | Op::RightShift if common.is_float() => Err(undefined()),
            Op::FloorDivide | Op::Remainder | Op::Power | Op::LeftShift | Op::RightShift => {
                let operand = if common == DType::Bool { DType::Int8 } else { common };
                alike(operand, operand)
            }
            Op::Arctan2 | Op::Hypot => match (left.transcendental(), right.transcendental()) {
                (None, None) => Err(KernelError::NeedsFloat16 { operation: self.name(), dtype: common }),
                // The smallest float that both fit in: it may be smaller than that of the integer that both fit in.
                (Some(DType::Float64), _) | (_, Some(DType::Float64)) => alike(DType::Float64, DType::Float64),
                _ => alike(DType::Float32, DType::Float32),
            },
            Op::BitwiseAnd | Op::BitwiseOr | Op::BitwiseXor if common.is_float() => Err(undefined()),
            _ => alike(common, common),
        }
    }

    /// Dtypes where at least one operand is a datetime or timedelta.
    fn time_signature(self, left: DType, right: DType) -> Option<BinarySignature> {
        use BinaryOp as Op;
        use DType::{CalendarTime, Datetime, Timedelta};
        let of = |left, right, result| Some(BinarySignature { left, right, result });
        match (self, left, right) {
            (Op::Subtract, Datetime(a), Datetime(b)) => {
                let unit: TimeUnit = a.max(b);
                of(Datetime(unit), Datetime(unit), Timedelta(unit))
            }
            (Op::Add | Op::Subtract, Datetime(a), Timedelta(b)) => {
                let unit = a.max(b);
                of(Datetime(unit), Timedelta(unit), Datetime(unit))
            }
            (Op::Add, Timedelta(a), Datetime(b)) => {
                let unit = a.max(b);
                of(Timedelta(unit), Datetime(unit), Datetime(unit))
            }
            (Op::Subtract, CalendarTime(a), CalendarTime(b)) if a == b => {
                of(left, right, Timedelta(TimeUnit::Microsecond))
            }
            (Op::Add | Op::Subtract, CalendarTime(_), Timedelta(_)) => of(left, Timedelta(TimeUnit::Microsecond), left),
            (Op::Add, Timedelta(_), CalendarTime(_)) => of(Timedelta(TimeUnit::Microsecond), right, right),
            (Op::Multiply, Timedelta(unit), number) if number.is_integer() => of(left, DType::Int64, Timedelta(unit)),
            (Op::Multiply, number, Timedelta(unit)) if number.is_integer() => of(DType::Int64, right, Timedelta(unit)),
            (Op::Add | Op::Subtract | Op::Remainder, Timedelta(_), Timedelta(_))
            | (Op::Minimum | Op::Maximum | Op::Fmin | Op::Fmax, ..) => {
                let common = left.promote(right).filter(|_| left.is_time() && right.is_time())?;
                of(common, common, common)
            }
            _ if self.is_comparison() => {
                let common = left.promote(right).filter(|_| left.is_time() && right.is_time())?;
                of(common, common, DType::Bool)
            }
            _ => None,
        }
    }
}

/// The dtype that a Python scalar takes beside an array, as NEP 50 has it: the array's, unless the scalar is of a
/// higher kind (float beside integer, integer beside bool).
///
/// # Errors
/// [`KernelError::IntegerOutOfBounds`] where an integer doesn't fit the array's integer dtype.
pub fn weak_scalar_dtype(array: DType, value: &Scalar) -> Result<DType, KernelError> {
    Ok(match value {
        Scalar::Text(_) => DType::Text,
        Scalar::Bool(_) => DType::Bool,
        Scalar::Float(_) => array.float(),
        Scalar::Int(_) | Scalar::UInt(_) => match array {
            DType::Bool | DType::Text => DType::Int64,
            DType::Datetime(_) | DType::Timedelta(_) | DType::CalendarTime(_) => DType::Int64,
            _ => {
                let integer = value.as_i128().expect("an integer scalar has an integer value");
                if let Some((low, high)) = array.integer_range()
                    && !(low..=high).contains(&integer)
                {
                    return Err(KernelError::IntegerOutOfBounds { value: value.to_string(), dtype: array });
                }
                array
            }
        },
    })
}

/// The dtype that a Python scalar takes in an operation with an array; in a choice between values there is none.
///
/// # Errors
/// [`KernelError::IntegerOutOfBounds`] where an integer doesn't fit the array's integer dtype.
pub fn weak_operand_dtype(operation: Option<BinaryOp>, array: DType, value: &Scalar) -> Result<DType, KernelError> {
    match weak_scalar_dtype(array, value) {
        // An integer that the array can't hold still compares with what it holds.
        Err(_) if operation.is_some_and(BinaryOp::is_comparison) => Ok(DType::Int64),
        // numpy squares rather than raises to the power of 2, and squares truth values as its smallest integers.
        Ok(_) if operation == Some(BinaryOp::Power) && array == DType::Bool && *value == Scalar::Int(2) => {
            Ok(DType::Int8)
        }
        found => found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_scalars_are_weak() {
        assert_eq!(weak_scalar_dtype(DType::Float32, &Scalar::Float(0.1)), Ok(DType::Float32));
        assert_eq!(weak_scalar_dtype(DType::UInt8, &Scalar::Float(0.1)), Ok(DType::Float64));
        assert_eq!(weak_scalar_dtype(DType::UInt8, &Scalar::Int(3)), Ok(DType::UInt8));
        assert!(weak_scalar_dtype(DType::UInt8, &Scalar::Int(300)).is_err());
    }

    #[test]
    fn dates_subtract_to_spans() {
        let days = DType::Datetime(TimeUnit::Day);
        let seconds = DType::Datetime(TimeUnit::Second);
        let signature = BinaryOp::Subtract.signature(days, seconds).unwrap();
        assert_eq!(signature.result, DType::Timedelta(TimeUnit::Second));
        assert_eq!(signature.left, seconds);
        assert!(BinaryOp::Add.signature(days, days).is_err());
    }

    #[test]
    fn floats_of_two_integers_are_no_larger_than_both_need() {
        let of = |left, right| BinaryOp::Hypot.signature(left, right).map(|signature| signature.result);
        assert_eq!(of(DType::Int16, DType::UInt16), Ok(DType::Float32));
        assert_eq!(of(DType::UInt8, DType::Int16), Ok(DType::Float32));
        assert_eq!(of(DType::Float32, DType::Int32), Ok(DType::Float64));
        assert!(matches!(of(DType::UInt8, DType::Int8), Err(KernelError::NeedsFloat16 { .. })));
    }

    #[test]
    fn square_roots_of_bytes_are_refused() {
        assert!(matches!(UnaryOp::Sqrt.signature(DType::UInt8), Err(KernelError::NeedsFloat16 { .. })));
        assert_eq!(UnaryOp::Sqrt.signature(DType::Int16).unwrap().result, DType::Float32);
    }
}
