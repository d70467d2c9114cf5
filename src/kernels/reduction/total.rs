//! Sums and products: one operation over all values, in the widest type of their kind.
//!
//! Floats are accumulated in `float64`, also for `float32`; integers wrap.

use super::fold::{self, Algebra, Fold};
use super::value::{Everything, Filter, NotNan, NotNat};
use super::{Accumulator, Reduction, ReductionOptions, Strip};
use crate::array::{Buffer, DType};
use std::marker::PhantomData;

/// An operation on two values of the accumulating type `A`.
pub(super) trait Operation<A>: Send + Sync + 'static {
    const IDENTITY: A;
    fn apply(left: A, right: A) -> A;
}

/// The reduction by an operation.
pub(super) struct Total<O> {
    /// Whether spans of time have a total.
    pub(super) of_timedeltas: bool,
    /// The operation.
    pub(super) operation: PhantomData<O>,
}

/// The accumulating type of a value.
trait Widen<A> {
    fn widen(self) -> A;
}

macro_rules! widen {
    ($($wide:ty: $($type:ty)*;)*) => {$($(
        impl Widen<$wide> for $type {
            #[inline(always)]
            fn widen(self) -> $wide {
                self.into()
            }
        }
    )*)*};
}
widen!(f64: f32 f64; i64: bool i8 i16 i32 i64; u64: u8 u16 u32 u64;);

/// The operation over values of one kind.
struct Numbers<O, A, F>(PhantomData<(O, A, F)>);

impl<O: Operation<A>, A: crate::array::Element + Copy, F> Algebra for Numbers<O, A, F> {
    type State = (A,);
    const NEUTRAL: (A,) = (O::IDENTITY,);
    #[inline(always)]
    fn combine(earlier: (A,), later: (A,)) -> (A,) {
        (O::apply(earlier.0, later.0),)
    }
}

impl<V: Copy + Widen<A>, O: Operation<A>, A: crate::array::Element + Copy, F: Filter<V>> Fold<V> for Numbers<O, A, F> {
    #[inline(always)]
    fn step(state: (A,), value: V) -> (A,) {
        (O::apply(state.0, if F::keeps(value) { value.widen() } else { O::IDENTITY }),)
    }
}

/// The operation over spans of time; a missing one that isn't left out makes the total missing.
struct Times<O, F>(PhantomData<(O, F)>);

impl<O: Operation<i64>, F> Algebra for Times<O, F> {
    type State = (i64,);
    const NEUTRAL: (i64,) = (O::IDENTITY,);
    #[inline(always)]
    fn combine(earlier: (i64,), later: (i64,)) -> (i64,) {
        let missing = earlier.0 == DType::NOT_A_TIME || later.0 == DType::NOT_A_TIME;
        (if missing { DType::NOT_A_TIME } else { O::apply(earlier.0, later.0) },)
    }
}

impl<O: Operation<i64>, F: Filter<i64>> Fold<i64> for Times<O, F> {
    #[inline(always)]
    fn step(state: (i64,), value: i64) -> (i64,) {
        if F::keeps(value) { Self::combine(state, (value,)) } else { state }
    }
}

impl<O: Operation<f64> + Operation<i64> + Operation<u64>> Reduction for Total<O> {
    fn result_dtype(&self, input: DType) -> Option<DType> {
        match input {
            DType::Bool => Some(DType::Int64),
            DType::Timedelta(_) => self.of_timedeltas.then_some(input),
            _ if input.is_signed_integer() => Some(DType::Int64),
            _ if input.is_unsigned_integer() => Some(DType::UInt64),
            _ => input.is_float().then_some(input),
        }
    }

    fn start(&self, input: DType, count: usize) -> Accumulator {
        match input {
            DType::Float32 | DType::Float64 => fold::start::<Numbers<O, f64, Everything>>(count),
            _ if input.is_unsigned_integer() => fold::start::<Numbers<O, u64, Everything>>(count),
            _ => fold::start::<Numbers<O, i64, Everything>>(count),
        }
    }

    fn fold(&self, state: &mut Accumulator, input: DType, strip: &Strip<'_>, options: ReductionOptions) {
        match (input, options.skip_missing) {
            (DType::Bool, _) => fold::fold::<bool, Numbers<O, i64, Everything>>(state, strip),
            (DType::Int8, _) => fold::fold::<i8, Numbers<O, i64, Everything>>(state, strip),
            (DType::Int16, _) => fold::fold::<i16, Numbers<O, i64, Everything>>(state, strip),
            (DType::Int32, _) => fold::fold::<i32, Numbers<O, i64, Everything>>(state, strip),
            (DType::Int64, _) => fold::fold::<i64, Numbers<O, i64, Everything>>(state, strip),
            (DType::UInt8, _) => fold::fold::<u8, Numbers<O, u64, Everything>>(state, strip),
            (DType::UInt16, _) => fold::fold::<u16, Numbers<O, u64, Everything>>(state, strip),
            (DType::UInt32, _) => fold::fold::<u32, Numbers<O, u64, Everything>>(state, strip),
            (DType::UInt64, _) => fold::fold::<u64, Numbers<O, u64, Everything>>(state, strip),
            (DType::Float32, true) => fold::fold::<f32, Numbers<O, f64, NotNan>>(state, strip),
            (DType::Float32, false) => fold::fold::<f32, Numbers<O, f64, Everything>>(state, strip),
            (DType::Float64, true) => fold::fold::<f64, Numbers<O, f64, NotNan>>(state, strip),
            (DType::Float64, false) => fold::fold::<f64, Numbers<O, f64, Everything>>(state, strip),
            (DType::Timedelta(_), true) => fold::fold::<i64, Times<O, NotNat>>(state, strip),
            (DType::Timedelta(_), false) => fold::fold::<i64, Times<O, Everything>>(state, strip),
            (DType::Datetime(_) | DType::CalendarTime(_) | DType::Text, _) => {
                unreachable!("there is no total of {input}")
            }
        }
    }

    fn merge(&self, state: &mut Accumulator, input: DType, later: &Accumulator) {
        match input {
            DType::Float32 | DType::Float64 => fold::merge::<Numbers<O, f64, Everything>>(state, later),
            DType::Timedelta(_) => fold::merge::<Times<O, Everything>>(state, later),
            _ if input.is_unsigned_integer() => fold::merge::<Numbers<O, u64, Everything>>(state, later),
            _ => fold::merge::<Numbers<O, i64, Everything>>(state, later),
        }
    }

    fn finish(&self, mut state: Accumulator, input: DType, _: ReductionOptions) -> Buffer {
        match input {
            DType::Float32 => fold::finish::<Numbers<O, f64, Everything>, f32>(&state, |(total,)| total as f32),
            _ => state.fields.swap_remove(0),
        }
    }
}
