//! Where the values of a region go: to the elements of an output chunk, or into the states of a reduction.

use super::strips::StripPlace;
use crate::array::{Region, row_major_strides};
use crate::plan::{Groups, Reduce};
use std::ops::Range;

/// How the axes of a region lead to elements. States of a grouped reduction have the groups first, then the kept axes, so
/// that neighbours along the last kept axis are neighbours there too.
#[derive(Debug, Clone, Default)]
pub struct Target<'a> {
    /// Axes that are folded away, the grouped one among them.
    summarised: &'a [usize],
    groups: Option<HeldGroups<'a>>,
}

#[derive(Debug, Clone)]
struct HeldGroups<'a> {
    groups: &'a Groups,
    held: Range<usize>,
    /// Elements of one group.
    kept: usize,
}

/// What of a strip goes where, along a grouped axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Everything, this many elements further.
    At(usize),
    /// Nothing.
    Nowhere,
}

impl<'a> Target<'a> {
    /// The states of a reduction of a region of its result.
    pub fn new(reduce: &'a Reduce, kept: &Region) -> Target<'a> {
        let groups = reduce.groups.as_ref().zip(reduce.group_axis()).map(|(groups, axis)| {
            let held = kept.range(axis);
            HeldGroups { groups, kept: kept.element_count() / held.len().max(1), held }
        });
        Target { summarised: &reduce.axes, groups }
    }

    /// Whether an axis is folded away.
    pub fn summarises(&self, axis: usize) -> bool {
        self.summarised.contains(&axis)
    }

    /// The axis that is grouped.
    pub fn grouped_axis(&self) -> Option<usize> {
        self.groups.as_ref().map(|held| held.groups.axis)
    }

    /// How far neighbours along each axis of a region are apart; 0 along summarised axes.
    pub fn steps(&self, shape: &[usize]) -> Vec<usize> {
        let kept: Vec<usize> = (0..shape.len()).filter(|&axis| !self.summarises(axis)).collect();
        let strides = row_major_strides(&kept.iter().map(|&axis| shape[axis]).collect::<Vec<_>>());
        let mut steps = vec![0; shape.len()];
        for (axis, stride) in kept.into_iter().zip(strides) {
            steps[axis] = stride;
        }
        steps
    }

    /// Where a position of the grouped axis leads.
    pub fn place(&self, position: usize) -> Place {
        let Some(held) = &self.groups else { return Place::At(0) };
        match held.groups.find(position, &held.held) {
            Some(group) => Place::At((group - held.held.start) * held.kept),
            None => Place::Nowhere,
        }
    }

    /// Cuts a strip whose rows begin at a position of the grouped axis into runs of rows of one group.
    pub fn cut_rows(&self, position: usize, strip: StripPlace) -> impl Iterator<Item = StripPlace> {
        let mut row = 0;
        std::iter::from_fn(move || {
            while row < strip.rows {
                let (start, place) = (row, self.place(position + row));
                row += 1;
                while row < strip.rows && self.place(position + row) == place {
                    row += 1;
                }
                if let Place::At(further) = place {
                    let offset = strip.offset + start * strip.pitch;
                    // Rows of one value are a column, whose values are folded one after the other.
                    let column_step = if strip.columns == 1 { 1 } else { strip.column_step };
                    let first = strip.first + further;
                    return Some(StripPlace { offset, first, rows: row - start, column_step, ..strip });
                }
            }
            None
        })
    }
}
