//! Exact quantiles in several passes over data that memory doesn't hold: radix selection (D. E. Knuth, The Art of Computer
//! Programming 3, section 5.2.5, from the first digit on).
//!
//! Values are looked at as the unsigned integers of [`quantile`](super::quantile), which have their order. The first pass
//! counts how many values have each first digit, and so finds the first digits of the values that lie where quantiles are
//! asked for; each later pass counts the next digits of the values that begin like those. States are of a fixed size,
//! whatever the data, and merge in any order to the same numbers.
//!
//! What a pass leaves for each kept element is a row of integers: the number of values (0 where there is no quantile), the
//! beginnings of values that the next pass counts, ascending, and for each quantile in turn how its value begins, how many
//! values that begin alike lie before it, and after the last pass the value after it.

#[cfg(test)]
mod tests;

use super::quantile::{QuantileKind, interpolated};
use super::reduction::{Accumulator, Strip};
use super::sortable::{Sortable, with_sortable};
use crate::array::{Buffer, DType, Element};
use std::ops::Range;

/// Bits of the first digit, and of others at most.
const MOST_DIGIT_BITS: u32 = 16;
/// Bits of a digit at least, however many quantiles there are.
const LEAST_DIGIT_BITS: u32 = 4;
/// Bytes of the counters of one kept element, where that leaves digits enough bits.
const COUNTER_BYTES: usize = 4 << 20;
/// Integers of a row for each quantile, one more for the number of values.
const ROW_FIELDS: usize = 4;
/// No beginning of any value, and no value.
const NONE: u64 = u64::MAX;

/// A pass over values of a dtype.
#[derive(Debug, Clone, Copy)]
pub struct Selection<'a> {
    /// What is asked for in the end.
    pub kinds: &'a [QuantileKind],
    /// Dtype of the values.
    pub dtype: DType,
    /// Number of passes before.
    pub number: u32,
    /// Leave NaN out.
    pub skip_missing: bool,
}

/// Number of passes that finding quantiles takes: at most 2 for values of 4 bytes and 4 for those of 8, where no more than
/// 8 quantiles are asked for.
pub fn pass_count(dtype: DType, kinds: &[QuantileKind]) -> u32 {
    let (_, rest_bits) = first_digit(dtype);
    1 + rest_bits.div_ceil(most_digit_bits(kinds))
}

/// Integers that a pass leaves for each kept element.
pub fn row_length(kinds: &[QuantileKind]) -> usize {
    1 + ROW_FIELDS * quantile_count(kinds)
}

fn quantile_count(kinds: &[QuantileKind]) -> usize {
    kinds.iter().map(QuantileKind::count).sum()
}

/// Bits of the first digit, and those of all others together.
fn first_digit(dtype: DType) -> (u32, u32) {
    let bits = 8 * dtype.size_bytes() as u32;
    (bits.min(MOST_DIGIT_BITS), bits.saturating_sub(MOST_DIGIT_BITS))
}

fn most_digit_bits(kinds: &[QuantileKind]) -> u32 {
    let counters = COUNTER_BYTES / size_of::<u64>() / quantile_count(kinds).max(1);
    counters.max(1).ilog2().clamp(LEAST_DIGIT_BITS, MOST_DIGIT_BITS)
}

/// Where the digit of a pass lies in a value.
#[derive(Debug, Clone, Copy)]
struct Digit {
    /// Bits behind it.
    shift: u32,
    /// Its own bits.
    bits: u32,
}

impl Digit {
    fn of(self, key: u64) -> usize {
        (key >> self.shift) as usize & (self.count() - 1)
    }

    /// What stands before it.
    fn beginning(self, key: u64) -> u64 {
        key >> self.shift >> self.bits
    }

    /// How many such digits there are.
    fn count(self) -> usize {
        1 << self.bits
    }
}

/// The fields of a state: counters of digits, a table for each beginning that is counted, of one kept element after the
/// other; missing values; the smallest value between the ones of a beginning and those of the next; and the rows that the
/// pass before left, which every state carries along.
struct Fields<'a> {
    counts: &'a mut [u64],
    missing: &'a mut [u64],
    nexts: &'a mut [u64],
    rows: &'a [u64],
}

const KEPT: &str = "a state has the fields that its selection started it with";

impl<'a> Fields<'a> {
    fn of(state: &'a mut Accumulator) -> Fields<'a> {
        let [counts, missing, nexts, rows] = &mut state.fields[..] else { unreachable!("{KEPT}") };
        Fields {
            counts: counts.as_mut_slice().expect(KEPT),
            missing: missing.as_mut_slice().expect(KEPT),
            nexts: nexts.as_mut_slice().expect(KEPT),
            rows: rows.as_slice().expect(KEPT),
        }
    }

    /// Beginnings that are counted of each kept element, at most.
    fn tables(&self) -> usize {
        self.nexts.len() / self.missing.len().max(1)
    }
}

impl Selection<'_> {
    fn digit(&self) -> Digit {
        let (first_bits, rest_bits) = first_digit(self.dtype);
        let passes = pass_count(self.dtype, self.kinds) - 1;
        if self.number == 0 {
            return Digit { shift: rest_bits, bits: first_bits };
        }
        let bits = rest_bits.div_ceil(passes);
        let shift = |number: u32| rest_bits.saturating_sub(number * bits);
        Digit { shift: shift(self.number), bits: shift(self.number - 1) - shift(self.number) }
    }

