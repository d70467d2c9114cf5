//! Elementwise operations on labelled arrays: alignment by label, broadcasting by dimension name, numpy's dtypes.

use super::align::{align, common_sizes, merge_coordinates};
use super::error::tuple;
use super::merge::own_dtype;
use super::{Attributes, DataArray, Dataset, DatasetError, Join, Operand, Variable};
use crate::array::{DType, Scalar};
use crate::kernels::elementwise::{BinaryOp, UnaryOp, weak_scalar_dtype};
use crate::plan::{Array, PlanError};
use indexmap::IndexMap;

/// Whose attributes an operation's result has, xarray's `keep_attrs` option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AttributeRule {
    /// Those on which all operands that have them agree: xarray's default.
    #[default]
    DropConflicts,
    /// None.
    Drop,
}

/// Whose attributes the result of [`apply`] has.
#[derive(Debug, Clone, Copy)]
pub(super) enum AttributeSource {
    /// Those on which all operands that have them agree.
    Agreed,
    /// Those of one operand.
    Operand(usize),
    /// Those of the first labelled operand.
    First,
    /// None.
    Nobody,
}

/// How [`apply`] brings operands together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Apply {
    /// Which labels the result has.
    pub join: Join,
    /// Whose attributes it has.
    pub attributes: AttributeSource,
    /// Which name it has.
    pub name: NameSource,
}

/// Which name the result of [`apply`] has.
#[derive(Debug, Clone, Copy)]
pub(super) enum NameSource {
    /// That which all arrays share.
    Agreed,
    /// That of the first array.
    First,
}

/// An operand once labels are dealt with.
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// Values broadcast to the dimensions of the result.
    Array(Array),
    /// A Python value, whose dtype the other side decides.
    Scalar(Scalar),
}

impl Value {
    /// The array, where it is one.
    pub(super) fn array(&self, operation: &'static str) -> Result<&Array, DatasetError> {
        match self {
            Value::Array(array) => Ok(array),
            Value::Scalar(_) => Err(DatasetError::Unlabelled { operation }),
        }
    }
}

/// Two values as arrays: a Python scalar takes its dtype from the other side (NEP 50).
pub(super) fn resolve_pair(
    operation: &'static str,
    left: &Value,
    right: &Value,
) -> Result<(Array, Array), DatasetError> {
    let scalar = |value: &Scalar, other: DType| -> Result<Array, DatasetError> {
        let comparison = BinaryOp::from_name(operation).is_some_and(BinaryOp::is_comparison);
        let dtype = match weak_scalar_dtype(other, value) {
            // An integer that the array can't hold still compares with what it holds.
            Err(_) if comparison => DType::Int64,
            found => found?,
        };
        Ok(Array::scalar(value.clone(), dtype)?)
    };
    Ok(match (left, right) {
        (Value::Array(left), Value::Array(right)) => (left.clone(), right.clone()),
        (Value::Array(left), Value::Scalar(right)) => (left.clone(), scalar(right, left.dtype())?),
        (Value::Scalar(left), Value::Array(right)) => (scalar(left, right.dtype())?, right.clone()),
        (Value::Scalar(left), Value::Scalar(right)) => {
            (Array::scalar(left.clone(), own_dtype(left))?, Array::scalar(right.clone(), own_dtype(right))?)
        }
    })
}

