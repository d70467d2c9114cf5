//! Loops of the functions of two values.

use super::BinaryOp;
use super::float::Float;
use super::integer::Integer;
use super::map::{values, values_mut, zip, zip_calls};
use crate::array::{Buffer, DType, Element};

/// Writes `op` of the first `count` pairs of values of `a` and `b` to the first `count` of `output`.
///
/// `left` and `right` are the dtypes that [`BinarySignature`](super::BinarySignature) casts the operands to; they tell
/// times, whose missing value stays missing, from integers. The output has the storage of the signature's result.
/// Integers to negative powers, which numpy refuses, give 0 here: the caller refuses them. Costs no memory.
///
/// # Panics
/// Where the function isn't defined for the dtypes, a buffer has another storage or fewer values.
pub fn binary(op: BinaryOp, left: DType, right: DType, a: &Buffer, b: &Buffer, output: &mut Buffer, count: usize) {
    if left.is_time() || right.is_time() {
        return time(op, left, right, a, b, output, count);
    }
    match left {
        DType::Bool => boolean(op, a, b, output, count),
        DType::Int8 => integer::<i8>(op, a, b, output, count),
        DType::Int16 => integer::<i16>(op, a, b, output, count),
        DType::Int32 => integer::<i32>(op, a, b, output, count),
        DType::Int64 => integer::<i64>(op, a, b, output, count),
        DType::UInt8 => integer::<u8>(op, a, b, output, count),
        DType::UInt16 => integer::<u16>(op, a, b, output, count),
        DType::UInt32 => integer::<u32>(op, a, b, output, count),
        DType::UInt64 => integer::<u64>(op, a, b, output, count),
        DType::Float32 => float::<f32>(op, a, b, output, count),
        DType::Float64 => float::<f64>(op, a, b, output, count),
        DType::Text => text(op, a, b, output, count),
        DType::Datetime(_) | DType::Timedelta(_) | DType::CalendarTime(_) => unreachable!("times are dispatched above"),
    }
}

fn undefined(op: BinaryOp, kind: &str) -> ! {
    panic!("no signature admits {} of {kind}", op.name())
}

/// The six comparisons; false beside NaN, but for `not_equal`.
fn compare<T: Element + Copy>(op: BinaryOp, a: &Buffer, b: &Buffer, output: &mut Buffer, count: usize) {
    use BinaryOp as Op;
    match op {
        Op::Equal => zip(a, b, output, count, |x: T, y: T| x == y),
        Op::NotEqual => zip(a, b, output, count, |x: T, y: T| x != y),
        Op::Less => zip(a, b, output, count, |x: T, y: T| x < y),
        Op::LessEqual => zip(a, b, output, count, |x: T, y: T| x <= y),
        Op::Greater => zip(a, b, output, count, |x: T, y: T| x > y),
        Op::GreaterEqual => zip(a, b, output, count, |x: T, y: T| x >= y),
        _ => undefined(op, "these values"),
    }
}

fn boolean(op: BinaryOp, a: &Buffer, b: &Buffer, output: &mut Buffer, count: usize) {
    use BinaryOp as Op;
    match op {
        Op::Add | Op::Maximum | Op::Fmax | Op::BitwiseOr | Op::LogicalOr => {
            zip(a, b, output, count, |x: bool, y| x | y)
        }
        Op::Multiply | Op::Minimum | Op::Fmin | Op::BitwiseAnd | Op::LogicalAnd => {
            zip(a, b, output, count, |x: bool, y| x & y)
        }
        Op::BitwiseXor => zip(a, b, output, count, |x: bool, y| x ^ y),
        _ => compare::<bool>(op, a, b, output, count),
    }
}

fn integer<T: Integer>(op: BinaryOp, a: &Buffer, b: &Buffer, output: &mut Buffer, count: usize) {
    use BinaryOp as Op;
    match op {
        Op::Add => zip(a, b, output, count, T::add),
        Op::Subtract => zip(a, b, output, count, T::subtract),
        Op::Multiply => zip(a, b, output, count, T::multiply),
        Op::FloorDivide => zip_calls(a, b, output, count, T::floor_divide),
        Op::Remainder => zip_calls(a, b, output, count, T::remainder),
        Op::Power => zip_calls(a, b, output, count, T::power),
        Op::Minimum | Op::Fmin => zip(a, b, output, count, |x: T, y: T| x.min(y)),
        Op::Maximum | Op::Fmax => zip(a, b, output, count, |x: T, y: T| x.max(y)),
        Op::BitwiseAnd => zip(a, b, output, count, T::and),
        Op::BitwiseOr => zip(a, b, output, count, T::or),
        Op::BitwiseXor => zip(a, b, output, count, T::xor),
        Op::LeftShift => zip(a, b, output, count, T::left_shift),
        Op::RightShift => zip(a, b, output, count, T::right_shift),
        _ => compare::<T>(op, a, b, output, count),
    }
}

