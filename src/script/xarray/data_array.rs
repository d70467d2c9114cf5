//! `xarray.DataArray`.

use super::attributes::{AttributesObject, Owner};
use super::calculus;
use super::calendars::Calendars;
use super::combining::Combining;
use super::coordinates::{self, attribute_map, coordinate_variables};
use super::dataset_object::DatasetObject;
use super::datetime::DatetimeAccessor;
use super::encoding::{self, Written};
use super::extremes::Extremes;
use super::indexers;
use super::interpolating::Interpolating;
use super::labelled::LabelledObject;
use super::mapping::{Mapping, Owned};
use super::members::{self, Members};
use super::methods::{Shared, finish};
use super::opening;
use super::rearranging::Rearranging;
use super::reducing::Reducing;
use super::restructuring::{self, Restructuring};
use super::scans::Scans;
use super::selecting::{self, LocIndexer};
use super::stacking::Stacking;
use crate::array::{Chunk, DType};
use crate::dataset::{Attributes, DataArray, DatasetError, Encoding, Variable};
use crate::plan::Array;
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::dask::DaskArray;
use crate::script::engine;
use crate::script::errors::dataset_exception;
use crate::script::numbers::operators;
use crate::script::numpy::{DTypeObject, NdArray, NumpyScalar, format_array};
use crate::script::operand::{evaluate, expect_object, single_value};
use crate::script::surface::{Method, Property, Surface, defines, surface_attributes};
use indexmap::IndexMap;
use rustpython_vm::builtins::{PyDict, PyStr, PyType};
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::function::{FuncArgs, PySetterValue};
use rustpython_vm::protocol::PyMappingMethods;
use rustpython_vm::types::{AsMapping, AsNumber, Comparable, Constructor, GetAttr, Iterable, Representable, SetAttr};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};
use std::cell::RefCell;
use std::sync::Arc;

/// Where an array was taken from: what is said about it there changes with it.
#[derive(Debug, Clone)]
enum Origin {
    Dataset(PyRef<DatasetObject>, String),
    Coordinate(PyRef<DataArrayObject>, String),
}

/// A labelled array.
#[pyclass(module = "xarray", name = "DataArray")]
#[derive(Debug, PyPayload)]
pub struct DataArrayObject {
    inner: RefCell<DataArray>,
    origin: Option<Origin>,
}

impl DataArrayObject {
    /// The Python object's contents.
    pub fn new(array: DataArray) -> DataArrayObject {
        DataArrayObject { inner: RefCell::new(array), origin: None }
    }

    /// A variable taken from a dataset.
    pub(super) fn of_dataset(array: DataArray, dataset: &Py<DatasetObject>, name: &str) -> DataArrayObject {
        DataArrayObject {
            inner: RefCell::new(array),
            origin: Some(Origin::Dataset(dataset.to_owned(), name.to_owned())),
        }
    }

    /// The array.
    pub fn inner(&self) -> DataArray {
        self.inner.borrow().clone()
    }

    /// Puts another array in this object.
    pub fn replace(&self, array: DataArray) {
        *self.inner.borrow_mut() = array;
    }

    /// Replaces the attributes, where the array was taken from too.
    pub(super) fn set_attributes(&self, attributes: Attributes) {
        self.change_origin(|variable| variable.attributes = attributes.clone());
        *self.inner.borrow_mut().attributes_mut() = attributes;
    }

