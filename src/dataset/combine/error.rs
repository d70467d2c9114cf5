//! Why labelled arrays can't be put together.

use crate::dataset::PythonErrorKind;

/// What xarray refuses when it combines datasets.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs, reason = "the message of each variant says what its fields are")]
pub enum CombineError {
    #[error("nothing to concatenate: the list has to hold at least one dataset or array")]
    NothingToConcatenate,
    #[error(
        "along a new dimension either data_vars or coords has to be more than 'minimal', or nothing would lie along it"
    )]
    NothingGrows,
    #[error("{subset}='different' compares values, which compat='override' rules out: give one of them")]
    DifferentOverride { subset: &'static str },
    #[error(
        "some datasets lack {name:?}, which coords='different' doesn't allow: add it to them, or say coords='minimal'"
    )]
    NotInAll { name: String },
    #[error("some datasets lack the coordinate {name:?}: give it to them by assign_coords, or drop it by drop_vars")]
    MissingCoordinate { name: String },
    #[error(
        "what some datasets have as coordinates are data variables of others: make {{{names}}} alike by set_coords or reset_coords"
    )]
    CoordinateAndData { names: String },
    #[error("{name:?} has an index in {found} of {count} datasets: it takes all or none")]
    UnevenIndex { name: String, found: usize, count: usize },
    #[error("coords= names [{names}], and the coordinates of the first dataset are {known}")]
    NotCoordinates { names: String, known: String },
    #[error("data_vars= names [{names}], which the first dataset doesn't have as data variables")]
    NotDataVariables { names: String },
    #[error("compat='identical' wants datasets of equal attrs, and these differ")]
    DifferingGlobalAttributes,
    #[error("compat='identical' wants arrays of one name, and these have several")]
    DifferingNames,
    #[error("combine_attrs='{rule}', but attrs differ in {key:?}")]
    DifferingAttributes { rule: &'static str, key: String },
    #[error("compat='identical' wants equal attrs on the labels '{name}', and these differ")]
    DifferingIndexAttributes { name: String },
    #[error(
        "some datasets have {{{names}}} as coordinates and others as variables, so that the result could have either"
    )]
    AmbiguousCoordinates { names: String },
    #[error("no dimension has labels by which the datasets could be put in order")]
    NoOrder,
    #[error("the order of the datasets follows from labels of their dimensions, and '{dimension}' has none")]
    NoIndexToOrderBy { dimension: String },
    #[error("labels of {dimension} neither rise nor fall all along in every dataset")]
    NotMonotonic { dimension: String },
    #[error("a dataset of length 0 has no first label by which to put it in order: leave it out")]
    EmptyDimension,
    #[error("put together, the labels of {dimension} neither rise nor fall all along")]
    Overlapping { dimension: String },
    #[error("the nested lists differ in length at depth {depth}, so that they make no grid")]
    NoHypercube { depth: usize },
    #[error("{given} dimensions are given for lists of datasets nested {depth} deep")]
    NestingDepth { given: usize, depth: usize },
    #[error("arrays without a name can't be combined with named ones or with datasets")]
    UnnamedBesideNamed,
}

impl CombineError {
    /// The Python exception that xarray raises here.
    pub fn python_kind(&self) -> PythonErrorKind {
        match self {
            CombineError::DifferingAttributes { .. }
            | CombineError::DifferingIndexAttributes { .. }
            | CombineError::AmbiguousCoordinates { .. } => PythonErrorKind::MergeError,
            _ => PythonErrorKind::ValueError,
        }
    }
}
