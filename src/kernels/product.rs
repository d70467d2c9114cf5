//! Products of matrices, one task's part at a time.
//!
//! The loops are those of K. Goto and R. A. van de Geijn (doi:10.1145/1356052.1356053): both operands are copied in panels
//! that caches hold, and a tile of the result stays in registers. Every element is summed in one order, whatever the size of
//! tiles and panels: runs of `RUN` products, each from zero by fused multiplications and additions, are added one after
//! the other. A fused operation rounds once on every CPU, with an instruction for it or (slowly) without.

use super::vectors::{self, FusedLoop};
use crate::array::{Buffer, DType, Element};

/// Products of an element that are summed before they join it.
const RUN: usize = 256;
/// Rows of a tile.
const ROWS: usize = 6;
/// Rows and columns of the panels, multiples of any tile's.
const PANEL_ROWS: usize = 96;
const PANEL_COLUMNS: usize = 1024;

/// Most bytes that the panels take.
pub const PANEL_BYTES: u64 = (8 * RUN * (PANEL_ROWS + PANEL_COLUMNS)) as u64;

/// Lengths of a product of matrices: rows of the left, columns of the right, and what is summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lengths {
    /// Rows of the left operand and of the result.
    pub rows: usize,
    /// Columns of the left operand, rows of the right one.
    pub summed: usize,
    /// Columns of the right operand and of the result.
    pub columns: usize,
}

/// Whether matrices of a dtype can be multiplied: that of sums.
pub fn is_supported(dtype: DType) -> bool {
    matches!(dtype, DType::Float32 | DType::Float64 | DType::Int64 | DType::UInt64)
}

/// Adds the product of two row-major matrices to a third; each begins at a position of its buffer.
///
/// # Panics
/// Where the buffers are of different dtypes, of one that isn't supported, or too short.
pub fn accumulate(result: (&mut Buffer, usize), left: (&Buffer, usize), right: (&Buffer, usize), lengths: Lengths) {
    match (result.0, left.0, right.0) {
        (Buffer::Float64(sums), Buffer::Float64(a), Buffer::Float64(b)) => {
            multiply(&mut sums[result.1..], &a[left.1..], &b[right.1..], lengths);
        }
        (Buffer::Float32(sums), Buffer::Float32(a), Buffer::Float32(b)) => {
            multiply(&mut sums[result.1..], &a[left.1..], &b[right.1..], lengths);
        }
        (Buffer::Int64(sums), Buffer::Int64(a), Buffer::Int64(b)) => {
            multiply(&mut sums[result.1..], &a[left.1..], &b[right.1..], lengths);
        }
        (Buffer::UInt64(sums), Buffer::UInt64(a), Buffer::UInt64(b)) => {
            multiply(&mut sums[result.1..], &a[left.1..], &b[right.1..], lengths);
        }
        _ => unreachable!("a product is planned in one dtype of sums"),
    }
}

/// A number that matrices are made of.
trait Factor: Element + Copy {
    const ZERO: Self;
    /// `self * other + sum`, rounded once.
    fn multiply_add(self, other: Self, sum: Self) -> Self;
    fn add(self, other: Self) -> Self;
}

macro_rules! factor {
    ($($type:ident: $zero:literal, $multiply_add:expr, $add:expr;)+) => {
        $(impl Factor for $type {
            const ZERO: $type = $zero;
            #[inline(always)]
            fn multiply_add(self, other: $type, sum: $type) -> $type {
                $multiply_add(self, other, sum)
            }
            #[inline(always)]
            fn add(self, other: $type) -> $type {
                $add(self, other)
            }
        })+
    };
}

factor! {
    f32: 0.0, f32::mul_add, |a: f32, b: f32| a + b;
    f64: 0.0, f64::mul_add, |a: f64, b: f64| a + b;
    i64: 0, |a: i64, b: i64, sum: i64| a.wrapping_mul(b).wrapping_add(sum), i64::wrapping_add;
    u64: 0, |a: u64, b: u64, sum: u64| a.wrapping_mul(b).wrapping_add(sum), u64::wrapping_add;
}

