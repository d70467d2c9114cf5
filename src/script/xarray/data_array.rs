//! `xarray.DataArray`.

use super::attributes::{AttributesObject, Owner};
use super::calculus;
use super::calendars::Calendars;
use super::combining::Combining;
use super::construction;
use super::coordinates::{self, attribute_map};
use super::dataset_object::DatasetObject;
use super::datetime::DatetimeAccessor;
use super::dictionary;
use super::encoding::{self, Written};
use super::extremes::Extremes;
use super::indexers;
use super::indexes::{self, Indexes};
use super::interpolating::Interpolating;
use super::labelled::LabelledObject;
use super::mapping::{Mapping, Owned};
use super::members::{self, Members};
use super::metadata::{self, Metadata, set_coordinate};
use super::methods::{Shared, finish};
use super::opening;
use super::rearranging::Rearranging;
use super::reducing::Reducing;
use super::restructuring::{self, Restructuring};
use super::scans::Scans;
use super::selecting::{self, LocIndexer};
use super::stacking::Stacking;
use super::tables;
use super::values::{check_plain, data, hold_shown_values, values};
use crate::array::DType;
use crate::dataset::{Attributes, DataArray, Encoding, Variable};
use crate::plan::Array;
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::engine;
use crate::script::errors::dataset_exception;
use crate::script::numbers::{contains, operators};
use crate::script::numpy::{DTypeObject, NumpyScalar, format_array};
use crate::script::operand::{expect_object, single_value};
use crate::script::surface::{Method, Property, Surface, defines, surface_attributes};
use rustpython_vm::builtins::{PyStr, PyType, PyTypeRef};
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::function::{FuncArgs, PySetterValue};
use rustpython_vm::protocol::{PyMappingMethods, PySequenceMethods};
use rustpython_vm::types::{
    AsMapping, AsNumber, AsSequence, Comparable, Constructor, GetAttr, Iterable, Representable, SetAttr,
};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};
use std::cell::RefCell;

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
        let field = zelf.inner().as_anonymous().named_field(name, &*engine::current());
        if let Some((_, field)) = field.map_err(|error| dataset_exception(error, vm))? {
            return finish(Ok(field), vm);
        }
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
        Indexes::<Self>::METHODS,
        indexes::OF_ARRAYS,
        members::OF_ARRAYS,
        Calendars::<Self>::METHODS,
        Reducing::<Self>::METHODS,
        Interpolating::<Self>::METHODS,
        calculus::OF_ARRAYS,
        Rearranging::<Self>::METHODS,
        Stacking::<Self>::METHODS,
        Restructuring::<Self>::METHODS,
        Metadata::<Self>::METHODS,
        metadata::OF_ARRAYS,
        dictionary::OF_ARRAYS,
        tables::OF_ARRAYS,
        &[
            Method { name: "transpose", parameters: "*dim, transpose_coords, missing_dims", body: transpose },
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
        &[Shared::<Self>::PROPERTIES, Members::<Self>::PROPERTIES, Indexes::<Self>::PROPERTIES, PROPERTIES];
    const ELSEWHERE: &'static [(&'static str, &'static str)] = members::ELSEWHERE;

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

fn coords(this: &Py<DataArrayObject>, vm: &VirtualMachine) -> PyResult {
    let inner = this.inner();
    let pairs = inner.coordinates().keys().map(|name| Ok((name, DataArrayObject::coordinate(this, name, vm)?)));
    let owner = Some(Owned::DataArray(this.to_owned()));
    Mapping::section(pairs.collect::<PyResult<Vec<_>>>()?, "Coordinates:", &inner.to_string(), owner, vm)
}

fn chunks(this: &Py<DataArrayObject>, vm: &VirtualMachine) -> PyResult {
    let inner = this.inner();
    match inner.data().is_unchunked() {
        true => Ok(vm.ctx.none()),
        false => Ok(crate::script::dask::chunk_sizes(inner.data(), vm)),
    }
}

fn transpose(this: &Py<DataArrayObject>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let dims = indexers::names(&vm.ctx.new_tuple(arguments.rest.clone()).into(), vm)?;
    let ignore = arguments.string("missing_dims")?.is_some_and(|missing| missing == "ignore");
    finish(
        match arguments.bool("transpose_coords")? {
            Some(false) => this.inner().transpose_values(&dims, ignore),
            _ => this.inner().transpose(&dims, ignore),
        },
        vm,
    )
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
        (Some(_), Some(_)) => Err(vm.new_type_error("to_dataset takes dim or name, and not both")),
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

surface_attributes!(DataArrayObject);
operators!(DataArrayObject, MUTABLE_METHODS);

#[pyclass(with(AsMapping, AsNumber, AsSequence, Comparable, Constructor, GetAttr, Iterable, Representable, SetAttr))]
impl DataArrayObject {
    #[pyclassmethod]
    fn from_dict(_class: PyTypeRef, dict: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        dictionary::array_from_dict(&dict, vm)
    }

    #[pyclassmethod]
    fn from_series(_class: PyTypeRef, passed: FuncArgs, vm: &VirtualMachine) -> PyResult {
        crate::script::tables::call("_array_of_series", passed, vm)
    }

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
                        "data of shape {:?} can't replace data of shape {:?}",
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
        construction::data_array(&Arguments::bind("DataArray", construction::DATA_ARRAY, passed, vm)?)
            .map(DataArrayObject::new)
    }
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
                    (Some(name), value) => set_coordinate(array, &name.to_string_lossy(), value, vm),
                    (None, Some(value)) => selecting::assign(array, key, &value, vm),
                    (None, None) => Err(vm.new_type_error("elements of an array can't be deleted: use drop_isel")),
                }
            }),
        };
        &METHODS
    }
}

impl AsSequence for DataArrayObject {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: PySequenceMethods = PySequenceMethods {
            contains: Some(|sequence, value, vm| {
                contains(DataArrayObject::sequence_downcast(sequence).as_object(), value, vm)
            }),
            ..PySequenceMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

impl Iterable for DataArrayObject {
    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        let length = zelf.first_length(vm).map_err(|_| {
            vm.new_type_error("an array without dimensions has no parts to go through: take its value by .item()")
        })?;
        let parts = (0..length).map(|index| DataArrayObject::part(&zelf, vm.ctx.new_int(index).as_object(), vm));
        let parts: PyObjectRef = vm.ctx.new_list(parts.collect::<PyResult<_>>()?).into();
        Ok(parts.get_iter(vm)?.into())
    }
}

impl Representable for DataArrayObject {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        hold_shown_values(zelf, vm)?;
        Ok(zelf.inner().to_string())
    }
}
