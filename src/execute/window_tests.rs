//! Windows, functions along whole axes, and quantiles of groups: the same bits however tasks are cut.

use super::tests::{ROOMY, compute};
use crate::array::{Chunk, ChunkGrid, DType};
use crate::kernels::generate::{Distribution, Generator};
use crate::kernels::quantile::QuantileKind;
use crate::kernels::reduction::ReductionOptions;
use crate::kernels::scan::ScanKind;
use crate::plan::{Array, Groups, Window, WindowAxis, WindowSummary};

/// Bytes that tasks of these arrays must be cut for.
const TIGHT: u64 = (5 << 20) + 200_000;

fn random(shape: &[usize], chunks: &[usize]) -> Array {
    let distribution = Distribution::Normal { mean: 0.0, standard_deviation: 1.0 };
    let rule = Generator::Random { seed: 4, distribution };
    Array::generated(rule, DType::Float64, ChunkGrid::regular(shape, chunks))
}

fn bits(chunk: &Chunk) -> Vec<u64> {
    chunk.as_slice::<f64>().unwrap().iter().map(|value| value.to_bits()).collect()
}

#[track_caller]
fn assert_same_bits(arrays: &[Array]) {
    let (roomy, tight) = (compute(arrays, ROOMY), compute(arrays, TIGHT));
    for (roomy, tight) in roomy.iter().zip(&tight) {
        assert!(bits(roomy) == bits(tight));
    }
}

fn moving(axis: usize, size: usize, before: usize, count: usize) -> WindowAxis {
    WindowAxis { axis, size, step: 1, before, count }
}

fn reduced(name: &str, min_count: usize) -> WindowSummary {
    WindowSummary::Reduce { name: name.to_owned(), options: ReductionOptions::default(), min_count }
}

#[test]
fn windows_have_the_same_bits_in_whichever_regions_they_are_computed() {
    let x = random(&[900, 30, 20], &[50, 30, 20]);
    for name in ["mean", "std", "max"] {
        let axes = vec![moving(0, 31, 15, 900)];
        let rolled = x.window(Window { axes, summary: reduced(name, 5) }).unwrap();
        let plane = vec![moving(1, 3, 1, 30), moving(2, 5, 4, 20)];
        let smooth = x.window(Window { axes: plane, summary: reduced(name, 1) }).unwrap();
        assert_same_bits(&[rolled, smooth]);
    }
    let blocks = vec![WindowAxis { axis: 0, size: 7, step: 7, before: 0, count: 128 }];
    assert_same_bits(&[x.window(Window { axes: blocks, summary: reduced("mean", 0) }).unwrap()]);
}

#[test]
fn a_window_is_computed_from_its_values() {
    let x = random(&[40, 3], &[9, 2]);
    let axes = vec![moving(0, 4, 3, 40)];
    let sum = x.window(Window { axes: axes.clone(), summary: reduced("sum", 1) }).unwrap();
    let windows = x.window(Window { axes, summary: WindowSummary::Values { fill: None } }).unwrap();
    let again = windows.reduce("sum", &[2], ReductionOptions::default()).unwrap();
    let computed = compute(&[sum, again], ROOMY);
    let pairs = computed[0].as_slice::<f64>().unwrap().iter().zip(computed[1].as_slice::<f64>().unwrap());
    pairs.for_each(|(a, b)| assert!((a - b).abs() < 1e-12, "{a} {b}"));
}

#[test]
fn sums_so_far_have_the_same_bits_where_memory_holds_a_part_of_the_other_axes() {
    let x = random(&[700, 40, 50], &[70, 40, 50]);
    assert_same_bits(&[x.scan(0, ScanKind::Sum { skip_missing: true }).unwrap()]);
}

#[test]
fn quantiles_of_groups_are_those_of_their_members() {
    let x = random(&[600, 20, 10], &[50, 20, 10]);
    for codes in [(0..600).map(|i| i % 7).collect::<Vec<i32>>(), (0..600).map(|i| i / 90 - 1).collect()] {
        let count = codes.iter().max().map_or(0, |code| *code as usize + 1);
        let groups = Groups { axis: 0, codes: codes.clone().into(), count };
        let medians = x.quantile_groups(QuantileKind::Median, &[0], Some(groups), true).unwrap();
        let members: Vec<usize> = (0..600).filter(|&i| codes[i] == 2).collect();
        let of_two = x.take(0, members).unwrap().quantile(QuantileKind::Median, &[0], true).unwrap();
        let computed = compute(&[medians.clone(), of_two], ROOMY);
        assert_eq!(bits(&computed[0])[2 * 200..3 * 200], bits(&computed[1]));
        assert_same_bits(&[medians]);
    }
}
