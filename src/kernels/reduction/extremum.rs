//! The smallest and the largest value.

use super::fold::{self, Algebra, Fold};
use super::value::{Everything, Filter, NotNan, NotNat};
use super::{Accumulator, Reduction, ReductionOptions, Strip};
use crate::array::{Buffer, DType, Element};
use std::marker::PhantomData;

/// The smallest (`LARGEST` false) or largest value, in the dtype of the input; missing where all values are, or one is
/// that wasn't left out.
pub(super) struct Extremum<const LARGEST: bool>;

/// A type with an order and a value past either end of it.
trait Ordered: Element + Copy {
    /// No value is smaller.
    const LOW: Self;
    /// No value is larger.
    const HIGH: Self;
    /// The two that the type has for whether a state has seen a value.
    const UNSEEN: Self;
    const SEEN: Self;
}

macro_rules! ordered {
    ($($type:ty: $low:expr, $high:expr, $unseen:expr, $seen:expr;)*) => {$(
        impl Ordered for $type {
            const LOW: $type = $low;
            const HIGH: $type = $high;
            const UNSEEN: $type = $unseen;
            const SEEN: $type = $seen;
        }
    )*};
}

ordered!(
    bool: false, true, false, true;
    i8: i8::MIN, i8::MAX, 0, 1;
    i16: i16::MIN, i16::MAX, 0, 1;
    i32: i32::MIN, i32::MAX, 0, 1;
    i64: i64::MIN, i64::MAX, 0, 1;
    u8: u8::MIN, u8::MAX, 0, 1;
    u16: u16::MIN, u16::MAX, 0, 1;
    u32: u32::MIN, u32::MAX, 0, 1;
    u64: u64::MIN, u64::MAX, 0, 1;
    f32: f32::NEG_INFINITY, f32::INFINITY, 0.0, 1.0;
    f64: f64::NEG_INFINITY, f64::INFINITY, 0.0, 1.0;
);

#[inline(always)]
fn further<T: Ordered, const LARGEST: bool>(value: T, than: T) -> bool {
    if LARGEST { value > than } else { value < than }
}

/// Extremes of integers and bools, which can't be missing.
struct Plain<T, const LARGEST: bool>(PhantomData<T>);

impl<T: Ordered, const LARGEST: bool> Algebra for Plain<T, LARGEST> {
    type State = (T,);
    const NEUTRAL: (T,) = (if LARGEST { T::LOW } else { T::HIGH },);
    #[inline(always)]
    fn combine(earlier: (T,), later: (T,)) -> (T,) {
        if further::<T, LARGEST>(later.0, earlier.0) { later } else { earlier }
    }
}

impl<T: Ordered, const LARGEST: bool> Fold<T> for Plain<T, LARGEST> {
    #[inline(always)]
    fn step(state: (T,), value: T) -> (T,) {
        Self::combine(state, (value,))
    }
}

/// Extremes of floats, and whether there was a value: of the values' type, so that vectors have the same lanes.
struct Floats<T, F, const LARGEST: bool>(PhantomData<(T, F)>);

impl<T: Ordered, F, const LARGEST: bool> Algebra for Floats<T, F, LARGEST> {
    type State = (T, T);
    const NEUTRAL: (T, T) = (if LARGEST { T::LOW } else { T::HIGH }, T::UNSEEN);
    // A value that differs from itself is NaN: the state of NaN that wasn't left out is NaN, and stays it.
    #[inline(always)]
    #[allow(clippy::eq_op, reason = "NaN alone differs from itself")]
    fn combine(earlier: (T, T), later: (T, T)) -> (T, T) {
        let wins = further::<T, LARGEST>(later.0, earlier.0) | (later.0 != later.0);
        let value = if wins { later.0 } else { earlier.0 };
        (value, if later.1 == T::SEEN { T::SEEN } else { earlier.1 })
    }
}

impl<T: Ordered, F: Filter<T>, const LARGEST: bool> Fold<T> for Floats<T, F, LARGEST> {
    #[inline(always)]
    fn step(state: (T, T), value: T) -> (T, T) {
        Self::combine(state, if F::keeps(value) { (value, T::SEEN) } else { Self::NEUTRAL })
    }
}

/// Extremes of times, and whether there was a value.
struct Times<F, const LARGEST: bool>(PhantomData<F>);

