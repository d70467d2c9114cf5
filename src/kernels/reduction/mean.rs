//! The arithmetic mean.
//!
//! Numbers are summed in `float64`. Times are summed exactly, in 128 bits, and their mean is rounded down: sums of
//! nanoseconds since 1970 exceed 64 bits after five values.

use super::fold::{self, Algebra, Fold};
use super::value::{Everything, Filter, NotNan, NotNat, Value, with_numbers};
use super::{Accumulator, Reduction, ReductionOptions, Strip};
use crate::array::{Buffer, DType};
use std::marker::PhantomData;

/// Means: `float64` of bools and integers, every other dtype its own.
pub(super) struct Mean;

/// Sum and count, both floats: vectors of them have the same number of lanes.
struct Numbers<F>(PhantomData<F>);

impl<F> Algebra for Numbers<F> {
    type State = (f64, f64);
    const NEUTRAL: (f64, f64) = (0.0, 0.0);
    #[inline(always)]
    fn combine(earlier: (f64, f64), later: (f64, f64)) -> (f64, f64) {
        (earlier.0 + later.0, earlier.1 + later.1)
    }
}

impl<V: Value, F: Filter<V>> Fold<V> for Numbers<F> {
    #[inline(always)]
    fn step((sum, count): (f64, f64), value: V) -> (f64, f64) {
        let kept = F::keeps(value);
        (sum + if kept { value.to_f64() } else { 0.0 }, count + if kept { 1.0 } else { 0.0 })
    }

    /// The sum over lanes, and the count, which is exact in any order, apart: compilers vectorise each, but not both.
    #[inline(always)]
    fn row(_: (f64, f64), row: &[V]) -> (f64, f64) {
        let (sum,) = fold::fold_row::<V, Sum<F>>(Sum::<F>::NEUTRAL, row);
        // Counters of the width of a float fill a vector best; parts are short enough for them.
        let parts = row.chunks(1 << 20).map(|part| part.iter().map(|&value| u32::from(F::keeps(value))).sum::<u32>());
        (sum, parts.map(f64::from).sum())
    }
}

/// The sum alone.
struct Sum<F>(PhantomData<F>);

impl<F> Algebra for Sum<F> {
    type State = (f64,);
    const NEUTRAL: (f64,) = (0.0,);
    #[inline(always)]
    fn combine(earlier: (f64,), later: (f64,)) -> (f64,) {
        (earlier.0 + later.0,)
    }
}

impl<V: Value, F: Filter<V>> Fold<V> for Sum<F> {
    #[inline(always)]
    fn step((sum,): (f64,), value: V) -> (f64,) {
        (sum + if F::keeps(value) { value.to_f64() } else { 0.0 },)
    }
}

/// High and low half of the sum, and the count, which is NaN once a missing value wasn't left out.
struct Times<F>(PhantomData<F>);

impl<F> Algebra for Times<F> {
    type State = (i64, u64, f64);
    const NEUTRAL: (i64, u64, f64) = (0, 0, 0.0);
    #[inline(always)]
    fn combine(earlier: Self::State, later: Self::State) -> Self::State {
        let (low, carry) = earlier.1.overflowing_add(later.1);
        let high = earlier.0.wrapping_add(later.0).wrapping_add(carry.into());
        (high, low, earlier.2 + later.2)
    }
}

impl<F: Filter<i64>> Fold<i64> for Times<F> {
    #[inline(always)]
    fn step(state: Self::State, value: i64) -> Self::State {
        if !F::keeps(value) {
            return state;
        }
        let one = if value == DType::NOT_A_TIME { f64::NAN } else { 1.0 };
        Self::combine(state, (value >> 63, value as u64, one))
    }
}

fn mean_of_numbers((sum, count): (f64, f64)) -> f64 {
    sum / count
}

fn mean_of_times((high, low, count): (i64, u64, f64)) -> i64 {
    let sum = (i128::from(high) << 64) | i128::from(low);
    if count > 0.0 { sum.div_euclid(count as i128) as i64 } else { DType::NOT_A_TIME }
}

impl Reduction for Mean {
    fn result_dtype(&self, input: DType) -> Option<DType> {
        match input {
            DType::Text => None,
            DType::Datetime(_) | DType::Timedelta(_) | DType::CalendarTime(_) => Some(input),
            _ => Some(input.float()),
        }
    }

    fn start(&self, input: DType, count: usize) -> Accumulator {
        if input.is_time() {
            fold::start::<Times<Everything>>(count)
        } else {
            fold::start::<Numbers<Everything>>(count)
        }
    }

    fn fold(&self, state: &mut Accumulator, input: DType, strip: &Strip<'_>, options: ReductionOptions) {
        with_numbers!(input, options.skip_missing, V, F => fold::fold::<V, Numbers<F>>(state, strip), {
            if options.skip_missing {
                fold::fold::<i64, Times<NotNat>>(state, strip)
            } else {
                fold::fold::<i64, Times<Everything>>(state, strip)
            }
        })
    }

    fn merge(&self, state: &mut Accumulator, input: DType, later: &Accumulator) {
        if input.is_time() {
            fold::merge::<Times<Everything>>(state, later);
        } else {
            fold::merge::<Numbers<Everything>>(state, later);
        }
    }

    fn finish(&self, state: Accumulator, input: DType, _: ReductionOptions) -> Buffer {
        match input {
            DType::Datetime(_) | DType::Timedelta(_) | DType::CalendarTime(_) => {
                fold::finish::<Times<Everything>, i64>(&state, mean_of_times)
            }
            DType::Float32 => fold::finish::<Numbers<Everything>, f32>(&state, |state| mean_of_numbers(state) as f32),
            _ => fold::finish::<Numbers<Everything>, f64>(&state, mean_of_numbers),
        }
    }
}