    /// The encoding that a dict means for this array.
    pub(super) fn encoding_from(&self, dict: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Encoding> {
        encoding::from_dict(dict, self.inner.borrow().dims().len(), Written::Later, vm)
    }

    /// Replaces the encoding, where the array was taken from too.
    pub(super) fn set_encoding(&self, encoding: Encoding) {
        self.change_origin(|variable| variable.encoding = encoding.clone());
        *self.inner.borrow_mut().encoding_mut() = encoding;
    }

    /// Changes the metadata of the variable that this array was taken from.
    fn change_origin(&self, change: impl Fn(&mut Variable)) {
        match &self.origin {
            Some(Origin::Dataset(dataset, name)) => dataset.change_variable(name, &change),
            Some(Origin::Coordinate(array, name)) => array.change_coordinate(name, &change),
            None => {}
        }
    }

    fn change_coordinate(&self, name: &str, change: &dyn Fn(&mut Variable)) {
        if let Some(variable) = self.inner.borrow_mut().coordinate_mut(name) {
            change(variable);
        }
        if let Some(Origin::Dataset(dataset, _)) = &self.origin {
            dataset.change_variable(name, change);
        }
    }

    fn coordinate(zelf: &Py<Self>, name: &str, vm: &VirtualMachine) -> PyResult {
        let array = zelf.inner().coordinate(name).map_err(|error| dataset_exception(error, vm))?;
        let origin = Some(Origin::Coordinate(zelf.to_owned(), name.to_owned()));
        Ok(DataArrayObject { inner: RefCell::new(array), origin }.into_ref(&vm.ctx).into())
    }

    fn part(zelf: &Py<Self>, key: &PyObject, vm: &VirtualMachine) -> PyResult {
        if let Some(name) = key.downcast_ref::<PyStr>() {
            return Self::coordinate(zelf, &name.to_string_lossy(), vm);
        }
        let inner = zelf.inner();
        selecting::by_positions(&inner, selecting::of_dims(inner.dims(), key, vm)?, false, vm)
    }

    /// Puts other values in place, where the array was taken from too.
    pub(super) fn set_data(&self, data: Array) {
        self.change_origin(|variable| variable.data = data.clone());
        let mut arrays = self.inner().arrays();
        arrays[0] = data;
        let changed = self.inner().replace_arrays(arrays);
        self.replace(changed);
    }

    /// Adds, replaces or takes away a coordinate.
    pub(super) fn set_coordinate(&self, name: &str, value: Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<()> {
        let changed = match value {
            Some(value) => {
                let pairs = vec![(name.to_owned(), value)];
                self.inner().assign_coords(coordinate_variables(pairs, vm)?, &*engine::current())
            }
            None if !self.inner().coordinates().contains_key(name) => {
                return Err(vm.new_key_error(vm.ctx.new_str(name).into()));
            }
            None => self.inner().drop_vars(&[name.to_owned()], false),
        };
        self.replace(changed.map_err(|error| dataset_exception(error, vm))?);
        Ok(())
    }

    fn first_length(&self, vm: &VirtualMachine) -> PyResult<usize> {
        self.inner.borrow().shape().first().copied().ok_or_else(|| vm.new_type_error("len() of unsized object"))
    }
}

impl LabelledObject for DataArrayObject {
    type Inner = DataArray;

    fn inner(&self) -> DataArray {
        DataArrayObject::inner(self)
    }

    fn replace(&self, inner: DataArray) {
        DataArrayObject::replace(self, inner);
    }
}

impl Surface for DataArrayObject {
    const CLASS: &'static str = "DataArray";
    const METHODS: &'static [&'static [Method<Self>]] = &[
        Shared::<Self>::REDUCTIONS,
        Shared::<Self>::METHODS,
        Combining::<Self>::METHODS,
        Scans::<Self>::METHODS,
        Extremes::<Self>::METHODS,
        Members::<Self>::METHODS,
        members::OF_ARRAYS,
        Calendars::<Self>::METHODS,
        Reducing::<Self>::METHODS,
        Interpolating::<Self>::METHODS,
        calculus::OF_ARRAYS,
        Rearranging::<Self>::METHODS,
        Stacking::<Self>::METHODS,
        Restructuring::<Self>::METHODS,
        &[
            Method { name: "transpose", parameters: "*dim, transpose_coords~, missing_dims", body: transpose },
            Method { name: "item", parameters: "", body: item },
            Method { name: "to_dataset", parameters: "dim, *, name, promote_attrs", body: to_dataset },
            Method {
                name: "dot",
                parameters: "other!, dim",
                body: |this, a| {
                    let other = expect_object::<DataArrayObject>(a.required("other"), "a DataArray", a.vm)?;
                    restructuring::dot(&[this.inner(), other.inner()], a)
                },
            },
            Method { name: "to_numpy", parameters: "", body: |this, arguments| values(this, arguments.vm) },
            Method { name: "rename", parameters: "new_name_or_name_dict, **names", body: rename },
            Method { name: "assign_attrs", parameters: "*dicts, **attrs", body: assign_attrs },
            Method { name: "drop_attrs", parameters: "*, deep", body: drop_attrs },
            Method { name: "drop_encoding", parameters: "", body: drop_encoding },
            Method { name: "reset_coords", parameters: "names, *, drop", body: reset_coords },
            Method {
                name: "to_zarr",
                parameters: opening::TO_ZARR,
                body: |this, arguments| opening::data_array_to_zarr(&this.inner(), arguments),
            },
            Method {
                name: "to_netcdf",
                parameters: opening::TO_NETCDF,
                body: |this, arguments| opening::data_array_to_netcdf(&this.inner(), arguments),
            },
        ],
    ];
    const PROPERTIES: &'static [&'static [Property<Self>]] =
        &[Shared::<Self>::PROPERTIES, Members::<Self>::PROPERTIES, PROPERTIES];

