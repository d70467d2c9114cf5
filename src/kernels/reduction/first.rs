//! The first and the last value, in the order of folding.

use super::fold::{self, Algebra, Fold};
use super::value::{Everything, Filter, NotNan, NotNat, Value, with_numbers};
use super::{Accumulator, Reduction, ReductionOptions, Strip};
use crate::array::{Buffer, DType};
use std::marker::PhantomData;

/// The first value (`LAST` false) or the last one, in the dtype of the input; missing, or 0 where the dtype has no missing
/// values, of nothing.
pub(super) struct First<const LAST: bool>;

/// A value, and whether it was seen.
struct Seen<T, F, const LAST: bool>(PhantomData<(T, F)>);

/// A type with a value for nothing.
trait Unseen: Value {
    const NOTHING: Self;
}

macro_rules! unseen {
    ($($type:ty: $nothing:expr),* $(,)?) => {$(
        impl Unseen for $type {
            const NOTHING: $type = $nothing;
        }
    )*};
}

unseen!(bool: false, i8: 0, i16: 0, i32: 0, i64: 0, u8: 0, u16: 0, u32: 0, u64: 0, f32: f32::NAN, f64: f64::NAN);

impl<T: Unseen, F, const LAST: bool> Algebra for Seen<T, F, LAST> {
    type State = (T, bool);
    const NEUTRAL: (T, bool) = (T::NOTHING, false);
    #[inline(always)]
    fn combine(earlier: (T, bool), later: (T, bool)) -> (T, bool) {
        let takes_later = if LAST { later.1 } else { !earlier.1 };
        if takes_later { later } else { earlier }
    }
}

impl<T: Unseen, F: Filter<T>, const LAST: bool> Fold<T> for Seen<T, F, LAST> {
    #[inline(always)]
    fn step(state: (T, bool), value: T) -> (T, bool) {
        if F::keeps(value) { Self::combine(state, (value, true)) } else { state }
    }

    /// Lanes have no order among them: the row is looked through as it is.
    fn row(_: (T, bool), row: &[T]) -> (T, bool) {
        let kept = |value: &&T| F::keeps(**value);
        let found = if LAST { row.iter().rev().find(kept) } else { row.iter().find(kept) };
        found.map_or(Self::NEUTRAL, |value| (*value, true))
    }
}

impl<const LAST: bool> Reduction for First<LAST> {
    fn result_dtype(&self, input: DType) -> Option<DType> {
        (input != DType::Text).then_some(input)
    }

    fn start(&self, input: DType, count: usize) -> Accumulator {
        with_numbers!(
            input, false, V, F => fold::start::<Seen<V, F, LAST>>(count),
            fold::start::<Seen<i64, Everything, LAST>>(count)
        )
    }

    fn fold(&self, state: &mut Accumulator, input: DType, strip: &Strip<'_>, options: ReductionOptions) {
        with_numbers!(input, options.skip_missing, V, F => fold::fold::<V, Seen<V, F, LAST>>(state, strip), {
            if options.skip_missing {
                fold::fold::<i64, Seen<i64, NotNat, LAST>>(state, strip)
            } else {
                fold::fold::<i64, Seen<i64, Everything, LAST>>(state, strip)
            }
        })
    }

    fn merge(&self, state: &mut Accumulator, input: DType, later: &Accumulator) {
        with_numbers!(
            input, false, V, F => fold::merge::<Seen<V, F, LAST>>(state, later),
            fold::merge::<Seen<i64, Everything, LAST>>(state, later)
        )
    }

    fn finish(&self, mut state: Accumulator, input: DType, _: ReductionOptions) -> Buffer {
        if input.is_time() {
            return fold::finish::<Seen<i64, Everything, LAST>, i64>(&state, |(value, seen)| {
                if seen { value } else { DType::NOT_A_TIME }
            });
        }
        state.fields.swap_remove(0)
    }
}
