//! The product of values; 1 of nothing.

use super::total::{Operation, Total};
use std::marker::PhantomData;

/// Multiplication.
pub(super) struct Multiplication;

/// Products: `int64` of bools and signed integers, `uint64` of unsigned ones, floats in their own dtype.
pub(super) static PROD: Total<Multiplication> = Total { of_timedeltas: false, operation: PhantomData };

impl Operation<f64> for Multiplication {
    const IDENTITY: f64 = 1.0;
    #[inline(always)]
    fn apply(left: f64, right: f64) -> f64 {
        left * right
    }
}

impl Operation<i64> for Multiplication {
    const IDENTITY: i64 = 1;
    #[inline(always)]
    fn apply(left: i64, right: i64) -> i64 {
        left.wrapping_mul(right)
    }
}

impl Operation<u64> for Multiplication {
    const IDENTITY: u64 = 1;
    #[inline(always)]
    fn apply(left: u64, right: u64) -> u64 {
        left.wrapping_mul(right)
    }
}
