//! Elementwise functions beside what numpy 2.4 on x86-64 answers.

use super::{BinaryOp, UnaryOp, binary, cast, select, unary};
use crate::array::{Buffer, DType, Element, TimeUnit};
use crate::kernels::generate::{Distribution, Generator};
use crate::kernels::vectors::tests::same_with_all_vectors;

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;
const NAT: i64 = DType::NOT_A_TIME;
const SPAN: DType = DType::Timedelta(TimeUnit::Second);
const DATE: DType = DType::Datetime(TimeUnit::Second);

fn buffer<T: Element>(values: &[T]) -> Buffer {
    T::into_buffer(values.to_vec())
}

/// Result, in a buffer that is longer than the count, as a strip's is.
fn unary_of<T: Element, R: Element>(op: UnaryOp, dtype: DType, values: &[T]) -> Vec<R> {
    let mut output = Buffer::zeros(R::STORAGE, values.len() + 1);
    unary(op, dtype, &buffer(values), &mut output, values.len());
    output.as_slice::<R>().unwrap()[..values.len()].to_vec()
}

fn binary_of<T: Element, R: Element>(op: BinaryOp, (left, right): (DType, DType), a: &[T], b: &[T]) -> Vec<R> {
    let mut output = Buffer::zeros(R::STORAGE, a.len() + 1);
    binary(op, left, right, &buffer(a), &buffer(b), &mut output, a.len());
    output.as_slice::<R>().unwrap()[..a.len()].to_vec()
}

fn cast_of<T: Element, R: Element>(from: DType, to: DType, values: &[T]) -> Vec<R> {
    let mut output = Buffer::zeros(R::STORAGE, values.len());
    cast(from, to, &buffer(values), &mut output, values.len());
    output.as_slice::<R>().unwrap().to_vec()
}

fn plain<T: Element>() -> (DType, DType) {
    (T::DTYPE, T::DTYPE)
}

/// Equal with signs of zeros, and NaN where NaN is expected.
#[track_caller]
fn assert_floats(found: &[f64], expected: &[f64]) {
    let same = |(a, b): (&f64, &f64)| (a.is_nan() && b.is_nan()) || a.to_bits() == b.to_bits();
    assert!(found.len() == expected.len() && found.iter().zip(expected).all(same), "{found:?}, expected {expected:?}");
}

#[test]
fn integer_division_is_pythons_and_0_by_zero() {
    let (a, b) = ([7_i8, -7, 7, -7, 0, 7, -128, -128], [2_i8, 2, -2, -2, 3, 0, -1, 0]);
    assert_eq!(binary_of::<i8, i8>(BinaryOp::FloorDivide, plain::<i8>(), &a, &b), [3, -4, -4, 3, 0, 0, -128, 0]);
    assert_eq!(binary_of::<i8, i8>(BinaryOp::Remainder, plain::<i8>(), &a, &b), [1, 1, -1, -1, 0, 0, 0, 0]);
    let found = binary_of::<u64, u64>(BinaryOp::FloorDivide, plain::<u64>(), &[1 << 63, 5], &[3, 0]);
    assert_eq!(found, [3_074_457_345_618_258_602, 0]);
}

#[test]
fn integers_wrap() {
    let found = binary_of::<i8, i8>(BinaryOp::Power, plain::<i8>(), &[3, -2, 0, 0, 2], &[5, 7, 0, 3, 8]);
    assert_eq!(found, [-13, -128, 1, 0, 0]);
    assert_eq!(binary_of::<u8, u8>(BinaryOp::Subtract, plain::<u8>(), &[1], &[2]), [255]);
    assert_eq!(binary_of::<i64, i64>(BinaryOp::Multiply, plain::<i64>(), &[i64::MIN], &[-1]), [i64::MIN]);
    assert_eq!(unary_of::<i8, i8>(UnaryOp::Absolute, DType::Int8, &[-128, -3]), [-128, 3]);
    assert_eq!(unary_of::<u8, u8>(UnaryOp::Negative, DType::UInt8, &[1, 0]), [255, 0]);
    assert_eq!(unary_of::<i32, i32>(UnaryOp::Reciprocal, DType::Int32, &[-1, 0, 1, 2]), [-1, i32::MIN, 1, 0]);
    assert_eq!(unary_of::<u32, u32>(UnaryOp::Reciprocal, DType::UInt32, &[0, 1, 2]), [0, 1, 0]);
    assert_eq!(unary_of::<i16, i16>(UnaryOp::Reciprocal, DType::Int16, &[0]), [0]);
    assert_eq!(unary_of::<i16, i16>(UnaryOp::Sign, DType::Int16, &[-9, 0, 4]), [-1, 0, 1]);
}

