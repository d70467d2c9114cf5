//! Elementwise operations on labelled arrays, with numpy's dtypes.

use super::apply::{Apply, AttributeSource, NameSource, Value, apply, resolve_pair};
use super::missing::is_missing;
use super::{DataArray, Dataset, DatasetError, Join, Operand, Variable};
use crate::array::{DType, Scalar, TimeUnit};
use crate::kernels::elementwise::{BinaryOp, UnaryOp};
use crate::plan::Array;

/// Whose attributes an operation's result has, xarray's `keep_attrs` option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AttributeRule {
    /// Those on which all operands that have them agree: xarray's default.
    #[default]
    DropConflicts,
    /// None.
    Drop,
}

/// Refuses what numpy refuses before it looks at values.
fn check(operation: BinaryOp, left: &Array, right: &Array, exponent: Option<&Scalar>) -> Result<(), DatasetError> {
    let (a, b) = (left.dtype(), right.dtype());
    let whole = |dtype: DType| dtype.is_integer() || dtype == DType::Bool;
    match operation {
        BinaryOp::Power if whole(a) && matches!(exponent, Some(Scalar::Int(value)) if *value < 0) => {
            Err(DatasetError::NegativeIntegerPower)
        }
        BinaryOp::Power if whole(a) && b.is_signed_integer() && exponent.is_none() => {
            Err(DatasetError::IntegerPowerOfArray { dtype: b })
        }
        BinaryOp::Subtract if a == DType::Bool && b == DType::Bool => Err(DatasetError::BooleanSubtract),
        _ => Ok(()),
    }
}

fn binary(left: &Operand, operation: BinaryOp, right: &Operand, how: Apply) -> Result<Operand, DatasetError> {
    apply(&[left, right], how, &|values| {
        let (left, right) = resolve_pair(operation.name(), &values[0], &values[1])?;
        let exponent = match &values[1] {
            Value::Scalar(exponent) => Some(exponent),
            Value::Array(_) => None,
        };
        check(operation, &left, &right, exponent)?;
        match (operation, left.dtype(), right.dtype()) {
            (BinaryOp::Divide, DType::Timedelta(a), DType::Timedelta(b)) => divide_spans(&left, &right, a.max(b)),
            _ => Ok(left.binary(operation, &right)?),
        }
    })
}

/// How often one span of time goes into another, as `float64`; NaN where either is missing.
fn divide_spans(left: &Array, right: &Array, unit: TimeUnit) -> Result<Array, DatasetError> {
    let counts = |spans: &Array| spans.cast(DType::Timedelta(unit))?.cast(DType::Int64);
    let ratio = counts(left)?.binary(BinaryOp::Divide, &counts(right)?)?;
    let missing = is_missing(left)?.binary(BinaryOp::LogicalOr, &is_missing(right)?)?;
    Ok(missing.select(&Array::scalar(Scalar::Float(f64::NAN), DType::Float64)?, &ratio)?)
}

/// How an operator brings its operands together.
fn operator(join: Join, rule: AttributeRule) -> Apply {
    let attributes = match rule {
        AttributeRule::DropConflicts => AttributeSource::Agreed,
        AttributeRule::Drop => AttributeSource::Nobody,
    };
    Apply { join, attributes, name: NameSource::Agreed }
}

/// A numpy function of two operands, of which at least one is labelled: as an operator, but name and attributes are those
/// of the first labelled one.
///
/// # Errors
/// Where labels, shapes or dtypes don't fit.
pub fn binary_function(
    operation: BinaryOp,
    left: &Operand,
    right: &Operand,
    join: Join,
    rule: AttributeRule,
) -> Result<Operand, DatasetError> {
    let attributes = match rule {
        AttributeRule::DropConflicts => AttributeSource::First,
        AttributeRule::Drop => AttributeSource::Nobody,
    };
    binary(left, operation, right, Apply { join, attributes, name: NameSource::First })
}

fn unary(operation: UnaryOp, data: &Array) -> Result<Array, DatasetError> {
    if operation == UnaryOp::Negative && data.dtype() == DType::Bool {
        return Err(DatasetError::BooleanNegative);
    }
    Ok(data.unary(operation)?)
}

impl Operand {
    /// `self <op> other`: indexes joined by their common labels, dimensions matched by name.
    ///
    /// # Errors
    /// Where neither side is labelled, or labels, shapes or dtypes don't fit.
    pub fn binary(&self, operation: BinaryOp, other: &Operand) -> Result<Operand, DatasetError> {
        binary(self, operation, other, operator(Join::Inner, AttributeRule::DropConflicts))
    }
}

