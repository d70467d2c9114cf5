//! What can go wrong with labelled arrays, as a script reads it.

use crate::array::{ArrayError, DType};
use crate::kernels::KernelError;
use crate::plan::PlanError;
use crate::store::StoreError;

/// Why a labelled array can't be built, selected from, combined or written.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the message of each variant says what its fields are")]
pub enum DatasetError {
    #[error("No variable named '{name}'. {hint}")]
    NoSuchVariable { name: String, hint: String },
    #[error("{name:?}")]
    NoSuchCoordinate { name: String },
    #[error("there is no dimension {missing}: found {expected}")]
    NoSuchDimension { missing: String, expected: String },
    #[error("no variable has a dimension {missing}: found {{{expected}}}")]
    ReducedDimension { missing: String, expected: String },
    #[error("the array has no dimension {missing}: found {expected}")]
    NotInArrayDimensions { missing: String, expected: String },
    #[error("'{name}' names no dimension and no coordinate with labels: the dimensions are {expected}")]
    NoSuchDimensionOrCoordinate { name: String, expected: String },
    #[error("chunks are given for {missing}, which the data doesn't have among its dimensions {expected}")]
    ChunksOfUnknownDimension { missing: String, expected: String },
    #[error("the chunks {chunks:?} don't add up to the length {length} of dimension '{dimension}'")]
    ChunksDontCover { dimension: String, chunks: Vec<usize>, length: usize },
    #[error("chunks of dimension '{dimension}' have size 0: use -1 for one chunk or a positive size")]
    EmptyChunks { dimension: String },
    #[error("position {index} is out of bounds of axis {axis}, whose length is {size}")]
    IndexOutOfBounds { index: i64, axis: usize, size: usize },
    #[error("too many indices")]
    TooManyIndices,
    #[error("the function returned {found} where its output_core_dims name {expected}")]
    ResultCount { expected: usize, found: usize },
    #[error("the function returned {received} dimensions, and {count} were expected: {expected}")]
    ResultDimensions { received: usize, count: usize, expected: String },
    #[error(
        "the function made the length of '{dimension}' {found}, and it was {expected}: name the dimension in exclude_dims= to let it change"
    )]
    ResultLength { dimension: String, expected: usize, found: usize },
    #[error("`...` stands in an index more than once: write it once, and `:` for other dimensions")]
    SeveralEllipses,
    #[error("the labels of groups differ in length from what they group")]
    GroupLength,
    #[error("there are no groups: every label is missing")]
    NoGroups,
    #[error("{name} must not be empty")]
    EmptyGroup { name: String },
    #[error("can't group by '{name}' of dimensions {dims}: Swath needs exactly one")]
    GroupDimensions { name: String, dims: String },
    #[error("the groups have no dimension {missing} to reduce")]
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
    #[error("'{name}' is no dimension of the array: found {expected}")]
    NoDimensionOfLabels { name: String, expected: String },
    #[error("{text:?} bounds no slice of times: write a date as in '2000-02-28'")]
    SliceOfNoDate { text: String },
    #[error("not all of [{names}] are dimensions of the array")]
    ExistingDimensions { names: String },
    #[error("a position of an extreme needs one of the dimensions {expected} of every variable")]
    ExtremeOfNothing { expected: String },
    #[error("dimension '{dimension}' has no labels to find")]
    NoLabels { dimension: String },
    #[error("dimension '{dimension}' has {found} labels: a derivative needs at least 2")]
    TooFewLabels { dimension: String, found: usize },
    #[error("the directive {directive:?} of strftime is not supported by Swath")]
    TimeFormat { directive: String },
    #[error("date_range takes exactly two of start, end and periods")]
    DateRange,
    #[error("can't round to {text:?}: expected a count and one of D, h, min, s, ms, us, ns, as in '6h'")]
    NotAFrequency { text: String },
    #[error("{text} is no frequency: {hint}")]
    UnknownFrequency { text: String, hint: String },
    #[error("labels of a dimension lie along that dimension only")]
    NotOneDimensional,
    #[error("cannot resample along '{name}' of {dtype}: resampling needs an index of times")]
    NotATimeIndex { name: String, dtype: DType },
    #[error("times have to rise all along and be complete to be resampled: use sortby and dropna first")]
    UnsortedTimes,
    #[error("no value lies in a bin between the edges {edges}")]
    NothingInBins { edges: String },
    #[error("the edges of bins have to rise all along: found {edges}")]
    UnsortedBins { edges: String },
    #[error("each bin takes one label: found {labels} labels for {bins} bins")]
    BinLabels { labels: usize, bins: usize },
    #[error("a window is given for {missing}, and the dimensions of the {class} are {expected}")]
    WindowDimensions { missing: String, class: &'static str, expected: String, is_key: bool },
    #[error("a window holds at least 1 position")]
    WindowSize,
    #[error("min_periods is at least 1, or None for the size of the window")]
    MinimalCount,
    #[error("blocks along {dimension} hold at least 1 position: found 0")]
    BlockSize { dimension: String },
    #[error("a length of {size} isn't a multiple of the window {window}: say boundary='trim' or 'pad'")]
    InexactBlocks { size: usize, window: usize },
    #[error("windows are gone through along one dimension only: these lie along several")]
    SeveralWindows,
    #[error("'{dimension}' has no times as labels, which a calendar is of")]
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
    #[error("neither the data of dimensions {expected} nor the weights have {missing}")]
    WeightedDimensions { missing: String, expected: String },
    #[error("the labels of '{name}' have to rise all along: use sortby('{name}')")]
    UnorderedLabels { name: String },
    #[error("q={found} goes beyond 0 to 1, where the probabilities of quantiles lie")]
    QuantileRange { found: String },
    #[error("q goes beyond 0 to 1, where the probabilities of quantiles lie")]
    ProbabilityRange,
    #[error("only numbers are interpolated, not {dtype}")]
    InterpolatedDtype { dtype: DType },
    #[error("no method of quantiles is called '{name}': there are {known}")]
    QuantileMethod { name: String, known: String },
    #[error("the data has no dimensions {missing}: found {expected}")]
    QuantileDimensions { missing: String, expected: String },
    #[error("a slice can't have the step 0")]
    ZeroStep,
    #[error("a mask of length {found} doesn't fit dimension '{dimension}' of length {expected}")]
    MaskLength { dimension: String, found: usize, expected: usize },
    #[error(
        "an integer to the power of an array of {dtype} is not supported, since negative exponents have no integer result: convert one of them to float64 or the exponents to an unsigned dtype"
    )]
    IntegerPowerOfArray { dtype: DType },
    #[error("'{index}' has no label {label}{hint}")]
    LabelNotFound { index: String, label: String, hint: &'static str },
    #[error(
        "labels that neither rise nor fall have no place for {label}: sort them, or begin at a label that there is"
    )]
    UnorderedIndex { label: String },
    #[error("the coordinate '{name}' has {ndim} dimensions, and labels lie along one: make them by set_index")]
    NotAnIndex { name: String, ndim: usize },
    #[error(
        "method={method:?} looks for labels, and dimension '{dimension}' has none: give it a coordinate, or use isel"
    )]
    MethodWithoutIndex { dimension: String, method: &'static str },
    #[error("labels occur more than once, where each has to name one position: use drop_duplicates first")]
    RepeatedLabels,
    #[error("the points have other labels of '{name}' than what is interpolated: drop one of the coordinates")]
    IndexedLabels { name: String },
    #[error("the labels of '{dimension}' neither rise nor fall all along: sortby('{dimension}') puts them in order")]
    NotMonotonic { dimension: String },
    #[error("index '{index}' of {dtype} has no distance between labels: '{method}' needs numbers or times")]
    NoDistance { index: String, dtype: DType, method: &'static str },
    #[error("could not read {text:?} as a date: use ISO 8601, as in '2000-01-31' or '2000-01-31T12:00'")]
    NotADate { text: String },
    #[error("{found} doesn't name each of the dimensions {expected} once: add `...` for those left out")]
    NotAPermutation { found: String, expected: String },
    #[error("only a dimension of length 1 is squeezed out")]
    SqueezeLongDimension,
    #[error("can't pad dimension '{dimension}' of length 0 with values of its own: use mode='constant'")]
    PadOfNothing { dimension: String },
    #[error("an array to sort by has one dimension: found {ndim}")]
    SortDimensions { ndim: usize },
    #[error("where(drop=True) needs a DataArray or a Dataset as condition")]
    DropWithoutCondition,
    #[error(
        "selecting points along '{dimension}', which is a dimension already, and others is not supported by swath: give them another dimension"
    )]
    PointsAlongOwn { dimension: String },
    #[error("the indexers have different numbers of points along '{dimension}'")]
    PointCounts { dimension: String },
    #[error("there is no dimension '{name}' to swap: found {known}")]
    SwapUnknown { name: String, known: String },
    #[error("'{old}' can't become '{name}', which is a variable that lies not along '{old}' alone")]
    SwapElsewhere { name: String, old: String },
    #[error("a dataset without data variables makes no array")]
    NoVariables,
    #[error("cannot find '{name}' among the dimensions {dims}: only a dimension can be split")]
    SplitUnknown { name: String, dims: String },
    #[error("split along '{dimension}', variables would have the names ({names}) of coordinates: rename those first")]
    SplitIsCoordinate { dimension: String, names: String },
    #[error("there is a dimension {name} already: give the new one another name")]
    DimensionExists { name: String },
    #[error("{name} is the name of a variable with dimensions already: give the new dimension another")]
    NewDimIsVariable { name: String },
    #[error("each new dimension takes one axis: found {dims} dimensions and {axes} axes")]
    NewAxes { axes: usize, dims: usize },
    #[error("axis {axis} is out of bounds of the {ndim} dimensions that the array will have")]
    NewAxisOutOfRange { axis: i64, ndim: usize },
    #[error("each new dimension takes an axis of its own: axis= names one twice")]
    RepeatedNewAxes,
    #[error("there is no variable or dimension '{name}' to rename")]
    RenameUnknown { name: String },
    #[error("the new name '{name}' is taken: choose another")]
    RenameConflict { name: String },
    #[error("values to fill with are given for {names}, which are no data variables of the dataset")]
    FilledUnknown { names: String },
    #[error("there are no variables {names}")]
    DropUnknown { names: String },
    #[error("the labels {{{names}}} of dimensions stay coordinates: use reset_index first, or drop_vars")]
    ResetIndex { names: String },
    #[error("an array without a name becomes a Dataset with name= only")]
    Unnamed,
    #[error("the array has the name of one of its coordinates: give another by name=")]
    NameIsCoordinate,
    #[error("{dims} dimensions are named for data that has {data}")]
    DimensionCount { data: usize, dims: usize },
    #[error("dimension '{name}' is repeated: Swath needs distinct dimension names")]
    RepeatedDimension { name: String },
    #[error("dimension '{name}' is named twice: a reduction takes each once")]
    RepeatedReduction { name: String },
    #[error("an array of {ndim} dimensions doesn't fit the dimensions {dims}")]
    OperandDimensions { dims: String, ndim: usize },
    #[error("coordinate {name} lies along {dims}, and the array has the dimensions {expected} only")]
    CoordinateDimensions { name: String, dims: String, expected: String },
    #[error(
        "conflicting sizes: dimension '{dimension}' has length {data} in the data, and coordinate '{name}' {coordinate}"
    )]
    CoordinateLength { dimension: String, name: String, data: usize, coordinate: usize },
    #[error("conflicting sizes: dimension '{dimension}' has length {found} in '{name}' and {expected} in '{other}'")]
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
        "arrays of lengths {} and {} along '{dimension}' can't be aligned{note}",
        sizes[0],
        sizes[1]
    )]
    ConflictingDimensionSizes { dimension: String, sizes: [usize; 2], note: String },
    #[error("'{name}' has conflicting values where objects meet: drop it, or keep the first with compat='override'")]
    MergeConflict { name: String },
    #[error("unlimited_dims names '{dimension}', which is no dimension of the dataset")]
    UnknownUnlimitedDimension { dimension: String },
    #[error("arrays of shapes {left} and {right} can't be broadcast: lengths have to be equal or 1")]
    NotBroadcastable { left: String, right: String },
    #[error("a negative power of integers is no integer: convert them to float64 first")]
    NegativeIntegerPower,
    #[error("`-` of truth values means nothing: write `~` to turn them round")]
    BooleanNegative,
    #[error("truth values have no difference by `-`: write `^` for where they differ")]
    BooleanSubtract,
    #[error("{operation} doesn't take {types}")]
    UnsupportedTypes { operation: &'static str, types: String },
    #[error("an array meets a dataset where only an array can come out: convert with .to_dataset() first")]
    MixedOperands,
    #[error("{operation} needs a labelled array")]
    Unlabelled { operation: &'static str },
    #[error("{operation} without another value needs missing values, which {dtype} doesn't have: give one")]
    NoMissingValue { operation: &'static str, dtype: DType },
    #[error("variable '{name}' has dtype {dtype}, which {operation} doesn't support")]
    UnsupportedDtype { name: String, dtype: DType, operation: &'static str },
    #[error("{reduction} is computed in floats: with dtype={dtype} round it afterwards, as in .{reduction}().astype()")]
    ReducedDtype { reduction: String, dtype: DType },
    #[error(
        "Zarr stores even chunks, of which the last may be shorter, and '{name}' has {chunks}: make them even by .chunk()"
    )]
    IrregularChunks { name: String, chunks: String },
    #[error(
        "the last chunk of '{name}' is larger than the first ({chunks}), which Zarr can't store: use .chunk(), or encoding['chunks']"
    )]
    LongFinalChunk { name: String, chunks: String },
    #[error("variable '{name}' has {key} in its attrs and in its encoding: delete one of them")]
    EncodedTwice { name: String, key: &'static str },
    #[error(
        "variable '{name}' counts times as {units:?} in calendar {calendar:?}, which can't be decoded: {reason}; open with decode_times=False to have the numbers"
    )]
    UndecodableTime { name: String, units: String, calendar: String, reason: &'static str },
    #[error("the times of variable '{name}' can't be written as {units:?} in calendar {calendar:?}: {reason}")]
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
    #[error(
        "two objects have different labels of '{name}' where one indexes or is assigned to the other: drop one of the coordinates"
    )]
    AssignedLabels { name: String },
    #[error("only dimensions with a MultiIndex are unstacked, not {dims}")]
    NoLevels { dims: String },
    #[error("a MultiIndex with the same entry twice can't be unstacked: .drop_duplicates('{name}') first")]
    RepeatedCombinations { name: String },
    #[error(
        "'{name}' is a MultiIndex, for which files have no form: reset_index('{name}') makes coordinates of its levels"
    )]
    WrittenLevels { name: String },
    #[error(
        "'{name}' is a MultiIndex, whose elements are tuples: {operation} is not supported by swath, use its levels or reset_index('{name}')"
    )]
    LevelsUnsupported { name: String, operation: &'static str },
    #[error("no variable {names} exists: an index is made of variables")]
    SetIndexUnknown { names: String },
    #[error(
        "variable '{name}' of dimensions {dims} can't label dimension '{dimension}': it has to lie along that alone"
    )]
    SetIndexElsewhere { dimension: String, name: String, dims: String },
    #[error("'{name}' labels dimension '{dimension}' already, or would be the name of what does: append another")]
    LevelTwice { dimension: String, name: String },
    #[error("{names} name no labels of a dimension: there is nothing to reset")]
    NotIndexes { names: String },
    #[error("the coordinate '{name}' has no index: drop_indexes(errors='ignore') leaves it as it is")]
    NoIndexToDrop { name: String },
    #[error("there is no coordinate '{name}'")]
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