#[test]
fn float_division_is_pythons() {
    let a = [7.5, -7.5, 7.5, -7.5, 1.0, -1.0, 0.0, -0.0, INF, -INF, 5.0, -5.0, NAN, 1.0, -6.0, 6.0, 5.0, -5.0, 0.0];
    let b = [2.0, 2.0, -2.0, -2.0, INF, INF, 3.0, 3.0, 2.0, 2.0, 0.0, 0.0, 1.0, NAN, 3.0, -3.0, -INF, -INF, 0.0];
    let quotients =
        [3.0, -4.0, -4.0, 3.0, 0.0, -1.0, 0.0, -0.0, NAN, NAN, INF, -INF, NAN, NAN, -2.0, -2.0, -1.0, 0.0, NAN];
    let remainders =
        [1.5, 0.5, -0.5, -1.5, 1.0, INF, 0.0, 0.0, NAN, NAN, NAN, NAN, NAN, NAN, 0.0, -0.0, -INF, -5.0, NAN];
    assert_floats(&binary_of(BinaryOp::FloorDivide, plain::<f64>(), &a, &b), &quotients);
    assert_floats(&binary_of(BinaryOp::Remainder, plain::<f64>(), &a, &b), &remainders);
    let narrow = |values: &[f64]| values.iter().map(|&value| value as f32).collect::<Vec<_>>();
    let widen = |values: Vec<f32>| values.into_iter().map(f64::from).collect::<Vec<_>>();
    let found = binary_of(BinaryOp::FloorDivide, plain::<f32>(), &narrow(&a), &narrow(&b));
    assert_floats(&widen(found), &quotients);
    let found = binary_of(BinaryOp::Remainder, plain::<f32>(), &narrow(&a), &narrow(&b));
    assert_floats(&widen(found), &remainders);
}

#[test]
fn minima_propagate_nan_and_fmin_ignores_it() {
    let (a, b) = ([NAN, 1.0, 2.0, NAN], [1.0, NAN, 3.0, NAN]);
    assert_floats(&binary_of(BinaryOp::Minimum, plain::<f64>(), &a, &b), &[NAN, NAN, 2.0, NAN]);
    assert_floats(&binary_of(BinaryOp::Maximum, plain::<f64>(), &a, &b), &[NAN, NAN, 3.0, NAN]);
    assert_floats(&binary_of(BinaryOp::Fmin, plain::<f64>(), &a, &b), &[1.0, 1.0, 2.0, NAN]);
    assert_floats(&binary_of(BinaryOp::Fmax, plain::<f64>(), &a, &b), &[1.0, 1.0, 3.0, NAN]);
}

#[test]
fn nothing_compares_with_nan() {
    let (a, b) = ([NAN, 1.0, -0.0, 2.0], [NAN, NAN, 0.0, 3.0]);
    let known = [
        (BinaryOp::Equal, [false, false, true, false]),
        (BinaryOp::NotEqual, [true, true, false, true]),
        (BinaryOp::Less, [false, false, false, true]),
        (BinaryOp::LessEqual, [false, false, true, true]),
        (BinaryOp::Greater, [false, false, false, false]),
        (BinaryOp::GreaterEqual, [false, false, true, false]),
    ];
    for (op, expected) in known {
        assert_eq!(binary_of::<f64, bool>(op, plain::<f64>(), &a, &b), expected, "{}", op.name());
    }
}

