//! Reductions: functions that summarise values along axes.
//!
//! A new one is a file beside this one and a line in [`REGISTRY`]; the laws that [`Reduction`] states are tested for
//! every line. `fold` has the loops, which give every reduction the same fixed order of operations.

mod count;
mod extremum;
mod first;
mod fold;
#[cfg(test)]
mod laws;
mod mean;
mod prod;
mod sum;
mod total;
mod truth;
mod value;
mod variance;

use super::KernelError;
use crate::array::{Buffer, DType};
use serde::{Deserialize, Serialize};

/// What a reduction can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ReductionOptions {
    /// Leave NaN and NaT out.
    pub skip_missing: bool,
    /// Delta degrees of freedom of `std` and `var`.
    pub ddof: i64,
}

impl Default for ReductionOptions {
    fn default() -> ReductionOptions {
        ReductionOptions { skip_missing: true, ddof: 0 }
    }
}

/// Intermediate state of a reduction: a few buffers with one value a kept element each.
///
/// Partial states travel between ranks and into checkpoints, so they are plain data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Accumulator {
    /// The state's fields, all of one length.
    pub fields: Vec<Buffer>,
}

impl Accumulator {
    /// Bytes of the state in memory.
    pub fn size_bytes(&self) -> usize {
        self.fields.iter().map(Buffer::size_bytes).sum()
    }
}

/// A strip of values on its way into a reduction, and where each value belongs.
///
/// The strip has `rows` by `columns` values; rows lie `pitch` values apart. The value at (row, column) is folded into the kept element
/// `first + row * row_step + column * column_step`; a step of 0 folds the whole axis into one element. Values of one
/// kept element arrive in a fixed order, and strips are cut at places that depend on the plan only.
#[derive(Debug)]
pub struct Strip<'a> {
    /// The values; more may stand before and behind the strip.
    pub values: &'a Buffer,
    /// Position of the strip's first value among them.
    pub offset: usize,
    /// From the start of a row of values to that of the next.
    pub pitch: usize,
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub columns: usize,
    /// Kept element of the first value.
    pub first: usize,
    /// Kept elements from a row to the next.
    pub row_step: usize,
    /// Kept elements from a column to the next: 0 or 1.
    pub column_step: usize,
}

impl Strip<'_> {
    /// The values of a row, out of `values`, the strip's own as they are stored.
    #[inline(always)]
    pub(super) fn row<'a, T>(&self, values: &'a [T], row: usize) -> &'a [T] {
        &values[self.offset + row * self.pitch..][..self.columns]
    }
}

/// A function that summarises values along axes.
///
/// Laws, which `laws` checks for every registered reduction and dtype: folding strips one after the other equals, bit
/// for bit, folding their rows as one strip; merging equals folding up to rounding, exactly for integers; an
/// accumulator that has seen nothing is neutral.
pub trait Reduction: Send + Sync {
    /// Dtype of the result for an input dtype, `None` where it isn't defined.
    fn result_dtype(&self, input: DType) -> Option<DType>;

    /// The state that has seen nothing, for `count` kept elements.
    fn start(&self, input: DType, count: usize) -> Accumulator;

    /// Folds a strip of values of the input dtype into the state.
    fn fold(&self, state: &mut Accumulator, input: DType, strip: &Strip<'_>, options: ReductionOptions);

    /// Folds the state of later values into that of earlier ones.
    fn merge(&self, state: &mut Accumulator, input: DType, later: &Accumulator);

    /// The results.
    fn finish(&self, state: Accumulator, input: DType, options: ReductionOptions) -> Buffer;
}

/// A reduction and what the plan must know of it.
pub struct Registered {
    /// numpy's and xarray's name.
    pub name: &'static str,
    /// The reduction.
    pub reduction: &'static dyn Reduction,
    /// Whether nothing at all has a value (a sum: yes; a minimum: no).
    pub has_identity: bool,
}

/// The reduction of a name.
///
/// # Errors
/// [`KernelError::UnknownReduction`] where none has it.
pub fn find(name: &str) -> Result<&'static Registered, KernelError> {
    REGISTRY
        .iter()
        .find(|registered| registered.name == name)
        .ok_or_else(|| KernelError::UnknownReduction { name: name.to_owned() })
}

/// Every reduction, one line each.
pub static REGISTRY: &[Registered] = &[
    Registered { name: "sum", reduction: &sum::SUM, has_identity: true },
    Registered { name: "prod", reduction: &prod::PROD, has_identity: true },
    Registered { name: "mean", reduction: &mean::Mean, has_identity: true },
    Registered { name: "var", reduction: &variance::Variance { root: false }, has_identity: true },
    Registered { name: "std", reduction: &variance::Variance { root: true }, has_identity: true },
    Registered { name: "min", reduction: &extremum::Extremum::<false>, has_identity: false },
    Registered { name: "max", reduction: &extremum::Extremum::<true>, has_identity: false },
    Registered { name: "count", reduction: &count::Count, has_identity: true },
    Registered { name: "first", reduction: &first::First::<false>, has_identity: true },
    Registered { name: "last", reduction: &first::First::<true>, has_identity: true },
    Registered { name: "any", reduction: &truth::Truth::<false>, has_identity: true },
    Registered { name: "all", reduction: &truth::Truth::<true>, has_identity: true },
];
