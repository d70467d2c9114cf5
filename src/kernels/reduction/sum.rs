//! The sum of values; 0 of nothing.

use super::total::{Operation, Total};
use std::marker::PhantomData;

/// Addition.
pub(super) struct Addition;

/// Sums: `int64` of bools and signed integers, `uint64` of unsigned ones, floats and timedeltas in their own dtype.
pub(super) static SUM: Total<Addition> = Total { of_timedeltas: true, operation: PhantomData };

impl Operation<f64> for Addition {
    const IDENTITY: f64 = 0.0;
    #[inline(always)]
    fn apply(left: f64, right: f64) -> f64 {
        left + right
    }
}

impl Operation<i64> for Addition {
    const IDENTITY: i64 = 0;
    #[inline(always)]
    fn apply(left: i64, right: i64) -> i64 {
        left.wrapping_add(right)
    }
}

impl Operation<u64> for Addition {
    const IDENTITY: u64 = 0;
    #[inline(always)]
    fn apply(left: u64, right: u64) -> u64 {
        left.wrapping_add(right)
    }
}
