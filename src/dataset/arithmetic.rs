//! Elementwise operations on labelled arrays.

use super::{DataArray, Dataset, DatasetError, Join, Operand};
use crate::array::DType;
use crate::kernels::elementwise::{BinaryOp, UnaryOp};

/// Whose attributes an operation's result has, xarray's `keep_attrs` option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AttributeRule {
    /// Those on which all operands that have them agree: xarray's default.
    #[default]
    DropConflicts,
    /// None.
    Drop,
}

impl DataArray {
    /// `self <op> other`, or `other <op> self` where reflected: indexes joined by their common labels, dimensions matched by name.
    pub fn binary(&self, operation: BinaryOp, other: &Operand, reflected: bool) -> Result<Operand, DatasetError> {
        self.binary_with(operation, other, reflected, Join::Inner, AttributeRule::DropConflicts)
    }
    /// [`DataArray::binary`] with xarray's options `arithmetic_join` and `keep_attrs`. A dataset operand gives a dataset.
    pub fn binary_with(
        &self,
        operation: BinaryOp,
        other: &Operand,
        reflected: bool,
        join: Join,
        rule: AttributeRule,
    ) -> Result<Operand, DatasetError> {
        todo!("{operation:?} {other:?} {reflected} {join:?} {rule:?}")
    }
    /// A function of each element.
    pub fn unary(&self, operation: UnaryOp) -> Result<DataArray, DatasetError> {
        todo!("{operation:?}")
    }
    /// Conversion of the values; encoding and attributes stay.
    pub fn astype(&self, dtype: DType) -> Result<DataArray, DatasetError> {
        todo!("{dtype}")
    }
}

impl Dataset {
    /// `self <op> other`, or `other <op> self` where reflected, for each data variable.
    pub fn binary(&self, operation: BinaryOp, other: &Operand, reflected: bool) -> Result<Dataset, DatasetError> {
        self.binary_with(operation, other, reflected, Join::Inner, AttributeRule::DropConflicts)
    }
    /// [`Dataset::binary`] with xarray's options `arithmetic_join` and `keep_attrs`.
    pub fn binary_with(
        &self,
        operation: BinaryOp,
        other: &Operand,
        reflected: bool,
        join: Join,
        rule: AttributeRule,
    ) -> Result<Dataset, DatasetError> {
        todo!("{operation:?} {other:?} {reflected} {join:?} {rule:?}")
    }
    /// A function of each element of each data variable.
    pub fn unary(&self, operation: UnaryOp) -> Result<Dataset, DatasetError> {
        todo!("{operation:?}")
    }
    /// Conversion of the values of every data variable.
    pub fn astype(&self, dtype: DType) -> Result<Dataset, DatasetError> {
        todo!("{dtype}")
    }
}
