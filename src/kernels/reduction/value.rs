//! What reductions ask of single values, and which values they leave out.

use crate::array::{DType, Element};

/// A value that can be summarised.
pub(super) trait Value: Element + Copy {
    fn to_f64(self) -> f64;
    fn is_true(self) -> bool;
}

macro_rules! values {
    ($($type:ty, |$value:ident| $float:expr, $truth:expr;)*) => {$(
        impl Value for $type {
            #[inline(always)]
            fn to_f64(self) -> f64 {
                let $value = self;
                ($float) as f64
            }
            #[inline(always)]
            fn is_true(self) -> bool {
                let $value = self;
                $truth
            }
        }
    )*};
}

values!(
    bool, |value| u8::from(value), value;
    i8, |value| value, value != 0;
    i16, |value| value, value != 0;
    i32, |value| value, value != 0;
    i64, |value| value, value != 0;
    u8, |value| value, value != 0;
    u16, |value| value, value != 0;
    u32, |value| value, value != 0;
    u64, |value| value, value != 0;
    f32, |value| value, value != 0.0;
    f64, |value| value, value != 0.0;
);

/// Which values take part in a reduction.
pub(super) trait Filter<V> {
    fn keeps(value: V) -> bool;
}

/// Keeps every value: nothing can be missing, or missing values are to show in the result.
pub(super) struct Everything;

/// Leaves NaN out.
pub(super) struct NotNan;

/// Leaves NaT out.
pub(super) struct NotNat;

impl<V> Filter<V> for Everything {
    #[inline(always)]
    fn keeps(_: V) -> bool {
        true
    }
}

impl Filter<f32> for NotNan {
    #[inline(always)]
    fn keeps(value: f32) -> bool {
        !value.is_nan()
    }
}

impl Filter<f64> for NotNan {
    #[inline(always)]
    fn keeps(value: f64) -> bool {
        !value.is_nan()
    }
}

impl Filter<i64> for NotNat {
    #[inline(always)]
    fn keeps(value: i64) -> bool {
        value != DType::NOT_A_TIME
    }
}

/// Runs a body with the type of a bool or number dtype and the filter for it:
/// `with_numbers!(dtype, skip_missing, V, F => body)`, else the last expression.
macro_rules! with_numbers {
    ($dtype:expr, $skip:expr, $value:ident, $filter:ident => $body:expr, $otherwise:expr) => {
        with_numbers!(@match $dtype, $skip, $value, $filter, $body, $otherwise,
            Bool bool, Int8 i8, Int16 i16, Int32 i32, Int64 i64, UInt8 u8, UInt16 u16, UInt32 u32, UInt64 u64)
    };
    (@match $dtype:expr, $skip:expr, $value:ident, $filter:ident, $body:expr, $otherwise:expr,
        $($variant:ident $type:ty),*) => {
        match ($dtype, $skip) {
            $((DType::$variant, _) => with_numbers!(@run $type, Everything, $value, $filter, $body),)*
            (DType::Float32, true) => with_numbers!(@run f32, NotNan, $value, $filter, $body),
            (DType::Float32, false) => with_numbers!(@run f32, Everything, $value, $filter, $body),
            (DType::Float64, true) => with_numbers!(@run f64, NotNan, $value, $filter, $body),
            (DType::Float64, false) => with_numbers!(@run f64, Everything, $value, $filter, $body),
            _ => $otherwise,
        }
    };
    (@run $type:ty, $kept:ty, $value:ident, $filter:ident, $body:expr) => {{
        type $value = $type;
        type $filter = $kept;
        $body
    }};
}
pub(super) use with_numbers;
