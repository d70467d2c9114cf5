//! The two loops that every elementwise function is an instance of.

use crate::array::{Buffer, Element};

/// The first `count` values, as their type.
pub(super) fn values<T: Element>(buffer: &Buffer, count: usize) -> &[T] {
    &buffer.as_slice().expect("a strip has the storage of its signature")[..count]
}

/// The first `count` values, as their type.
pub(super) fn values_mut<T: Element>(buffer: &mut Buffer, count: usize) -> &mut [T] {
    &mut buffer.as_mut_slice().expect("a strip has the storage of its signature")[..count]
}

/// `output[i] = function(input[i])` for the first `count` values.
#[inline(always)]
pub(super) fn map<A: Element + Copy, R: Element>(
    input: &Buffer,
    output: &mut Buffer,
    count: usize,
    function: impl Fn(A) -> R,
) {
    for (result, &value) in values_mut::<R>(output, count).iter_mut().zip(values::<A>(input, count)) {
        *result = function(value);
    }
}

/// `output[i] = function(a[i], b[i])` for the first `count` values.
#[inline(always)]
pub(super) fn zip<A: Element + Copy, R: Element>(
    a: &Buffer,
    b: &Buffer,
    output: &mut Buffer,
    count: usize,
    function: impl Fn(A, A) -> R,
) {
    let pairs = values::<A>(a, count).iter().zip(values::<A>(b, count));
    for (result, (&left, &right)) in values_mut::<R>(output, count).iter_mut().zip(pairs) {
        *result = function(left, right);
    }
}