/// Panels of both operands, tile by tile: of a tile of the left one all rows of a column stand together, of the right one
/// all columns of a row.
struct Panels<T> {
    left: Vec<T>,
    right: Vec<T>,
}

/// A product with the place that it is added to.
struct Product<'a, T> {
    sums: &'a mut [T],
    left: &'a [T],
    right: &'a [T],
    lengths: Lengths,
}

fn multiply<T: Factor>(sums: &mut [T], left: &[T], right: &[T], lengths: Lengths) {
    vectors::fused(Product { sums, left, right, lengths });
}

impl<T: Factor> FusedLoop for Product<'_, T> {
    type Output = ();

    /// Tiles of two vectors' columns.
    #[inline(always)]
    fn run<const VECTOR_BYTES: usize>(self) {
        match 2 * VECTOR_BYTES / size_of::<T>() {
            32.. => self.in_tiles::<32>(),
            16 => self.in_tiles::<16>(),
            8 => self.in_tiles::<8>(),
            _ => self.in_tiles::<4>(),
        }
    }
}

impl<T: Factor> Product<'_, T> {
    #[inline(always)]
    fn in_tiles<const COLUMNS: usize>(self) {
        let Lengths { rows, summed, columns } = self.lengths;
        let depth = summed.min(RUN);
        let (height, width) = (rows.min(PANEL_ROWS).next_multiple_of(ROWS), columns.min(PANEL_COLUMNS));
        let width = width.next_multiple_of(COLUMNS);
        let mut panels = Panels { left: vec![T::ZERO; height * depth], right: vec![T::ZERO; width * depth] };
        for first in (0..summed).step_by(RUN) {
            let depth = RUN.min(summed - first);
            for column in (0..columns).step_by(PANEL_COLUMNS) {
                let width = PANEL_COLUMNS.min(columns - column);
                panels.take_right::<COLUMNS>(&self.right[first * columns + column..], columns, [depth, width]);
                for row in (0..rows).step_by(PANEL_ROWS) {
                    let height = PANEL_ROWS.min(rows - row);
                    panels.take_left(&self.left[row * summed + first..], summed, [height, depth]);
                    let sums = &mut self.sums[row * columns + column..];
                    panels.add_to::<COLUMNS>(sums, columns, [height, depth, width]);
                }
            }
        }
    }
}

impl<T: Factor> Panels<T> {
    /// Copies rows of the left operand, which lie `pitch` apart; a last tile may hold old values behind them.
    #[inline(always)]
    fn take_left(&mut self, values: &[T], pitch: usize, [height, depth]: [usize; 2]) {
        for row in 0..height {
            let tile = &mut self.left[row / ROWS * ROWS * depth..][..ROWS * depth];
            let values = &values[row * pitch..][..depth];
            for (place, value) in tile[row % ROWS..].iter_mut().step_by(ROWS).zip(values) {
                *place = *value;
            }
        }
    }

    /// Copies rows of the right operand, which lie `pitch` apart; a last tile may hold old values beside them.
    #[inline(always)]
    fn take_right<const COLUMNS: usize>(&mut self, values: &[T], pitch: usize, [depth, width]: [usize; 2]) {
        for row in 0..depth {
            let values = &values[row * pitch..][..width];
            for (tile, values) in values.chunks(COLUMNS).enumerate() {
                self.right[(tile * depth + row) * COLUMNS..][..values.len()].copy_from_slice(values);
            }
        }
    }

    /// Adds the product of the panels to a part of the result, whose rows lie `pitch` apart.
    #[inline(always)]
    fn add_to<const COLUMNS: usize>(&self, sums: &mut [T], pitch: usize, [height, depth, width]: [usize; 3]) {
        for column in (0..width).step_by(COLUMNS) {
            let right = &self.right[column * depth..][..COLUMNS * depth];
            let columns = COLUMNS.min(width - column);
            for row in (0..height).step_by(ROWS) {
                let tile = tile::<T, COLUMNS>(&self.left[row * depth..][..ROWS * depth], right);
                for (index, tile) in tile.iter().enumerate().take(height - row) {
                    let sums = &mut sums[(row + index) * pitch + column..][..columns];
                    sums.iter_mut().zip(tile).for_each(|(sum, value)| *sum = sum.add(*value));
                }
            }
        }
    }
}

