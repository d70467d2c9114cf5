//! `to_dict` and `from_dict`: labelled arrays as plain Python objects, as for JSON.

use super::construction;
use super::coordinates::attribute_map;
use super::data_array::DataArrayObject;
use super::dataset_object::DatasetObject;
use super::encoding;
use super::values;
use crate::array::{DType, TimeUnit};
use crate::dataset::{Attributes, DataArray, Dataset, Variable};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::engine;
use crate::script::errors::dataset_exception;
use crate::script::numpy::DTypeObject;
use crate::script::surface::Method;
use indexmap::IndexMap;
use rustpython_vm::builtins::{PyDictRef, PyList, PyStr};
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine};

/// Those of arrays.
pub(super) const OF_ARRAYS: &[Method<DataArrayObject>] = &[
    Method { name: "to_dict", parameters: "data, encoding", body: array_to_dict },
    Method {
        name: "from_dict",
        parameters: "d!",
        body: |_this, arguments| array_from_dict(arguments.required("d"), arguments.vm),
    },
];

/// Those of datasets.
pub(super) const OF_DATASETS: &[Method<DatasetObject>] = &[
    Method { name: "to_dict", parameters: "data, encoding", body: dataset_to_dict },
    Method {
        name: "from_dict",
        parameters: "d!",
        body: |_this, arguments| dataset_from_dict(arguments.required("d"), arguments.vm),
    },
];

/// What of the values is in the dict.
#[derive(Clone, Copy, PartialEq)]
enum Data {
    /// Dtype and shape only.
    Schema,
    /// Lists of Python's own objects.
    Lists,
    /// Arrays as they are.
    Arrays,
}

impl Data {
    fn of(arguments: &Arguments<'_>) -> PyResult<Data> {
        let vm = arguments.vm;
        let unknown = || vm.new_value_error("data is True, False, 'list' or 'array'");
        match arguments.get("data") {
            None => Ok(Data::Lists),
            Some(text) if text.downcastable::<PyStr>() => match &*convert::string(text, vm)? {
                "list" => Ok(Data::Lists),
                "array" => Ok(Data::Arrays),
                _ => Err(unknown()),
            },
            Some(flag) => Ok(if flag.clone().try_to_bool(vm)? { Data::Lists } else { Data::Schema }),
        }
    }
}

fn array_to_dict(this: &Py<DataArrayObject>, arguments: &Arguments<'_>) -> PyResult {
    let (vm, data) = (arguments.vm, Data::of(arguments)?);
    let mut inner = this.inner();
    if data == Data::Lists {
        inner = inner.load(&*engine::current()).map_err(|error| dataset_exception(error, vm))?;
    }
    let dict = of_variable(inner.variable(), data, false, vm)?;
    let coords = vm.ctx.new_dict();
    for (name, coordinate) in inner.coordinates() {
        coords.set_item(name.as_str(), of_variable(coordinate, data, false, vm)?.into(), vm)?;
    }
    dict.set_item("coords", coords.into(), vm)?;
    dict.set_item("name", inner.name().map(str::to_owned).to_pyobject(vm), vm)?;
    if arguments.bool("encoding")?.unwrap_or(false) {
        dict.set_item("encoding", encoding::to_dict(inner.encoding(), vm)?.into(), vm)?;
    }
    Ok(dict.into())
}

fn dataset_to_dict(this: &Py<DatasetObject>, arguments: &Arguments<'_>) -> PyResult {
    let (vm, data) = (arguments.vm, Data::of(arguments)?);
    let mut inner = this.inner();
    if data == Data::Lists {
        inner = inner.load(&*engine::current()).map_err(|error| dataset_exception(error, vm))?;
    }
    let with_encoding = arguments.bool("encoding")?.unwrap_or(false);
    let section = |variables: &IndexMap<String, Variable>| {
        let pairs = variables.iter().map(|(name, variable)| {
            let dict = of_variable(variable, data, with_encoding, vm)?;
            Ok((name.as_str(), dict.into()))
        });
        convert::dict(pairs.collect::<PyResult<Vec<_>>>()?, vm)
    };
    let sizes = inner.sizes().into_iter().map(|(name, length)| (name, length.to_pyobject(vm)));
    let dict = vm.ctx.new_dict();
    dict.set_item("coords", section(inner.coordinates())?.into(), vm)?;
    dict.set_item("attrs", of_attributes(inner.attributes(), vm)?.into(), vm)?;
    dict.set_item("dims", convert::dict(sizes, vm)?.into(), vm)?;
    dict.set_item("data_vars", section(inner.data_variables())?.into(), vm)?;
    Ok(dict.into())
}

