//! The loops that fold strips of values into states, once for all reductions.
//!
//! A reduction says how one value joins a state and how two states join ([`Algebra`], [`Fold`]); the loops here say in
//! which order, so that the order is the same everywhere: by rows, then columns. Where a row folds into one element it
//! runs over [`LANES`] independent states, value `j` into state `j % LANES`, joined pairwise in a fixed tree; neither
//! CPU nor number of threads has a say.

use super::{Accumulator, Strip};
use crate::array::{Buffer, Element};
use crate::kernels::vectors::{self, Loop};
use std::marker::PhantomData;

/// Independent states of a row that folds into one element: four vectors of `f64` with SSE2.
const LANES: usize = 8;

/// Rows that are folded with one pass over the states, where all fold into the same ones.
const ROWS_TOGETHER: usize = 4;

/// The state of one kept element: a tuple with one value a field of the [`Accumulator`].
pub(super) trait State: Copy {
    /// The fields, to read.
    type Shared<'a>;
    /// The fields, to change.
    type Exclusive<'a>;
    fn shared(fields: &[Buffer]) -> Self::Shared<'_>;
    fn exclusive(fields: &mut [Buffer]) -> Self::Exclusive<'_>;
    /// Part of the fields, cut so that the compiler sees the length.
    fn window<'a>(fields: &'a mut Self::Exclusive<'_>, first: usize, count: usize) -> Self::Exclusive<'a>;
    fn get(fields: &Self::Shared<'_>, index: usize) -> Self;
    fn load(fields: &Self::Exclusive<'_>, index: usize) -> Self;
    fn store(self, fields: &mut Self::Exclusive<'_>, index: usize);
    /// The fields of `count` such states.
    fn repeat(self, count: usize) -> Vec<Buffer>;
    /// The states of all lanes, field by field: lanes of one field are neighbours, as vector instructions want them.
    type Lanes;
    fn lanes(self) -> Self::Lanes;
    fn lane(lanes: &Self::Lanes, lane: usize) -> Self;
    fn set_lane(self, lanes: &mut Self::Lanes, lane: usize);
}

macro_rules! state {
    ($($type:ident $position:tt),+) => {
        impl<$($type: Element + Copy),+> State for ($($type,)+) {
            type Shared<'a> = ($(&'a [$type],)+);
            type Exclusive<'a> = ($(&'a mut [$type],)+);
            fn shared(fields: &[Buffer]) -> Self::Shared<'_> {
                ($(fields[$position].as_slice::<$type>().expect(KEPT),)+)
            }
            fn exclusive(fields: &mut [Buffer]) -> Self::Exclusive<'_> {
                let mut fields = fields.iter_mut();
                ($(fields.next().and_then(Buffer::as_mut_slice::<$type>).expect(KEPT),)+)
            }
            #[inline(always)]
            fn window<'a>(fields: &'a mut Self::Exclusive<'_>, first: usize, count: usize) -> Self::Exclusive<'a> {
                ($(&mut fields.$position[first..first + count],)+)
            }
            #[inline(always)]
            fn get(fields: &Self::Shared<'_>, index: usize) -> Self {
                ($(fields.$position[index],)+)
            }
            #[inline(always)]
            fn load(fields: &Self::Exclusive<'_>, index: usize) -> Self {
                ($(fields.$position[index],)+)
            }
            #[inline(always)]
            fn store(self, fields: &mut Self::Exclusive<'_>, index: usize) {
                $(fields.$position[index] = self.$position;)+
            }
            fn repeat(self, count: usize) -> Vec<Buffer> {
                vec![$($type::into_buffer(filled(self.$position, count))),+]
            }
            type Lanes = ($([$type; LANES],)+);
            #[inline(always)]
            fn lanes(self) -> Self::Lanes {
                ($([self.$position; LANES],)+)
            }
            #[inline(always)]
            fn lane(lanes: &Self::Lanes, lane: usize) -> Self {
                ($(lanes.$position[lane],)+)
            }
            #[inline(always)]
            fn set_lane(self, lanes: &mut Self::Lanes, lane: usize) {
                $(lanes.$position[lane] = self.$position;)+
            }
        }
    };
}

const KEPT: &str = "an accumulator has the fields that its reduction started it with";

state!(A 0);
state!(A 0, B 1);
state!(A 0, B 1, C 2);
state!(A 0, B 1, C 2, D 3);

/// States and how they join.
pub(super) trait Algebra {
    type State: State;
    /// The state that has seen nothing.
    const NEUTRAL: Self::State;
    /// The state that has seen what `earlier` and then `later` saw.
    fn combine(earlier: Self::State, later: Self::State) -> Self::State;
}

/// How a value of type `V` joins a state.
pub(super) trait Fold<V>: Algebra {
    fn step(state: Self::State, value: V) -> Self::State;

    /// The state of nothing that each lane begins a row with, where the row will join `state`.
    #[inline(always)]
    fn begin_row(_state: Self::State, _row: &[V]) -> Self::State {
        Self::NEUTRAL
    }

    /// The state of one row that will join `earlier`. A reduction whose fields are faster one after the other than
    /// together says so here.
    #[inline(always)]
    fn row(earlier: Self::State, row: &[V]) -> Self::State
    where
        Self: Sized,
        V: Copy,
    {
        fold_row::<V, Self>(earlier, row)
    }
}

