//! The smallest and the largest value.

use super::fold::{self, Algebra, Fold};
use super::value::{Everything, Filter, NotNat};
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
}

macro_rules! ordered {
    ($($type:ty: $low:expr, $high:expr;)*) => {$(
        impl Ordered for $type {
            const LOW: $type = $low;
            const HIGH: $type = $high;
        }
    )*};
}

ordered!(
    bool: false, true;
    i8: i8::MIN, i8::MAX;
    i16: i16::MIN, i16::MAX;
    i32: i32::MIN, i32::MAX;
    i64: i64::MIN, i64::MAX;
    u8: u8::MIN, u8::MAX;
    u16: u16::MIN, u16::MAX;
    u32: u32::MIN, u32::MAX;
    u64: u64::MIN, u64::MAX;
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

/// A float, whose states need nothing beside a value: NaN tells that there was none.
trait Float: Element + Copy + PartialOrd {
    /// The NaN that no value has been seen: the one that results have.
    const UNSEEN: Self;
    /// Another NaN: a missing value has been seen.
    const MISSING: Self;
    /// Whether this is [`UNSEEN`](Self::UNSEEN), and no other NaN.
    fn is_unseen(self) -> bool;
}

macro_rules! float {
    ($type:ty, $unseen:literal, $missing:literal) => {
        impl Float for $type {
            const UNSEEN: $type = <$type>::from_bits($unseen);
            const MISSING: $type = <$type>::from_bits($missing);
            #[inline(always)]
            fn is_unseen(self) -> bool {
                self.to_bits() == $unseen
            }
        }
    };
}

float!(f32, 0x7fc0_0000, 0x7fc0_0001);
float!(f64, 0x7ff8_0000_0000_0000, 0x7ff8_0000_0000_0001);

/// Whether a float goes further than another, or that is NaN.
#[inline(always)]
#[allow(clippy::neg_cmp_op_on_partial_ord, reason = "nothing compares to NaN")]
fn further_or_first<T: Float, const LARGEST: bool>(value: T, than: T) -> bool {
    if LARGEST { !(value <= than) } else { !(value >= than) }
}

#[inline(always)]
#[allow(clippy::eq_op, reason = "NaN alone differs from itself")]
fn is_nan<T: Float>(value: T) -> bool {
    value != value
}

/// Extremes of floats without NaN.
struct Present<T, const LARGEST: bool>(PhantomData<T>);

impl<T: Float, const LARGEST: bool> Algebra for Present<T, LARGEST> {
    type State = (T,);
    const NEUTRAL: (T,) = (T::UNSEEN,);
    #[inline(always)]
    fn combine(earlier: (T,), later: (T,)) -> (T,) {
        let wins = !is_nan(later.0) & further_or_first::<T, LARGEST>(later.0, earlier.0);
        if wins { later } else { earlier }
    }
}

impl<T: Float, const LARGEST: bool> Fold<T> for Present<T, LARGEST> {
    #[inline(always)]
    fn step(state: (T,), value: T) -> (T,) {
        Self::combine(state, (value,))
    }
}

/// Extremes of floats, missing where one is.
struct Floats<T, const LARGEST: bool>(PhantomData<T>);

impl<T: Float, const LARGEST: bool> Algebra for Floats<T, LARGEST> {
    type State = (T,);
    const NEUTRAL: (T,) = (T::UNSEEN,);
    #[inline(always)]
    fn combine(earlier: (T,), later: (T,)) -> (T,) {
        let stays = (is_nan(earlier.0) & !earlier.0.is_unseen()) | later.0.is_unseen();
        let wins = !stays & (is_nan(later.0) | further_or_first::<T, LARGEST>(later.0, earlier.0));
        if wins { later } else { earlier }
    }
}

impl<T: Float, const LARGEST: bool> Fold<T> for Floats<T, LARGEST> {
    #[inline(always)]
    fn step(state: (T,), value: T) -> (T,) {
        Self::combine(state, (if is_nan(value) { T::MISSING } else { value },))
    }
}

/// The value of a state, with the NaN that results have.
fn one_nan<T: Float>((value,): (T,)) -> T {
    if is_nan(value) { T::UNSEEN } else { value }
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
            DType::Float32 => fold::start::<Floats<f32, LARGEST>>(count),
            DType::Float64 => fold::start::<Floats<f64, LARGEST>>(count),
            _ => fold::start::<Times<Everything, LARGEST>>(count),
        })
    }

    fn fold(&self, state: &mut Accumulator, input: DType, strip: &Strip<'_>, options: ReductionOptions) {
        with_plain!(input, T => fold::fold::<T, Plain<T, LARGEST>>(state, strip), match (input, options.skip_missing) {
            (DType::Float32, true) => fold::fold::<f32, Present<f32, LARGEST>>(state, strip),
            (DType::Float32, false) => fold::fold::<f32, Floats<f32, LARGEST>>(state, strip),
            (DType::Float64, true) => fold::fold::<f64, Present<f64, LARGEST>>(state, strip),
            (DType::Float64, false) => fold::fold::<f64, Floats<f64, LARGEST>>(state, strip),
            (_, true) => fold::fold::<i64, Times<NotNat, LARGEST>>(state, strip),
            (_, false) => fold::fold::<i64, Times<Everything, LARGEST>>(state, strip),
        })
    }

    fn merge(&self, state: &mut Accumulator, input: DType, later: &Accumulator) {
        with_plain!(input, T => fold::merge::<Plain<T, LARGEST>>(state, later), match input {
            DType::Float32 => fold::merge::<Floats<f32, LARGEST>>(state, later),
            DType::Float64 => fold::merge::<Floats<f64, LARGEST>>(state, later),
            _ => fold::merge::<Times<Everything, LARGEST>>(state, later),
        })
    }

    fn finish(&self, mut state: Accumulator, input: DType, options: ReductionOptions) -> Buffer {
        match input {
            DType::Float32 if !options.skip_missing => fold::finish::<Floats<f32, LARGEST>, f32>(&state, one_nan),
            DType::Float64 if !options.skip_missing => fold::finish::<Floats<f64, LARGEST>, f64>(&state, one_nan),
            DType::Datetime(_) | DType::Timedelta(_) | DType::CalendarTime(_) => {
                fold::finish::<Times<Everything, LARGEST>, i64>(&state, |(value, seen)| {
                    if seen == 1 { value } else { DType::NOT_A_TIME }
                })
            }
            _ => state.fields.swap_remove(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest and the smallest of two parts of values, each with missing ones left out or not.
    fn extremes(parts: [&[f64]; 2], skip_missing: bool) -> [f64; 2] {
        let options = ReductionOptions { skip_missing, ..ReductionOptions::default() };
        let of = |reduction: &dyn Reduction| {
            let mut states = parts.map(|values| {
                let mut state = reduction.start(DType::Float64, 1);
                let (values, columns) = (Buffer::Float64(values.to_vec()), values.len());
                let strip = Strip {
                    values: &values,
                    offset: 0,
                    pitch: columns,
                    rows: 1,
                    columns,
                    first: 0,
                    row_step: 0,
                    column_step: 0,
                };
                reduction.fold(&mut state, DType::Float64, &strip, options);
                state
            });
            let [earlier, later] = &mut states;
            reduction.merge(earlier, DType::Float64, later);
            let [earlier, _] = states;
            match reduction.finish(earlier, DType::Float64, options) {
                Buffer::Float64(values) => values[0],
                other => panic!("{other:?}"),
            }
        };
        [of(&Extremum::<true>), of(&Extremum::<false>)]
    }

    #[test]
    fn infinities_are_values_and_nothing_is_missing() {
        let (least, most, nan) = (f64::NEG_INFINITY, f64::INFINITY, f64::NAN);
        for skip_missing in [true, false] {
            assert_eq!(extremes([&[least], &[least]], skip_missing), [least, least]);
            assert_eq!(extremes([&[], &[most]], skip_missing), [most, most]);
            assert_eq!(extremes([&[2.0, least], &[]], skip_missing), [2.0, least]);
            assert!(extremes([&[], &[]], skip_missing).iter().all(|value| value.to_bits() == nan.to_bits()));
        }
        assert_eq!(extremes([&[nan, 1.0, -nan], &[nan, 3.0]], true), [3.0, 1.0]);
        assert!(extremes([&[nan], &[-nan]], true).iter().all(|value| value.to_bits() == nan.to_bits()));
        for parts in [[&[1.0, nan][..], &[3.0]], [&[1.0], &[most, -nan]], [&[], &[nan]], [&[nan; 20], &[1.0; 20]]] {
            assert!(extremes(parts, false).iter().all(|value| value.to_bits() == nan.to_bits()), "{parts:?}");
        }
    }
}
