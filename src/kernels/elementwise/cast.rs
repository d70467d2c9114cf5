//! Conversion between dtypes.

use super::map::{map, values, values_mut};
use crate::array::{Buffer, DType, Element, Storage, TimeUnit};

/// Writes the first `count` values of `input`, converted as numpy's `astype` does, to the first `count` of `output`.
///
/// Floats are cut towards zero; those that an integer type can't hold give what numpy gives on x86-64. Integers wrap.
/// Times change their unit, rounding down, and stay missing where they are; other dtypes see a time as its count.
/// Text converts to text alone. The output has the storage of `to`. Costs no memory but for copies of texts.
///
/// # Panics
/// Where one dtype is text and the other isn't, a buffer has another storage or fewer values.
pub fn cast(from: DType, to: DType, input: &Buffer, output: &mut Buffer, count: usize) {
    use DType::{Datetime, Timedelta};
    if let (Datetime(old), Datetime(new)) | (Timedelta(old), Timedelta(new)) = (from, to) {
        return rescale(old, new, input, output, count);
    }
    match from.storage() {
        Storage::Bool => convert::<bool>(to, input, output, count),
        Storage::Int8 => convert::<i8>(to, input, output, count),
        Storage::Int16 => convert::<i16>(to, input, output, count),
        Storage::Int32 => convert::<i32>(to, input, output, count),
        Storage::Int64 => convert::<i64>(to, input, output, count),
        Storage::UInt8 => convert::<u8>(to, input, output, count),
        Storage::UInt16 => convert::<u16>(to, input, output, count),
        Storage::UInt32 => convert::<u32>(to, input, output, count),
        Storage::UInt64 => convert::<u64>(to, input, output, count),
        Storage::Float32 => convert::<f32>(to, input, output, count),
        Storage::Float64 => convert::<f64>(to, input, output, count),
        Storage::Text => {
            values_mut::<String>(output, count).clone_from_slice(values(input, count));
        }
    }
}

/// Times in another unit. Too fine a unit wraps.
fn rescale(old: TimeUnit, new: TimeUnit, input: &Buffer, output: &mut Buffer, count: usize) {
    const NAT: i64 = DType::NOT_A_TIME;
    let (old, new) = (old.nanoseconds(), new.nanoseconds());
    if old >= new {
        let factor = old / new;
        map(input, output, count, |x: i64| if x == NAT { NAT } else { x.wrapping_mul(factor) });
    } else {
        let divisor = new / old;
        map(input, output, count, |x: i64| if x == NAT { NAT } else { x.div_euclid(divisor) });
    }
}

/// Conversion of one value to another type.
trait Convert<To> {
    fn convert(self) -> To;
}

fn convert<A>(to: DType, input: &Buffer, output: &mut Buffer, count: usize)
where
    A: Element + Copy + Convert<bool> + Convert<i8> + Convert<i16> + Convert<i32> + Convert<i64>,
    A: Convert<u8> + Convert<u16> + Convert<u32> + Convert<u64> + Convert<f32> + Convert<f64>,
{
    match to.storage() {
        Storage::Bool => map::<A, bool>(input, output, count, A::convert),
        Storage::Int8 => map::<A, i8>(input, output, count, A::convert),
        Storage::Int16 => map::<A, i16>(input, output, count, A::convert),
        Storage::Int32 => map::<A, i32>(input, output, count, A::convert),
        Storage::Int64 => map::<A, i64>(input, output, count, A::convert),
        Storage::UInt8 => map::<A, u8>(input, output, count, A::convert),
        Storage::UInt16 => map::<A, u16>(input, output, count, A::convert),
        Storage::UInt32 => map::<A, u32>(input, output, count, A::convert),
        Storage::UInt64 => map::<A, u64>(input, output, count, A::convert),
        Storage::Float32 => map::<A, f32>(input, output, count, A::convert),
        Storage::Float64 => map::<A, f64>(input, output, count, A::convert),
        Storage::Text => panic!("no number converts to text"),
    }
}

macro_rules! conversions {
    ($($from:ty => $($to:ty)*, |$value:ident| $result:expr;)*) => {$($(
        impl Convert<$to> for $from {
            #[inline(always)]
            fn convert(self) -> $to {
                let $value = self;
                ($result) as $to
            }
        }
    )*)*};
}

macro_rules! truths {
    ($($from:ty, $zero:expr;)*) => {$(
        impl Convert<bool> for $from {
            #[inline(always)]
            fn convert(self) -> bool {
                self != $zero
            }
        }
    )*};
}

truths!(
    bool, false; i8, 0; i16, 0; i32, 0; i64, 0; u8, 0; u16, 0; u32, 0; u64, 0; f32, 0.0; f64, 0.0;
);
conversions!(
    bool => i8 i16 i32 i64 u8 u16 u32 u64 f32 f64, |value| value as u8;
    i8 => i8 i16 i32 i64 u8 u16 u32 u64 f32 f64, |value| value;
    i16 => i8 i16 i32 i64 u8 u16 u32 u64 f32 f64, |value| value;
    i32 => i8 i16 i32 i64 u8 u16 u32 u64 f32 f64, |value| value;
    i64 => i8 i16 i32 i64 u8 u16 u32 u64 f32 f64, |value| value;
    u8 => i8 i16 i32 i64 u8 u16 u32 u64 f32 f64, |value| value;
    u16 => i8 i16 i32 i64 u8 u16 u32 u64 f32 f64, |value| value;
    u32 => i8 i16 i32 i64 u8 u16 u32 u64 f32 f64, |value| value;
    u64 => i8 i16 i32 i64 u8 u16 u32 u64 f32 f64, |value| value;
    f32 => f32 f64, |value| value;
    f64 => f32 f64, |value| value;
    // C compilers for x86-64 convert to narrow integers by way of the narrowest one that the CPU converts to.
    f32 => i8 i16 i32 u8 u16, |value| truncate_i32(value.into());
    f64 => i8 i16 i32 u8 u16, |value| truncate_i32(value);
    f32 => i64 u32, |value| truncate_i64(value.into());
    f64 => i64 u32, |value| truncate_i64(value);
    f32 => u64, |value| truncate_u64(value.into());
    f64 => u64, |value| truncate_u64(value);
);

/// Towards zero; the smallest integer where there is no such integer, as `cvttsd2si` has it.
#[inline(always)]
fn truncate_i32(value: f64) -> i32 {
    let held = value > -2_147_483_649.0 && value < 2_147_483_648.0;
    if held { value as i32 } else { i32::MIN }
}

/// Towards zero; the smallest integer where there is no such integer, as `cvttsd2si` has it.
#[inline(always)]
fn truncate_i64(value: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    let held = (-LIMIT..LIMIT).contains(&value);
    if held { value as i64 } else { i64::MIN }
}

/// What compilers make of `cvttsd2si`, which knows signed integers only: the upper half is moved down and back.
#[inline(always)]
fn truncate_u64(value: f64) -> u64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if value >= LIMIT { truncate_i64(value - LIMIT) as u64 ^ (1 << 63) } else { truncate_i64(value) as u64 }
}
