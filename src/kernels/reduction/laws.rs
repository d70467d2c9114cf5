//! The laws of reductions, checked for every registered one over all dtypes, and their answers beside numpy's.

use super::{Accumulator, REGISTRY, Reduction, ReductionOptions, Registered, Strip};
use crate::array::{Buffer, DType, Scalar, TimeUnit};
use crate::kernels::elementwise::cast;
use crate::kernels::generate::{Distribution, Generator};
use crate::kernels::vectors::tests::same_with_all_vectors;

const DTYPES: [DType; 14] = [
    DType::Bool,
    DType::Int8,
    DType::Int16,
    DType::Int32,
    DType::Int64,
    DType::UInt8,
    DType::UInt16,
    DType::UInt32,
    DType::UInt64,
    DType::Float32,
    DType::Float64,
    DType::Datetime(TimeUnit::Nanosecond),
    DType::Timedelta(TimeUnit::Second),
    DType::Text,
];

/// Where the values of a strip belong: rows, columns, row step, column step.
const GEOMETRIES: [(usize, usize, usize, usize); 8] =
    [(9, 5, 0, 1), (6, 5, 5, 1), (6, 5, 2, 1), (6, 21, 0, 0), (6, 21, 1, 0), (7, 1, 0, 0), (4, 8, 3, 0), (0, 3, 0, 1)];

/// How many values of a hundred are missing.
const MISSING: [u64; 3] = [0, 25, 100];

const SKIP: ReductionOptions = ReductionOptions { skip_missing: true, ddof: 0 };

struct Case {
    registered: &'static Registered,
    dtype: DType,
    options: ReductionOptions,
    geometry: (usize, usize, usize, usize),
    values: Buffer,
    name: String,
}

impl Case {
    fn reduction(&self) -> &'static dyn Reduction {
        self.registered.reduction
    }

    fn kept(&self) -> usize {
        let (rows, columns, row_step, column_step) = self.geometry;
        rows.saturating_sub(1) * row_step + columns.saturating_sub(1) * column_step + 1
    }

    fn start(&self) -> Accumulator {
        self.reduction().start(self.dtype, self.kept())
    }

    /// Folds the rows of a range.
    fn fold(&self, state: &mut Accumulator, rows: std::ops::Range<usize>) {
        let (_, columns, row_step, column_step) = self.geometry;
        let (offset, first) = (rows.start * columns, rows.start * row_step);
        let (values, pitch, rows) = (&self.values, columns, rows.len());
        let strip = Strip { values, offset, pitch, rows, columns, first, row_step, column_step };
        self.reduction().fold(state, self.dtype, &strip, self.options);
    }

    fn finish(&self, state: Accumulator) -> Buffer {
        self.reduction().finish(state, self.dtype, self.options)
    }

    fn result(&self, rows: std::ops::Range<usize>) -> Buffer {
        let mut state = self.start();
        self.fold(&mut state, rows);
        self.finish(state)
    }
}

/// Small whole numbers around 0 (or from 0), some of them missing where the dtype has missing values.
fn values(dtype: DType, count: usize, missing: u64, seed: u64) -> Buffer {
    let draw = |seed, low, high| {
        let mut drawn = Buffer::Int64(vec![0; count]);
        let generator = Generator::Random { seed, distribution: Distribution::Integers { low, high } };
        generator.fill(DType::Int64, 0, 1, &mut drawn, 0..count);
        drawn
    };
    if dtype == DType::Text {
        return Buffer::Text(vec!["a".to_owned(); count]);
    }
    let low = if dtype.is_unsigned_integer() || dtype == DType::Bool { 0 } else { -4 };
    let mut result = Buffer::zeros(dtype.storage(), count);
    cast(DType::Int64, dtype, &draw(seed, low, 5), &mut result, count);
    let chances = draw(seed + 1, 0, 100);
    for (index, &chance) in chances.as_slice::<i64>().unwrap().iter().enumerate() {
        if (chance as u64) < missing {
            match &mut result {
                Buffer::Float32(values) => values[index] = f32::NAN,
                Buffer::Float64(values) => values[index] = f64::NAN,
                Buffer::Int64(values) if dtype.is_time() => values[index] = DType::NOT_A_TIME,
                _ => {}
            }
        }
    }
    result
}

