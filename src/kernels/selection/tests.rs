//! Passes over values in any strips find what sorting them all finds.

use super::*;
use crate::array::Chunk;
use crate::kernels::quantile::{QuantileMethod, picked, quantiles};

/// Numbers that look random (G. L. Steele, D. Lea, C. H. Flood, doi:10.1145/2714064.2660195).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn kind(&mut self) -> QuantileKind {
        if self.below(3) == 0 {
            return QuantileKind::Median;
        }
        let most = if self.below(8) == 0 { 300 } else { 4 };
        let probabilities = (0..=self.below(most)).map(|_| self.below(1001) as f64 / 1000.0).collect();
        QuantileKind::Quantiles(probabilities, QuantileMethod::ALL[self.below(13) as usize].1)
    }
}

/// Any bits, few different ones, neighbours, or one.
fn bits(numbers: &mut Numbers, count: usize) -> Vec<u64> {
    let (shape, some) = (numbers.below(4), numbers.next());
    let one = |numbers: &mut Numbers| match shape {
        0 => numbers.next(),
        1 => numbers.below(5).wrapping_mul(0x9e37_79b9_7f4a_7c15),
        2 => some.wrapping_add(numbers.below(100)),
        _ => some,
    };
    (0..count).map(|_| one(numbers)).collect()
}

/// All passes over values of `kept` elements, side by side, in some strips whose states are merged in some order.
fn in_passes(values: &Buffer, dtype: DType, kept: usize, kinds: &[QuantileKind], skip: bool, cut: usize) -> Vec<u64> {
    let mut rows: Option<Vec<u64>> = None;
    for number in 0..pass_count(dtype, kinds) {
        let selection = Selection { kinds, dtype, number, skip_missing: skip };
        let mut merged = selection.start(kept, rows.as_deref());
        assert!(merged.size_bytes() <= kept * selection.state_bytes());
        let all = values.len() / kept.max(1);
        for rows_of_strip in [cut..all, 0..cut] {
            let mut state = selection.start(kept, rows.as_deref());
            let (columns, column_step, row_step) = if kept == 1 { (1, 0, 0) } else { (kept, 1, 0) };
            let offset = rows_of_strip.start * kept;
            let (rows, columns) = if kept == 1 { (1, rows_of_strip.len()) } else { (rows_of_strip.len(), columns) };
            let strip = Strip { values, offset, pitch: columns, rows, columns, first: 0, row_step, column_step };
            selection.fold(&mut state, &strip);
            selection.merge(&mut merged, &state);
        }
        rows = Some(selection.finish(merged));
    }
    rows.unwrap()
}

fn check<T: Element + Copy>(seed: u64, value: impl Fn(u64) -> T) {
    let mut numbers = Numbers(seed);
    let (kept, count) = (1 + numbers.below(3) as usize, numbers.below(400) as usize);
    let values: Vec<T> = bits(&mut numbers, count * kept).into_iter().map(value).collect();
    let kinds: Vec<QuantileKind> = (0..=numbers.below(2)).map(|_| numbers.kind()).collect();
    let (skip, cut) = (numbers.below(2) == 0, numbers.below(count as u64 + 1) as usize);
    let rows = in_passes(&T::into_buffer(values.clone()), T::DTYPE, kept, &kinds, skip, cut);
    let chunk = Chunk::from_values(vec![count, kept], values).unwrap();
    for (position, kind) in kinds.iter().enumerate() {
        let found = selected(&rows, &kinds, position, 0..kind.count(), T::DTYPE);
        let expected = quantiles(&chunk, &[0], kind, skip);
        if kind.result_dtype(T::DTYPE).is_ok_and(|dtype| dtype == T::DTYPE && !T::DTYPE.is_float()) {
            let found = super::picked(&rows, &kinds, position, 0..kind.count(), T::DTYPE);
            assert_eq!(found, picked(&chunk, &[0], kind, skip), "seed {seed}, {}, {kind:?}", T::DTYPE);
        }
        let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&found), bits(&expected), "seed {seed}, {}, {kind:?}: {found:?}, {expected:?}", T::DTYPE);
    }
}

#[test]
fn passes_find_what_sorting_finds_in_every_dtype() {
    for seed in 0..100 {
        check(seed, |bits| bits % 2 == 1);
        check(seed, |bits| bits as i8);
        check(seed, |bits| bits as u8);
        check(seed, |bits| bits as i16);
        check(seed, |bits| bits as u16);
        check(seed, |bits| bits as i32);
        check(seed, |bits| bits as u32);
        check(seed, |bits| bits as i64);
        check(seed, |bits| bits);
        // Infinities, zeros of both signs, subnormal numbers and NaN among them.
        check(seed, |bits| f32::from_bits((bits as u32).rotate_left(3) & 0xff80_0003));
        check(seed, |bits| f32::from_bits(bits as u32));
        check(seed, f64::from_bits);
        check(seed, |bits| (bits % 1000) as f64 / 8.0 - 60.0);
    }
}

#[test]
fn few_quantiles_take_few_passes_and_many_take_small_states() {
    let many = [QuantileKind::Quantiles(vec![0.5; 1000], QuantileMethod::Linear)];
    let eight = [QuantileKind::Quantiles(vec![0.5; 8], QuantileMethod::Linear)];
    let passes =
        |kinds| [DType::UInt8, DType::Int16, DType::Float32, DType::Float64].map(|dtype| pass_count(dtype, kinds));
    assert_eq!(passes(&[QuantileKind::Median]), [1, 1, 2, 4]);
    assert_eq!(passes(&eight), [1, 1, 2, 4]);
    assert_eq!(passes(&many), [1, 1, 3, 7]);
    for kinds in [&many, &eight] {
        for number in 0..pass_count(DType::Float64, kinds) {
            let selection = Selection { kinds, dtype: DType::Float64, number, skip_missing: true };
            assert!(selection.state_bytes() < COUNTER_BYTES + 100_000, "{number}: {}", selection.state_bytes());
        }
    }
}
