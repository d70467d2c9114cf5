//! Labels that selections name, and what selections can be told.

use super::cf::calendar;
use crate::array::{Scalar, TimeUnit};

/// A label to look for in an index.
#[derive(Debug, Clone, PartialEq)]
pub enum Label {
    /// A Python value. Text beside an index of times is read as an ISO 8601 date.
    Value(Scalar),
    /// A point or span of time: the count of units.
    Time(i64, TimeUnit),
}

/// Labels along one dimension.
#[derive(Debug, Clone, PartialEq)]
pub enum LabelIndexer {
    /// One; the dimension leaves the shape.
    At(Label),
    /// From label to label, both included.
    Slice {
        /// First label.
        start: Option<Label>,
        /// Last label.
        stop: Option<Label>,
        /// Positions between labels.
        step: Option<i64>,
    },
    /// These, in this order.
    List(Vec<Label>),
    /// Those where the mask, as long as the dimension, is true.
    Mask(Vec<bool>),
}

/// How labels are found that the index doesn't have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelectMethod {
    /// `"nearest"`: the closest label.
    Nearest,
    /// `"pad"`, `"ffill"`: the last label before.
    Pad,
    /// `"backfill"`, `"bfill"`: the first label after.
    Backfill,
}

impl SelectMethod {
    /// xarray's name of the method.
    pub(super) fn name(self) -> &'static str {
        match self {
            SelectMethod::Nearest => "nearest",
            SelectMethod::Pad => "pad",
            SelectMethod::Backfill => "backfill",
        }
    }
}

/// What a selection by label can be told.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SelectOptions {
    /// How labels are found that the index doesn't have; by default not at all.
    pub method: Option<SelectMethod>,
    /// Farthest distance to a label found by the method.
    pub tolerance: Option<Label>,
    /// Whether no scalar coordinates remain of dimensions indexed by one label.
    pub drop: bool,
}

impl std::fmt::Display for Label {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Label::Value(value) => write!(formatter, "{value}"),
            Label::Time(count, unit) => formatter.write_str(&calendar::format_instant(*count, *unit)),
        }
    }
}