/// The product of two tiles.
#[inline(always)]
fn tile<T: Factor, const COLUMNS: usize>(left: &[T], right: &[T]) -> [[T; COLUMNS]; ROWS] {
    let mut sums = [[T::ZERO; COLUMNS]; ROWS];
    for (left, right) in left.chunks_exact(ROWS).zip(right.chunks_exact(COLUMNS)) {
        for (sums, left) in sums.iter_mut().zip(left) {
            for (sum, right) in sums.iter_mut().zip(right) {
                *sum = left.multiply_add(*right, *sum);
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::vectors::tests::same_with_all_vectors;

    fn values(count: usize, seed: usize) -> Vec<f64> {
        (0..count).map(|index| ((index * 37 + seed) % 101) as f64 / 7.0 - 6.0).collect()
    }

    /// The documented order, one element at a time.
    fn one_by_one(a: &[f64], b: &[f64], Lengths { rows, summed, columns }: Lengths) -> Vec<f64> {
        let mut sums = vec![0.0; rows * columns];
        for (place, sum) in sums.iter_mut().enumerate() {
            let (row, column) = (place / columns, place % columns);
            for first in (0..summed).step_by(RUN) {
                let run = first..(first + RUN).min(summed);
                let product =
                    run.fold(0.0, |sum, at| f64::mul_add(a[row * summed + at], b[at * columns + column], sum));
                *sum += product;
            }
        }
        sums
    }

    #[test]
    fn every_element_is_summed_in_one_order_with_any_vectors() {
        for (rows, summed, columns) in [(1, 1, 1), (7, 300, 9), (100, 5, 33), (6, 513, 1030), (3, 0, 2)] {
            let lengths = Lengths { rows, summed, columns };
            let (a, b) = (values(rows * summed, 1), values(summed * columns, 2));
            let found = same_with_all_vectors(|| {
                let mut sums = Buffer::Float64(vec![0.0; rows * columns]);
                let (a, b) = (Buffer::Float64(a.clone()), Buffer::Float64(b.clone()));
                accumulate((&mut sums, 0), (&a, 0), (&b, 0), lengths);
                sums
            });
            assert_eq!(found, Buffer::Float64(one_by_one(&a, &b, lengths)), "{lengths:?}");
        }
    }

    #[test]
    fn parts_of_a_product_have_the_bits_of_the_whole() {
        let lengths = Lengths { rows: 20, summed: 300, columns: 40 };
        let (a, b) = (Buffer::Float64(values(6000, 3)), Buffer::Float64(values(12000, 4)));
        let mut whole = Buffer::Float64(vec![0.0; 800]);
        accumulate((&mut whole, 0), (&a, 0), (&b, 0), lengths);
        let mut rows = Buffer::Float64(vec![0.0; 800]);
        for (first, count) in [(0, 7), (7, 13)] {
            accumulate((&mut rows, first * 40), (&a, first * 300), (&b, 0), Lengths { rows: count, ..lengths });
        }
        assert_eq!(rows, whole);
    }

    #[test]
    fn integers_wrap_and_missing_numbers_spread() {
        let lengths = Lengths { rows: 1, summed: 2, columns: 1 };
        let mut sums = Buffer::Int64(vec![1]);
        let (a, b) = (Buffer::Int64(vec![i64::MAX, 3]), Buffer::Int64(vec![2, 5]));
        accumulate((&mut sums, 0), (&a, 0), (&b, 0), lengths);
        assert_eq!(sums, Buffer::Int64(vec![14]));
        let mut sums = Buffer::Float32(vec![0.0]);
        let (a, b) = (Buffer::Float32(vec![f32::NAN, 3.0]), Buffer::Float32(vec![0.0, 5.0]));
        accumulate((&mut sums, 0), (&a, 0), (&b, 0), lengths);
        assert!(matches!(sums, Buffer::Float32(sums) if sums[0].is_nan()));
    }
}
