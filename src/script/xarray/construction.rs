//! `xr.DataArray(...)` and `xr.Dataset(...)`: what becomes a variable, dims that coordinates imply, values that are repeated.

use super::coordinates::{self, assigned_coordinates, attribute_map, coordinate_variables};
use super::data_array::DataArrayObject;
use super::dataset_object::DatasetObject;
use super::indexers;
use super::labelled::Labelled;
use super::mapping::Mapping;
use super::methods::finish;
use crate::dataset::{self, DataArray, Dataset, DatasetError, Variable};
use crate::plan::Array;
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::engine;
use crate::script::errors::{dataset_exception, plan_exception};
use crate::script::numpy::NdArray;
use crate::script::operand::{Operand, evaluate_here};
use crate::script::tables;
use indexmap::IndexMap;
use rustpython_vm::builtins::PyTuple;
use rustpython_vm::{Py, PyObjectRef, PyResult, VirtualMachine};

/// Parameters of `DataArray`.
pub(super) const DATA_ARRAY: &str = "data!, coords, dims, name, attrs, indexes=None, fastpath=False";

/// Parameters of `Dataset`.
pub(super) const DATASET: &str = "data_vars, coords, attrs";

/// `coords=`: names and values, or one value for each dimension.
enum Coordinates {
    Named(Vec<(String, PyObjectRef)>),
    Listed(Vec<PyObjectRef>),
}

