//! What labelled arrays can be combined with.

use super::{DataArray, Dataset, DatasetError};
use crate::array::Scalar;
use crate::plan::Array;

/// One side of an operation.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant, reason = "operands are few and short-lived")]
pub enum Operand {
    /// A labelled array: aligned and broadcast by name.
    DataArray(DataArray),
    /// A dataset: its variables are combined one by one.
    Dataset(Dataset),
    /// An array without labels, of the same dims or broadcast to them as numpy does; also a value with a dtype of its
    /// own, such as `np.float64(2)` or a `datetime64`.
    Array(Array),
    /// A Python `bool`, `int`, `float` or `str`, which takes its dtype from the other side (NEP 50).
    Scalar(Scalar),
}

impl From<DataArray> for Operand {
    fn from(array: DataArray) -> Operand {
        Operand::DataArray(array)
    }
}

impl From<Dataset> for Operand {
    fn from(dataset: Dataset) -> Operand {
        Operand::Dataset(dataset)
    }
}

impl From<Array> for Operand {
    fn from(array: Array) -> Operand {
        Operand::Array(array)
    }
}

impl From<Scalar> for Operand {
    fn from(value: Scalar) -> Operand {
        Operand::Scalar(value)
    }
}

impl TryFrom<Operand> for DataArray {
    type Error = DatasetError;

    /// The array, where the operand is one.
    fn try_from(operand: Operand) -> Result<DataArray, DatasetError> {
        match operand {
            Operand::DataArray(array) => Ok(array),
            Operand::Dataset(_) => Err(DatasetError::MixedOperands),
            Operand::Array(_) | Operand::Scalar(_) => Err(DatasetError::Unlabelled { operation: "an operation" }),
        }
    }
}

impl TryFrom<Operand> for Dataset {
    type Error = DatasetError;

    /// The dataset, where the operand is one.
    fn try_from(operand: Operand) -> Result<Dataset, DatasetError> {
        match operand {
            Operand::Dataset(dataset) => Ok(dataset),
            _ => Err(DatasetError::Unlabelled { operation: "an operation" }),
        }
    }
}
