//! Products with weights, in one loop: what weighted sums and means make of every value.
//!
//! Values and weights are read where they lie: in rows, which may be apart, or as one value a row, as weights of latitudes
//! are. The bits are those of the operations one after the other.

use super::float::Float;
use super::map::values_mut;
use crate::array::{Buffer, Storage};
use crate::kernels::vectors::{self, Loop};

/// What is multiplied by a weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weighing {
    /// The value.
    Value,
    /// The value, 0 for NaN.
    Filled,
    /// 1 for a value, 0 for NaN.
    Presence,
}

/// Rows of values in a buffer.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// The values; more may stand before, between and behind the rows.
    pub values: &'a Buffer,
    /// Position of the first row.
    pub offset: usize,
    /// From the start of a row to that of the next.
    pub pitch: usize,
    /// Whether a row is one value, the same for every column.
    pub is_repeated: bool,
}

impl<'a> Rows<'a> {
    /// Rows of so many columns, one after the other from the start of a buffer.
    pub fn dense(values: &'a Buffer, columns: usize) -> Rows<'a> {
        Rows { values, offset: 0, pitch: columns, is_repeated: false }
    }

    fn is_dense(&self, columns: usize) -> bool {
        self.pitch == columns && !self.is_repeated
    }
}

/// Writes the products of `rows` by `columns` values, or what stands for them, with weights to the start of `output`.
///
/// Values are floats, which are converted to the float type that weights and output share; `float64` has no products of
/// `float32`, but its presence has. Costs no memory.
///
/// # Panics
/// Where a buffer has another storage or fewer values.
pub fn weigh(
    weighing: Weighing,
    values: Rows<'_>,
    weights: Rows<'_>,
    output: &mut Buffer,
    [rows, columns]: [usize; 2],
) {
    let shape = match values.is_dense(columns) && weights.is_dense(columns) {
        true => [1, rows * columns],
        false => [rows, columns],
    };
    match (values.values.storage(), output.storage()) {
        (Storage::Float32, Storage::Float32) => weigh_as(weighing, values, weights, output, shape, |value: f32| value),
        (Storage::Float32, _) => weigh_as(weighing, values, weights, output, shape, |value: f32| f64::from(value)),
        (_, Storage::Float32) => {
            assert_eq!(weighing, Weighing::Presence, "values aren't converted to a narrower type");
            weigh_as(weighing, values, weights, output, shape, |_: f64| f32::ONE);
        }
        _ => weigh_as(weighing, values, weights, output, shape, |value: f64| value),
    }
}

#[inline(always)]
fn weigh_as<V: Float, P: Float>(
    weighing: Weighing,
    values: Rows<'_>,
    weights: Rows<'_>,
    output: &mut Buffer,
    shape: [usize; 2],
    convert: impl Fn(V) -> P,
) {
    match weighing {
        Weighing::Value => products(values, weights, output, shape, convert),
        Weighing::Filled => products(values, weights, output, shape, |value: V| match value.is_nan() {
            true => P::ZERO,
            false => convert(value),
        }),
        Weighing::Presence => products(values, weights, output, shape, |value: V| match value.is_nan() {
            true => P::ZERO,
            false => P::ONE,
        }),
    }
}

#[inline(always)]
fn products<V: Float, P: Float>(
    values: Rows<'_>,
    weights: Rows<'_>,
    output: &mut Buffer,
    [rows, columns]: [usize; 2],
    factor: impl Fn(V) -> P,
) {
    let output = values_mut::<P>(output, rows * columns);
    vectors::wide(Products { values: Typed::of(values), weights: Typed::of(weights), output, columns, factor });
}

/// Rows, their type known.
struct Typed<'a, T> {
    values: &'a [T],
    pitch: usize,
    is_repeated: bool,
}

/// One row.
enum Row<'a, T> {
    Each(&'a [T]),
    All(T),
}

impl<'a, T: Float> Typed<'a, T> {
    fn of(rows: Rows<'a>) -> Typed<'a, T> {
        let values = rows.values.as_slice().expect("a strip has the storage of its signature");
        Typed { values: &values[rows.offset..], pitch: rows.pitch, is_repeated: rows.is_repeated }
    }

    #[inline(always)]
    fn row(&self, row: usize, columns: usize) -> Row<'a, T> {
        let values = &self.values[row * self.pitch..];
        if self.is_repeated { Row::All(values[0]) } else { Row::Each(&values[..columns]) }
    }
}

/// A factor of each value times its weight.
struct Products<'a, V, P, F> {
    values: Typed<'a, V>,
    weights: Typed<'a, P>,
    output: &'a mut [P],
    columns: usize,
    factor: F,
}

