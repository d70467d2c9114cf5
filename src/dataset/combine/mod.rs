//! Putting labelled arrays together: `concat`, `merge`, `combine_by_coords`, `combine_nested`, `broadcast`.
//!
//! Values stay lazy: concatenating is region arithmetic of the plan. Where values decide what comes out (whether
//! variables of one name are equal), those in memory are compared here, and lazy ones reduced to one truth value each,
//! all of them in one evaluation.

mod broadcast;
mod by_coords;
mod concat;
mod error;
mod first;
mod grow;
mod merge;
mod nested;
mod rules;

pub use broadcast::broadcast;
pub use by_coords::combine_by_coords;
pub use concat::{ConcatDim, concat, concat_arrays};
pub use error::CombineError;
pub use first::{combine_first, is_same};
pub(in crate::dataset) use grow::concatenate;
pub use merge::merge;
pub use nested::{Nested, combine_nested};
pub use rules::{AttributeMerge, Compat};

use super::{FillValue, Join};

/// Which variables a concatenation puts one after another, beside those that have the dimension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// All: for coordinates but indexes of other dimensions.
    All,
    /// None.
    Minimal,
    /// Those that aren't equal everywhere.
    Different,
    /// All along a new dimension, none along one that is there.
    AllAlongNew,
    /// These.
    Named(Vec<String>),
}

/// How datasets are put together: arguments of `xr.concat` and its kin, with their defaults.
#[derive(Debug, Clone, PartialEq)]
pub struct CombineOptions {
    /// Which data variables a concatenation puts one after another.
    pub data_vars: Which,
    /// Which coordinates it puts one after another.
    pub coords: Which,
    /// How variables that aren't may differ.
    pub compat: Compat,
    /// Which labels of differing indexes the result has.
    pub join: Join,
    /// What stands where an array has no value.
    pub fill_value: FillValue,
    /// Whose attributes the result has.
    pub attributes: AttributeMerge,
}

impl CombineOptions {
    /// The defaults of `xr.concat`.
    pub fn concat() -> CombineOptions {
        CombineOptions {
            data_vars: Which::All,
            coords: Which::Different,
            compat: Compat::Equals,
            join: Join::Outer,
            fill_value: FillValue::Missing,
            attributes: AttributeMerge::Override,
        }
    }

    /// The defaults of `xr.merge` and, but for attributes, of `xr.combine_by_coords` and `xr.combine_nested`.
    pub fn merge() -> CombineOptions {
        CombineOptions { compat: Compat::NoConflicts, ..CombineOptions::concat() }
    }
}