impl DataArray {
    /// `self <op> other`, or `other <op> self` where reflected: indexes joined by their common labels, dimensions matched
    /// by name. A dataset operand gives a dataset.
    ///
    /// # Errors
    /// Where labels, shapes or dtypes don't fit.
    pub fn binary(&self, operation: BinaryOp, other: &Operand, reflected: bool) -> Result<Operand, DatasetError> {
        self.binary_with(operation, other, reflected, Join::Inner, AttributeRule::DropConflicts)
    }

    /// [`DataArray::binary`] with xarray's options `arithmetic_join` and `keep_attrs`.
    ///
    /// # Errors
    /// Where labels, shapes or dtypes don't fit.
    pub fn binary_with(
        &self,
        operation: BinaryOp,
        other: &Operand,
        reflected: bool,
        join: Join,
        rule: AttributeRule,
    ) -> Result<Operand, DatasetError> {
        let this = Operand::from(self.clone());
        let (left, right) = if reflected { (other, &this) } else { (&this, other) };
        binary(left, operation, right, operator(join, rule))
    }

    /// A function of each element; attributes stay.
    ///
    /// # Errors
    /// Where the function isn't defined for the dtype.
    pub fn unary(&self, operation: UnaryOp) -> Result<DataArray, DatasetError> {
        Ok(self.like(self.as_dataset().unary(operation)?))
    }

    /// Values rounded to decimals, to even in ties; integers stay integers, attributes stay.
    ///
    /// # Errors
    /// Where the dtype can't be rounded.
    pub fn round(&self, decimals: i64) -> Result<DataArray, DatasetError> {
        Ok(self.like(self.as_dataset().round(decimals)?))
    }

    /// Conversion of the values; attributes stay.
    ///
    /// # Errors
    /// Where there is no such conversion.
    pub fn astype(&self, dtype: DType) -> Result<DataArray, DatasetError> {
        Ok(self.like(self.as_dataset().astype(dtype)?))
    }
}

impl Dataset {
    /// `self <op> other`, or `other <op> self` where reflected, for each data variable that both have.
    ///
    /// # Errors
    /// Where labels, shapes or dtypes don't fit.
    pub fn binary(&self, operation: BinaryOp, other: &Operand, reflected: bool) -> Result<Dataset, DatasetError> {
        self.binary_with(operation, other, reflected, Join::Inner, AttributeRule::DropConflicts)
    }

    /// [`Dataset::binary`] with xarray's options `arithmetic_join` and `keep_attrs`.
    ///
    /// # Errors
    /// Where labels, shapes or dtypes don't fit.
    pub fn binary_with(
        &self,
        operation: BinaryOp,
        other: &Operand,
        reflected: bool,
        join: Join,
        rule: AttributeRule,
    ) -> Result<Dataset, DatasetError> {
        let this = Operand::from(self.clone());
        let (left, right) = if reflected { (other, &this) } else { (&this, other) };
        binary(left, operation, right, operator(join, rule))?.try_into()
    }

    /// A function of each element of each data variable; attributes stay.
    ///
    /// # Errors
    /// Where the function isn't defined for a dtype.
    pub fn unary(&self, operation: UnaryOp) -> Result<Dataset, DatasetError> {
        self.map_values(|data| unary(operation, data))
    }

    /// Values of every data variable rounded to decimals, to even in ties; integers stay integers, attributes stay.
    ///
    /// # Errors
    /// Where a dtype can't be rounded.
    pub fn round(&self, decimals: i64) -> Result<Dataset, DatasetError> {
        self.map_values(|data| Ok(data.round(decimals)?))
    }

    /// Conversion of the values of every data variable; attributes stay.
    ///
    /// # Errors
    /// Where there is no such conversion.
    pub fn astype(&self, dtype: DType) -> Result<Dataset, DatasetError> {
        self.map_values(|data| Ok(data.cast(dtype)?))
    }

    /// A function of each element of each data variable; attributes stay, encoding is dropped.
    fn map_values(&self, function: impl Fn(&Array) -> Result<Array, DatasetError>) -> Result<Dataset, DatasetError> {
        self.map_data(|_, variable| {
            let data = function(&variable.data)?;
            Ok(Variable::new(variable.dims.clone(), data)?.with_attributes(variable.attributes.clone()))
        })
    }
}
