//! Why labelled arrays can't be put together.

use crate::dataset::PythonErrorKind;

/// What xarray refuses when it combines datasets, worded as it words it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs, reason = "the message of each variant says what its fields are")]
pub enum CombineError {
    #[error("must supply at least one object to concatenate")]
    NothingToConcatenate,
    #[error("Cannot specify both data_vars='minimal' and coords='minimal' when concatenating over a new dimension.")]
    NothingGrows,
    #[error("Cannot specify both {subset}='different' and compat='override'.")]
    DifferentOverride { subset: &'static str },
    #[error(
        "{name:?} not present in all datasets and coords='different'. Either add {name:?} to datasets where it is missing or specify coords='minimal'."
    )]
    NotInAll { name: String },
    #[error("coordinate {name:?} not present in all datasets.")]
    MissingCoordinate { name: String },
    #[error("{{{names}}} is a coordinate in some datasets but not others.")]
    CoordinateAndData { names: String },
    #[error("Variables {{{names}}} are coordinates in some datasets but not others.")]
    AbsentCoordinates { names: String },
    #[error(
        "{name:?} must have either an index or no index in all datasets, found {found}/{count} datasets with an index."
    )]
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
    #[error("unable to determine if these variables should be coordinates or not in the merged result: {{{names}}}")]
    AmbiguousCoordinates { names: String },
    #[error("Could not find any dimension coordinates to use to order the Dataset objects for concatenation")]
    NoOrder,
    #[error(
        "Every dimension requires a corresponding 1D coordinate and index for inferring concatenation order but the coordinate '{dimension}' has no corresponding index"
    )]
    NoIndexToOrderBy { dimension: String },
    #[error(
        "Coordinate variable {dimension} is neither monotonically increasing nor monotonically decreasing on all datasets"
    )]
    NotMonotonic { dimension: String },
    #[error("Cannot handle size zero dimensions")]
    EmptyDimension,
    #[error("Resulting object does not have monotonic global indexes along dimension {dimension}")]
    Overlapping { dimension: String },
    #[error(
        "The supplied objects do not form a hypercube because sub-lists do not have consistent lengths along dimension {depth}"
    )]
    NoHypercube { depth: usize },
    #[error("concat_dims has length {given} but the datasets passed are nested in a {depth}-dimensional structure")]
    NestingDepth { given: usize, depth: usize },
    #[error("Can't automatically combine unnamed DataArrays with named DataArrays or Datasets.")]
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
