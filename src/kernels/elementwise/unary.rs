//! Loops of the functions of one value.

use super::UnaryOp;
use super::float::Float;
use super::integer::Integer;
use super::map::{map, map_calls};
use crate::array::{Buffer, DType};

/// Writes `op` of the first `count` values of `input` to the first `count` of `output`.
///
/// `operand` is the dtype that [`UnarySignature`](super::UnarySignature) casts the operand to; it tells times, whose
/// missing value stays missing, from integers. The output has the storage of the signature's result. Costs no memory.
///
/// # Panics
/// Where the function isn't defined for the dtype, a buffer has another storage or fewer values.
pub fn unary(op: UnaryOp, operand: DType, input: &Buffer, output: &mut Buffer, count: usize) {
    match operand {
        DType::Bool => boolean(op, input, output, count),
        DType::Int8 => integer::<i8>(op, input, output, count),
        DType::Int16 => integer::<i16>(op, input, output, count),
        DType::Int32 => integer::<i32>(op, input, output, count),
        DType::Int64 => integer::<i64>(op, input, output, count),
        DType::UInt8 => integer::<u8>(op, input, output, count),
        DType::UInt16 => integer::<u16>(op, input, output, count),
        DType::UInt32 => integer::<u32>(op, input, output, count),
        DType::UInt64 => integer::<u64>(op, input, output, count),
        DType::Float32 => float::<f32>(op, input, output, count),
        DType::Float64 => float::<f64>(op, input, output, count),
        DType::Datetime(_) | DType::Timedelta(_) | DType::CalendarTime(_) => time(op, input, output, count),
        DType::Text => undefined(op, "text"),
    }
}

fn undefined(op: UnaryOp, kind: &str) -> ! {
    panic!("no signature admits {} of {kind}", op.name())
}

fn boolean(op: UnaryOp, input: &Buffer, output: &mut Buffer, count: usize) {
    use UnaryOp as Op;
    match op {
        Op::Absolute | Op::Floor | Op::Ceil | Op::Trunc => map(input, output, count, |x: bool| x),
        Op::Invert | Op::LogicalNot => map(input, output, count, |x: bool| !x),
        Op::IsNan | Op::IsInfinite => map(input, output, count, |_: bool| false),
        Op::IsFinite => map(input, output, count, |_: bool| true),
        _ => undefined(op, "bool"),
    }
}

fn integer<T: Integer>(op: UnaryOp, input: &Buffer, output: &mut Buffer, count: usize) {
    use UnaryOp as Op;
    match op {
        Op::Negative => map(input, output, count, T::negative),
        Op::Absolute => map(input, output, count, T::absolute),
        Op::Sign => map(input, output, count, T::sign),
        Op::Square => map(input, output, count, |x: T| x.multiply(x)),
        Op::Reciprocal => map_calls(input, output, count, T::reciprocal),
        Op::Invert => map(input, output, count, T::invert),
        Op::LogicalNot => map(input, output, count, |x: T| x == T::ZERO),
        Op::Floor | Op::Ceil | Op::Trunc => map(input, output, count, |x: T| x),
        Op::IsNan | Op::IsInfinite => map(input, output, count, |_: T| false),
        Op::IsFinite => map(input, output, count, |_: T| true),
        _ => undefined(op, "integers"),
    }
}

fn float<T: Float>(op: UnaryOp, input: &Buffer, output: &mut Buffer, count: usize) {
    use UnaryOp as Op;
    match op {
        Op::Negative => map(input, output, count, |x: T| -x),
        Op::Absolute => map(input, output, count, T::absolute),
        Op::Sign => map(input, output, count, T::sign),
        Op::Square => map(input, output, count, |x: T| x * x),
        Op::Reciprocal => map(input, output, count, |x: T| T::ONE / x),
        Op::LogicalNot => map(input, output, count, |x: T| x == T::ZERO),
        Op::Sqrt => map(input, output, count, T::sqrt),
        Op::Cbrt => map_calls(input, output, count, T::cbrt),
        Op::Exp => map_calls(input, output, count, T::exp),
        Op::Exp2 => map_calls(input, output, count, T::exp2),
        Op::Expm1 => map_calls(input, output, count, T::expm1),
        Op::Log => map_calls(input, output, count, T::log),
        Op::Log2 => map_calls(input, output, count, T::log2),
        Op::Log10 => map_calls(input, output, count, T::log10),
        Op::Log1p => map_calls(input, output, count, T::log1p),
        Op::Sin => map_calls(input, output, count, T::sin),
        Op::Cos => map_calls(input, output, count, T::cos),
        Op::Tan => map_calls(input, output, count, T::tan),
        Op::Arcsin => map_calls(input, output, count, T::arcsin),
        Op::Arccos => map_calls(input, output, count, T::arccos),
        Op::Arctan => map_calls(input, output, count, T::arctan),
        Op::Sinh => map_calls(input, output, count, T::sinh),
        Op::Cosh => map_calls(input, output, count, T::cosh),
        Op::Tanh => map_calls(input, output, count, T::tanh),
        Op::Arcsinh => map_calls(input, output, count, T::arcsinh),
        Op::Arccosh => map_calls(input, output, count, T::arccosh),
        Op::Arctanh => map_calls(input, output, count, T::arctanh),
        Op::Degrees => map(input, output, count, T::degrees),
        Op::Radians => map(input, output, count, T::radians),
        Op::Floor => map(input, output, count, T::floor),
        Op::Ceil => map(input, output, count, T::ceil),
        Op::Trunc => map(input, output, count, T::trunc),
        Op::Rint => map(input, output, count, T::rint),
        Op::IsNan => map(input, output, count, T::is_nan),
        Op::IsFinite => map(input, output, count, T::is_finite),
        Op::IsInfinite => map(input, output, count, T::is_infinite),
        Op::Invert => undefined(op, "floats"),
    }
}

/// NaT is the smallest `i64`, whose wrapping negative and absolute value are itself: both keep it missing.
fn time(op: UnaryOp, input: &Buffer, output: &mut Buffer, count: usize) {
    use UnaryOp as Op;
    match op {
        Op::Negative => map(input, output, count, i64::wrapping_neg),
        Op::Absolute => map(input, output, count, i64::wrapping_abs),
        Op::IsNan => map(input, output, count, |x: i64| x == DType::NOT_A_TIME),
        Op::IsFinite => map(input, output, count, |x: i64| x != DType::NOT_A_TIME),
        Op::IsInfinite => map(input, output, count, |_: i64| false),
        _ => undefined(op, "times"),
    }
}