fn cases() -> impl Iterator<Item = Case> {
    let pairs = REGISTRY.iter().flat_map(|registered| DTYPES.map(|dtype| (registered, dtype)));
    let defined = pairs.filter(|(registered, dtype)| registered.reduction.result_dtype(*dtype).is_some());
    defined.flat_map(|(registered, dtype)| {
        let options = [true, false].map(|skip_missing| ReductionOptions { skip_missing, ddof: 1 });
        let settings = options.into_iter().flat_map(|options| MISSING.map(|missing| (options, missing)));
        settings.flat_map(move |(options, missing)| {
            GEOMETRIES.into_iter().enumerate().map(move |(seed, geometry)| Case {
                registered,
                dtype,
                options,
                geometry,
                values: values(dtype, geometry.0 * geometry.1, missing, seed as u64),
                name: format!("{} {dtype} {options:?} {geometry:?} {missing} % missing, seed {seed}", registered.name),
            })
        })
    })
}

/// The bits of a state; equal NaNs differ as floats.
fn bits(state: &Accumulator) -> Vec<u8> {
    postcard::to_stdvec(state).unwrap()
}

fn assert_close(found: &Buffer, expected: &Buffer, name: &str) {
    assert_eq!(found.dtype(), expected.dtype(), "{name}");
    for index in 0..expected.len().max(found.len()) {
        match (found.get(index).unwrap(), expected.get(index).unwrap()) {
            (Scalar::Float(a), Scalar::Float(b)) => {
                let tolerance = if found.dtype() == DType::Float32 { 1e-6 } else { 1e-13 };
                let close = (a - b).abs() <= tolerance * b.abs().max(1.0) || (a.is_nan() && b.is_nan()) || a == b;
                assert!(close, "{name}: found {found:?}, expected {expected:?}");
            }
            (a, b) => assert_eq!(a, b, "{name}"),
        }
    }
}

#[test]
fn folding_strips_one_by_one_is_folding_their_rows_together() {
    for case in cases() {
        let rows = case.geometry.0;
        let mut whole = case.start();
        case.fold(&mut whole, 0..rows);
        for cut in 0..=rows {
            let mut parts = case.start();
            case.fold(&mut parts, 0..cut);
            case.fold(&mut parts, cut..rows);
            assert_eq!(bits(&parts), bits(&whole), "{} cut at {cut}", case.name);
        }
    }
}

#[test]
fn rows_that_lie_apart_are_folded_as_rows_that_follow_one_another() {
    for case in cases() {
        let (rows, columns, row_step, column_step) = case.geometry;
        let mut together = case.start();
        case.fold(&mut together, 0..rows);
        // The same rows, with their first values once more behind each.
        let pitch = columns + columns.min(3);
        let apart = crate::array::with_buffer!(&case.values, values => crate::array::Element::into_buffer(
            values.chunks_exact(columns).flat_map(|row| [row, &row[..pitch - columns]].concat()).collect()
        ));
        let mut state = case.start();
        let strip = Strip { values: &apart, offset: 0, pitch, rows, columns, first: 0, row_step, column_step };
        case.reduction().fold(&mut state, case.dtype, &strip, case.options);
        assert_eq!(bits(&state), bits(&together), "{}", case.name);
    }
}

#[test]
fn vectors_of_any_width_give_the_same_bits() {
    for case in cases() {
        // Sums of these round.
        let values = match &case.values {
            Buffer::Float32(values) => Buffer::Float32(values.iter().map(|value| value * 0.1).collect()),
            Buffer::Float64(values) => Buffer::Float64(values.iter().map(|value| value * 0.1).collect()),
            other => other.clone(),
        };
        let case = Case { values, ..case };
        same_with_all_vectors(|| {
            let mut state = case.start();
            case.fold(&mut state, 0..case.geometry.0);
            bits(&state)
        });
    }
}

#[test]
fn what_has_seen_nothing_is_neutral() {
    for case in cases() {
        let mut folded = case.start();
        case.fold(&mut folded, 0..case.geometry.0);
        let (mut before, mut after) = (case.start(), folded.clone());
        case.reduction().merge(&mut before, case.dtype, &folded);
        case.reduction().merge(&mut after, case.dtype, &case.start());
        assert_eq!(bits(&before), bits(&folded), "{}", case.name);
        assert_eq!(bits(&after), bits(&folded), "{}", case.name);
    }
}

#[test]
fn merging_is_folding() {
    for case in cases() {
        let rows = case.geometry.0;
        for cut in 0..=rows {
            let (mut earlier, mut later) = (case.start(), case.start());
            case.fold(&mut earlier, 0..cut);
            case.fold(&mut later, cut..rows);
            case.reduction().merge(&mut earlier, case.dtype, &later);
            assert_close(&case.finish(earlier), &case.result(0..rows), &format!("{} cut at {cut}", case.name));
        }
    }
}

