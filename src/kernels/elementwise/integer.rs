//! Integer arithmetic with numpy's answers where Rust would panic.

use crate::array::Element;

/// An integer type of an array.
pub(super) trait Integer: Element + Copy + Ord {
    const ZERO: Self;
    const ONE: Self;
    fn add(self, other: Self) -> Self;
    fn subtract(self, other: Self) -> Self;
    fn multiply(self, other: Self) -> Self;
    fn negative(self) -> Self;
    fn invert(self) -> Self;
    fn absolute(self) -> Self;
    fn sign(self) -> Self;
    fn reciprocal(self) -> Self;
    /// Rounds towards minus infinity; 0 where the divisor is 0.
    fn floor_divide(self, other: Self) -> Self;
    /// Has the divisor's sign; 0 where the divisor is 0.
    fn remainder(self, other: Self) -> Self;
    /// Wraps. Negative exponents, which numpy refuses, give 0.
    fn power(self, exponent: Self) -> Self;
    fn and(self, other: Self) -> Self;
    fn or(self, other: Self) -> Self;
    fn xor(self, other: Self) -> Self;
    /// 0 where no bit of the number stays, and for a negative count.
    fn left_shift(self, count: Self) -> Self;
    /// All bits the sign where no bit of the number stays, and for a negative count.
    fn right_shift(self, count: Self) -> Self;
}

/// Square and multiply, wrapping.
macro_rules! power {
    ($base:expr, $exponent:expr) => {{
        let (mut base, mut left) = ($base, $exponent);
        let mut result = Self::ONE;
        while left > 0 {
            if left & 1 == 1 {
                result = result.wrapping_mul(base);
            }
            base = base.wrapping_mul(base);
            left >>= 1;
        }
        result
    }};
}

/// What signed and unsigned integers do alike.
macro_rules! common {
    ($type:ty, $reciprocal_of_zero:expr) => {
        const ZERO: $type = 0;
        const ONE: $type = 1;
        #[inline(always)]
        fn add(self, other: $type) -> $type {
            self.wrapping_add(other)
        }
        #[inline(always)]
        fn subtract(self, other: $type) -> $type {
            self.wrapping_sub(other)
        }
        #[inline(always)]
        fn multiply(self, other: $type) -> $type {
            self.wrapping_mul(other)
        }
        #[inline(always)]
        fn negative(self) -> $type {
            self.wrapping_neg()
        }
        #[inline(always)]
        fn invert(self) -> $type {
            !self
        }
        #[inline(always)]
        fn and(self, other: $type) -> $type {
            self & other
        }
        #[inline(always)]
        fn or(self, other: $type) -> $type {
            self | other
        }
        #[inline(always)]
        fn xor(self, other: $type) -> $type {
            self ^ other
        }
        #[inline(always)]
        fn left_shift(self, count: $type) -> $type {
            u32::try_from(count).ok().and_then(|count| self.checked_shl(count)).unwrap_or(0)
        }
        #[inline(always)]
        fn right_shift(self, count: $type) -> $type {
            // Shifted by all bits but one and then by that one, of which each is allowed.
            let all = || (self >> (<$type>::BITS - 1)) >> 1u32;
            u32::try_from(count).ok().and_then(|count| self.checked_shr(count)).unwrap_or_else(all)
        }
        #[inline(always)]
        fn reciprocal(self) -> $type {
            if self == 0 { $reciprocal_of_zero } else { (1 as $type).wrapping_div(self) }
        }
    };
}

macro_rules! signed {
    ($($type:ty, $reciprocal_of_zero:expr;)*) => {$(
        impl Integer for $type {
            common!($type, $reciprocal_of_zero);
            #[inline(always)]
            fn absolute(self) -> $type {
                self.wrapping_abs()
            }
            #[inline(always)]
            fn sign(self) -> $type {
                (self > 0) as $type - (self < 0) as $type
            }
            #[inline(always)]
            fn floor_divide(self, other: $type) -> $type {
                if other == 0 {
                    return 0;
                }
                let quotient = self.wrapping_div(other);
                let inexact = quotient.wrapping_mul(other) != self;
                quotient - (inexact && (self < 0) != (other < 0)) as $type
            }
            #[inline(always)]
            fn remainder(self, other: $type) -> $type {
                if other == 0 {
                    return 0;
                }
                let remainder = self.wrapping_rem(other);
                if remainder != 0 && (remainder < 0) != (other < 0) { remainder + other } else { remainder }
            }
            #[inline(always)]
            fn power(self, exponent: $type) -> $type {
                if exponent < 0 { 0 } else { power!(self, exponent) }
            }
        }
    )*};
}

macro_rules! unsigned {
    ($($type:ty)*) => {$(
        impl Integer for $type {
            common!($type, 0);
            #[inline(always)]
            fn absolute(self) -> $type {
                self
            }
            #[inline(always)]
            fn sign(self) -> $type {
                (self > 0) as $type
            }
            #[inline(always)]
            fn floor_divide(self, other: $type) -> $type {
                self.checked_div(other).unwrap_or(0)
            }
            #[inline(always)]
            fn remainder(self, other: $type) -> $type {
                self.checked_rem(other).unwrap_or(0)
            }
            #[inline(always)]
            fn power(self, exponent: $type) -> $type {
                power!(self, exponent)
            }
        }
    )*};
}

// numpy divides in C after widening to int: 1 / 0 is the smallest int there, of which narrow types keep the low bits.
signed!(i8, 0; i16, 0; i32, i32::MIN; i64, i64::MIN;);
unsigned!(u8 u16 u32 u64);
