//! How elementwise operations bring operands together: alignment by label, broadcasting by dimension name, attributes and
//! names of the result, Python scalars that take their dtype from the other side.

use super::align::align;
use super::common_coordinates::{common_sizes, merge_coordinates};
use super::error::tuple;
use super::merge::own_dtype;
use super::{Attributes, DataArray, Dataset, DatasetError, Join, Operand, Variable};
use crate::array::{DType, Scalar};
use crate::kernels::elementwise::{BinaryOp, weak_operand_dtype};
use crate::plan::{Array, PlanError};
use indexmap::IndexMap;

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
        let dtype = weak_operand_dtype(BinaryOp::from_name(operation), other, value)?;
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
    let coordinates = merge_coordinates(&labelled)?;
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