impl Coordinates {
    fn of(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Coordinates> {
        match convert::is_sequence(object) {
            true => convert::one_or_more(object, vm).map(Coordinates::Listed),
            false => convert::string_pairs(object, vm).map(Coordinates::Named),
        }
    }

    fn len(&self) -> usize {
        match self {
            Coordinates::Named(pairs) => pairs.len(),
            Coordinates::Listed(values) => values.len(),
        }
    }

    /// The dimensions that they name where nothing else does.
    fn dims(&self, vm: &VirtualMachine) -> PyResult<Vec<String>> {
        match self {
            Coordinates::Named(pairs) => Ok(pairs.iter().map(|(name, _)| name.clone()).collect()),
            Coordinates::Listed(values) => values
                .iter()
                .enumerate()
                .map(|(axis, value)| {
                    let own = format!("dim_{axis}");
                    let variable = coordinates::variable(value, Some(&own), vm)?;
                    Ok(variable.dims.first().cloned().unwrap_or(own))
                })
                .collect(),
        }
    }

    /// The length that a dimension of a repeated value has.
    fn length(&self, axis: usize, dimension: Option<&String>, vm: &VirtualMachine) -> PyResult<usize> {
        let value = match self {
            Coordinates::Named(pairs) => pairs.iter().find(|(name, _)| dimension == Some(name)).map(|(_, value)| value),
            Coordinates::Listed(values) => values.get(axis),
        };
        let name = dimension.map_or("values", String::as_str);
        value.map_or(Ok(1), |value| Ok(coordinates::variable(value, Some(name), vm)?.data.len()))
    }

    /// The variables, by name.
    fn variables(self, dims: &[String], vm: &VirtualMachine) -> PyResult<IndexMap<String, Variable>> {
        match self {
            Coordinates::Named(pairs) => coordinate_variables(pairs, vm),
            Coordinates::Listed(values) => dims
                .iter()
                .zip(values)
                .map(|(dimension, value)| {
                    let mut variable = coordinates::variable(&value, Some(dimension), vm)?;
                    variable.dims = vec![dimension.clone()];
                    Ok((dimension.clone(), variable))
                })
                .collect(),
        }
    }
}

/// The array that the arguments of `DataArray` mean.
///
/// # Errors
/// Where dims, coordinates and values don't fit one another.
pub(super) fn data_array(arguments: &Arguments<'_>) -> PyResult<DataArray> {
    let vm = arguments.vm;
    let failed = |error| dataset_exception(error, vm);
    let data = arguments.required("data");
    let labelled = tables::labelled(data, arguments.get("dims"), vm)?;
    let data = labelled.as_ref().unwrap_or(data);
    let source = data.downcast_ref::<DataArrayObject>().map(|array| array.inner());
    let given = arguments.get("coords").map(|coords| Coordinates::of(coords, vm)).transpose()?;
    let mut dims = arguments.get("dims").map(|dims| indexers::names(dims, vm)).transpose()?;
    let implied =
        arguments.get("coords").and_then(|coords| coords.downcast_ref::<Mapping>()).and_then(|coords| coords.dims());
    dims = dims.or_else(|| source.as_ref().map(|source| source.dims().to_vec())).or(implied);
    let mut array = coordinates::array(data, vm)?;
    if let Some(coords) = &given {
        array = repeated(array, data, coords, dims.as_deref(), vm)?;
        if let Coordinates::Listed(values) = coords
            && values.len() != array.ndim()
        {
            return Err(vm.new_value_error(format!(
                "a list of coords has one entry a dimension: {} for {} dimensions are given",
                values.len(),
                array.ndim()
            )));
        }
    }
    let dims = match (dims, &given) {
        (Some(dims), _) => dims,
        (None, Some(coords)) if coords.len() == array.ndim() => coords.dims(vm)?,
        (None, _) => (0..array.ndim()).map(|axis| format!("dim_{axis}")).collect(),
    };
    let variables = match (given, &source) {
        (Some(coords), _) => coords.variables(&dims, vm)?,
        (None, Some(source)) => source.coordinates().clone(),
        (None, None) => IndexMap::new(),
    };
    let mut variable = Variable::new(dims, array).map_err(failed)?;
    match (arguments.get("attrs"), &source) {
        (Some(attributes), _) => variable.attributes = attribute_map(attributes, vm)?,
        (None, Some(source)) => variable.attributes = source.attributes().clone(),
        (None, None) => {}
    }
    let name = match arguments.get("name") {
        Some(name) => Some(convert::string(name, vm)?),
        None => source.and_then(|source| source.name().map(str::to_owned)),
    };
    let built = DataArray::new(name, variable, IndexMap::new()).map_err(failed)?;
    built.assign_coords(variables, &*engine::current()).map_err(failed)
}

/// One value repeated along the dimensions that coordinates have; an array as it is.
fn repeated(
    array: Array,
    data: &PyObjectRef,
    coords: &Coordinates,
    dims: Option<&[String]>,
    vm: &VirtualMachine,
) -> PyResult<Array> {
    let is_scalar = array.ndim() == 0 && !data.downcastable::<DataArrayObject>() && !data.downcastable::<NdArray>();
    let count = match (coords, dims) {
        _ if !is_scalar => return Ok(array),
        (Coordinates::Named(_), None) => return Ok(array),
        (Coordinates::Named(_), Some(dims)) => dims.len(),
        (Coordinates::Listed(values), _) => values.len(),
    };
    let shape = (0..count)
        .map(|axis| coords.length(axis, dims.and_then(|dims| dims.get(axis)), vm))
        .collect::<PyResult<Vec<usize>>>()?;
    let filled = array.broadcast_to(&shape).map_err(|error| plan_exception(error, vm))?;
    evaluate_here(&filled, vm).map(Array::in_memory)
}

/// The dataset that the arguments of `Dataset` mean.
///
/// # Errors
/// Where variables and coordinates don't fit one another.
pub(super) fn dataset(arguments: &Arguments<'_>) -> PyResult<Dataset> {
    let vm = arguments.vm;
    let pairs = |name| arguments.get(name).map_or(Ok(Vec::new()), |dict| convert::string_pairs(dict, vm));
    let mut coords = assigned_coordinates(&Dataset::default(), pairs("coords")?, vm)?;
    let (indexes, variables): (Vec<_>, Vec<_>) = pairs("data_vars")?.into_iter().partition(|(_, value)| {
        !value.downcastable::<PyTuple>() && (convert::is_sequence(value) || value.downcastable::<NdArray>())
    });
    coords.extend(coordinate_variables(indexes, vm)?);
    check_sizes(&variables, vm)?;
    let built = Dataset::from_operands(operands(variables, None, vm)?, coords, &*engine::current());
    let mut dataset = built.map_err(|error| dataset_exception(error, vm))?;
    if let Some(attributes) = arguments.get("attrs") {
        *dataset.attributes_mut() = attribute_map(attributes, vm)?;
    }
    Ok(dataset)
}

/// Refuses variables given as tuples that have a dimension of different lengths.
fn check_sizes(pairs: &[(String, PyObjectRef)], vm: &VirtualMachine) -> PyResult<()> {
    let mut known: IndexMap<String, (usize, &str)> = IndexMap::new();
    for (name, value) in pairs.iter().filter(|(_, value)| value.downcastable::<PyTuple>()) {
        for (dimension, found) in coordinates::variable(value, None, vm)?.sizes() {
            let (expected, other) = *known.entry(dimension.clone()).or_insert((found, name.as_str()));
            if expected != found {
                let (name, other) = (name.clone(), other.to_owned());
                let error = DatasetError::ConflictingSizes { dimension, name, found, other, expected };
                return Err(dataset_exception(error, vm));
            }
        }
    }
    Ok(())
}

/// A copy of an object with other values of the same shapes: an array, or of a dataset a dict of all its variables.
///
/// # Errors
/// `ValueError` where shapes or names are others.
pub(super) fn with_data<L: Labelled>(inner: L, data: &PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let dataset = inner.to_anonymous();
    let names: Vec<String> = dataset.data_variables().keys().cloned().collect();
    let given = match inner.clone().operand() {
        dataset::Operand::Dataset(_) => convert::string_pairs(data, vm)?,
        _ => names.iter().map(|name| (name.clone(), data.clone())).collect(),
    };
    let is_there = |name: &String| given.iter().any(|(known, _)| known == name);
    if given.len() != names.len() || !names.iter().all(is_there) {
        return Err(vm.new_value_error(format!(
            "the data has to have the variables of the dataset, all of them and no others: {}",
            names.join(", ")
        )));
    }
    let mut arrays = dataset.arrays();
    for (name, value) in given {
        let (place, _, variable) = dataset.data_variables().get_full(&name).expect("the name is one of the variables");
        let new = coordinates::array(&value, vm)?;
        if new.shape() != variable.data.shape() {
            return Err(vm.new_value_error(format!(
                "data of shape {:?} can't replace data of shape {:?}",
                new.shape(),
                variable.data.shape()
            )));
        }
        arrays[place] = new;
    }
    finish(Ok(inner.of_anonymous(dataset.replace_arrays(arrays))), vm)
}

/// What becomes a variable: a labelled array, `(dims, values)`, or a number.
///
/// # Errors
/// Where an object becomes none.
pub(super) fn operand(value: &PyObjectRef, vm: &VirtualMachine) -> PyResult<dataset::Operand> {
    if value.downcastable::<PyTuple>() {
        let variable = coordinates::variable(value, None, vm)?;
        let array = DataArray::new(None, variable, IndexMap::new());
        return Ok(array.map_err(|error| dataset_exception(error, vm))?.into());
    }
    let labelled = tables::labelled(value, None, vm)?;
    Ok(match Operand::expect(labelled.as_ref().unwrap_or(value), vm)? {
        Operand::Lazy(array) | Operand::Eager(array) if array.ndim() > 0 => {
            let message = format!("an array of shape {:?} needs dims: assign a tuple (dims, values)", array.shape());
            return Err(vm.new_value_error(message));
        }
        Operand::Typed(array) => coordinates::in_seconds(array, vm)?.into(),
        other => other.into_dataset_operand(),
    })
}

/// Names and operands of a dict.
///
/// # Errors
/// Where a value becomes no variable.
pub(super) fn operands(
    pairs: Vec<(String, PyObjectRef)>,
    dataset: Option<&Py<DatasetObject>>,
    vm: &VirtualMachine,
) -> PyResult<IndexMap<String, dataset::Operand>> {
    pairs
        .into_iter()
        .map(|(name, value)| {
            // assign() calls functions with the dataset.
            let value = match dataset.filter(|_| value.is_callable()) {
                Some(dataset) => value.call((dataset.to_owned(),), vm)?,
                None => value,
            };
            Ok((name, operand(&value, vm)?))
        })
        .collect()
}
