//! Windows beside a naive look at each of them.

use super::*;
use crate::array::{Buffer, DType, Region, Scalar};
use crate::kernels::reduction::{REGISTRY, ReductionOptions, Strip};

const SKIP: ReductionOptions = ReductionOptions { skip_missing: true, ddof: 0 };

/// Small numbers, some of them missing.
fn numbers(shape: &[usize]) -> Chunk {
    let value = |i: usize| if i * 7 % 11 == 3 { f64::NAN } else { (i * 37 % 101) as f64 - 50.0 };
    Chunk::from_values(shape.to_vec(), (0..shape.iter().product()).map(value).collect()).unwrap()
}

/// The reduction of the values that a window along the first axis has of one column.
fn naive(values: &Chunk, name: &str, held: std::ops::Range<usize>, column: usize) -> Scalar {
    let inner: usize = values.shape()[1..].iter().product();
    let all = values.as_slice::<f64>().unwrap();
    let window: Vec<f64> = held.map(|position| all[position * inner + column]).collect();
    let reduction = crate::kernels::reduction::find(name).unwrap().reduction;
    let mut state = reduction.start(DType::Float64, 1);
    let columns = window.len();
    let buffer = Buffer::Float64(window);
    let strip =
        Strip { values: &buffer, offset: 0, pitch: columns, rows: 1, columns, first: 0, row_step: 0, column_step: 0 };
    reduction.fold(&mut state, DType::Float64, &strip, SKIP);
    reduction.finish(state, DType::Float64, SKIP).get(0).unwrap()
}

fn same(a: &Scalar, b: &Scalar) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-9 * b.abs().max(1.0),
        _ => a == b,
    }
}

#[test]
fn every_reduction_of_overlapping_windows_is_that_of_their_values() {
    let values = numbers(&[23, 3]);
    for size in [1, 2, 5, 23, 40] {
        for first in [1 - size as isize, -(size as isize / 2), 0] {
            let span = Span { axis: 0, size, step: 1, count: 23, number: 0, first };
            for registered in REGISTRY {
                let found = overlapping(&values, &[span], registered.name, SKIP, 0).unwrap();
                for at in 0..23 * 3 {
                    let expected = naive(&values, registered.name, span.held(at / 3, 23), at % 3);
                    let found = found.get(at).unwrap();
                    assert!(
                        same(&found, &expected),
                        "{} of {size} from {first} at {at}: {found} {expected}",
                        registered.name
                    );
                }
            }
        }
    }
}

#[test]
fn some_windows_have_the_bits_that_they_have_among_all() {
    let values = numbers(&[50, 2, 4]);
    let whole = Span { axis: 0, size: 7, step: 1, count: 50, number: 0, first: -3 };
    for name in ["mean", "std", "sum"] {
        let all = overlapping(&values, &[whole], name, SKIP, 2).unwrap();
        for (start, end) in [(0, 9), (13, 14), (20, 43), (49, 50)] {
            let held = (start as isize - 3).max(0) as usize..(end + 3).min(50);
            let part = values.extract(&Region::from_ranges([held.clone(), 0..2, 0..4]));
            let first = start as isize - 3 - held.start as isize;
            let span = Span { count: end - start, number: start, first, ..whole };
            let found = overlapping(&part, &[span], name, SKIP, 2).unwrap();
            let expected = all.extract(&Region::from_ranges([start..end, 0..2, 0..4]));
            let bits = |chunk: &Chunk| chunk.as_slice::<f64>().unwrap().iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&found), bits(&expected), "{name} of {start}..{end}");
        }
    }
}

#[test]
fn windows_over_two_axes_hold_what_both_hold() {
    let values = numbers(&[6, 5]);
    let spans = [0, 1].map(|axis| Span { axis, size: 3, step: 1, count: values.shape()[axis], number: 0, first: -1 });
    let sums = overlapping(&values, &spans, "sum", SKIP, 0).unwrap();
    let counts = overlapping(&values, &spans, "count", SKIP, 0).unwrap();
    let all = values.as_slice::<f64>().unwrap();
    for (row, column) in [(0_usize, 0_usize), (2, 3), (5, 4)] {
        let (mut sum, mut count) = (0.0, 0);
        for y in row.saturating_sub(1)..(row + 2).min(6) {
            for x in column.saturating_sub(1)..(column + 2).min(5) {
                if !all[y * 5 + x].is_nan() {
                    (sum, count) = (sum + all[y * 5 + x], count + 1);
                }
            }
        }
        assert_eq!(sums.get(row * 5 + column), Some(Scalar::Float(sum)));
        assert_eq!(counts.get(row * 5 + column), Some(Scalar::Int(count)));
    }
}

#[test]
fn windows_side_by_side_have_each_value_once() {
    let values = numbers(&[7, 3]);
    for (first, count) in [(0, 3), (0, 4), (-1, 4), (1, 3)] {
        let span = Span { axis: 0, size: 2, step: 2, count, number: 0, first };
        for registered in REGISTRY {
            let found = disjoint(&values, &[span], registered.name, SKIP).unwrap();
            for at in 0..count * 3 {
                let expected = naive(&values, registered.name, span.held(at / 3, 7), at % 3);
                assert!(same(&found.get(at).unwrap(), &expected), "{} from {first} at {at}", registered.name);
            }
        }
    }
    let last = Span { axis: 1, size: 2, step: 2, count: 2, number: 0, first: -1 };
    let sums = disjoint(&numbers(&[1, 3]), &[last], "sum", SKIP).unwrap();
    assert_eq!([sums.get(0), sums.get(1)], [Some(Scalar::Float(-50.0)), Some(Scalar::Float(-13.0))]);
}

#[test]
fn medians_and_windows_as_they_are() {
    let values = Chunk::from_values(vec![4], vec![3.0, f64::NAN, 1.0, 2.0]).unwrap();
    let span = Span { axis: 0, size: 3, step: 1, count: 4, number: 0, first: -2 };
    let median = medians(&values, &[span], true, 1).unwrap();
    assert_eq!(median.as_slice::<f64>().unwrap(), [3.0, 3.0, 2.0, 1.5]);
    let windows = constructed(&values, &[span], std::slice::from_ref(&(1..3)), &Scalar::Float(0.0)).unwrap();
    assert_eq!(windows.shape(), [4, 2]);
    assert_eq!(windows.as_slice::<f64>().unwrap()[..2], [0.0, 3.0]);
    assert_eq!(windows.as_slice::<f64>().unwrap()[6..], [1.0, 2.0]);
}