    fn dynamic(this: &Py<Self>, name: &str, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        let exists = {
            let inner = this.inner.borrow();
            inner.coordinates().contains_key(name) || inner.dims().iter().any(|dimension| dimension == name)
        };
        if exists {
            return Self::coordinate(this, name, vm).map(Some);
        }
        // As xarray has it, attributes are found last.
        this.inner().attributes().get(name).map(|value| convert::from_json(value, vm)).transpose()
    }

    fn dynamic_names(this: &Py<Self>) -> Vec<String> {
        this.inner.borrow().coordinates().keys().cloned().collect()
    }
}

const PROPERTIES: &[Property<DataArrayObject>] = &[
    Property { name: "name", get: |this, vm| Ok(this.inner().name().map(str::to_owned).to_pyobject(vm)) },
    Property { name: "dims", get: |this, vm| Ok(convert::string_tuple(this.inner().dims(), vm)) },
    Property { name: "shape", get: |this, vm| Ok(convert::length_tuple(this.inner().shape().iter().copied(), vm)) },
    Property { name: "ndim", get: |this, vm| Ok(this.inner().shape().len().to_pyobject(vm)) },
    Property { name: "size", get: |this, vm| Ok(this.inner().data().len().to_pyobject(vm)) },
    Property { name: "nbytes", get: |this, vm| Ok(this.inner().data().size_bytes().to_pyobject(vm)) },
    Property {
        name: "dtype",
        get: |this, vm| {
            check_plain(&this.inner(), "its dtype", vm)?;
            Ok(DTypeObject::object(this.inner().dtype(), vm))
        },
    },
    Property { name: "attrs", get: |this, vm| Ok(AttributesObject::object(Owner::DataArray(this.to_owned()), vm)) },
    Property { name: "encoding", get: |this, vm| Ok(AttributesObject::object(Owner::Encoding(this.to_owned()), vm)) },
    Property { name: "values", get: values },
    Property { name: "data", get: data },
    Property { name: "loc", get: |this, vm| Ok(LocIndexer::of_array(this, vm)) },
    Property { name: "T", get: |this, vm| finish(this.inner().transpose(&[], false), vm) },
    Property { name: "dt", get: |this, vm| DatetimeAccessor::object(this.inner(), vm) },
    Property { name: "coords", get: coords },
    Property { name: "chunks", get: chunks },
    Property {
        name: "chunksizes",
        get: |this, vm| coordinates::chunk_sizes(std::iter::once(this.inner().variable()), vm),
    },
];

