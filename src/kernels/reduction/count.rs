//! The number of values that aren't missing.

use super::fold::{self, Algebra, Fold};
use super::value::{Everything, Filter, NotNan, NotNat};
use super::{Accumulator, Reduction, ReductionOptions, Strip};
use crate::array::{Buffer, DType};
use std::marker::PhantomData;

/// Counts of values that are neither NaN nor NaT, whatever the options: `int64` of every dtype.
pub(super) struct Count;

struct Kept<F>(PhantomData<F>);

impl<F> Algebra for Kept<F> {
    type State = (i64,);
    const NEUTRAL: (i64,) = (0,);
    #[inline(always)]
    fn combine(earlier: (i64,), later: (i64,)) -> (i64,) {
        (earlier.0 + later.0,)
    }
}

impl<V, F: Filter<V>> Fold<V> for Kept<F> {
    #[inline(always)]
    fn step(state: (i64,), value: V) -> (i64,) {
        (state.0 + i64::from(F::keeps(value)),)
    }
}

impl Reduction for Count {
    fn result_dtype(&self, _: DType) -> Option<DType> {
        Some(DType::Int64)
    }

    fn start(&self, _: DType, count: usize) -> Accumulator {
        fold::start::<Kept<Everything>>(count)
    }

    fn fold(&self, state: &mut Accumulator, input: DType, strip: &Strip<'_>, _: ReductionOptions) {
        match input {
            DType::Float32 => fold::fold::<f32, Kept<NotNan>>(state, strip),
            DType::Float64 => fold::fold::<f64, Kept<NotNan>>(state, strip),
            DType::Datetime(_) | DType::Timedelta(_) | DType::CalendarTime(_) => {
                fold::fold::<i64, Kept<NotNat>>(state, strip)
            }
            _ => count_all(state, strip),
        }
    }

    fn merge(&self, state: &mut Accumulator, _: DType, later: &Accumulator) {
        fold::merge::<Kept<Everything>>(state, later);
    }

    fn finish(&self, mut state: Accumulator, _: DType, _: ReductionOptions) -> Buffer {
        state.fields.swap_remove(0)
    }
}

/// Folds values that can't be missing, without looking at them.
fn count_all(state: &mut Accumulator, strip: &Strip<'_>) {
    let counts = state.fields[0].as_mut_slice::<i64>().expect("counts are int64");
    for row in 0..strip.rows {
        let first = strip.first + row * strip.row_step;
        if strip.column_step == 0 {
            counts[first] += strip.columns as i64;
        } else {
            counts[first..first + strip.columns].iter_mut().for_each(|count| *count += 1);
        }
    }
}