#[test]
fn powers_have_ieee_special_cases() {
    let (a, b) = ([2.0, 0.0, -1.0, NAN, 1.0, INF, -2.0, 3.0], [-1.0, 0.0, INF, 0.0, NAN, -1.0, 3.0, 2.0]);
    let expected = [0.5, 1.0, 1.0, 1.0, 1.0, 0.0, -8.0, 9.0];
    assert_floats(&binary_of(BinaryOp::Power, plain::<f64>(), &a, &b), &expected);
    let squares = binary_of(BinaryOp::Power, plain::<f64>(), &[1.1, -INF], &[2.0, 2.0]);
    assert_floats(&squares, &[1.1 * 1.1, INF]);
}

#[test]
fn roundings_keep_the_sign_of_zero() {
    let values = [0.5, 1.5, 2.5, -0.5, -1.5, -0.2, 1.7, -1.7, -0.0, NAN, INF, -INF, 4_503_599_627_370_497.0, 1e300];
    let of = |op| unary_of::<f64, f64>(op, DType::Float64, &values);
    let whole = [-0.0, NAN, INF, -INF, 4_503_599_627_370_497.0, 1e300];
    let with = |first: [f64; 8]| [first.as_slice(), &whole].concat();
    assert_floats(&of(UnaryOp::Rint), &with([0.0, 2.0, 2.0, -0.0, -2.0, -0.0, 2.0, -2.0]));
    assert_floats(&of(UnaryOp::Floor), &with([0.0, 1.0, 2.0, -1.0, -2.0, -1.0, 1.0, -2.0]));
    assert_floats(&of(UnaryOp::Ceil), &with([1.0, 2.0, 3.0, -0.0, -1.0, -0.0, 2.0, -1.0]));
    assert_floats(&of(UnaryOp::Trunc), &with([0.0, 1.0, 2.0, -0.0, -1.0, -0.0, 1.0, -1.0]));
    let found = unary_of::<f32, f32>(UnaryOp::Rint, DType::Float32, &[8_388_607.5, 0.5, -2.5]);
    assert_eq!(found, [8_388_608.0, 0.0, -2.0]);
}

#[test]
fn signs_and_angles_are_numpys() {
    let found = unary_of(UnaryOp::Sign, DType::Float64, &[NAN, -0.0, 0.0, -3.0, INF]);
    assert_floats(&found, &[NAN, 0.0, 0.0, -1.0, 1.0]);
    let found = unary_of(UnaryOp::Degrees, DType::Float64, &[1.0, 2.5]);
    assert_floats(&found, &[57.29577951308232, 143.2394487827058]);
    let found = binary_of(BinaryOp::Hypot, plain::<f64>(), &[3.0, INF, NAN], &[4.0, NAN, 1.0]);
    assert_floats(&found, &[5.0, INF, NAN]);
}

#[test]
fn times_stay_missing() {
    let spans = [NAT, 5, -7, -9];
    assert_eq!(unary_of::<i64, i64>(UnaryOp::Negative, SPAN, &spans), [NAT, -5, 7, 9]);
    assert_eq!(unary_of::<i64, i64>(UnaryOp::Absolute, SPAN, &spans), [NAT, 5, 7, 9]);
    assert_eq!(unary_of::<i64, bool>(UnaryOp::IsNan, SPAN, &spans), [true, false, false, false]);
    assert_eq!(unary_of::<i64, bool>(UnaryOp::IsFinite, SPAN, &spans), [false, true, true, true]);
    assert_eq!(unary_of::<i64, bool>(UnaryOp::IsNan, DType::Int64, &spans), [false; 4]);
    let of = |op, pair, b: &[i64]| binary_of::<i64, i64>(op, pair, &spans, b);
    assert_eq!(of(BinaryOp::Add, (DATE, SPAN), &[3, NAT, 3, 0]), [NAT, NAT, -4, -9]);
    assert_eq!(of(BinaryOp::Subtract, (DATE, DATE), &[3, NAT, 3, 0]), [NAT, NAT, -10, -9]);
    assert_eq!(of(BinaryOp::Remainder, (SPAN, SPAN), &[3, NAT, 3, 0]), [NAT, NAT, 2, NAT]);
    assert_eq!(of(BinaryOp::Multiply, (SPAN, DType::Int64), &[3, 2, 2, 1]), [NAT, 10, -14, -9]);
}