/// Refuses what a MultiIndex hasn't got: values that aren't tuples.
fn check_plain(inner: &DataArray, operation: &'static str, vm: &VirtualMachine) -> PyResult<()> {
    match inner.variable().levels() {
        Some(_) => {
            let name = inner.name().unwrap_or_default().to_owned();
            Err(dataset_exception(DatasetError::LevelsUnsupported { name, operation }, vm))
        }
        None => Ok(()),
    }
}

fn values(this: &Py<DataArrayObject>, vm: &VirtualMachine) -> PyResult {
    let inner = this.inner();
    check_plain(&inner, "taking its values", vm)?;
    if let Some(values) = inner.data().in_memory_values() {
        return Ok(shared_values(this, values).into_ref(&vm.ctx).into());
    }
    Ok(NdArray::new(evaluate(inner.data(), vm)?).into_ref(&vm.ctx).into())
}

/// Values in memory as an array that changes them here too, and where the array was taken from.
fn shared_values(this: &Py<DataArrayObject>, values: &Arc<Chunk>) -> NdArray {
    let owner = this.to_owned();
    NdArray::shared(values.clone(), move |values| owner.set_data(Array::in_memory(values.clone())))
}

/// The array without labels: lazy, or as it is in memory.
fn data(this: &Py<DataArrayObject>, vm: &VirtualMachine) -> PyResult {
    let inner = this.inner();
    check_plain(&inner, "taking its values", vm)?;
    Ok(match inner.data().in_memory_values() {
        Some(values) => shared_values(this, values).into_ref(&vm.ctx).into(),
        None => DaskArray::new(inner.data().clone()).into_ref(&vm.ctx).into(),
    })
}

fn coords(this: &Py<DataArrayObject>, vm: &VirtualMachine) -> PyResult {
    let inner = this.inner();
    let pairs = inner.coordinates().keys().map(|name| Ok((name, DataArrayObject::coordinate(this, name, vm)?)));
    let owner = Some(Owned::DataArray(this.to_owned()));
    Mapping::section(pairs.collect::<PyResult<Vec<_>>>()?, "Coordinates:", &inner.to_string(), owner, vm)
}

fn chunks(this: &Py<DataArrayObject>, vm: &VirtualMachine) -> PyResult {
    let inner = this.inner();
    match inner.data().in_memory_values() {
        Some(_) => Ok(vm.ctx.none()),
        None => Ok(crate::script::dask::chunk_sizes(inner.data(), vm)),
    }
}

fn transpose(this: &Py<DataArrayObject>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let dims = indexers::names(&vm.ctx.new_tuple(arguments.rest.clone()).into(), vm)?;
    let ignore = arguments.string("missing_dims")?.is_some_and(|missing| missing == "ignore");
    finish(this.inner().transpose(&dims, ignore), vm)
}

fn item(this: &Py<DataArrayObject>, arguments: &Arguments<'_>) -> PyResult {
    let (dtype, value) = single_value(this.as_object(), arguments.vm)?;
    match dtype {
        DType::CalendarTime(_) => NumpyScalar::object(dtype, value, arguments.vm),
        _ => Ok(convert::plain_object(&value, arguments.vm)),
    }
}

fn to_dataset(this: &Py<DataArrayObject>, arguments: &Arguments<'_>) -> PyResult {
    let (vm, inner) = (arguments.vm, this.inner());
    match (arguments.string("dim")?, arguments.string("name")?) {
        (Some(_), Some(_)) => Err(vm.new_type_error("cannot supply both dim and name arguments")),
        (Some(dimension), None) => finish(inner.split(&dimension), vm),
        (None, name) => {
            let promotes = arguments.bool("promote_attrs")?.unwrap_or(false);
            let dataset = inner.to_dataset(name.as_deref()).map(|mut dataset| {
                if promotes {
                    *dataset.attributes_mut() = inner.attributes().clone();
                }
                dataset
            });
            finish(dataset, vm)
        }
    }
}