fn of_attributes(attributes: &Attributes, vm: &VirtualMachine) -> PyResult<PyDictRef> {
    let pairs = attributes.iter().map(|(key, value)| Ok((key.as_str(), convert::from_json(value, vm)?)));
    convert::dict(pairs.collect::<PyResult<Vec<_>>>()?, vm)
}

fn of_variable(variable: &Variable, data: Data, with_encoding: bool, vm: &VirtualMachine) -> PyResult<PyDictRef> {
    let dict = vm.ctx.new_dict();
    dict.set_item("dims", convert::string_tuple(&variable.dims, vm), vm)?;
    dict.set_item("attrs", of_attributes(&variable.attributes, vm)?.into(), vm)?;
    let alone = || {
        let array = DataArray::new(None, variable.clone(), IndexMap::new());
        Ok(DataArrayObject::new(array.map_err(|error| dataset_exception(error, vm))?).into_ref(&vm.ctx))
    };
    match data {
        Data::Schema => {
            dict.set_item("dtype", DTypeObject::object(variable.dtype(), vm).str(vm)?.into(), vm)?;
            dict.set_item("shape", convert::length_tuple(variable.data.shape().iter().copied(), vm), vm)?;
        }
        Data::Arrays => {
            let (found, _) = in_microseconds(values::data(&*alone()?, vm)?, variable.dtype(), vm)?;
            dict.set_item("data", found, vm)?;
        }
        Data::Lists => {
            let (found, class) = in_microseconds(values::values(&*alone()?, vm)?, variable.dtype(), vm)?;
            let lists = vm.call_method(&found, "tolist", ())?;
            let lists = match class {
                Some(class) => times(&lists, class, vm)?,
                None => lists,
            };
            dict.set_item("data", lists, vm)?;
        }
    }
    if with_encoding {
        dict.set_item("encoding", encoding::to_dict(&variable.encoding, vm)?.into(), vm)?;
    }
    Ok(dict)
}

/// Times of an array in microseconds, as Python's have them, and the class of those; other values as they are.
fn in_microseconds(
    array: PyObjectRef,
    dtype: DType,
    vm: &VirtualMachine,
) -> PyResult<(PyObjectRef, Option<&'static str>)> {
    let (dtype, class) = match dtype {
        DType::Datetime(_) => (DType::Datetime(TimeUnit::Microsecond), "datetime"),
        DType::Timedelta(_) => (DType::Timedelta(TimeUnit::Microsecond), "timedelta"),
        _ => return Ok((array, None)),
    };
    Ok((vm.call_method(&array, "astype", (DTypeObject::object(dtype, vm),))?, Some(class)))
}

/// Counts of microseconds, in lists of lists, as objects of Python's module `datetime`.
fn times(lists: &PyObject, class: &'static str, vm: &VirtualMachine) -> PyResult {
    if lists.downcastable::<PyList>() {
        let items = vm.extract_elements_with(lists, |item| times(&item, class, vm))?;
        return Ok(vm.ctx.new_list(items).into());
    }
    if vm.is_none(lists) || lists.class().name().to_string() == class {
        return Ok(lists.to_owned());
    }
    let module = vm.import("datetime", 0)?;
    let microseconds = ("microseconds".to_owned(), lists.to_owned());
    let microseconds = FuncArgs { args: Vec::new(), kwargs: [microseconds].into_iter().collect() };
    let span = module.get_attr("timedelta", vm)?.call(microseconds, vm)?;
    if class == "timedelta" {
        return Ok(span);
    }
    let epoch = module.get_attr("datetime", vm)?.call((1970, 1, 1), vm)?;
    vm._add(&epoch, &span)
}

