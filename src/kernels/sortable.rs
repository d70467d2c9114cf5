//! Values as unsigned integers of the same order, which medians and quantiles are selected by.

/// Runs a body with the type of a numeric dtype.
macro_rules! with_sortable {
    ($dtype:expr, $type:ident => $body:expr) => {
        with_sortable!(@match $dtype, $type, $body, Bool bool, Int8 i8, Int16 i16, Int32 i32, Int64 i64, UInt8 u8,
            UInt16 u16, UInt32 u32, UInt64 u64, Float32 f32, Float64 f64)
    };
    (@match $dtype:expr, $type:ident, $body:expr, $($variant:ident $value:ty),*) => {
        match $dtype {
            $($crate::array::DType::$variant => {
                type $type = $value;
                $body
            })*
            other => unreachable!("{other} has no quantiles: result_dtype says so"),
        }
    };
}
pub(super) use with_sortable;

/// A value as an unsigned integer of the same order, of as many bits as the value has; none for NaN.
pub(super) trait Sortable: Copy {
    type Key: Copy + Ord + Into<u64>;
    /// NaN, where there is one.
    const MISSING: Self;
    fn key(self) -> Option<Self::Key>;
    fn of_key(key: Self::Key) -> Self;
    /// The value of a key in the lower bits.
    fn of_bits(bits: u64) -> Self;
    fn as_number(self) -> f64;
    /// A difference of two values, rounded as numpy's is.
    fn rounded(value: f64) -> f64 {
        value
    }
}

macro_rules! sortable {
    ($($type:ty as $key:ty, $zero:expr, $to:expr, $from:expr, $number:expr;)*) => {$(
        impl Sortable for $type {
            type Key = $key;
            const MISSING: $type = $zero;
            #[inline(always)]
            fn key(self) -> Option<$key> {
                Some(($to)(self))
            }
            #[inline(always)]
            fn of_key(key: $key) -> $type {
                ($from)(key)
            }
            fn of_bits(bits: u64) -> $type {
                <$type>::of_key(bits as $key)
            }
            #[inline(always)]
            fn as_number(self) -> f64 {
                ($number)(self)
            }
        }
    )*};
}

sortable!(
    bool as u8, false, u8::from, |key| key != 0, f64::from;
    u8 as u8, 0, |value| value, |key| key, f64::from;
    u16 as u16, 0, |value| value, |key| key, f64::from;
    u32 as u32, 0, |value| value, |key| key, f64::from;
    u64 as u64, 0, |value| value, |key| key, |value: u64| value as f64;
    i8 as u8, 0, |value: i8| value as u8 ^ 1 << 7, |key: u8| (key ^ 1 << 7) as i8, f64::from;
    i16 as u16, 0, |value: i16| value as u16 ^ 1 << 15, |key: u16| (key ^ 1 << 15) as i16, f64::from;
    i32 as u32, 0, |value: i32| value as u32 ^ 1 << 31, |key: u32| (key ^ 1 << 31) as i32, f64::from;
    i64 as u64, 0, |value: i64| value as u64 ^ 1 << 63, |key: u64| (key ^ 1 << 63) as i64, |value: i64| value as f64;
);

impl Sortable for f32 {
    type Key = u32;
    const MISSING: f32 = f32::NAN;
    #[inline(always)]
    fn key(self) -> Option<u32> {
        let bits = self.to_bits();
        (!self.is_nan()).then_some(if bits >> 31 == 1 { !bits } else { bits | 1 << 31 })
    }
    #[inline(always)]
    fn of_key(key: u32) -> f32 {
        f32::from_bits(if key >> 31 == 1 { key ^ 1 << 31 } else { !key })
    }
    fn of_bits(bits: u64) -> f32 {
        f32::of_key(bits as u32)
    }
    fn as_number(self) -> f64 {
        f64::from(self)
    }
    fn rounded(value: f64) -> f64 {
        f64::from(value as f32)
    }
}

impl Sortable for f64 {
    type Key = u64;
    const MISSING: f64 = f64::NAN;
    #[inline(always)]
    fn key(self) -> Option<u64> {
        let bits = self.to_bits();
        (!self.is_nan()).then_some(if bits >> 63 == 1 { !bits } else { bits | 1 << 63 })
    }
    #[inline(always)]
    fn of_key(key: u64) -> f64 {
        f64::from_bits(if key >> 63 == 1 { key ^ 1 << 63 } else { !key })
    }
    fn of_bits(bits: u64) -> f64 {
        f64::of_key(bits)
    }
    fn as_number(self) -> f64 {
        self
    }
}
