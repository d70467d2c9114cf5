//! `xr.combine_nested`: datasets in nested lists, one level a dimension.

use super::concat::{ConcatDim, concat};
use super::merge::merge;
use super::{CombineError, CombineOptions};
use crate::dataset::{Dataset, DatasetError};
use crate::plan::Evaluate;

/// A dataset, or a list of such.
#[derive(Debug, Clone)]
pub enum Nested {
    /// One dataset.
    One(Box<Dataset>),
    /// Several, along one dimension.
    Several(Vec<Nested>),
}

impl Nested {
    /// How deep lists lie in one another.
    fn depth(&self) -> usize {
        match self {
            Nested::One(_) => 0,
            Nested::Several(parts) => 1 + parts.iter().map(Nested::depth).max().unwrap_or(0),
        }
    }

    /// Lengths of the lists, outermost first; an error where lists of one level differ.
    fn lengths(&self, depth: usize) -> Result<Vec<usize>, CombineError> {
        let Nested::Several(parts) = self else { return Ok(Vec::new()) };
        let mut inner: Option<Vec<usize>> = None;
        for part in parts {
            let found = part.lengths(depth + 1)?;
            match &inner {
                Some(first) if *first != found => return Err(CombineError::NoHypercube { depth }),
                Some(_) => {}
                None => inner = Some(found),
            }
        }
        Ok([vec![parts.len()], inner.unwrap_or_default()].concat())
    }
}

/// Datasets of nested lists put together along one dimension a level, outermost first; `None` merges.
///
/// # Errors
/// Where lists differ in length, the dimensions aren't as many as the levels, and as [`concat()`] and [`merge`].
pub fn combine_nested(
    datasets: Nested,
    dims: &[Option<ConcatDim>],
    options: &CombineOptions,
    evaluate: &dyn Evaluate,
) -> Result<Dataset, DatasetError> {
    let depth = datasets.depth();
    if depth != dims.len() {
        return Err(CombineError::NestingDepth { given: dims.len(), depth }.into());
    }
    datasets.lengths(0)?;
    combine(datasets, dims, options, evaluate)
}

/// The same of lists that were checked. The outermost dimension is combined first, as xarray does it: part by part.
fn combine(
    datasets: Nested,
    dims: &[Option<ConcatDim>],
    options: &CombineOptions,
    evaluate: &dyn Evaluate,
) -> Result<Dataset, DatasetError> {
    let rows = match datasets {
        Nested::One(dataset) => return Ok(*dataset),
        Nested::Several(rows) => rows,
    };
    let Some((dim, inner_dims)) = dims.split_first() else { return Ok(Dataset::default()) };
    if inner_dims.is_empty() {
        let row: Vec<Dataset> = rows
            .into_iter()
            .filter_map(|part| match part {
                Nested::One(dataset) => Some(*dataset),
                Nested::Several(_) => None,
            })
            .collect();
        return combine_row(&row, dim.as_ref(), options, evaluate);
    }
    combine(zip(rows, dim.as_ref(), options, evaluate)?, inner_dims, options, evaluate)
}

/// Lists of one shape put together element by element.
fn zip(
    rows: Vec<Nested>,
    dim: Option<&ConcatDim>,
    options: &CombineOptions,
    evaluate: &dyn Evaluate,
) -> Result<Nested, DatasetError> {
    let mut datasets: Vec<Dataset> = Vec::new();
    let mut lists: Vec<std::vec::IntoIter<Nested>> = Vec::new();
    for row in rows {
        match row {
            Nested::One(dataset) => datasets.push(*dataset),
            Nested::Several(parts) => lists.push(parts.into_iter()),
        }
    }
    if lists.is_empty() {
        return Ok(Nested::One(Box::new(combine_row(&datasets, dim, options, evaluate)?)));
    }
    let mut combined = Vec::new();
    loop {
        let column: Vec<Nested> = lists.iter_mut().filter_map(Iterator::next).collect();
        if column.is_empty() {
            return Ok(Nested::Several(combined));
        }
        combined.push(zip(column, dim, options, evaluate)?);
    }
}

fn combine_row(
    row: &[Dataset],
    dim: Option<&ConcatDim>,
    options: &CombineOptions,
    evaluate: &dyn Evaluate,
) -> Result<Dataset, DatasetError> {
    match dim {
        Some(dim) => concat(row, dim, options, evaluate),
        None => merge(row, options, None, evaluate),
    }
}