#[test]
fn missing_times_compare_with_nothing() {
    let (a, b) = ([NAT, 1, 2, NAT], [1, NAT, 3, NAT]);
    let of = |op| binary_of::<i64, i64>(op, (DATE, DATE), &a, &b);
    assert_eq!(of(BinaryOp::Minimum), [NAT, NAT, 2, NAT]);
    assert_eq!(of(BinaryOp::Maximum), [NAT, NAT, 3, NAT]);
    assert_eq!(of(BinaryOp::Fmin), [1, 1, 2, NAT]);
    assert_eq!(of(BinaryOp::Fmax), [1, 1, 3, NAT]);
    let known = [
        (BinaryOp::Equal, [false, false, false, false]),
        (BinaryOp::NotEqual, [true, true, true, true]),
        (BinaryOp::Less, [false, false, true, false]),
        (BinaryOp::LessEqual, [false, false, true, false]),
        (BinaryOp::Greater, [false, false, false, false]),
        (BinaryOp::GreaterEqual, [false, false, false, false]),
    ];
    for (op, expected) in known {
        assert_eq!(binary_of::<i64, bool>(op, (DATE, DATE), &a, &b), expected, "{}", op.name());
    }
}

#[test]
fn texts_compare_by_code_points() {
    let (a, b) = (["a", "b", "é"].map(String::from), ["b", "b", "z"].map(String::from));
    assert_eq!(binary_of::<String, bool>(BinaryOp::Less, plain::<String>(), &a, &b), [true, false, false]);
    assert_eq!(binary_of::<String, bool>(BinaryOp::Equal, plain::<String>(), &a, &b), [false, true, false]);
}

#[test]
fn bools_are_added_and_multiplied_as_truths() {
    let (a, b) = ([true, true, false], [true, false, false]);
    let of = |op| binary_of::<bool, bool>(op, plain::<bool>(), &a, &b);
    assert_eq!(of(BinaryOp::Add), [true, true, false]);
    assert_eq!(of(BinaryOp::Multiply), [true, false, false]);
    assert_eq!(of(BinaryOp::Less), [false, false, false]);
    assert_eq!(of(BinaryOp::BitwiseXor), [false, true, false]);
    assert_eq!(unary_of::<f64, bool>(UnaryOp::LogicalNot, DType::Float64, &[NAN, 0.0, 2.0]), [false, true, false]);
}