#[test]
fn results_have_the_dtype_they_promise() {
    for case in cases() {
        let promised = case.reduction().result_dtype(case.dtype).unwrap();
        let result = case.result(0..case.geometry.0);
        assert_eq!((result.storage(), result.len()), (promised.storage(), case.kept()), "{}", case.name);
    }
}

#[test]
fn a_column_is_a_row() {
    for case in cases().filter(|case| case.geometry == (7, 1, 0, 0)) {
        let fold = |rows, columns, column_step| {
            let mut state = case.reduction().start(case.dtype, 1);
            let strip = Strip {
                values: &case.values,
                offset: 0,
                pitch: columns,
                rows,
                columns,
                first: 0,
                row_step: 0,
                column_step,
            };
            case.reduction().fold(&mut state, case.dtype, &strip, case.options);
            case.finish(state)
        };
        assert_close(&fold(7, 1, 1), &fold(1, 7, 0), &case.name);
        assert_close(&fold(7, 1, 0), &fold(1, 7, 0), &case.name);
    }
}

#[test]
fn skipping_is_leaving_out() {
    for case in cases().filter(|case| case.options.skip_missing && case.geometry == (6, 21, 0, 0)) {
        let mut present = Vec::new();
        for index in 0..case.values.len() {
            match case.values.get(index).unwrap() {
                Scalar::Float(value) if value.is_nan() => {}
                Scalar::Int(DType::NOT_A_TIME) if case.dtype.is_time() => {}
                _ => present.push(index),
            }
        }
        if matches!(case.registered.name, "any" | "all") {
            continue;
        }
        let kept = crate::array::with_buffer!(&case.values, values => crate::array::Element::into_buffer(
            present.iter().flat_map(|&index| values[index..=index].to_vec()).collect()
        ));
        let geometry = (1, present.len(), 0, 0);
        let name = case.name.clone();
        let expected = case.result(0..6);
        let compact = Case { geometry, values: kept, ..case };
        assert_close(&compact.result(0..1), &expected, &name);
    }
}

/// The result over all values, as a row and as a column.
fn reduce(name: &str, dtype: DType, values: Buffer, options: ReductionOptions) -> Scalar {
    let reduction = super::find(name).unwrap().reduction;
    let count = values.len();
    let fold = |rows, columns, column_step| {
        let mut state = reduction.start(dtype, 1);
        let strip =
            Strip { values: &values, offset: 0, pitch: columns, rows, columns, first: 0, row_step: 0, column_step };
        reduction.fold(&mut state, dtype, &strip, options);
        reduction.finish(state, dtype, options)
    };
    let (row, column) = (fold(1, count, 0), fold(count, 1, 1));
    assert_close(&column, &row, name);
    row.get(0).unwrap()
}

#[test]
fn floats_are_summarised_as_numpy_does() {
    let nan = f64::NAN;
    // name, with missing values left out, not left out, all missing, nothing
    let known = [
        ("sum", 3.0, nan, 0.0, 0.0),
        ("prod", 2.0, nan, 1.0, 1.0),
        ("mean", 1.5, nan, nan, nan),
        ("var", 0.25, nan, nan, nan),
        ("std", 0.5, nan, nan, nan),
        ("min", 1.0, nan, nan, nan),
        ("max", 2.0, nan, nan, nan),
    ];
    for (name, skipped, propagated, none, nothing) in known {
        let of = |values: &[f64], skip_missing| {
            let options = ReductionOptions { skip_missing, ddof: 0 };
            match reduce(name, DType::Float64, Buffer::Float64(values.to_vec()), options) {
                Scalar::Float(value) => value,
                other => panic!("{other}"),
            }
        };
        let found = [of(&[nan, 1.0, 2.0], true), of(&[nan, 1.0, 2.0], false), of(&[nan, nan], true), of(&[], true)];
        for (found, expected) in found.into_iter().zip([skipped, propagated, none, nothing]) {
            assert!(found == expected || (found.is_nan() && expected.is_nan()), "{name}: {found} {expected}");
        }
    }
}

