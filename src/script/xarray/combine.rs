//! `xr.concat`, `xr.merge`, `xr.align`, `xr.broadcast` and `xr.combine_by_coords`.

use super::coordinates;
use super::data_array::DataArrayObject;
use super::dataset_object::DatasetObject;
use super::functions::join;
use super::indexers;
use crate::dataset::{
    self, AlignOptions, AttributeMerge, CombineOptions, Compat, ConcatDim, DataArray, Dataset, DatasetError, FillValue,
    Variable, Which,
};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::engine;
use crate::script::errors::dataset_exception;
use crate::script::modules::Module;
use crate::script::operand::{Operand, single_value};
use indexmap::IndexMap;
use rustpython_vm::builtins::{PyDict, PyStr};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// Puts the functions into the module.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(module: &mut Module<'_>) -> PyResult<()> {
    module.function(
        "concat",
        "objs!, dim!, data_vars, coords, compat, positions=None, fill_value, join, combine_attrs, \
         create_index_for_new_dim=True",
        concat,
    )?;
    module.function("merge", "objects!, compat, join, fill_value, combine_attrs", merge)?;
    module.function("align", "*objects, join, copy~, indexes=None, exclude, fill_value", align)?;
    module.function("broadcast", "*args, exclude", broadcast)?;
    module.function(
        "combine_by_coords",
        "data_objects!, compat, data_vars, coords, fill_value, join, combine_attrs",
        combine_by_coords,
    )?;
    module.function(
        "combine_nested",
        "datasets!, concat_dim, compat, data_vars, coords, fill_value, join, combine_attrs",
        super::combine_nested::combine_nested,
    )
}

/// The options that a call gives, over the defaults of its function.
///
/// # Errors
/// `ValueError` for what they can't be.
pub(super) fn options(arguments: &Arguments<'_>, defaults: CombineOptions) -> PyResult<CombineOptions> {
    let vm = arguments.vm;
    let mut options = defaults;
    // `data_vars=None` is a choice of its own.
    if let Some(data_vars) = arguments.given("data_vars") {
        options.data_vars = if vm.is_none(data_vars) { Which::AllAlongNew } else { which("data_vars", data_vars, vm)? };
    }
    if let Some(coords) = arguments.get("coords") {
        options.coords = which("coords", coords, vm)?;
    }
    if let Some(name) = arguments.string("compat")? {
        options.compat = compat(&name, vm)?;
    }
    if let Some(name) = arguments.string("join")? {
        options.join = join("join", &name, vm)?;
    }
    if let Some(rule) = arguments.get("combine_attrs") {
        options.attributes = attribute_merge(rule, vm)?;
    }
    options.fill_value = fill_value(arguments)?;
    Ok(options)
}