    /// Bytes of the state of one kept element at most.
    pub fn state_bytes(&self) -> usize {
        let tables = if self.number == 0 { 1 } else { quantile_count(self.kinds) };
        (tables * (self.digit().count() + 1) + 1 + row_length(self.kinds)) * size_of::<u64>()
    }

    /// The state that has seen nothing, of so many kept elements; with the rows that the pass before left, if there was one.
    pub fn start(&self, kept: usize, before: Option<&[u64]>) -> Accumulator {
        let rows = before.unwrap_or_default();
        let most = rows.chunks_exact(row_length(self.kinds)).map(|row| self.beginnings(row).len()).max();
        let tables = most.unwrap_or(1).max(1);
        let fields = vec![vec![0; kept * tables * self.digit().count()], vec![0; kept], vec![NONE; kept * tables]];
        let fields = fields.into_iter().chain([rows.to_vec()]).map(Buffer::UInt64);
        Accumulator { fields: fields.collect() }
    }

    /// The beginnings that this pass counts, in a row of the pass before.
    fn beginnings<'r>(&self, row: &'r [u64]) -> &'r [u64] {
        let all = &row[1..1 + quantile_count(self.kinds)];
        &all[..all.partition_point(|beginning| *beginning != NONE)]
    }

    /// Adds the state of other values.
    pub fn merge(&self, state: &mut Accumulator, other: &Accumulator) {
        let other: Vec<&[u64]> = other.fields.iter().filter_map(Buffer::as_slice).collect();
        let fields = Fields::of(state);
        fields.counts.iter_mut().zip(other[0]).for_each(|(count, other)| *count += other);
        fields.missing.iter_mut().zip(other[1]).for_each(|(count, other)| *count += other);
        fields.nexts.iter_mut().zip(other[2]).for_each(|(next, other)| *next = (*next).min(*other));
    }

    /// Counts the digits of a strip of values.
    pub fn fold(&self, state: &mut Accumulator, strip: &Strip<'_>) {
        with_sortable!(self.dtype, T => self.fold_values::<T>(Fields::of(state), strip));
    }

    fn fold_values<T: Sortable + Element>(&self, mut fields: Fields<'_>, strip: &Strip<'_>) {
        let values = strip.values.as_slice::<T>().expect("a strip holds values of its dtype");
        for (row, values) in (0..strip.rows).map(|row| (row, strip.row(values, row))) {
            let first = strip.first + row * strip.row_step;
            // Neighbours of one kept element are counted together.
            let together = if strip.column_step == 0 { strip.columns.max(1) } else { 1 };
            for (column, values) in values.chunks(together).enumerate() {
                if self.number == 0 {
                    self.count_first(&mut fields, first + column, values);
                } else {
                    self.count_next(&mut fields, first + column, values);
                }
            }
        }
    }

    fn count_first<T: Sortable>(&self, fields: &mut Fields<'_>, kept: usize, values: &[T]) {
        let digit = self.digit();
        let table = &mut fields.counts[kept * digit.count()..][..digit.count()];
        for value in values {
            match value.key() {
                Some(key) => table[digit.of(key.into())] += 1,
                None => fields.missing[kept] += 1,
            }
        }
    }

    fn count_next<T: Sortable>(&self, fields: &mut Fields<'_>, kept: usize, values: &[T]) {
        let (digit, tables, length) = (self.digit(), fields.tables(), row_length(self.kinds));
        let beginnings = self.beginnings(&fields.rows[kept * length..][..length]);
        let counts = &mut fields.counts[kept * tables * digit.count()..][..tables * digit.count()];
        let nexts = &mut fields.nexts[kept * tables..][..tables];
        for key in values.iter().filter_map(|value| value.key()) {
            let key: u64 = key.into();
            let beginning = digit.beginning(key);
            let table = match beginnings {
                [only] => usize::from(*only < beginning),
                several => several.partition_point(|one| *one < beginning),
            };
            if beginnings.get(table) == Some(&beginning) {
                counts[table * digit.count() + digit.of(key)] += 1;
            } else if table > 0 {
                nexts[table - 1] = nexts[table - 1].min(key);
            }
        }
    }

    /// The rows that this pass leaves.
    pub fn finish(&self, mut state: Accumulator) -> Vec<u64> {
        let fields = Fields::of(&mut state);
        let length = row_length(self.kinds);
        let mut rows = vec![0; fields.missing.len() * length];
        for (kept, row) in rows.chunks_exact_mut(length).enumerate() {
            match self.number {
                0 => self.begin_row(&fields, kept, row),
                _ => row.copy_from_slice(&fields.rows[kept * length..][..length]),
            }
            if row[0] > 0 {
                self.extend_row(&fields, kept, row);
            }
        }
        rows
    }

    /// Where the values of the quantiles of a kept element lie among all.
    fn begin_row(&self, fields: &Fields<'_>, kept: usize, row: &mut [u64]) {
        let digits = self.digit().count();
        row[1..].fill(NONE);
        if self.skip_missing || fields.missing[kept] == 0 {
            row[0] = fields.counts[kept * digits..][..digits].iter().sum();
        }
        let count = row[0] as usize;
        let quantiles = &mut row[1 + quantile_count(self.kinds)..];
        let places = self.kinds.iter().flat_map(|kind| kind.places(count));
        for (quantile, (before, _, _)) in quantiles.chunks_exact_mut(ROW_FIELDS - 1).zip(places) {
            quantile.copy_from_slice(&[0, before as u64, NONE]);
        }
    }

    /// One more digit of each quantile's value.
    fn extend_row(&self, fields: &Fields<'_>, kept: usize, row: &mut [u64]) {
        let (digit, tables) = (self.digit(), fields.tables());
        let counts = &fields.counts[kept * tables * digit.count()..][..tables * digit.count()];
        let nexts = &fields.nexts[kept * tables..][..tables];
        let beginnings = if self.number == 0 { vec![0] } else { self.beginnings(row).to_vec() };
        let quantiles = &mut row[1 + quantile_count(self.kinds)..];
        let table_of = |table: usize| counts.get(table * digit.count()..(table + 1) * digit.count());
        let first_in = |table: usize, digits: Range<usize>| {
            let found = table_of(table)?.get(digits.clone())?.iter().position(|count| *count > 0)?;
            Some(beginnings.get(table)? << digit.bits | (digits.start + found) as u64)
        };
        for quantile in quantiles.chunks_exact_mut(ROW_FIELDS - 1) {
            let table = beginnings.partition_point(|beginning| *beginning < quantile[0]);
            let (mut found, mut before) = (0, quantile[1]);
            for (value, count) in table_of(table).unwrap_or_default().iter().enumerate() {
                found = value;
                if before < *count {
                    break;
                }
                before -= count;
            }
            let is_repeated = table_of(table).is_some_and(|counts| before + 1 < counts[found]);
            quantile[0] = quantile[0] << digit.bits | found as u64;
            quantile[1] = before;
            if digit.shift == 0 {
                let next = nexts.get(table).copied().filter(|next| *next != NONE);
                quantile[2] = if is_repeated { Some(quantile[0]) } else { first_in(table, found + 1..digit.count()) }
                    .or(next)
                    .or_else(|| first_in(table + 1, 0..digit.count()))
                    .unwrap_or(quantile[0]);
            }
        }
        let mut found: Vec<u64> = quantiles.chunks_exact(ROW_FIELDS - 1).map(|quantile| quantile[0]).collect();
        found.sort_unstable();
        found.dedup();
        row[1..1 + quantile_count(self.kinds)].fill(NONE);
        row[1..1 + found.len()].copy_from_slice(&found);
    }
}

