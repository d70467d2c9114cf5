//! The Python exception that each error of labelled arrays is in xarray.

use super::DatasetError;
use crate::kernels::KernelError;
use crate::plan::PlanError;
use crate::store::StoreError;

/// The Python exception that xarray raises for an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each variant is the Python exception of its name")]
pub enum PythonErrorKind {
    AttributeError,
    ValueError,
    KeyError,
    TypeError,
    IndexError,
    OverflowError,
    ZeroDivisionError,
    FileNotFoundError,
    FileExistsError,
    PermissionError,
    NotImplementedError,
    OSError,
    MemoryError,
    RuntimeError,
    /// xarray's `MergeError`, a `ValueError`.
    MergeError,
    /// xarray's `AlignmentError`, a `ValueError`.
    AlignmentError,
    /// xarray's `CoordinateValidationError`, a `ValueError`.
    CoordinateValidationError,
}

impl DatasetError {
    /// The Python exception that xarray raises here.
    pub fn python_kind(&self) -> PythonErrorKind {
        use DatasetError as E;
        use PythonErrorKind as Kind;
        match self {
            E::NoSuchVariable { .. }
            | E::NoSuchCoordinate { .. }
            | E::NoSuchDimensionOrCoordinate { .. }
            | E::LabelNotFound { .. }
            | E::NoDimensionOfLabels { .. }
            | E::NoLabels { .. }
            | E::UnknownSeason { .. }
            | E::UnorderedIndex { .. }
            | E::WindowDimensions { is_key: true, .. } => Kind::KeyError,
            E::PointCounts { .. }
            | E::IndexOutOfBounds { .. }
            | E::TooManyIndices
            | E::SeveralEllipses
            | E::AssignedLabels { .. }
            | E::NewAxisOutOfRange { .. }
            | E::IndexedLabels { .. }
            | E::MaskLength { .. } => Kind::IndexError,
            E::EmptyChunks { .. } => Kind::ZeroDivisionError,
            E::NotTimes | E::NoSuchTimeField { .. } => Kind::AttributeError,
            E::Weights { .. }
            | E::ExtremeOfNothing { .. }
            | E::InterpolatedDtype { .. }
            | E::GroupResult
            | E::GroupOperand
            | E::NotATimeIndex { .. } => Kind::TypeError,
            E::NoDistance { .. }
            | E::SliceOfNoDate { .. }
            | E::SplitUnknown { .. }
            | E::DropWithoutCondition
            | E::BooleanNegative
            | E::BooleanSubtract
            | E::UnsupportedTypes { .. }
            | E::MixedOperands
            | E::Unlabelled { .. }
            | E::NoMissingValue { .. }
            | E::ReducedDtype { .. }
            | E::UnsupportedDtype { .. } => Kind::TypeError,
            E::NotExactlyAligned { .. } | E::ConflictingDimensionSizes { .. } | E::OverrideLengths { .. } => {
                Kind::AlignmentError
            }
            E::Combine(error) => error.python_kind(),
            E::Patch(error) => error.python_kind(),
            E::CoordinateDimensions { .. } | E::CoordinateLength { .. } => Kind::CoordinateValidationError,
            E::MergeConflict { .. } => Kind::MergeError,
            E::NoDimensionNames { .. } => Kind::KeyError,
            E::GapOfPositions
            | E::SharedMonths { .. }
            | E::GroupedBySeveral
            | E::GroupsElsewhere { .. }
            | E::Unreadable { .. }
            | E::PointsAlongOwn { .. }
            | E::WrittenLevels { .. }
            | E::LevelsUnsupported { .. }
            | E::DropLevels { .. }
            | E::IndexOfOtherName { .. }
            | E::LazyLevels { .. }
            | E::IntegerPowerOfArray { .. } => Kind::NotImplementedError,
            E::TooManyGroups { .. } => Kind::MemoryError,
            E::Store(error) => store_kind(error),
            E::Plan(error) => plan_kind(error),
            _ => Kind::ValueError,
        }
    }
}

/// The Python exception of an error of a store.
fn store_kind(error: &StoreError) -> PythonErrorKind {
    match error {
        StoreError::Missing { .. } | StoreError::NoSuchGroup { .. } => PythonErrorKind::FileNotFoundError,
        StoreError::AlreadyExists { .. } => PythonErrorKind::FileExistsError,
        // What netCDF4 makes of it.
        StoreError::NoDirectory { .. } => PythonErrorKind::PermissionError,
        StoreError::Netcdf3 { .. }
        | StoreError::WithoutHdf5 { .. }
        | StoreError::UnsupportedDType { .. }
        | StoreError::UnsupportedCodec { .. }
        | StoreError::UnsupportedFeature { .. } => PythonErrorKind::NotImplementedError,
        StoreError::NoSuchArray { .. } => PythonErrorKind::KeyError,
        StoreError::Io { .. } | StoreError::ChunkIo { .. } => PythonErrorKind::OSError,
        StoreError::Changed { .. } | StoreError::Vanished { .. } | StoreError::CorruptChunk { .. } => {
            PythonErrorKind::RuntimeError
        }
        _ => PythonErrorKind::ValueError,
    }
}

/// The Python exception of an error of the level below.
fn plan_kind(error: &PlanError) -> PythonErrorKind {
    match error {
        PlanError::NoSuchAxis { .. } | PlanError::IndexOutOfBounds { .. } => PythonErrorKind::IndexError,
        PlanError::NoSuchCast { .. } => PythonErrorKind::TypeError,
        PlanError::Kernel(KernelError::UndefinedFor { .. }) => PythonErrorKind::TypeError,
        PlanError::Kernel(KernelError::NeedsFloat16 { .. }) => PythonErrorKind::NotImplementedError,
        PlanError::Kernel(KernelError::IntegerOutOfBounds { .. }) => PythonErrorKind::OverflowError,
        PlanError::Evaluation(_) => PythonErrorKind::RuntimeError,
        _ => PythonErrorKind::ValueError,
    }
}