/// Brings labelled operands onto common labels and dimensions and applies a function of their values, for each common
/// data variable where there is a dataset among them. Encoding is dropped.
///
/// # Errors
/// Where no operand is labelled, labels or shapes don't fit, or the function fails.
pub(super) fn apply(
    operands: &[&Operand],
    how: Apply,
    function: &dyn Fn(&[Value]) -> Result<Array, DatasetError>,
) -> Result<Operand, DatasetError> {
    let labelled: Vec<Dataset> = operands
        .iter()
        .filter_map(|operand| match operand {
            Operand::DataArray(array) => Some(array.as_dataset()),
            Operand::Dataset(dataset) => Some(dataset.clone()),
            Operand::Array(_) | Operand::Scalar(_) => None,
        })
        .collect();
    if labelled.is_empty() {
        return Err(DatasetError::Unlabelled { operation: "an operation" });
    }
    let labelled = align(&labelled, how.join)?;
    let coordinates = merge_coordinates(&labelled);
    let mut aligned = labelled.iter();
    let participants: Vec<Participant> = operands
        .iter()
        .map(|operand| match operand {
            Operand::DataArray(_) => Participant::Array(aligned.next().expect("one aligned dataset an operand")),
            Operand::Dataset(_) => Participant::Dataset(aligned.next().expect("one aligned dataset an operand")),
            Operand::Array(array) => Participant::Value(Value::Array(array.clone())),
            Operand::Scalar(scalar) => Participant::Value(Value::Scalar(scalar.clone())),
        })
        .collect();
    if operands.iter().any(|operand| matches!(operand, Operand::Dataset(_))) {
        return apply_to_datasets(&participants, coordinates, how, function).map(Operand::Dataset);
    }
    let variable = apply_to_variables(&participants, None, how, function)?;
    Ok(Operand::DataArray(DataArray { name: result_name(operands, how.name), variable, coordinates }))
}

/// An operand on its way through [`apply`].
enum Participant<'a> {
    /// An array, as a dataset with one variable.
    Array(&'a Dataset),
    /// A dataset.
    Dataset(&'a Dataset),
    /// Something without labels.
    Value(Value),
}

impl Participant<'_> {
    /// The variable that takes part in computing a data variable of the result.
    fn variable(&self, name: Option<&str>) -> Option<&Variable> {
        match (self, name) {
            (Participant::Array(dataset), _) => dataset.data_variables.values().next(),
            (Participant::Dataset(dataset), Some(name)) => dataset.data_variables.get(name),
            _ => None,
        }
    }

    /// The attributes of what the result is named after.
    fn attributes(&self) -> Option<&Attributes> {
        match self {
            Participant::Array(_) => self.variable(None).map(|variable| &variable.attributes),
            Participant::Dataset(dataset) => Some(&dataset.attributes),
            Participant::Value(_) => None,
        }
    }
}