impl<V: Float, P: Float, F: Fn(V) -> P> Loop for Products<'_, V, P, F> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Products { values, weights, output, columns, factor } = self;
        for (row, output) in output.chunks_exact_mut(columns).enumerate() {
            match (values.row(row, columns), weights.row(row, columns)) {
                (Row::Each(values), Row::Each(weights)) => {
                    for (result, (&value, &weight)) in output.iter_mut().zip(values.iter().zip(weights)) {
                        *result = factor(value) * weight;
                    }
                }
                (Row::Each(values), Row::All(weight)) => {
                    for (result, &value) in output.iter_mut().zip(values) {
                        *result = factor(value) * weight;
                    }
                }
                (Row::All(value), Row::Each(weights)) => {
                    let factor = factor(value);
                    for (result, &weight) in output.iter_mut().zip(weights) {
                        *result = factor * weight;
                    }
                }
                (Row::All(value), Row::All(weight)) => output.fill(factor(value) * weight),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::DType;
    use crate::kernels::elementwise::{BinaryOp, UnaryOp, binary, cast, select, unary};
    use crate::kernels::vectors::tests::same_with_all_vectors;

    const COLUMNS: usize = 21;
    const ROWS: usize = 3;
    const COUNT: usize = ROWS * COLUMNS;

    /// Numbers of every kind.
    fn numbers(seed: usize, count: usize) -> Vec<f64> {
        let special = [0.5, -0.0, f64::NAN, f64::INFINITY, -3.25, 1e30, 0.0, f64::NEG_INFINITY, 1e-40];
        let number = |at: usize| match at % 3 {
            0 => special[(at + seed) / 3 % special.len()],
            _ => (at * 7 + seed) as f64 / 3.0 - 20.0,
        };
        (0..count).map(number).collect()
    }

    fn buffer(dtype: DType, numbers: &[f64]) -> Buffer {
        match dtype {
            DType::Float32 => Buffer::Float32(numbers.iter().map(|&value| value as f32).collect()),
            _ => Buffer::Float64(numbers.to_vec()),
        }
    }

    /// Bits of the values; NaNs are alike.
    fn bits(buffer: &Buffer) -> Vec<Option<u64>> {
        let of = |position| buffer.get(position).and_then(|value| value.as_f64()).expect("a float");
        (0..buffer.len()).map(of).map(|value| (!value.is_nan()).then_some(value.to_bits())).collect()
    }

    /// The same by one operation after the other, over values and weights without gaps.
    fn by_operations(weighing: Weighing, from: DType, product: DType, values: &Buffer, weights: &Buffer) -> Buffer {
        let zeros = Buffer::zeros(from.storage(), COUNT);
        let mut missing = Buffer::zeros(Storage::Bool, COUNT);
        unary(UnaryOp::IsNan, from, values, &mut missing, COUNT);
        let (from, factor) = match weighing {
            Weighing::Value => (from, values.clone()),
            Weighing::Filled => {
                let mut filled = Buffer::zeros(from.storage(), COUNT);
                select(&missing, &zeros, values, &mut filled, COUNT);
                (from, filled)
            }
            Weighing::Presence => {
                let mut present = Buffer::zeros(Storage::Bool, COUNT);
                unary(UnaryOp::LogicalNot, DType::Bool, &missing, &mut present, COUNT);
                (DType::Bool, present)
            }
        };
        let mut converted = Buffer::zeros(product.storage(), COUNT);
        cast(from, product, &factor, &mut converted, COUNT);
        let mut output = Buffer::zeros(product.storage(), COUNT);
        binary(BinaryOp::Multiply, product, product, &converted, weights, &mut output, COUNT);
        output
    }

    /// Some numbers as rows of each kind, and the same without gaps.
    fn layouts(dtype: DType, seed: usize) -> Vec<(Buffer, usize, usize, bool, Buffer)> {
        let all = numbers(seed, 200);
        let layout = |offset: usize, pitch: usize, is_repeated: bool| {
            let at = |index: usize| (index / COLUMNS * pitch, if is_repeated { 0 } else { index % COLUMNS });
            let dense: Vec<f64> = (0..COUNT).map(at).map(|(row, column)| all[offset + row + column]).collect();
            (buffer(dtype, &all), offset, pitch, is_repeated, buffer(dtype, &dense))
        };
        vec![
            layout(0, COLUMNS, false),
            layout(5, COLUMNS + 4, false),
            layout(2, 0, false),
            layout(3, 1, true),
            layout(4, 0, true),
        ]
    }

    #[test]
    fn products_with_weights_have_the_bits_of_one_operation_after_the_other() {
        use DType::{Float32, Float64};
        for (from, product) in [(Float32, Float64), (Float64, Float64), (Float32, Float32), (Float64, Float32)] {
            for weighing in [Weighing::Value, Weighing::Filled, Weighing::Presence] {
                if (from, product) == (Float64, Float32) && weighing != Weighing::Presence {
                    continue;
                }
                for (values, offset, pitch, is_repeated, dense_values) in layouts(from, 1) {
                    let rows = Rows { values: &values, offset, pitch, is_repeated };
                    for (weights, offset, pitch, is_repeated, dense_weights) in layouts(product, 5) {
                        let weights = Rows { values: &weights, offset, pitch, is_repeated };
                        let found = same_with_all_vectors(|| {
                            let mut output = Buffer::zeros(product.storage(), COUNT);
                            weigh(weighing, rows, weights, &mut output, [ROWS, COLUMNS]);
                            bits(&output)
                        });
                        let expected = by_operations(weighing, from, product, &dense_values, &dense_weights);
                        assert_eq!(found, bits(&expected), "{weighing:?} of {from} in {product}");
                    }
                }
            }
        }
    }
}
