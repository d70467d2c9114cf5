//! Sums of values, filled values and presence times weights, beside a loop over every element.

use super::tests::{ROOMY, compute};
use crate::array::{Chunk, DType, Scalar};
use crate::kernels::elementwise::{BinaryOp, UnaryOp};
use crate::kernels::reduction::ReductionOptions;
use crate::plan::Array;

const SHAPE: [usize; 3] = [4, 5, 230];
/// Shapes of weights, which are broadcast.
const WEIGHTS: [[usize; 3]; 6] = [[1, 5, 1], [4, 1, 1], [1, 1, 230], [1, 5, 230], [4, 5, 230], [1, 1, 1]];
const AXES: [&[usize]; 7] = [&[0], &[1], &[2], &[0, 1], &[1, 2], &[0, 2], &[0, 1, 2]];

fn value(position: usize) -> f64 {
    if position % 11 == 3 { f64::NAN } else { (position * 31 % 97) as f64 / 8.0 - 4.0 }
}

fn weight(position: usize) -> f64 {
    (position * 17 % 13) as f64 / 4.0
}

fn array(dtype: DType, shape: &[usize], of: fn(usize) -> f64) -> Array {
    let values = (0..shape.iter().product()).map(of).collect();
    Array::in_memory(Chunk::from_values::<f64>(shape.to_vec(), values).unwrap()).cast(dtype).unwrap()
}

/// The same, computed beforehand.
fn held(array: &Array) -> Array {
    Array::in_memory(compute(std::slice::from_ref(array), ROOMY).remove(0))
}

fn sum(product: &Array, axes: &[usize]) -> Array {
    let options = ReductionOptions { skip_missing: false, ..ReductionOptions::default() };
    product.reduce("sum", axes, options).unwrap()
}

/// Values with zeros for what is missing, and their presence, each times weights.
fn products(values: &Array, weights: &Array) -> [Array; 2] {
    let missing = values.unary(UnaryOp::IsNan).unwrap();
    let zero = Array::scalar(Scalar::Float(0.0), values.dtype()).unwrap();
    let filled = missing.select(&zero, values).unwrap();
    let present = missing.unary(UnaryOp::LogicalNot).unwrap();
    [filled, present].map(|factor| factor.binary(BinaryOp::Multiply, weights).unwrap())
}

/// What the loop over every element finds: the sums by kept element, of values and of presence.
fn expected(weights_shape: &[usize; 3], axes: &[usize]) -> [Vec<f64>; 2] {
    let kept: Vec<usize> = (0..3).filter(|axis| !axes.contains(axis)).collect();
    let count = kept.iter().map(|&axis| SHAPE[axis]).product();
    let mut sums = [vec![0.0; count], vec![0.0; count]];
    for position in 0..SHAPE.iter().product() {
        let index = [position / (SHAPE[1] * SHAPE[2]), position / SHAPE[2] % SHAPE[1], position % SHAPE[2]];
        let place = kept.iter().fold(0, |place, &axis| place * SHAPE[axis] + index[axis]);
        let weighed = (0..3).fold(0, |at, axis| at * weights_shape[axis] + index[axis].min(weights_shape[axis] - 1));
        let (value, weight) = (value(position), weight(weighed));
        if !value.is_nan() {
            sums[0][place] += value * weight;
            sums[1][place] += weight;
        }
    }
    sums
}

fn values(chunk: &Chunk) -> Vec<f64> {
    (0..chunk.len()).map(|position| chunk.get(position).unwrap().as_f64().unwrap()).collect()
}

#[track_caller]
fn assert_close(found: &Chunk, expected: &[f64], what: &str) {
    let found = values(found);
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        // Every value, weight and product is a multiple of 1/32, and sums are small enough to be exact.
        assert_eq!(found, expected, "{what}");
    }
}

#[test]
fn weighted_sums_are_those_of_a_loop_over_every_element() {
    use DType::{Float32, Float64};
    for (dtype, weights_dtype) in [(Float32, Float64), (Float64, Float64), (Float32, Float32), (Float64, Float32)] {
        let x = held(&array(dtype, &SHAPE, value));
        // As it is, and as a view of values that lie in another order.
        let turned = held(&x.transpose(&[2, 0, 1]).unwrap()).transpose(&[1, 2, 0]).unwrap();
        for shape in &WEIGHTS {
            let weights = held(&array(weights_dtype, shape, weight));
            for axes in AXES {
                let expected = expected(shape, axes);
                for x in [&x, &turned] {
                    let what = format!("{dtype} by {weights_dtype} {shape:?} over {axes:?}");
                    let sums = products(x, &weights).map(|product| sum(&product, axes));
                    let found = compute(&sums, ROOMY);
                    assert_close(&found[0], &expected[0], &what);
                    assert_close(&found[1], &expected[1], &what);
                }
            }
        }
    }
}

#[test]
fn a_missing_value_that_counts_makes_its_weighted_sum_missing() {
    let x = held(&array(DType::Float32, &SHAPE, value));
    let weights = held(&array(DType::Float64, &[1, 5, 1], weight));
    let product = x.binary(BinaryOp::Multiply, &weights).unwrap();
    let found = compute(&[sum(&product, &[1, 2])], ROOMY);
    assert!(values(&found[0]).iter().all(|sum| sum.is_nan()));
}