fn apply_to_datasets(
    participants: &[Participant<'_>],
    coordinates: IndexMap<String, Variable>,
    how: Apply,
    function: &dyn Fn(&[Value]) -> Result<Array, DatasetError>,
) -> Result<Dataset, DatasetError> {
    let datasets: Vec<&Dataset> = participants
        .iter()
        .filter_map(|participant| match participant {
            Participant::Dataset(dataset) => Some(*dataset),
            _ => None,
        })
        .collect();
    let mut data_variables = IndexMap::new();
    for name in datasets[0].data_variables.keys() {
        let in_all = datasets.iter().all(|dataset| dataset.data_variables.contains_key(name));
        if in_all {
            data_variables.insert(name.clone(), apply_to_variables(participants, Some(name), how, function)?);
        } else if how.join == Join::Left {
            data_variables.insert(name.clone(), datasets[0].data_variables[name].clone());
        }
    }
    let attributes: Vec<Option<&Attributes>> = participants.iter().map(Participant::attributes).collect();
    let attributes = merge_attributes(&attributes, how.attributes);
    Ok(Dataset { data_variables, coordinates, attributes, ..Dataset::default() })
}

fn apply_to_variables(
    participants: &[Participant<'_>],
    name: Option<&str>,
    how: Apply,
    function: &dyn Fn(&[Value]) -> Result<Array, DatasetError>,
) -> Result<Variable, DatasetError> {
    let variables: Vec<Option<&Variable>> = participants.iter().map(|participant| participant.variable(name)).collect();
    let sizes = common_sizes(variables.iter().copied().flatten());
    let first = variables.iter().copied().flatten().next().expect("an operation has a labelled operand");
    let mut values = Vec::new();
    for (participant, variable) in participants.iter().zip(&variables) {
        values.push(match (participant, variable) {
            (_, Some(variable)) => Value::Array(variable.expand(&sizes)),
            (Participant::Value(Value::Array(array)), None) => Value::Array(expand_plain(array, first)?.expand(&sizes)),
            (Participant::Value(value), None) => value.clone(),
            (_, None) => return Err(DatasetError::Unlabelled { operation: "an operation" }),
        });
    }
    let attributes: Vec<Option<&Attributes>> =
        variables.iter().map(|variable| variable.map(|variable| &variable.attributes)).collect();
    let dims = sizes.into_keys().collect();
    Ok(Variable::new(dims, function(&values)?)?.with_attributes(merge_attributes(&attributes, how.attributes)))
}

/// An array without labels on the trailing dimensions of a variable, broadcast as numpy does.
fn expand_plain(array: &Array, like: &Variable) -> Result<Variable, DatasetError> {
    if array.ndim() > like.dims.len() {
        return Err(DatasetError::OperandDimensions { dims: tuple(&like.dims), ndim: array.ndim() });
    }
    let leading = like.dims.len() - array.ndim();
    let broadcast = array.broadcast_to(&like.data.shape()[leading..]).map_err(|error| match error {
        PlanError::ShapeMismatch { .. } => {
            DatasetError::NotBroadcastable { left: shape_text(like.data.shape()), right: shape_text(array.shape()) }
        }
        other => DatasetError::Plan(other),
    })?;
    Variable::new(like.dims[leading..].to_vec(), broadcast)
}

/// A shape as numpy's errors write it.
fn shape_text(shape: &[usize]) -> String {
    let lengths: Vec<String> = shape.iter().map(usize::to_string).collect();
    format!("({}{})", lengths.join(","), if lengths.len() == 1 { "," } else { "" })
}

fn merge_attributes(attributes: &[Option<&Attributes>], source: AttributeSource) -> Attributes {
    match source {
        AttributeSource::Nobody => Attributes::new(),
        AttributeSource::First => attributes.iter().copied().flatten().next().cloned().unwrap_or_default(),
        AttributeSource::Operand(position) => attributes.get(position).copied().flatten().cloned().unwrap_or_default(),
        AttributeSource::Agreed => {
            let mut merged = Attributes::new();
            let mut conflicting = Vec::new();
            for (key, value) in attributes.iter().copied().flatten().flatten() {
                match merged.get(key) {
                    None => {
                        merged.insert(key.clone(), value.clone());
                    }
                    Some(first) if first != value => conflicting.push(key),
                    Some(_) => {}
                }
            }
            merged.retain(|key, _| !conflicting.contains(&key));
            merged
        }
    }
}

fn result_name(operands: &[&Operand], source: NameSource) -> Option<String> {
    let mut names = operands.iter().filter_map(|operand| match operand {
        Operand::DataArray(array) => Some(&array.name),
        _ => None,
    });
    let first = names.next()?;
    match source {
        NameSource::First => first.clone(),
        NameSource::Agreed => {
            if names.all(|other| other == first) {
                first.clone()
            } else {
                None
            }
        }
    }
}

/// Refuses what numpy refuses before it looks at values.
fn check(operation: BinaryOp, left: &Array, right: &Array, exponent: Option<&Scalar>) -> Result<(), DatasetError> {
    let (a, b) = (left.dtype(), right.dtype());
    let whole = |dtype: DType| dtype.is_integer() || dtype == DType::Bool;
    match operation {
        BinaryOp::Power if whole(a) && matches!(exponent, Some(Scalar::Int(value)) if *value < 0) => {
            Err(DatasetError::NegativeIntegerPower)
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
        Ok(left.binary(operation, &right)?)
    })
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
        self.map_data(|_, variable| {
            let data = unary(operation, &variable.data)?;
            Ok(Variable::new(variable.dims.clone(), data)?.with_attributes(variable.attributes.clone()))
        })
    }

    /// Conversion of the values of every data variable; attributes stay.
    ///
    /// # Errors
    /// Where there is no such conversion.
    pub fn astype(&self, dtype: DType) -> Result<Dataset, DatasetError> {
        self.map_data(|_, variable| {
            let data = variable.data.cast(dtype)?;
            Ok(Variable::new(variable.dims.clone(), data)?.with_attributes(variable.attributes.clone()))
        })
    }
}