fn rename(this: &Py<DataArrayObject>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let first = arguments.get("new_name_or_name_dict");
    if arguments.keywords.is_empty() && first.is_none_or(|name| name.downcastable::<PyStr>()) {
        let name = arguments.string("new_name_or_name_dict")?;
        return finish(Ok(this.inner().with_name(name)), vm);
    }
    let names = indexers::renaming(indexers::named(arguments, "new_name_or_name_dict")?, vm)?;
    finish(this.inner().rename(&names), vm)
}

fn assign_attrs(this: &Py<DataArrayObject>, arguments: &Arguments<'_>) -> PyResult {
    let mut inner = this.inner();
    let attributes = merged_attributes(inner.attributes(), arguments)?;
    *inner.attributes_mut() = attributes;
    finish(Ok(inner), arguments.vm)
}

/// Attributes with those of dicts and keywords added.
pub(super) fn merged_attributes(present: &Attributes, arguments: &Arguments<'_>) -> PyResult<Attributes> {
    let mut attributes = present.clone();
    for dict in &arguments.rest {
        attributes.extend(attribute_map(dict, arguments.vm)?);
    }
    for (key, value) in &arguments.keywords {
        attributes.insert(key.clone(), convert::json(value, arguments.vm)?);
    }
    Ok(attributes)
}

fn drop_attrs(this: &Py<DataArrayObject>, arguments: &Arguments<'_>) -> PyResult {
    let mut inner = this.inner();
    inner.attributes_mut().clear();
    if arguments.bool("deep")?.unwrap_or(true) {
        let names: Vec<String> = inner.coordinates().keys().cloned().collect();
        names.iter().filter_map(|name| inner.coordinate_mut(name).map(|variable| variable.attributes.clear())).count();
    }
    finish(Ok(inner), arguments.vm)
}

fn drop_encoding(this: &Py<DataArrayObject>, arguments: &Arguments<'_>) -> PyResult {
    let mut inner = this.inner();
    *inner.encoding_mut() = Encoding::default();
    let names: Vec<String> = inner.coordinates().keys().cloned().collect();
    for name in names {
        if let Some(variable) = inner.coordinate_mut(&name) {
            variable.encoding = Encoding::default();
        }
    }
    finish(Ok(inner), arguments.vm)
}

fn reset_coords(this: &Py<DataArrayObject>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let names = arguments.get("names").map(|names| indexers::names(names, vm)).transpose()?;
    if arguments.bool("drop")?.unwrap_or(false) {
        finish(this.inner().drop_coordinates(names.as_deref()), vm)
    } else {
        finish(this.inner().reset_coords(names.as_deref()), vm)
    }
}

surface_attributes!(DataArrayObject);
operators!(DataArrayObject, MUTABLE_METHODS);

#[pyclass(with(AsMapping, AsNumber, Comparable, Constructor, GetAttr, Iterable, Representable, SetAttr))]
impl DataArrayObject {
    #[pymethod]
    fn __format__(zelf: &Py<Self>, specification: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let is_scalar = zelf.inner.borrow().shape().is_empty();
        format_array(zelf.as_object(), is_scalar, specification, vm)
    }
}

impl SetAttr for DataArrayObject {
    fn setattro(zelf: &Py<Self>, name: &Py<PyStr>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        let attribute = name.to_string_lossy();
        match (&*attribute, value) {
            ("attrs", PySetterValue::Assign(value)) => zelf.set_attributes(attribute_map(&value, vm)?),
            ("encoding", PySetterValue::Assign(value)) => zelf.set_encoding(zelf.encoding_from(&value, vm)?),
            ("name", PySetterValue::Assign(value)) => {
                let name = if vm.is_none(&value) { None } else { Some(convert::string(&value, vm)?) };
                zelf.replace(zelf.inner().with_name(name));
            }
            ("values" | "data", PySetterValue::Assign(value)) => {
                let data = coordinates::array(&value, vm)?;
                let inner = zelf.inner();
                if data.shape() != inner.shape() {
                    return Err(vm.new_value_error(format!(
                        "replacement data must match the Variable's shape. replacement data has shape {:?}; Variable has shape {:?}",
                        data.shape(),
                        inner.shape()
                    )));
                }
                zelf.set_data(data);
            }
            (known, _) if defines::<Self>(known) => {
                let message = format!("setting DataArray.{known} is not supported by swath");
                return Err(vm.new_not_implemented_error(message));
            }
            (other, _) => {
                let message = format!("cannot set attribute '{other}' on a 'DataArray' object: use .attrs or .name");
                return Err(vm.new_attribute_error(message));
            }
        }
        Ok(())
    }
}