/// So many equal values, each written: pages that the system gives out as zeros would be taken in again, one by one, at
/// the first write after a read.
fn filled<T: Copy>(value: T, count: usize) -> Vec<T> {
    let mut values = Vec::with_capacity(count);
    values.resize(count, std::hint::black_box(value));
    values
}

/// The state that has seen nothing, for `count` kept elements.
pub(super) fn start<A: Algebra>(count: usize) -> Accumulator {
    Accumulator { fields: A::NEUTRAL.repeat(count) }
}

/// Folds the states of later values into those of earlier ones.
pub(super) fn merge<A: Algebra>(state: &mut Accumulator, later: &Accumulator) {
    let count = later.fields[0].len();
    let mut fields = A::State::exclusive(&mut state.fields);
    let mut fields = A::State::window(&mut fields, 0, count);
    let later = A::State::shared(&later.fields);
    for index in 0..count {
        let combined = A::combine(A::State::load(&fields, index), A::State::get(&later, index));
        combined.store(&mut fields, index);
    }
}

/// The result of every kept element.
pub(super) fn finish<A: Algebra, R: Element>(state: &Accumulator, result: impl Fn(A::State) -> R) -> Buffer {
    let fields = A::State::shared(&state.fields);
    R::into_buffer((0..state.fields[0].len()).map(|index| result(A::State::get(&fields, index))).collect())
}

/// Folds a strip of values of type `V`.
pub(super) fn fold<V: Element + Copy, F: Fold<V>>(state: &mut Accumulator, strip: &Strip<'_>) {
    vectors::wide(FoldStrip::<V, F> { state, strip, how: PhantomData });
}

/// A strip on its way into a state.
struct FoldStrip<'a, 'b, V, F> {
    state: &'a mut Accumulator,
    strip: &'a Strip<'b>,
    how: PhantomData<(V, F)>,
}

impl<V: Element + Copy, F: Fold<V>> Loop for FoldStrip<'_, '_, V, F> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        fold_strip::<V, F>(self.state, self.strip);
    }
}

#[inline(always)]
fn fold_strip<V: Element + Copy, F: Fold<V>>(state: &mut Accumulator, strip: &Strip<'_>) {
    let values = strip.values.as_slice::<V>().expect("a strip holds values of its dtype");
    let mut fields = F::State::exclusive(&mut state.fields);
    if strip.columns == 0 {
        return;
    }
    if strip.column_step == 0 {
        for row in 0..strip.rows {
            let index = strip.first + row * strip.row_step;
            let earlier = F::State::load(&fields, index);
            F::combine(earlier, F::row(earlier, strip.row(values, row))).store(&mut fields, index);
        }
    } else if strip.row_step == 0 {
        let mut fields = F::State::window(&mut fields, strip.first, strip.columns);
        let together = strip.rows - strip.rows % ROWS_TOGETHER;
        for first in (0..together).step_by(ROWS_TOGETHER) {
            let rows = std::array::from_fn(|row| strip.row(values, first + row));
            fold_rows::<V, F>(&mut fields, rows, strip.columns);
        }
        for row in together..strip.rows {
            fold_columns::<V, F>(&mut fields, strip.row(values, row));
        }
    } else {
        for row in 0..strip.rows {
            let mut fields = F::State::window(&mut fields, strip.first + row * strip.row_step, strip.columns);
            fold_columns::<V, F>(&mut fields, strip.row(values, row));
        }
    }
}

/// The state of one row of values, over lanes.
#[inline(always)]
pub(super) fn fold_row<V: Copy, F: Fold<V>>(earlier: F::State, row: &[V]) -> F::State {
    let mut lanes = F::begin_row(earlier, row).lanes();
    let (groups, rest) = row.as_chunks::<LANES>();
    for group in groups {
        for (lane, &value) in group.iter().enumerate() {
            F::step(F::State::lane(&lanes, lane), value).set_lane(&mut lanes, lane);
        }
    }
    for (lane, &value) in rest.iter().enumerate() {
        F::step(F::State::lane(&lanes, lane), value).set_lane(&mut lanes, lane);
    }
    for half in [LANES / 2, LANES / 4, LANES / 8] {
        for lane in 0..half {
            let joined = F::combine(F::State::lane(&lanes, lane), F::State::lane(&lanes, lane + half));
            joined.set_lane(&mut lanes, lane);
        }
    }
    F::State::lane(&lanes, 0)
}

/// Folds each value of a row into the state of its own.
#[inline(always)]
fn fold_columns<V: Copy, F: Fold<V>>(fields: &mut <F::State as State>::Exclusive<'_>, row: &[V]) {
    let mut fields = F::State::window(fields, 0, row.len());
    for (index, &value) in row.iter().enumerate() {
        F::step(F::State::load(&fields, index), value).store(&mut fields, index);
    }
}

/// Folds several rows, one value after the other, with one pass over the states: a quarter of the loads and stores.
#[inline(always)]
fn fold_rows<V: Copy, F: Fold<V>>(
    fields: &mut <F::State as State>::Exclusive<'_>,
    rows: [&[V]; ROWS_TOGETHER],
    columns: usize,
) {
    let mut fields = F::State::window(fields, 0, columns);
    // Of a length that the compiler sees to be that of the states.
    let rows = rows.map(|row| &row[..columns]);
    for index in 0..columns {
        let mut state = F::State::load(&fields, index);
        for row in rows {
            state = F::step(state, row[index]);
        }
        state.store(&mut fields, index);
    }
}