#[test]
fn floats_are_cut_to_integers_as_c_does() {
    let values = [NAN, INF, -INF, -1.5, 300.7, -129.0, 3e9, 1e19, -1e19, 70000.9, 255.0, -0.5];
    let from = DType::Float64;
    assert_eq!(cast_of::<_, i8>(from, DType::Int8, &values), [0, 0, 0, -1, 44, 127, 0, 0, 0, 112, -1, 0]);
    assert_eq!(cast_of::<_, u8>(from, DType::UInt8, &values), [0, 0, 0, 255, 44, 127, 0, 0, 0, 112, 255, 0]);
    assert_eq!(cast_of::<_, u16>(from, DType::UInt16, &values), [0, 0, 0, 65535, 300, 65407, 0, 0, 0, 4464, 255, 0]);
    const MIN: i32 = i32::MIN;
    assert_eq!(
        cast_of::<_, i32>(from, DType::Int32, &values),
        [MIN, MIN, MIN, -1, 300, -129, MIN, MIN, MIN, 70000, 255, 0]
    );
    assert_eq!(
        cast_of::<_, i64>(from, DType::Int64, &values),
        [NAT, NAT, NAT, -1, 300, -129, 3_000_000_000, NAT, NAT, 70000, 255, 0]
    );
    const HALF: u64 = 1 << 63;
    assert_eq!(
        cast_of::<_, u64>(from, DType::UInt64, &values),
        [HALF, 0, HALF, u64::MAX, 300, u64::MAX - 128, 3_000_000_000, 10_u64.pow(19), HALF, 70000, 255, 0]
    );
    assert_eq!(cast_of::<_, u32>(from, DType::UInt32, &[-1.5, 3e9]), [u32::MAX, 3_000_000_000]);
    assert_eq!(cast_of::<_, bool>(from, DType::Bool, &[NAN, 0.0, -0.0, 0.1]), [true, false, false, true]);
    assert_eq!(cast_of::<_, i64>(from, SPAN, &[NAN, 1.5, -1.5]), [NAT, 1, -1]);
    let found = cast_of::<f32, i64>(DType::Float32, DType::Int64, &[f32::NAN, -1.5, 3e9]);
    assert_eq!(found, [NAT, -1, 3_000_000_000]);
}

#[test]
fn times_change_their_unit_rounding_down() {
    let seconds = [NAT, -1, 0, 86399, 86400, -86400, -86401];
    let day = DType::Datetime(TimeUnit::Day);
    assert_eq!(cast_of::<_, i64>(DATE, day, &seconds), [NAT, -1, 0, 0, 1, -1, -2]);
    let nanoseconds = DType::Timedelta(TimeUnit::Nanosecond);
    assert_eq!(cast_of::<_, i64>(SPAN, nanoseconds, &[NAT, 5]), [NAT, 5_000_000_000]);
    assert_eq!(cast_of::<_, f64>(SPAN, DType::Float64, &[NAT, 5]), [NAT as f64, 5.0]);
    assert_eq!(cast_of::<_, bool>(SPAN, DType::Bool, &[NAT, 0]), [true, false]);
    assert_eq!(cast_of::<i64, u8>(DType::Int64, DType::UInt8, &[300, -1]), [44, 255]);
}

#[test]
fn selection_takes_every_storage() {
    let condition = buffer(&[true, false, true]);
    let mut output = Buffer::zeros(crate::array::Storage::Text, 3);
    let texts = |text: &str| buffer(&[text.to_owned(), text.to_owned(), text.to_owned()]);
    select(&condition, &texts("a"), &texts("b"), &mut output, 3);
    assert_eq!(output, buffer(&["a", "b", "a"].map(String::from)));
    let mut output = Buffer::zeros(crate::array::Storage::Float32, 4);
    select(&condition, &buffer(&[1_f32; 3]), &buffer(&[2_f32; 3]), &mut output, 3);
    assert_eq!(output, buffer(&[1_f32, 2.0, 1.0, 0.0]));
}

#[test]
fn every_signature_has_its_loop() {
    let mut dtypes: Vec<DType> = vec![DType::Bool, DType::Float32, DType::Float64, DType::Text, DATE, SPAN];
    dtypes.extend([DType::Int8, DType::Int16, DType::Int32, DType::Int64]);
    dtypes.extend([DType::UInt8, DType::UInt16, DType::UInt32, DType::UInt64]);
    for &left in &dtypes {
        for signature in UnaryOp::ALL.iter().filter_map(|op| Some((*op, op.signature(left).ok()?))) {
            let (op, dtypes) = signature;
            let input = Buffer::zeros(dtypes.operand.storage(), 3);
            unary(op, dtypes.operand, &input, &mut Buffer::zeros(dtypes.result.storage(), 3), 3);
        }
        for &right in &dtypes {
            for &op in BinaryOp::ALL {
                let Ok(dtypes) = op.signature(left, right) else { continue };
                let (a, b) = (Buffer::zeros(dtypes.left.storage(), 3), Buffer::zeros(dtypes.right.storage(), 3));
                let mut output = Buffer::zeros(dtypes.result.storage(), 3);
                binary(op, dtypes.left, dtypes.right, &a, &b, &mut output, 3);
            }
        }
    }
}

