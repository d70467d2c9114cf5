//! `groupby_bins`: groups of the positions whose values lie between edges, as pandas' `cut` finds them.

use super::{DataArray, Dataset, DatasetError, Group, Grouping, Variable};
use crate::array::Chunk;
use crate::plan::{Array, Evaluate};

/// Between which edges values are grouped.
#[derive(Debug, Clone, PartialEq)]
pub enum Bins {
    /// So many bins of equal width over all values.
    Count(usize),
    /// These edges, ascending.
    Edges(Vec<f64>),
}

/// What `groupby_bins` can be told.
#[derive(Debug, Clone, PartialEq)]
pub struct BinOptions {
    /// Where bins begin and end.
    pub bins: Bins,
    /// Whether a bin has its right edge, not its left one.
    pub right: bool,
    /// Labels of the bins; by default their edges, `"(0, 3]"`.
    pub labels: Option<Chunk>,
    /// Digits of labels, where edges are computed or aren't whole.
    pub precision: usize,
    /// Whether the first bin has its left edge too.
    pub include_lowest: bool,
    /// Whether all edges were given as integers, so that labels show them so.
    pub whole: bool,
}

/// Digits of edges that are rounded for display, as pandas rounds them.
fn rounded(value: f64, precision: usize) -> f64 {
    if !value.is_finite() || value == 0.0 {
        return value;
    }
    let whole = value.trunc();
    let digits = if whole == 0.0 {
        (-value.fract().abs().log10().floor()) as i32 - 1 + precision as i32
    } else {
        precision as i32
    };
    let scale = 10f64.powi(digits);
    (value * scale).round_ties_even() / scale
}

/// A number as Python prints it.
fn number(value: f64, whole: bool) -> String {
    if whole { format!("{value:.0}") } else { format!("{value:?}") }
}

/// Edges of so many bins of equal width over values, the last (or first) moved so that it holds the extreme.
fn equal_edges(count: usize, values: &[f64], right: bool) -> Vec<f64> {
    let finite = values.iter().copied().filter(|value| !value.is_nan());
    let (mut low, mut high) =
        finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low == high {
        low -= if low == 0.0 { 0.001 } else { 0.001 * low.abs() };
        high += if high == 0.0 { 0.001 } else { 0.001 * high.abs() };
        let step = (high - low) / count as f64;
        return (0..=count).map(|edge| if edge == count { high } else { low + edge as f64 * step }).collect();
    }
    let step = (high - low) / count as f64;
    let mut edges: Vec<f64> =
        (0..=count).map(|edge| if edge == count { high } else { low + edge as f64 * step }).collect();
    let adjusted = (high - low) * 0.001;
    match right {
        true => edges[0] -= adjusted,
        false => edges[count] += adjusted,
    }
    edges
}

impl BinOptions {
    /// Labels of bins with these edges.
    fn label_values(&self, edges: &[f64]) -> Result<Chunk, DatasetError> {
        let bins = edges.len() - 1;
        if let Some(labels) = &self.labels {
            return match labels.len() == bins {
                true => Ok(labels.clone()),
                false => Err(DatasetError::BinLabels { labels: labels.len(), bins }),
            };
        }
        // As many digits as keep edges apart.
        let shown = |precision: usize| edges.iter().map(|edge| rounded(*edge, precision)).collect::<Vec<f64>>();
        let is_apart = |edges: &[f64]| edges.windows(2).all(|pair| pair[0] < pair[1]);
        let precision = (self.precision..20).find(|&precision| is_apart(&shown(precision))).unwrap_or(self.precision);
        let mut shown = shown(precision);
        let whole = self.whole && !(self.right && self.include_lowest);
        if self.right && self.include_lowest {
            shown[0] -= 10f64.powi(-(precision as i32));
        }
        let text = |pair: &[f64]| {
            let (low, high) = (number(pair[0], whole), number(pair[1], whole));
            if self.right { format!("({low}, {high}]") } else { format!("[{low}, {high})") }
        };
        Ok(Chunk::from_values(vec![bins], shown.windows(2).map(text).collect::<Vec<String>>())?)
    }

    /// The bin of a value; -1 for none.
    fn code(&self, edges: &[f64], value: f64) -> i32 {
        if value.is_nan() {
            return -1;
        }
        if self.include_lowest && self.right && value == edges[0] {
            return 0;
        }
        let found = match self.right {
            true => edges.partition_point(|edge| *edge < value),
            false => edges.partition_point(|edge| *edge <= value),
        };
        if found == 0 || found == edges.len() { -1 } else { found as i32 - 1 }
    }
}

impl Dataset {
    /// Groups of the positions along the one dimension of a coordinate, a variable or other values, by the bin that their
    /// value lies in. Values are computed where they aren't in memory.
    ///
    /// # Errors
    /// Where there is no such variable, it isn't one-dimensional numbers, edges don't ascend, or no value is in a bin.
    pub fn groupby_bins(
        &self,
        group: &Group,
        options: &BinOptions,
        evaluate: &dyn Evaluate,
    ) -> Result<Grouping, DatasetError> {
        let (name, group) = self.group_values(group, evaluate)?;
        let [dimension] = group.dims() else {
            return Err(DatasetError::GroupDimensions { name, dims: super::error::tuple(group.dims()) });
        };
        let values = group.values(evaluate)?;
        let unsupported =
            || DatasetError::UnsupportedDtype { name: name.clone(), dtype: values.dtype(), operation: "groupby_bins" };
        let numbers: Option<Vec<f64>> =
            (0..values.len()).map(|position| values.get(position).and_then(|value| value.as_f64())).collect();
        let numbers = numbers.filter(|_| values.dtype().is_numeric()).ok_or_else(unsupported)?;
        let edges = match &options.bins {
            Bins::Count(0) => return Err(DatasetError::UnsortedBins { edges: "none".to_owned() }),
            Bins::Count(count) => equal_edges(*count, &numbers, options.right),
            Bins::Edges(edges) => edges.clone(),
        };
        if edges.len() < 2 || !edges.windows(2).all(|pair| pair[0] < pair[1]) {
            return Err(DatasetError::UnsortedBins { edges: format!("{edges:?}") });
        }
        let codes: Vec<i32> = numbers.iter().map(|value| options.code(&edges, *value)).collect();
        if codes.iter().all(|code| *code < 0) {
            return Err(DatasetError::NothingInBins { edges: format!("{edges:?}") });
        }
        let name = format!("{name}_bins");
        let labels = Variable::new(vec![name.clone()], Array::in_memory(options.label_values(&edges)?))?;
        let labels = labels.with_attributes(group.attributes().clone());
        Ok(Grouping::of_parts(&name, dimension, labels, codes))
    }
}

impl DataArray {
    /// Groups of the positions along the one dimension of a coordinate or other values, by the bin that their value lies
    /// in.
    ///
    /// # Errors
    /// As [`Dataset::groupby_bins`].
    pub fn groupby_bins(
        &self,
        group: &Group,
        options: &BinOptions,
        evaluate: &dyn Evaluate,
    ) -> Result<Grouping, DatasetError> {
        self.as_dataset().groupby_bins(group, options, evaluate)
    }
}