fn which(parameter: &str, value: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Which> {
    let Some(text) = value.downcast_ref::<PyStr>() else { return indexers::names(value, vm).map(Which::Named) };
    match &*text.to_string_lossy() {
        "all" => Ok(Which::All),
        "minimal" => Ok(Which::Minimal),
        "different" => Ok(Which::Different),
        other => Err(vm.new_value_error(format!("unexpected value for {parameter}: {other}"))),
    }
}

/// `compat=`.
///
/// # Errors
/// `ValueError` for an unknown one.
pub(super) fn compat(name: &str, vm: &VirtualMachine) -> PyResult<Compat> {
    match name {
        "equals" => Ok(Compat::Equals),
        "identical" => Ok(Compat::Identical),
        "broadcast_equals" => Ok(Compat::BroadcastEquals),
        "no_conflicts" => Ok(Compat::NoConflicts),
        "override" => Ok(Compat::Override),
        "minimal" => Ok(Compat::Minimal),
        other => Err(vm.new_value_error(format!(
            "compat='{other}' is not among 'broadcast_equals', 'equals', 'identical', 'no_conflicts' and 'override'"
        ))),
    }
}

fn attribute_merge(rule: &PyObjectRef, vm: &VirtualMachine) -> PyResult<AttributeMerge> {
    if rule.is_callable() {
        return Err(vm.new_not_implemented_error(
            "a function as combine_attrs is not supported by swath: use 'drop', 'identical', 'no_conflicts', \
             'drop_conflicts' or 'override', and assign_attrs() for others",
        ));
    }
    match convert::string(rule, vm)?.as_str() {
        "drop" => Ok(AttributeMerge::Drop),
        "identical" => Ok(AttributeMerge::Identical),
        "no_conflicts" => Ok(AttributeMerge::NoConflicts),
        "drop_conflicts" => Ok(AttributeMerge::DropConflicts),
        "override" => Ok(AttributeMerge::Override),
        other => Err(vm.new_value_error(format!("Unrecognised value for combine_attrs={other}"))),
    }
}

/// `fill_value=`: a value, or a dict of values by variable.
///
/// # Errors
/// Where it is no value.
pub(super) fn fill_value(arguments: &Arguments<'_>) -> PyResult<FillValue> {
    let vm = arguments.vm;
    let value = |value: &PyObjectRef| single_value(value, vm).map(|(_, value)| value);
    match arguments.get("fill_value") {
        None => Ok(FillValue::Missing),
        Some(dict) if dict.downcastable::<PyDict>() => {
            let pairs = convert::string_pairs(dict, vm)?;
            let values = pairs.into_iter().map(|(name, given)| Ok((name, value(&given)?)));
            values.collect::<PyResult<IndexMap<_, _>>>().map(FillValue::PerVariable)
        }
        Some(given) => value(given).map(FillValue::Value),
    }
}

/// The dimension that a concatenation goes along: a name, or the labels of one.
///
/// # Errors
/// Where it is neither, or labels can't be computed.
pub(super) fn concat_dim(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<ConcatDim> {
    if let Some(name) = object.downcast_ref::<PyStr>() {
        return Ok(ConcatDim { name: name.to_string_lossy().into_owned(), labels: None });
    }
    let failed = |error| dataset_exception(error, vm);
    if let Some(array) = object.downcast_ref::<DataArrayObject>() {
        let loaded = array.inner().load(&*engine::current()).map_err(failed)?;
        let [name] = loaded.dims() else {
            return Err(vm.new_value_error("the labels of a concatenation have one dimension"));
        };
        return Ok(ConcatDim { name: name.clone(), labels: Some(loaded.variable().clone()) });
    }
    let name = "concat_dim".to_owned();
    let labels = Variable::new(vec![name.clone()], coordinates::array(object, vm)?).map_err(failed)?;
    Ok(ConcatDim { name, labels: Some(labels) })
}

/// Objects that are all arrays or all datasets.
enum Objects {
    Arrays(Vec<DataArray>),
    Datasets(Vec<Dataset>),
}

fn objects(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Objects> {
    let (mut arrays, mut datasets) = (Vec::new(), Vec::new());
    for item in vm.extract_elements_with(object, Ok)? {
        if let Some(array) = item.downcast_ref::<DataArrayObject>() {
            arrays.push(array.inner());
        } else if let Some(dataset) = item.downcast_ref::<DatasetObject>() {
            datasets.push(dataset.inner());
        } else {
            let class = item.class().name().to_string();
            return Err(vm.new_type_error(format!("datasets and arrays can be concatenated, and not {class}")));
        }
    }
    match (arrays.is_empty(), datasets.is_empty()) {
        (_, true) => Ok(Objects::Arrays(arrays)),
        (true, _) => Ok(Objects::Datasets(datasets)),
        _ => Err(vm.new_type_error(
            "datasets are concatenated with datasets and arrays with arrays: write .to_dataset() behind an array",
        )),
    }
}

fn concat(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let objects = objects(arguments.required("objs"), vm)?;
    let dim = concat_dim(arguments.required("dim"), vm)?;
    let mut options = options(arguments, CombineOptions::concat())?;
    if options.compat == Compat::Minimal {
        return Err(vm.new_value_error(
            "compat='minimal' is for merge: expected 'broadcast_equals', 'equals', 'identical', 'no_conflicts' or 'override'",
        ));
    }
    let failed = |error| dataset_exception(error, vm);
    let joined = match objects {
        Objects::Datasets(datasets) => {
            Operand::Dataset(dataset::concat(&datasets, &dim, &options, &*engine::current()).map_err(failed)?)
        }
        Objects::Arrays(arrays) => {
            if !matches!(options.data_vars, Which::All | Which::AllAlongNew) {
                return Err(vm.new_value_error("data_vars says nothing where arrays are concatenated: leave it out"));
            }
            if let Some(first) = arrays.first() {
                options.fill_value = first.fill_value(options.fill_value);
            }
            Operand::DataArray(dataset::concat_arrays(&arrays, &dim, &options, &*engine::current()).map_err(failed)?)
        }
    };
    joined.into_object(vm)
}

/// A dataset of what `merge` takes: a dataset, a named array whose attributes become the dataset's, or a dict.
pub(super) fn mergeable(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Dataset> {
    let failed = |error| dataset_exception(error, vm);
    if let Some(array) = object.downcast_ref::<DataArrayObject>() {
        let array = array.inner();
        let mut dataset = array.to_dataset(None).map_err(failed)?;
        *dataset.attributes_mut() = array.attributes().clone();
        return Ok(dataset);
    }
    if let Some(dataset) = object.downcast_ref::<DatasetObject>() {
        return Ok(dataset.inner());
    }
    if object.downcastable::<PyDict>() {
        let variables = super::construction::operands(convert::string_pairs(object, vm)?, None, vm)?;
        return Dataset::from_operands(variables, IndexMap::new(), &*engine::current()).map_err(failed);
    }
    let class = object.class().name().to_string();
    Err(vm.new_type_error(format!("a list of datasets, named arrays and dicts can be merged: found {class}")))
}

fn merge(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let objects = vm.extract_elements_with(arguments.required("objects"), |object| mergeable(&object, vm))?;
    let options = options(arguments, CombineOptions::merge())?;
    let merged = dataset::merge(&objects, &options, None, &*engine::current());
    Operand::Dataset(merged.map_err(|error| dataset_exception(error, vm))?).into_object(vm)
}

/// `Dataset.merge(other, ...)`.
///
/// # Errors
/// Where the datasets can't be merged.
pub(super) fn merge_into(this: Dataset, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let other = mergeable(arguments.required("other"), vm)?;
    let options = options(arguments, CombineOptions::merge())?;
    let merged = dataset::merge(&[this, other], &options, None, &*engine::current());
    Operand::Dataset(merged.map_err(|error| dataset_exception(error, vm))?).into_object(vm)
}

/// Labelled objects as datasets, and what makes each an object of its class again.
fn labelled(objects: &[PyObjectRef], vm: &VirtualMachine) -> PyResult<Vec<(Dataset, Option<DataArray>)>> {
    let labelled = |object: &PyObjectRef| match Operand::of(object, vm)? {
        Some(Operand::DataArray(array)) => Ok((array.as_anonymous(), Some(array))),
        Some(Operand::Dataset(dataset)) => Ok((dataset, None)),
        _ => {
            let class = object.class().name().to_string();
            Err(vm.new_type_error(format!("expected a DataArray or a Dataset, found {class}")))
        }
    };
    objects.iter().map(labelled).collect()
}

/// A tuple of objects of the classes that they had.
fn tuple_of(
    result: Result<Vec<Dataset>, DatasetError>,
    models: Vec<Option<DataArray>>,
    vm: &VirtualMachine,
) -> PyResult {
    let datasets = result.map_err(|error| dataset_exception(error, vm))?;
    let object = |(dataset, model): (Dataset, Option<DataArray>)| match model {
        Some(array) => Operand::DataArray(array.from_anonymous(dataset)).into_object(vm),
        None => Operand::Dataset(dataset).into_object(vm),
    };
    let objects = datasets.into_iter().zip(models).map(object).collect::<PyResult<Vec<_>>>()?;
    Ok(vm.ctx.new_tuple(objects).into())
}

/// `exclude=`: names of dimensions.
fn excluded(arguments: &Arguments<'_>) -> PyResult<Vec<String>> {
    arguments.get("exclude").map_or(Ok(Vec::new()), |names| indexers::names(names, arguments.vm))
}

fn align(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let options = AlignOptions {
        join: arguments.string("join")?.map_or(Ok(dataset::Join::Inner), |name| join("join", &name, vm))?,
        exclude: excluded(arguments)?,
        fill_value: fill_value(arguments)?,
    };
    let (datasets, models): (Vec<Dataset>, Vec<_>) = labelled(&arguments.rest, vm)?.into_iter().unzip();
    tuple_of(dataset::align_with(&datasets, &options), models, vm)
}

fn broadcast(arguments: &Arguments<'_>) -> PyResult {
    let (datasets, models): (Vec<Dataset>, Vec<_>) = labelled(&arguments.rest, arguments.vm)?.into_iter().unzip();
    tuple_of(dataset::broadcast(&datasets, &excluded(arguments)?), models, arguments.vm)
}

fn combine_by_coords(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let defaults = CombineOptions { attributes: AttributeMerge::NoConflicts, ..CombineOptions::merge() };
    let options = options(arguments, defaults)?;
    let objects = vm.extract_elements_with(arguments.required("data_objects"), Ok)?;
    let failed = |error| dataset_exception(error, vm);
    let labelled = labelled(&objects, vm)?;
    let is_unnamed = |model: &Option<DataArray>| model.as_ref().is_some_and(|array| array.name().is_none());
    let unnamed = labelled.iter().filter(|(_, model)| is_unnamed(model)).count();
    if unnamed > 0 && unnamed < labelled.len() {
        return Err(failed(dataset::CombineError::UnnamedBesideNamed.into()));
    }
    let first = labelled.first().and_then(|(_, model)| model.clone()).filter(|_| unnamed > 0);
    let mut datasets = Vec::new();
    for (dataset, model) in labelled {
        datasets.push(match model {
            Some(array) if unnamed == 0 => array.to_dataset(None).map_err(failed)?,
            _ => dataset,
        });
    }
    let combined = dataset::combine_by_coords(&datasets, &options, &*engine::current()).map_err(failed)?;
    match first {
        Some(array) => Operand::DataArray(array.from_anonymous(combined)).into_object(vm),
        None => Operand::Dataset(combined).into_object(vm),
    }
}
