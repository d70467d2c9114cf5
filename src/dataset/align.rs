//! Bringing labelled arrays onto common labels, and variables onto common dimensions.

/// Which labels of two differing indexes the result has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Join {
    /// Those in both: the default of arithmetic.
    #[default]
    Inner,
    /// Those in either.
    Outer,
    /// Those of the left side.
    Left,
    /// Those of the right side.
    Right,
    /// Differing indexes are an error.
    Exact,
}