fn float<T: Float>(op: BinaryOp, a: &Buffer, b: &Buffer, output: &mut Buffer, count: usize) {
    use BinaryOp as Op;
    match op {
        Op::Add => zip(a, b, output, count, |x: T, y: T| x + y),
        Op::Subtract => zip(a, b, output, count, |x: T, y: T| x - y),
        Op::Multiply => zip(a, b, output, count, |x: T, y: T| x * y),
        Op::Divide => zip(a, b, output, count, |x: T, y: T| x / y),
        Op::FloorDivide => zip_calls(a, b, output, count, T::floor_divide),
        Op::Remainder => zip_calls(a, b, output, count, T::remainder),
        // The loop without calls gives what `Float::power` gives for squares, faster.
        Op::Power if values::<T>(b, count).iter().all(|&exponent| exponent == T::TWO) => {
            zip(a, a, output, count, |x: T, y: T| x * y)
        }
        Op::Power => zip_calls(a, b, output, count, T::power),
        // Of equal values (zeros of both signs) the second, as the vector instructions that numpy uses have it.
        Op::Minimum => zip(a, b, output, count, |x: T, y: T| if x < y || x.is_nan() { x } else { y }),
        Op::Maximum => zip(a, b, output, count, |x: T, y: T| if x > y || x.is_nan() { x } else { y }),
        Op::Fmin => zip(a, b, output, count, |x: T, y: T| if x < y || y.is_nan() { x } else { y }),
        Op::Fmax => zip(a, b, output, count, |x: T, y: T| if x > y || y.is_nan() { x } else { y }),
        Op::Arctan2 => zip_calls(a, b, output, count, T::arctan2),
        Op::Hypot => zip_calls(a, b, output, count, T::hypot),
        _ => compare::<T>(op, a, b, output, count),
    }
}

/// Whether a stored time is missing.
#[inline(always)]
fn missing(time: i64) -> bool {
    time == DType::NOT_A_TIME
}

/// Functions of two values of which at least one is a time.
fn time(op: BinaryOp, left: DType, right: DType, a: &Buffer, b: &Buffer, output: &mut Buffer, count: usize) {
    use BinaryOp as Op;
    const NAT: i64 = DType::NOT_A_TIME;
    match op {
        Op::Add => zip(a, b, output, count, |x: i64, y: i64| if missing(x) || missing(y) { NAT } else { x.add(y) }),
        Op::Subtract => {
            zip(a, b, output, count, |x: i64, y: i64| if missing(x) || missing(y) { NAT } else { x.subtract(y) })
        }
        Op::Multiply if left.is_time() => {
            zip(a, b, output, count, |x: i64, y: i64| if missing(x) { NAT } else { x.multiply(y) })
        }
        Op::Multiply if right.is_time() => {
            zip(a, b, output, count, |x: i64, y: i64| if missing(y) { NAT } else { x.multiply(y) })
        }
        Op::Remainder => {
            zip_calls(
                a,
                b,
                output,
                count,
                |x: i64, y: i64| {
                    if missing(x) || missing(y) || y == 0 { NAT } else { x.remainder(y) }
                },
            )
        }
        // NaT is the smallest value, so the plain minimum propagates it and the plain maximum ignores it.
        Op::Minimum => zip(a, b, output, count, |x: i64, y: i64| x.min(y)),
        Op::Fmax => zip(a, b, output, count, |x: i64, y: i64| x.max(y)),
        Op::Maximum => zip(a, b, output, count, |x: i64, y: i64| if missing(x) || missing(y) { NAT } else { x.max(y) }),
        Op::Fmin => zip(a, b, output, count, |x: i64, y: i64| {
            if missing(x) {
                y
            } else if missing(y) {
                x
            } else {
                x.min(y)
            }
        }),
        Op::Equal => zip(a, b, output, count, |x: i64, y: i64| x == y && !missing(x)),
        Op::NotEqual => zip(a, b, output, count, |x: i64, y: i64| x != y || missing(x)),
        Op::Less => zip(a, b, output, count, |x: i64, y: i64| x < y && !missing(x)),
        Op::LessEqual => zip(a, b, output, count, |x: i64, y: i64| x <= y && !missing(x)),
        Op::Greater => zip(a, b, output, count, |x: i64, y: i64| x > y && !missing(y)),
        Op::GreaterEqual => zip(a, b, output, count, |x: i64, y: i64| x >= y && !missing(y)),
        _ => undefined(op, "times"),
    }
}

/// Comparisons of texts by code points.
fn text(op: BinaryOp, a: &Buffer, b: &Buffer, output: &mut Buffer, count: usize) {
    use BinaryOp as Op;
    use std::cmp::Ordering;
    let holds: fn(Ordering) -> bool = match op {
        Op::Equal => Ordering::is_eq,
        Op::NotEqual => Ordering::is_ne,
        Op::Less => Ordering::is_lt,
        Op::LessEqual => Ordering::is_le,
        Op::Greater => Ordering::is_gt,
        Op::GreaterEqual => Ordering::is_ge,
        _ => undefined(op, "text"),
    };
    let pairs = values::<String>(a, count).iter().zip(values::<String>(b, count));
    for (result, (left, right)) in values_mut::<bool>(output, count).iter_mut().zip(pairs) {
        *result = holds(left.cmp(right));
    }
}