impl Constructor for DataArrayObject {
    type Args = FuncArgs;

    fn py_new(_class: &Py<PyType>, passed: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        const PARAMETERS: &str = "data!, coords, dims, name, attrs, indexes=None, fastpath=False";
        construct(&Arguments::bind("DataArray", PARAMETERS, passed, vm)?).map(DataArrayObject::new)
    }
}

fn construct(arguments: &Arguments<'_>) -> PyResult<DataArray> {
    let vm = arguments.vm;
    let array = coordinates::array(arguments.required("data"), vm)?;
    let coords = arguments.get("coords");
    let dims = match (arguments.get("dims"), coords) {
        (Some(dims), _) => indexers::names(dims, vm)?,
        (None, Some(coords)) if coords.downcastable::<PyDict>() && array.ndim() > 0 => {
            convert::string_pairs(coords, vm)?.into_iter().map(|(name, _)| name).take(array.ndim()).collect()
        }
        _ => (0..array.ndim()).map(|axis| format!("dim_{axis}")).collect(),
    };
    let pairs = match coords {
        None => Vec::new(),
        Some(coords) if coords.downcastable::<PyDict>() => convert::string_pairs(coords, vm)?,
        Some(coords) => dims.iter().cloned().zip(convert::one_or_more(coords, vm)?).collect(),
    };
    let failed = |error| dataset_exception(error, vm);
    let mut variable = Variable::new(dims, array).map_err(failed)?;
    if let Some(attributes) = arguments.get("attrs") {
        variable = variable.with_attributes(attribute_map(attributes, vm)?);
    }
    let built = DataArray::new(arguments.string("name")?, variable, IndexMap::new()).map_err(failed)?;
    built.assign_coords(coordinate_variables(pairs, vm)?, &*engine::current()).map_err(failed)
}

impl AsMapping for DataArrayObject {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: Some(|mapping, vm| DataArrayObject::mapping_downcast(mapping).first_length(vm)),
            subscript: Some(|mapping, key, vm| {
                DataArrayObject::part(DataArrayObject::mapping_downcast(mapping), key, vm)
            }),
            ass_subscript: Some(|mapping, key, value, vm| {
                let array = DataArrayObject::mapping_downcast(mapping);
                match (key.downcast_ref::<PyStr>(), value) {
                    (Some(name), value) => array.set_coordinate(&name.to_string_lossy(), value, vm),
                    (None, Some(value)) => selecting::assign(array, key, &value, vm),
                    (None, None) => Err(vm.new_type_error("elements of an array can't be deleted: use drop_isel")),
                }
            }),
        };
        &METHODS
    }
}

impl Iterable for DataArrayObject {
    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        let length = zelf.first_length(vm).map_err(|_| vm.new_type_error("iteration over a 0-d array"))?;
        let parts = (0..length).map(|index| DataArrayObject::part(&zelf, vm.ctx.new_int(index).as_object(), vm));
        let parts: PyObjectRef = vm.ctx.new_list(parts.collect::<PyResult<_>>()?).into();
        Ok(parts.get_iter(vm)?.into())
    }
}

impl Representable for DataArrayObject {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        Ok(zelf.inner().to_string())
    }
}