#[test]
fn times_are_summarised_as_xarray_does() {
    let times = || Buffer::Int64(vec![1_700_000_000_000_000_000, DType::NOT_A_TIME, 1_700_000_000_000_000_003]);
    let dtype = DType::Datetime(TimeUnit::Nanosecond);
    let known =
        [("mean", 1_700_000_000_000_000_001), ("min", 1_700_000_000_000_000_000), ("max", 1_700_000_000_000_000_003)];
    for (name, expected) in known {
        assert_eq!(reduce(name, dtype, times(), SKIP), Scalar::Int(expected), "{name}");
        let propagated = reduce(name, dtype, times(), ReductionOptions { skip_missing: false, ddof: 0 });
        assert_eq!(propagated, Scalar::Int(DType::NOT_A_TIME), "{name}");
        let missing = Buffer::Int64(vec![DType::NOT_A_TIME; 2]);
        assert_eq!(reduce(name, dtype, missing, SKIP), Scalar::Int(DType::NOT_A_TIME), "{name}");
    }
    let spans = Buffer::Int64(vec![-5, -6]);
    assert_eq!(reduce("mean", DType::Timedelta(TimeUnit::Second), spans.clone(), SKIP), Scalar::Int(-6));
    assert_eq!(reduce("sum", DType::Timedelta(TimeUnit::Second), spans, SKIP), Scalar::Int(-11));
    assert!(super::find("sum").unwrap().reduction.result_dtype(dtype).is_none());
}

#[test]
fn too_few_values_have_no_variance() {
    for (ddof, expected) in [(0, 0.25), (1, 0.5)] {
        let options = ReductionOptions { skip_missing: true, ddof };
        let found = reduce("var", DType::Float64, Buffer::Float64(vec![1.0, 2.0]), options);
        assert_eq!(found, Scalar::Float(expected));
    }
    for ddof in [2, 3] {
        let options = ReductionOptions { skip_missing: true, ddof };
        let found = reduce("std", DType::Float64, Buffer::Float64(vec![1.0, 2.0]), options);
        assert!(matches!(found, Scalar::Float(value) if value.is_nan()), "{found}");
    }
}

#[test]
fn truths_and_counts_look_at_every_value() {
    let floats = || Buffer::Float64(vec![f64::NAN, 0.0]);
    assert_eq!(reduce("any", DType::Float64, floats(), SKIP), Scalar::Bool(true));
    assert_eq!(reduce("all", DType::Float64, floats(), SKIP), Scalar::Bool(false));
    assert_eq!(reduce("count", DType::Float64, floats(), SKIP), Scalar::Int(1));
    assert_eq!(reduce("count", DType::Text, Buffer::Text(vec![String::new(); 3]), SKIP), Scalar::Int(3));
    assert_eq!(reduce("all", DType::Bool, Buffer::Bool(Vec::new()), SKIP), Scalar::Bool(true));
    assert_eq!(reduce("any", DType::Bool, Buffer::Bool(Vec::new()), SKIP), Scalar::Bool(false));
}

#[test]
fn variance_keeps_its_digits_far_from_zero() {
    let count = 10_000;
    let distribution = Distribution::Normal { mean: 1e6, standard_deviation: 1.0 };
    let mut buffer = Buffer::Float64(vec![0.0; count]);
    Generator::Random { seed: 3, distribution }.fill(DType::Float64, 0, 1, &mut buffer, 0..count);
    let values = buffer.as_slice::<f64>().unwrap().to_vec();
    // Two passes over exact differences from the known mean.
    let mean = values.iter().map(|value| value - 1e6).sum::<f64>() / count as f64;
    let expected = values.iter().map(|value| (value - 1e6 - mean).powi(2)).sum::<f64>() / count as f64;

    let close = |found: Scalar| assert!((found.as_f64().unwrap() / expected - 1.0).abs() < 1e-13, "{found} {expected}");
    close(reduce("var", DType::Float64, buffer, SKIP));
    let reduction = super::find("var").unwrap().reduction;
    let mut merged = reduction.start(DType::Float64, 1);
    for chunk in values.chunks(1700) {
        let mut state = reduction.start(DType::Float64, 1);
        let values = Buffer::Float64(chunk.to_vec());
        let (values, columns) = (&values, chunk.len());
        let strip =
            Strip { values, offset: 0, pitch: columns, rows: 1, columns, first: 0, row_step: 0, column_step: 0 };
        reduction.fold(&mut state, DType::Float64, &strip, SKIP);
        reduction.merge(&mut merged, DType::Float64, &state);
    }
    close(reduction.finish(merged, DType::Float64, SKIP).get(0).unwrap());
}