impl<F, const LARGEST: bool> Algebra for Times<F, LARGEST> {
    type State = (i64, i64);
    const NEUTRAL: (i64, i64) = (if LARGEST { i64::LOW } else { i64::HIGH }, 0);
    #[inline(always)]
    fn combine(earlier: (i64, i64), later: (i64, i64)) -> (i64, i64) {
        let missing = |(value, seen)| value == DType::NOT_A_TIME && seen == 1;
        let stays = missing(earlier) | !(missing(later) | further::<i64, LARGEST>(later.0, earlier.0));
        (if stays { earlier.0 } else { later.0 }, earlier.1 | later.1)
    }
}

impl<F: Filter<i64>, const LARGEST: bool> Fold<i64> for Times<F, LARGEST> {
    #[inline(always)]
    fn step(state: (i64, i64), value: i64) -> (i64, i64) {
        if F::keeps(value) { Self::combine(state, (value, 1)) } else { state }
    }
}

/// Runs a body with the type of a dtype whose values can't be missing.
macro_rules! with_plain {
    ($dtype:expr, $type:ident => $body:expr, $otherwise:expr, $($variant:ident $value:ty),*) => {
        match $dtype {
            $(DType::$variant => {
                type $type = $value;
                $body
            })*
            _ => $otherwise,
        }
    };
    ($dtype:expr, $type:ident => $body:expr, $otherwise:expr) => {
        with_plain!($dtype, $type => $body, $otherwise,
            Bool bool, Int8 i8, Int16 i16, Int32 i32, Int64 i64, UInt8 u8, UInt16 u16, UInt32 u32, UInt64 u64)
    };
}

impl<const LARGEST: bool> Reduction for Extremum<LARGEST> {
    fn result_dtype(&self, input: DType) -> Option<DType> {
        (input != DType::Text).then_some(input)
    }

    fn start(&self, input: DType, count: usize) -> Accumulator {
        with_plain!(input, T => fold::start::<Plain<T, LARGEST>>(count), match input {
            DType::Float32 => fold::start::<Floats<f32, Everything, LARGEST>>(count),
            DType::Float64 => fold::start::<Floats<f64, Everything, LARGEST>>(count),
            _ => fold::start::<Times<Everything, LARGEST>>(count),
        })
    }

    fn fold(&self, state: &mut Accumulator, input: DType, strip: &Strip<'_>, options: ReductionOptions) {
        with_plain!(input, T => fold::fold::<T, Plain<T, LARGEST>>(state, strip), match (input, options.skip_missing) {
            (DType::Float32, true) => fold::fold::<f32, Floats<f32, NotNan, LARGEST>>(state, strip),
            (DType::Float32, false) => fold::fold::<f32, Floats<f32, Everything, LARGEST>>(state, strip),
            (DType::Float64, true) => fold::fold::<f64, Floats<f64, NotNan, LARGEST>>(state, strip),
            (DType::Float64, false) => fold::fold::<f64, Floats<f64, Everything, LARGEST>>(state, strip),
            (_, true) => fold::fold::<i64, Times<NotNat, LARGEST>>(state, strip),
            (_, false) => fold::fold::<i64, Times<Everything, LARGEST>>(state, strip),
        })
    }

    fn merge(&self, state: &mut Accumulator, input: DType, later: &Accumulator) {
        with_plain!(input, T => fold::merge::<Plain<T, LARGEST>>(state, later), match input {
            DType::Float32 => fold::merge::<Floats<f32, Everything, LARGEST>>(state, later),
            DType::Float64 => fold::merge::<Floats<f64, Everything, LARGEST>>(state, later),
            _ => fold::merge::<Times<Everything, LARGEST>>(state, later),
        })
    }

    fn finish(&self, mut state: Accumulator, input: DType, _: ReductionOptions) -> Buffer {
        match input {
            DType::Float32 => fold::finish::<Floats<f32, Everything, LARGEST>, f32>(&state, |(value, seen)| {
                if seen == f32::SEEN { value } else { f32::NAN }
            }),
            DType::Float64 => fold::finish::<Floats<f64, Everything, LARGEST>, f64>(&state, |(value, seen)| {
                if seen == f64::SEEN { value } else { f64::NAN }
            }),
            DType::Datetime(_) | DType::Timedelta(_) | DType::CalendarTime(_) => {
                fold::finish::<Times<Everything, LARGEST>, i64>(&state, |(value, seen)| {
                    if seen == 1 { value } else { DType::NOT_A_TIME }
                })
            }
            _ => state.fields.swap_remove(0),
        }
    }
}
