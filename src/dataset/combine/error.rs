//! Why labelled arrays can't be put together.

use crate::dataset::PythonErrorKind;

/// What xarray refuses when it combines datasets, worded as it words it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs, reason = "the message of each variant says what its fields are")]
pub enum CombineError {
    #[error("must supply at least one object to concatenate")]
    NothingToConcatenate,
    #[error(
        "along a new dimension either data_vars or coords has to be more than 'minimal', or nothing would lie along it"
    )]
    NothingGrows,
    #[error("Cannot specify both {subset}='different' and compat='override'.")]
    DifferentOverride { subset: &'static str },
    #[error(
        "some datasets lack {name:?}, which coords='different' doesn't allow: add it to them, or say coords='minimal'"
    )]
    NotInAll { name: String },
    #[error("coordinate {name:?} not present in all datasets.")]
    MissingCoordinate { name: String },
    #[error("{{{names}}} is a coordinate in some datasets but not others.")]
    CoordinateAndData { names: String },
    #[error("Variables {{{names}}} are coordinates in some datasets but not others.")]
    AbsentCoordinates { names: String },
    #[error("{name:?} has an index in {found} of {count} datasets: it takes all or none")]
    UnevenIndex { name: String, found: usize, count: usize },
    #[error("the variables [{names}] in coords are not found in the coordinates of the first dataset {known}")]
    NotCoordinates { names: String, known: String },
    #[error("the variables [{names}] in data_vars are not found in the data variables of the first dataset")]
    NotDataVariables { names: String },
    #[error("Dataset global attributes not equal.")]
    DifferingGlobalAttributes,
    #[error("array names not identical")]
    DifferingNames,
    #[error("combine_attrs='{rule}', but attrs differ in {key:?}")]
    DifferingAttributes { rule: &'static str, key: String },
    #[error("conflicting attribute values on combined variable '{name}'")]
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
    #[error("Cannot handle size zero dimensions")]
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
