//! Variance and standard deviation.
//!
//! Sums of differences, and of their squares, from a shift that is one of the values (Chan, Golub and LeVeque 1983,
//! doi:10.1080/00031305.1983.10483115, section 3): the digits that the values share cancel exactly, and no element costs
//! a division. States with different shifts are moved to one shift by the identities of their pairwise algorithm.

use super::fold::{self, Algebra, Fold};
use super::value::{Everything, Filter, NotNan, Value, with_numbers};
use super::{Accumulator, Reduction, ReductionOptions, Strip};
use crate::array::{Buffer, DType};
use std::marker::PhantomData;

/// Variances, or their roots: `float32` of `float32`, `float64` of other numbers; NaN where no more values than `ddof`
/// were seen.
pub(super) struct Variance {
    /// Whether the result is the standard deviation.
    pub(super) root: bool,
}

/// Shift (NaN before the first value), count, sum of differences, sum of their squares.
struct Shifted<F>(PhantomData<F>);

type ShiftedState = (f64, f64, f64, f64);

impl<F> Algebra for Shifted<F> {
    type State = ShiftedState;
    const NEUTRAL: ShiftedState = (f64::NAN, 0.0, 0.0, 0.0);
    #[inline(always)]
    fn combine(earlier: ShiftedState, later: ShiftedState) -> ShiftedState {
        if later.1 == 0.0 {
            return earlier;
        }
        if earlier.1 == 0.0 {
            return later;
        }
        let (shift, count, sum, squares) = later;
        let moved = shift - earlier.0;
        let moved_sum = sum + count * moved;
        let moved_squares = squares + moved * (sum + moved_sum);
        (earlier.0, earlier.1 + count, earlier.2 + moved_sum, earlier.3 + moved_squares)
    }
}

impl<V: Value, F: Filter<V>> Fold<V> for Shifted<F> {
    #[inline(always)]
    fn step((shift, count, sum, squares): ShiftedState, value: V) -> ShiftedState {
        let float = value.to_f64();
        let shift = if shift.is_nan() { float } else { shift };
        let (difference, one) = if F::keeps(value) { (float - shift, 1.0) } else { (0.0, 0.0) };
        (shift, count + one, sum + difference, squares + difference * difference)
    }

    /// All lanes have one shift, so that they join without being moved.
    #[inline(always)]
    fn begin_row(state: ShiftedState, row: &[V]) -> ShiftedState {
        let first = || row.iter().map(|value| value.to_f64()).find(|value| !value.is_nan());
        let shift = if state.0.is_nan() { first().unwrap_or(f64::NAN) } else { state.0 };
        (shift, 0.0, 0.0, 0.0)
    }
}

impl Variance {
    fn result(&self, (_, count, sum, squares): ShiftedState, ddof: i64) -> f64 {
        let freedom = count - ddof as f64;
        if freedom <= 0.0 {
            return f64::NAN;
        }
        let deviations = squares - sum * (sum / count);
        // Rounding can take the difference of equal numbers below 0; NaN stays.
        let variance = if deviations < 0.0 { 0.0 } else { deviations / freedom };
        if self.root { variance.sqrt() } else { variance }
    }
}

impl Reduction for Variance {
    fn result_dtype(&self, input: DType) -> Option<DType> {
        input.is_numeric().then(|| input.float())
    }

    fn start(&self, _: DType, count: usize) -> Accumulator {
        fold::start::<Shifted<Everything>>(count)
    }

    fn fold(&self, state: &mut Accumulator, input: DType, strip: &Strip<'_>, options: ReductionOptions) {
        with_numbers!(
            input, options.skip_missing, V, F => fold::fold::<V, Shifted<F>>(state, strip),
            unreachable!("there is no variance of {input}")
        )
    }

    fn merge(&self, state: &mut Accumulator, _: DType, later: &Accumulator) {
        fold::merge::<Shifted<Everything>>(state, later);
    }

    fn finish(&self, state: Accumulator, input: DType, options: ReductionOptions) -> Buffer {
        if input == DType::Float32 {
            let result = |state| self.result(state, options.ddof) as f32;
            return fold::finish::<Shifted<Everything>, f32>(&state, result);
        }
        fold::finish::<Shifted<Everything>, f64>(&state, |state| self.result(state, options.ddof))
    }
}