/// Quantiles that the rows of the last pass over values of a dtype stand for: those of one of the kinds and of these of its
/// probabilities, for each in turn those of the kept elements.
pub fn selected(rows: &[u64], kinds: &[QuantileKind], position: usize, wanted: Range<usize>, dtype: DType) -> Vec<f64> {
    with_sortable!(dtype, T => from_rows(rows, kinds, position, wanted, f64::NAN, |low, high, fraction| {
        interpolated(&kinds[position], T::of_bits(low), T::of_bits(high), fraction)
    }))
}

/// The same of a method that picks values, in their own dtype; of nothing, zero or NaN.
pub fn picked(rows: &[u64], kinds: &[QuantileKind], position: usize, wanted: Range<usize>, dtype: DType) -> Buffer {
    with_sortable!(dtype, T => {
        T::into_buffer(from_rows(rows, kinds, position, wanted, T::MISSING, |low, _, _| T::of_bits(low)))
    })
}

/// What `made` makes of the keys around each quantile, or `missing`.
fn from_rows<R: Copy>(
    rows: &[u64],
    kinds: &[QuantileKind],
    position: usize,
    wanted: Range<usize>,
    missing: R,
    made: impl Fn(u64, u64, f64) -> R,
) -> Vec<R> {
    let length = row_length(kinds);
    let first = 1 + quantile_count(kinds) + (ROW_FIELDS - 1) * quantile_count(&kinds[..position]);
    let kept = rows.len() / length;
    let mut results = vec![missing; wanted.len() * kept];
    for (index, row) in rows.chunks_exact(length).enumerate() {
        let places = kinds[position].places(row[0] as usize);
        for (result, quantile) in wanted.clone().enumerate().filter(|(_, quantile)| *quantile < places.len()) {
            let (before, after, fraction) = places[quantile];
            let found = &row[first + (ROW_FIELDS - 1) * quantile..][..ROW_FIELDS - 1];
            let high = if after == before { found[0] } else { found[2] };
            results[result * kept + index] = made(found[0], high, fraction);
        }
    }
    results
}
