//! Float functions with numpy's answers and the same bits on every CPU.

use crate::array::Element;

/// A float type of an array.
pub(super) trait Float:
    Element
    + Copy
    + std::ops::Add<Output = Self>
    + std::ops::Sub<Output = Self>
    + std::ops::Mul<Output = Self>
    + std::ops::Div<Output = Self>
    + std::ops::Neg<Output = Self>
{
    const ZERO: Self;
    const ONE: Self;
    const TWO: Self;
    fn absolute(self) -> Self;
    fn sign(self) -> Self;
    fn is_nan(self) -> bool;
    fn is_finite(self) -> bool;
    fn is_infinite(self) -> bool;
    fn floor(self) -> Self;
    fn ceil(self) -> Self;
    fn trunc(self) -> Self;
    /// To the nearest whole number, halves to the even one.
    fn rint(self) -> Self;
    fn degrees(self) -> Self;
    fn radians(self) -> Self;
    /// Rounds towards minus infinity, as Python does.
    fn floor_divide(self, other: Self) -> Self;
    /// Has the divisor's sign, as Python's does.
    fn remainder(self, other: Self) -> Self;
    fn sqrt(self) -> Self;
    fn cbrt(self) -> Self;
    fn exp(self) -> Self;
    fn exp2(self) -> Self;
    fn expm1(self) -> Self;
    fn log(self) -> Self;
    fn log2(self) -> Self;
    fn log10(self) -> Self;
    fn log1p(self) -> Self;
    fn sin(self) -> Self;
    fn cos(self) -> Self;
    fn tan(self) -> Self;
    fn arcsin(self) -> Self;
    fn arccos(self) -> Self;
    fn arctan(self) -> Self;
    fn sinh(self) -> Self;
    fn cosh(self) -> Self;
    fn tanh(self) -> Self;
    fn arcsinh(self) -> Self;
    fn arccosh(self) -> Self;
    fn arctanh(self) -> Self;
    fn power(self, exponent: Self) -> Self;
    fn arctan2(self, other: Self) -> Self;
    fn hypot(self, other: Self) -> Self;
}

/// Methods that are functions of crate `libm`.
macro_rules! portable {
    ($type:ty: $($method:ident $function:ident,)*) => {$(
        #[inline(always)]
        fn $method(self) -> $type {
            libm::$function(self)
        }
    )*};
}

/// `$whole` is the power of two from which on every float is whole: adding and subtracting it rounds to a whole
/// number, to even in ties, with two instructions that exist as vectors on every CPU, unlike SSE4.1's `round`.
macro_rules! float {
    ($type:ident, $whole:expr, [$power:ident, $arctan2:ident, $hypot:ident], $($portable:tt)*) => {
        impl Float for $type {
            const ZERO: $type = 0.0;
            const ONE: $type = 1.0;
            const TWO: $type = 2.0;

            portable!($type: $($portable)*);

            #[inline(always)]
            fn absolute(self) -> $type {
                self.abs()
            }
            #[inline(always)]
            fn sign(self) -> $type {
                let sign = (self > 0.0) as i8 as $type - (self < 0.0) as i8 as $type;
                if self.is_nan() { self } else { sign }
            }
            #[inline(always)]
            fn is_nan(self) -> bool {
                self.is_nan()
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                self.is_finite()
            }
            #[inline(always)]
            fn is_infinite(self) -> bool {
                self.is_infinite()
            }
            #[inline(always)]
            fn rint(self) -> $type {
                let magnitude = self.abs();
                let rounded = ((magnitude + $whole) - $whole).copysign(self);
                if magnitude < $whole { rounded } else { self }
            }
            #[inline(always)]
            fn floor(self) -> $type {
                let rounded = Float::rint(self);
                if rounded > self { (rounded - 1.0).copysign(self) } else { rounded }
            }
            #[inline(always)]
            fn ceil(self) -> $type {
                let rounded = Float::rint(self);
                if rounded < self { (rounded + 1.0).copysign(self) } else { rounded }
            }
            #[inline(always)]
            fn trunc(self) -> $type {
                Float::floor(self.abs()).copysign(self)
            }
            #[inline(always)]
            fn degrees(self) -> $type {
                self * (180.0 / std::$type::consts::PI)
            }
            #[inline(always)]
            fn radians(self) -> $type {
                self * (std::$type::consts::PI / 180.0)
            }
            #[inline(always)]
            fn floor_divide(self, other: $type) -> $type {
                if other == 0.0 {
                    return self / other;
                }
                let remainder = self % other;
                let mut quotient = (self - remainder) / other;
                if remainder != 0.0 && (other < 0.0) != (remainder < 0.0) {
                    quotient -= 1.0;
                }
                if quotient == 0.0 {
                    return (0.0 as $type).copysign(self / other);
                }
                let floor = Float::floor(quotient);
                if quotient - floor > 0.5 { floor + 1.0 } else { floor }
            }
            #[inline(always)]
            fn remainder(self, other: $type) -> $type {
                let remainder = self % other;
                if remainder == 0.0 {
                    (0.0 as $type).copysign(other)
                } else if (other < 0.0) != (remainder < 0.0) && other != 0.0 {
                    remainder + other
                } else {
                    remainder
                }
            }
            #[inline(always)]
            fn sqrt(self) -> $type {
                self.sqrt()
            }
            #[inline(always)]
            fn power(self, exponent: $type) -> $type {
                if exponent == 2.0 { self * self } else { libm::$power(self, exponent) }
            }
            #[inline(always)]
            fn arctan2(self, other: $type) -> $type {
                libm::$arctan2(self, other)
            }
            #[inline(always)]
            fn hypot(self, other: $type) -> $type {
                libm::$hypot(self, other)
            }
        }
    };
}

float!(
    f32, 8_388_608.0, [powf, atan2f, hypotf],
    cbrt cbrtf, exp expf, exp2 exp2f, expm1 expm1f, log logf, log2 log2f, log10 log10f, log1p log1pf,
    sin sinf, cos cosf, tan tanf, arcsin asinf, arccos acosf, arctan atanf,
    sinh sinhf, cosh coshf, tanh tanhf, arcsinh asinhf, arccosh acoshf, arctanh atanhf,
);
float!(
    f64, 4_503_599_627_370_496.0, [pow, atan2, hypot],
    cbrt cbrt, exp exp, exp2 exp2, expm1 expm1, log log, log2 log2, log10 log10, log1p log1p,
    sin sin, cos cos, tan tan, arcsin asin, arccos acos, arctan atan,
    sinh sinh, cosh cosh, tanh tanh, arcsinh asinh, arccosh acosh, arctanh atanh,
);
