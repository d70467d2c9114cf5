//! The two loops that every elementwise function is an instance of, each in two kinds: with vectors as wide as the CPU has
//! them, and plain, for functions that are calls or divisions of integers and gain nothing by being compiled twice.

use crate::array::{Buffer, Element};
use crate::kernels::vectors::{self, Loop};

/// The first `count` values, as their type.
pub(super) fn values<T: Element>(buffer: &Buffer, count: usize) -> &[T] {
    &buffer.as_slice().expect("a strip has the storage of its signature")[..count]
}

/// The first `count` values, as their type.
pub(super) fn values_mut<T: Element>(buffer: &mut Buffer, count: usize) -> &mut [T] {
    &mut buffer.as_mut_slice().expect("a strip has the storage of its signature")[..count]
}

/// A function of each value.
struct Map<'a, A, R, F> {
    input: &'a [A],
    output: &'a mut [R],
    function: F,
}

impl<A: Copy, R, F: Fn(A) -> R> Loop for Map<'_, A, R, F> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        for (result, &value) in self.output.iter_mut().zip(self.input) {
            *result = (self.function)(value);
        }
    }
}

/// A function of each pair of values.
struct Zip<'a, A, R, F> {
    inputs: [&'a [A]; 2],
    output: &'a mut [R],
    function: F,
}

impl<A: Copy, R, F: Fn(A, A) -> R> Loop for Zip<'_, A, R, F> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let [a, b] = self.inputs;
        for (result, (&left, &right)) in self.output.iter_mut().zip(a.iter().zip(b)) {
            *result = (self.function)(left, right);
        }
    }
}

/// `output[i] = function(input[i])` for the first `count` values.
#[inline(always)]
pub(super) fn map<A: Element + Copy, R: Element>(
    input: &Buffer,
    output: &mut Buffer,
    count: usize,
    function: impl Fn(A) -> R,
) {
    vectors::wide(Map { input: values(input, count), output: values_mut(output, count), function });
}

/// The same for a function that isn't made of vector instructions.
#[inline(always)]
pub(super) fn map_calls<A: Element + Copy, R: Element>(
    input: &Buffer,
    output: &mut Buffer,
    count: usize,
    function: impl Fn(A) -> R,
) {
    Map { input: values(input, count), output: values_mut(output, count), function }.run();
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
    vectors::wide(Zip { inputs: [values(a, count), values(b, count)], output: values_mut(output, count), function });
}

/// The same for a function that isn't made of vector instructions.
#[inline(always)]
pub(super) fn zip_calls<A: Element + Copy, R: Element>(
    a: &Buffer,
    b: &Buffer,
    output: &mut Buffer,
    count: usize,
    function: impl Fn(A, A) -> R,
) {
    Zip { inputs: [values(a, count), values(b, count)], output: values_mut(output, count), function }.run();
}