const NUMBERS: [DType; 11] = [
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
];

/// Values of all magnitudes, and those at the ends of what types hold; more than vectors of any width have lanes, and not
/// a multiple of them.
fn mixed(dtype: DType, seed: u64) -> Buffer {
    const COUNT: usize = 205;
    let random = Generator::Random { seed, distribution: Distribution::Integers { low: i64::MIN, high: i64::MAX } };
    let mut drawn = Buffer::Int64(vec![0; COUNT]);
    random.fill(DType::Int64, 0, 1, &mut drawn, 0..COUNT);
    let special = [NAN, INF, -INF, 0.0, -0.0, 1.0, -1.0, 0.5, 2_147_483_648.0, -9_223_372_036_854_775_808.0, 1e-310];
    let floats = drawn.as_slice::<i64>().unwrap().iter().enumerate().map(|(index, &bits)| match index % 4 {
        0 => special[bits as u64 as usize % special.len()],
        1 => bits as f64 / 1e15,
        2 => (bits >> 48) as f64,
        _ => Some(f64::from_bits(bits as u64)).filter(|value| !value.is_nan()).unwrap_or(NAN),
    });
    let floats = Buffer::Float64(floats.collect());
    let (from, values) = if dtype.is_float() { (DType::Float64, &floats) } else { (DType::Int64, &drawn) };
    let mut result = Buffer::zeros(dtype.storage(), COUNT);
    cast(from, dtype, values, &mut result, COUNT);
    result
}

/// The bits of values; all NaNs have one payload.
fn bits(values: &Buffer) -> Vec<u8> {
    let canonical = match values {
        Buffer::Float32(values) => {
            Buffer::Float32(values.iter().map(|&value| if value.is_nan() { f32::NAN } else { value }).collect())
        }
        Buffer::Float64(values) => {
            Buffer::Float64(values.iter().map(|&value| if value.is_nan() { NAN } else { value }).collect())
        }
        other => other.clone(),
    };
    postcard::to_stdvec(&canonical).unwrap()
}

#[test]
fn functions_give_the_same_bits_with_vectors_of_any_width() {
    let dtypes = || NUMBERS.into_iter().chain([SPAN, DATE]);
    for (seed, left) in dtypes().enumerate() {
        let a = mixed(left, seed as u64);
        for (op, signature) in UnaryOp::ALL.iter().filter_map(|op| Some((*op, op.signature(left).ok()?))) {
            if signature.operand == left {
                same_with_all_vectors(|| {
                    let mut output = Buffer::zeros(signature.result.storage(), a.len());
                    unary(op, left, &a, &mut output, a.len());
                    bits(&output)
                });
            }
        }
        for right in dtypes() {
            let b = mixed(right, 100 + seed as u64);
            for (op, signature) in BinaryOp::ALL.iter().filter_map(|op| Some((*op, op.signature(left, right).ok()?))) {
                if (signature.left, signature.right) == (left, right) {
                    same_with_all_vectors(|| {
                        let mut output = Buffer::zeros(signature.result.storage(), a.len());
                        binary(op, left, right, &a, &b, &mut output, a.len());
                        bits(&output)
                    });
                }
            }
        }
    }
}

#[test]
fn conversions_and_choices_give_the_same_bits_with_vectors_of_any_width() {
    for from in NUMBERS {
        let (a, b, condition) = (mixed(from, 1), mixed(from, 2), mixed(DType::Bool, 3));
        for to in NUMBERS {
            same_with_all_vectors(|| {
                let mut output = Buffer::zeros(to.storage(), a.len());
                cast(from, to, &a, &mut output, a.len());
                bits(&output)
            });
        }
        same_with_all_vectors(|| {
            let mut output = Buffer::zeros(from.storage(), a.len());
            select(&condition, &a, &b, &mut output, a.len());
            bits(&output)
        });
    }
}
