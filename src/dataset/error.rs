//! What can go wrong with labelled arrays, worded as xarray words it.

use crate::array::{ArrayError, DType};
use crate::kernels::KernelError;
use crate::plan::PlanError;
use crate::store::StoreError;

/// Why a labelled array can't be built, selected from, combined or written.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the message of each variant says what its fields are")]
pub enum DatasetError {
    #[error("No variable named {name:?}. {hint}")]
    NoSuchVariable { name: String, hint: String },
    #[error("{name:?}")]
    NoSuchCoordinate { name: String },
    #[error("Dimensions {{{missing}}} do not exist. Expected one or more of {expected}")]
    NoSuchDimension { missing: String, expected: String },
    #[error("Dimension(s) {missing} do not exist. Expected one or more of {{{expected}}}")]
    ReducedDimension { missing: String, expected: String },
    #[error("{missing} not found in array dimensions {expected}")]
    NotInArrayDimensions { missing: String, expected: String },
    #[error("'{name}' is not a valid dimension or coordinate for Dataset with dimensions {expected}")]
    NoSuchDimensionOrCoordinate { name: String, expected: String },
    #[error("chunks keys {missing} not found in data dimensions {expected}")]
    ChunksOfUnknownDimension { missing: String, expected: String },
    #[error("Chunks do not add up to shape. Got chunks={chunks:?} for dimension '{dimension}' of length {length}")]
    ChunksDontCover { dimension: String, chunks: Vec<usize>, length: usize },
    #[error("chunks of dimension '{dimension}' have size 0: use -1 for one chunk or a positive size")]
    EmptyChunks { dimension: String },
    #[error("index {index} is out of bounds for axis {axis} with size {size}")]
    IndexOutOfBounds { index: i64, axis: usize, size: usize },
    #[error("too many indices")]
    TooManyIndices,
    #[error("the function returned {found} where its output_core_dims name {expected}")]
    ResultCount { expected: usize, found: usize },
    #[error("the function returned {received} dimensions, and {count} were expected: {expected}")]
    ResultDimensions { received: usize, count: usize, expected: String },
    #[error(
        "size of dimension '{dimension}' on inputs was unexpectedly changed by applied function from {expected} to {found}. Only dimensions specified in ``exclude_dims`` with xarray.apply_ufunc are allowed to change size"
    )]
    ResultLength { dimension: String, expected: usize, found: usize },
    #[error("an index can only have a single ellipsis ('...')")]
    SeveralEllipses,
    #[error("the labels of groups differ in length from what they group")]
    GroupLength,
    #[error("there are no groups: every label is missing")]
    NoGroups,
    #[error("{name} must not be empty")]
    EmptyGroup { name: String },
    #[error("can't group by '{name}' of dimensions {dims}: Swath needs exactly one")]
    GroupDimensions { name: String, dims: String },
    #[error("cannot reduce over dimensions {missing}.")]
    GroupReduction { missing: String },
    #[error("a function of groups must give arrays, or datasets, for all of them")]
    GroupResult,
    #[error("groups of several keys haven't got this")]
    GroupedBySeveral,
    #[error(
        "grouping by '{first}' along {first_dim} and '{second}' along {second_dim} is not supported by swath: groups of several keys lie along one dimension"
    )]
    GroupsElsewhere { first: String, first_dim: String, second: String, second_dim: String },
    #[error(
        "{counts} groups of several keys are more combinations than {most}: group by fewer labels, or by bins of them"
    )]
    TooManyGroups { counts: String, most: usize },
    #[error("Unrecognized string season {name}: expected a run of first letters of months, as 'DJF'")]
    UnknownSeason { name: String },
    #[error("seasons that share months, as {seasons} do, are not supported by swath: group by some of them at a time")]
    SharedMonths { seasons: String },
    #[error("groups compute with a Dataset or a DataArray only")]
    GroupOperand,
    #[error("what groups compute with lies along {dims}, and not along their '{name}'")]
    GroupedBinary { name: String, dims: String },
    #[error("'DataArray' object has no attribute 'dt': its values are no datetime64")]
    NotTimes,
    #[error("'DatetimeAccessor' object has no attribute '{name}'")]
    NoSuchTimeField { name: String },
    #[error("Dimension '{name}' not found in array dimensions {expected}")]
    NoDimensionOfLabels { name: String, expected: String },
    #[error(
        "cannot do slice indexing on DatetimeIndex with these indexers [{text}] of type str: a date is written as in '2000-02-28'"
    )]
    SliceOfNoDate { text: String },
    #[error("invalid existing dimensions: [{names}]")]
    ExistingDimensions { names: String },
    #[error("a position of an extreme needs one of the dimensions {expected} of every variable")]
    ExtremeOfNothing { expected: String },
    #[error("dimension '{dimension}' has no labels to find")]
    NoLabels { dimension: String },
    #[error("dimension '{dimension}' has {found} labels: a derivative needs at least 2")]
    TooFewLabels { dimension: String, found: usize },
    #[error("the directive {directive:?} of strftime is not supported by Swath")]
    TimeFormat { directive: String },
    #[error("Of the three parameters: start, end, and periods, exactly two must be specified")]
    DateRange,
    #[error("can't round to {text:?}: expected a count and one of D, h, min, s, ms, us, ns, as in '6h'")]
    NotAFrequency { text: String },
    #[error("Invalid frequency: {text}: {hint}")]
    UnknownFrequency { text: String, hint: String },
    #[error("IndexVariable objects must be 1-dimensional")]
    NotOneDimensional,
    #[error("cannot resample along '{name}' of {dtype}: resampling needs an index of times")]
    NotATimeIndex { name: String, dtype: DType },
    #[error("Index must be monotonic for resampling, and without missing times")]
    UnsortedTimes,
    #[error("None of the data falls within bins with edges {edges}")]
    NothingInBins { edges: String },
    #[error("bins must increase monotonically: found {edges}")]
    UnsortedBins { edges: String },
    #[error("Bin labels must be one fewer than the number of bin edges: found {labels} labels for {bins} bins")]
    BinLabels { labels: usize, bins: usize },
    #[error("Window dimensions {missing} not found in {class} dimensions {expected}")]
    WindowDimensions { missing: String, class: &'static str, expected: String, is_key: bool },
    #[error("window must be > 0")]
    WindowSize,
    #[error("min_periods must be greater than zero or None")]
    MinimalCount,
    #[error("window must be > 0. Given 0 for dimension {dimension}")]
    BlockSize { dimension: String },
    #[error("a length of {size} isn't a multiple of the window {window}: say boundary='trim' or 'pad'")]
    InexactBlocks { size: usize, window: usize },
    #[error("__iter__ is only supported for 1d-rolling")]
    SeveralWindows,
    #[error("Coordinate {dimension} must contain datetime objects.")]
    NoTimesAlong { dimension: String },
    #[error("a '360_day' calendar wants align_on: 'date' or 'year'")]
    AlignOn,
    #[error("times that aren't evenly spaced have no missing ones: leave `missing` out, or reindex")]
    UnevenTimes,
    #[error("{found}")]
    Weights { found: String },
    #[error("max_gap wants labels of the dimension")]
    GapOfPositions,
    #[error("the covariance is scaled where there are more points than the degree")]
    TooFewPoints,
    #[error("Dimensions {missing} not found in weighted dimensions {expected}")]
    WeightedDimensions { missing: String, expected: String },
    #[error("Index '{name}' must be monotonically increasing")]
    UnorderedLabels { name: String },
    #[error("quantiles must be in the range [0, 1], inclusive. Got {found}.")]
    QuantileRange { found: String },
    #[error("q values must be between 0 and 1")]
    ProbabilityRange,
    #[error("only numbers are interpolated, not {dtype}")]
    InterpolatedDtype { dtype: DType },
    #[error("'{name}' is not a valid method. Use one of: {known}")]
    QuantileMethod { name: String, known: String },
    #[error("Dimensions {missing} not found in data dimensions {expected}")]
    QuantileDimensions { missing: String, expected: String },
    #[error("slice step cannot be zero")]
    ZeroStep,
    #[error("boolean index of length {found} did not match dimension '{dimension}' of length {expected}")]
    MaskLength { dimension: String, found: usize, expected: usize },
    #[error(
        "an integer to the power of an array of {dtype} is not supported, since negative exponents have no integer result: convert one of them to float64 or the exponents to an unsigned dtype"
    )]
    IntegerPowerOfArray { dtype: DType },
    #[error("not all values found in index '{index}': {label} is not in it{hint}")]
    LabelNotFound { index: String, label: String, hint: &'static str },
    #[error(
        "labels that neither rise nor fall have no place for {label}: sort them, or begin at a label that there is"
    )]
    UnorderedIndex { label: String },
    #[error("Could not automatically create PandasIndex for coord '{name}' with {ndim} dimensions. {remedy}")]
    NotAnIndex { name: String, ndim: usize, remedy: &'static str },
    #[error(
        "cannot supply selection options {{'method': {method:?}}} for dimension '{dimension}' that has no associated coordinate or index"
    )]
    MethodWithoutIndex { dimension: String, method: &'static str },
    #[error("Reindexing only valid with uniquely valued Index objects")]
    RepeatedLabels,
    #[error("dimension coordinate '{name}' conflicts between indexed and indexing objects")]
    IndexedLabels { name: String },
    #[error(
        "index must be monotonic increasing or decreasing, and that of '{dimension}' is neither: sortby('{dimension}') makes it so"
    )]
    NotMonotonic { dimension: String },
    #[error("index '{index}' of {dtype} has no distance between labels: '{method}' needs numbers or times")]
    NoDistance { index: String, dtype: DType, method: &'static str },
    #[error("could not read {text:?} as a date: use ISO 8601, as in '2000-01-31' or '2000-01-31T12:00'")]
    NotADate { text: String },
    #[error("{found} must be a permuted list of {expected}, unless `...` is included")]
    NotAPermutation { found: String, expected: String },
    #[error("only a dimension of length 1 is squeezed out")]
    SqueezeLongDimension,
    #[error("can't pad dimension '{dimension}' of length 0 with values of its own: use mode='constant'")]
    PadOfNothing { dimension: String },
    #[error("Input DataArray is not 1-D: found {ndim} dimensions")]
    SortDimensions { ndim: usize },
    #[error("where(drop=True) needs a DataArray or a Dataset as condition")]
    DropWithoutCondition,
    #[error(
        "selecting points along '{dimension}', which is a dimension already, and others is not supported by swath: give them another dimension"
    )]
    PointsAlongOwn { dimension: String },
    #[error("Dimensions of indexers mismatch: there are other numbers of points along '{dimension}'")]
    PointCounts { dimension: String },
    #[error("cannot swap from dimension '{name}' because it is not one of the dimensions of this dataset {known}")]
    SwapUnknown { name: String, known: String },
    #[error("replacement dimension '{name}' is not a 1D variable along the old dimension '{old}'")]
    SwapElsewhere { name: String, old: String },
    #[error("a dataset without data variables makes no array")]
    NoVariables,
    #[error("cannot find '{name}' among the dimensions {dims}: only a dimension can be split")]
    SplitUnknown { name: String, dims: String },
    #[error(
        "Splitting along the dimension '{dimension}' would produce the variables ({names}) which are also existing coordinate variables. Use DataArray.rename() or DataArray.assign_coords() to resolve this ambiguity."
    )]
    SplitIsCoordinate { dimension: String, names: String },
    #[error("Dimension {name} already exists.")]
    DimensionExists { name: String },
    #[error("{name} already exists as coordinate or variable name.")]
    NewDimIsVariable { name: String },
    #[error("lengths of dim and axis should be identical: found {dims} and {axes}")]
    NewAxes { axes: usize, dims: usize },
    #[error("Axis {axis} of variable is out of bounds of the expanded dimension size {ndim}")]
    NewAxisOutOfRange { axis: i64, ndim: usize },
    #[error("axis should not contain duplicate values")]
    RepeatedNewAxes,
    #[error("cannot rename '{name}' because it is not a variable or dimension in this dataset")]
    RenameUnknown { name: String },
    #[error("the new name '{name}' conflicts")]
    RenameConflict { name: String },
    #[error("These variables cannot be found in this dataset: {names}")]
    DropUnknown { names: String },
    #[error("cannot remove index coordinates with reset_coords: {{{names}}}")]
    ResetIndex { names: String },
    #[error("an array without a name becomes a Dataset with name= only")]
    Unnamed,
    #[error("the array has the name of one of its coordinates: give another by name=")]
    NameIsCoordinate,
    #[error("different number of dimensions on data and dims: {data} vs {dims}")]
    DimensionCount { data: usize, dims: usize },
    #[error("dimension '{name}' is repeated: Swath needs distinct dimension names")]
    RepeatedDimension { name: String },
    #[error("dimension '{name}' is named twice: a reduction takes each once")]
    RepeatedReduction { name: String },
    #[error("dimensions {dims} must have the same length as the number of data dimensions, ndim={ndim}")]
    OperandDimensions { dims: String, ndim: usize },
    #[error(
        "coordinate {name} has dimensions {dims}, but these are not a subset of the DataArray dimensions {expected}"
    )]
    CoordinateDimensions { name: String, dims: String, expected: String },
    #[error(
        "conflicting sizes for dimension '{dimension}': length {data} on the data but length {coordinate} on coordinate '{name}'"
    )]
    CoordinateLength { dimension: String, name: String, data: usize, coordinate: usize },
    #[error(
        "conflicting sizes for dimension '{dimension}': length {found} on '{name}' and length {expected} on '{other}'"
    )]
    ConflictingSizes { dimension: String, name: String, found: usize, other: String, expected: usize },
    #[error("join='exact' wants the same labels along '{dimension}'")]
    NotExactlyAligned { dimension: String },
    #[error("join='override' wants the same length along {dimension:?}")]
    OverrideLengths { dimension: String },
    #[error(transparent)]
    Patch(#[from] super::patch::PatchError),
    #[error(transparent)]
    Combine(#[from] super::combine::CombineError),
    #[error(
        "cannot reindex or align along dimension '{dimension}' because of conflicting dimension sizes: {{{}, {}}}{note}",
        sizes[0],
        sizes[1]
    )]
    ConflictingDimensionSizes { dimension: String, sizes: [usize; 2], note: String },
    #[error(
        "conflicting values for variable '{name}' on objects to be combined. You can skip this check by specifying compat='override'."
    )]
    MergeConflict { name: String },
    #[error("unlimited dimension '{dimension}' declared in 'unlimited_dims' but not part of the dataset")]
    UnknownUnlimitedDimension { dimension: String },
    #[error("operands could not be broadcast together with shapes {left} {right}")]
    NotBroadcastable { left: String, right: String },
    #[error("Integers to negative integer powers are not allowed.")]
    NegativeIntegerPower,
    #[error(
        "The numpy boolean negative, the `-` operator, is not supported, use the `~` operator or the logical_not function instead."
    )]
    BooleanNegative,
    #[error(
        "numpy boolean subtract, the `-` operator, is not supported, use the bitwise_xor, the `^` operator, or the logical_xor function instead."
    )]
    BooleanSubtract,
    #[error("ufunc '{operation}' not supported for the input types {types}")]
    UnsupportedTypes { operation: &'static str, types: String },
    #[error("an array meets a dataset where only an array can come out: convert with .to_dataset() first")]
    MixedOperands,
    #[error("{operation} needs a labelled array")]
    Unlabelled { operation: &'static str },
    #[error("{operation} without another value needs missing values, which {dtype} doesn't have: give one")]
    NoMissingValue { operation: &'static str, dtype: DType },
    #[error("variable '{name}' has dtype {dtype}, which {operation} doesn't support")]
    UnsupportedDtype { name: String, dtype: DType, operation: &'static str },
    #[error(
        "Zarr stores even chunks, of which the last may be shorter, and '{name}' has {chunks}: make them even by .chunk()"
    )]
    IrregularChunks { name: String, chunks: String },
    #[error(
        "the last chunk of '{name}' is larger than the first ({chunks}), which Zarr can't store: use .chunk(), or encoding['chunks']"
    )]
    LongFinalChunk { name: String, chunks: String },
    #[error(
        "failed to prevent overwriting existing key {key} in attrs on variable '{name}'. Delete it from attrs or from encoding"
    )]
    EncodedTwice { name: String, key: &'static str },
    #[error(
        "unable to decode time units {units:?} with calendar {calendar:?} of variable '{name}': {reason}; open with decode_times=False to have the numbers"
    )]
    UndecodableTime { name: String, units: String, calendar: String, reason: &'static str },
    #[error("unable to encode the times of variable '{name}' as {units:?} in calendar {calendar:?}: {reason}")]
    UnencodableTime { name: String, units: String, calendar: String, reason: &'static str },
    #[error("attribute {key} of variable '{name}' is {value}, expected {expected}")]
    BadAttribute { name: String, key: String, value: String, expected: &'static str },
    #[error(
        "coordinate '{name}' is lazy on both sides, and large: call .load() on the operands first, or drop it with .drop_vars('{name}')"
    )]
    LazyCoordinate { name: String },
    #[error(
        "the MultiIndex '{name}' of {length} labels isn't held in memory: select, group or reduce before stacking, or leave labels out with create_index=False"
    )]
    LazyLevels { name: String, length: usize },
    #[error("cannot convert float {value} to integer")]
    NotAnInteger { value: String },
    #[error("could not broadcast values of shape {value:?} into a place of shape {place:?}")]
    AssignedShape { value: Vec<usize>, place: Vec<usize> },
    #[error("dimension coordinate '{name}' conflicts between indexed and indexing objects")]
    AssignedLabels { name: String },
    #[error("only dimensions with a MultiIndex are unstacked, not {dims}")]
    NoLevels { dims: String },
    #[error("a MultiIndex with the same entry twice can't be unstacked: .drop_duplicates('{name}') first")]
    RepeatedCombinations { name: String },
    #[error(
        "variable '{name}' is a MultiIndex, which cannot yet be serialized. Instead, either use reset_index() to convert MultiIndex levels into coordinate variables instead or use https://cf-xarray.readthedocs.io/en/latest/coding.html."
    )]
    WrittenLevels { name: String },
    #[error(
        "'{name}' is a MultiIndex, whose elements are tuples: {operation} is not supported by swath, use its levels or reset_index('{name}')"
    )]
    LevelsUnsupported { name: String, operation: &'static str },
    #[error("{names} variable(s) do not exist")]
    SetIndexUnknown { names: String },
    #[error(
        "dimension mismatch: try to set an index for dimension '{dimension}' with variable '{name}' that has dimensions {dims}"
    )]
    SetIndexElsewhere { dimension: String, name: String, dims: String },
    #[error("{names} are not coordinates with an index")]
    NotIndexes { names: String },
    #[error("the coordinate '{name}' has no index: drop_indexes(errors='ignore') leaves it as it is")]
    NoIndexToDrop { name: String },
    #[error("The coordinates ('{name}',) are not found in the dataset coordinates")]
    NotACoordinate { name: String },
    #[error("'{name}' belongs to a MultiIndex: drop_indexes of one is not supported by swath, use reset_index")]
    DropLevels { name: String },
    #[error(
        "an index of '{name}' along {dims} is not supported by swath, which indexes a dimension by the coordinate of its name: use swap_dims or set_index"
    )]
    IndexOfOtherName { name: String, dims: String },
    #[error("index coordinate '{name}' is lazy: load it first")]
    LazyIndex { name: String },
    #[error(
        "variable '{name}' has no dimension names: expected dimension_names (Zarr v3) or the attribute _ARRAY_DIMENSIONS (v2) for each axis"
    )]
    NoDimensionNames { name: String },
    #[error("variable '{name}' can't be read: {reason}")]
    Unreadable { name: String, reason: String },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{0}")]
    Plan(#[from] PlanError),
}

impl From<KernelError> for DatasetError {
    fn from(error: KernelError) -> DatasetError {
        DatasetError::Plan(PlanError::Kernel(error))
    }
}

impl From<ArrayError> for DatasetError {
    fn from(error: ArrayError) -> DatasetError {
        DatasetError::Plan(PlanError::Array(error))
    }
}

/// Names as Python writes a tuple of strings.
pub(super) fn tuple<S: AsRef<str>>(names: &[S]) -> String {
    match names {
        [one] => format!("('{}',)", one.as_ref()),
        _ => format!("({})", quoted(names)),
    }
}

/// Names in Python quotes, separated by commas.
pub(super) fn quoted<S: AsRef<str>>(names: &[S]) -> String {
    names.iter().map(|name| format!("'{}'", name.as_ref())).collect::<Vec<_>>().join(", ")
}