/// `DataArray.from_dict`.
///
/// # Errors
/// `ValueError` where the dict lacks a key.
pub(super) fn array_from_dict(dict: &PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let data = item(dict, "data", vm)?
        .ok_or_else(|| vm.new_value_error("a dict of an array has its values under 'data', and this one lacks it"))?;
    let mut passed: Vec<(String, PyObjectRef)> = Vec::new();
    if let Some(coords) = item(dict, "coords", vm)? {
        let coords = convert::string_pairs(&coords, vm)?.into_iter().map(|(name, coordinate)| {
            let missing = |key: &str| format!("each of coords is a dict with 'dims' and 'data', and one lacks '{key}'");
            Ok((name, variable_tuple(&coordinate, &missing, vm)?))
        });
        passed.push(("coords".to_owned(), convert::dict(coords.collect::<PyResult<Vec<_>>>()?, vm)?.into()));
    }
    for key in ["dims", "name", "attrs"] {
        passed.extend(item(dict, key, vm)?.map(|value| (key.to_owned(), value)));
    }
    let passed = FuncArgs { args: vec![data], kwargs: passed.into_iter().collect() };
    let mut array = construction::data_array(&Arguments::bind("DataArray", construction::DATA_ARRAY, passed, vm)?)?;
    if let Some(wanted) = item(dict, "encoding", vm)? {
        let count = array.dims().len();
        *array.encoding_mut() = encoding::from_dict(&wanted, count, encoding::Written::Later, vm)?;
    }
    Ok(DataArrayObject::new(array).into_ref(&vm.ctx).into())
}

/// `Dataset.from_dict`.
///
/// # Errors
/// `ValueError` where a variable lacks a key.
pub(super) fn dataset_from_dict(dict: &PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let failed = |error| dataset_exception(error, vm);
    let sections = (item(dict, "coords", vm)?, item(dict, "data_vars", vm)?);
    let is_sectioned = sections.0.is_some() && sections.1.is_some();
    let mut pairs = Vec::new();
    let mut coordinates: Vec<String> = Vec::new();
    if let (Some(coords), Some(variables)) = &sections {
        let coords = convert::string_pairs(coords, vm)?;
        coordinates = coords.iter().map(|(name, _)| name.clone()).collect();
        pairs.extend(coords);
        pairs.extend(convert::string_pairs(variables, vm)?);
    } else {
        pairs = convert::string_pairs(dict, vm)?;
    }
    let missing = |key: &str| format!("each variable is a dict with 'dims' and 'data', and one lacks '{key}'");
    let variables = pairs.into_iter().map(|(name, variable)| Ok((name, variable_tuple(&variable, &missing, vm)?)));
    let variables = construction::operands(variables.collect::<PyResult<Vec<_>>>()?, None, vm)?;
    let built = Dataset::from_operands(variables, IndexMap::new(), &*engine::current()).map_err(failed)?;
    coordinates.retain(|name| !built.coordinates().contains_key(name));
    let mut built = built.set_coords(&coordinates, &*engine::current()).map_err(failed)?;
    if let Some(attributes) = item(dict, "attrs", vm)?.filter(|_| is_sectioned) {
        *built.attributes_mut() = attribute_map(&attributes, vm)?;
    }
    Ok(DatasetObject::new(built).into_ref(&vm.ctx).into())
}

/// The value of a key, where it is there.
fn item(dict: &PyObjectRef, key: &str, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    let found = convert::string_pairs(dict, vm)?.into_iter().find(|(name, _)| name == key);
    Ok(found.map(|(_, value)| value))
}

/// `{"dims": ..., "data": ..., "attrs": ...}` as the tuple that a variable is made of.
fn variable_tuple(dict: &PyObjectRef, missing: &dyn Fn(&str) -> String, vm: &VirtualMachine) -> PyResult {
    let mut parts = Vec::new();
    for key in ["dims", "data"] {
        parts.push(item(dict, key, vm)?.ok_or_else(|| vm.new_value_error(missing(key)))?);
    }
    for key in ["attrs", "encoding"] {
        parts.push(vm.unwrap_or_none(item(dict, key, vm)?));
    }
    Ok(vm.ctx.new_tuple(parts).into())
}
