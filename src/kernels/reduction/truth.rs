//! Whether any, or every, value is true.

use super::fold::{self, Algebra, Fold};
use super::value::{Everything, NotNan, Value, with_numbers};
use super::{Accumulator, Reduction, ReductionOptions, Strip};
use crate::array::{Buffer, DType};
use std::marker::PhantomData;

/// Whether any value is true (`ALL` false; false of nothing) or every one is (`ALL` true; true of nothing). Values are
/// true where they aren't 0, NaN included: nothing is left out, as in numpy.
pub(super) struct Truth<const ALL: bool>;

/// The same for values behind a filter that is not asked.
struct Holds<F, const ALL: bool>(PhantomData<F>);

impl<F, const ALL: bool> Algebra for Holds<F, ALL> {
    type State = (bool,);
    const NEUTRAL: (bool,) = (ALL,);
    #[inline(always)]
    fn combine(earlier: (bool,), later: (bool,)) -> (bool,) {
        (if ALL { earlier.0 & later.0 } else { earlier.0 | later.0 },)
    }
}

impl<V: Value, F, const ALL: bool> Fold<V> for Holds<F, ALL> {
    #[inline(always)]
    fn step(state: (bool,), value: V) -> (bool,) {
        Self::combine(state, (value.is_true(),))
    }
}

impl<const ALL: bool> Reduction for Truth<ALL> {
    fn result_dtype(&self, input: DType) -> Option<DType> {
        (input.is_numeric() || input.is_time()).then_some(DType::Bool)
    }

    fn start(&self, _: DType, count: usize) -> Accumulator {
        fold::start::<Holds<Everything, ALL>>(count)
    }

    fn fold(&self, state: &mut Accumulator, input: DType, strip: &Strip<'_>, _: ReductionOptions) {
        with_numbers!(
            input, false, V, F => fold::fold::<V, Holds<F, ALL>>(state, strip),
            fold::fold::<i64, Holds<Everything, ALL>>(state, strip)
        )
    }

    fn merge(&self, state: &mut Accumulator, _: DType, later: &Accumulator) {
        fold::merge::<Holds<Everything, ALL>>(state, later);
    }

    fn finish(&self, mut state: Accumulator, _: DType, _: ReductionOptions) -> Buffer {
        state.fields.swap_remove(0)
    }
}
