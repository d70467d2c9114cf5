//! `.attrs` and `.encoding`: dicts whose changes reach the array or dataset that they belong to.

use super::coordinates::attribute_map;
use super::data_array::DataArrayObject;
use super::dataset_object::DatasetObject;
use super::encoding;
use crate::script::convert;
use crate::script::function::Function;
use rustpython_vm::builtins::{PyDictRef, PyStr};
use rustpython_vm::function::{Either, FuncArgs, PyComparisonValue};
use rustpython_vm::protocol::{PyMappingMethods, PySequenceMethods};
use rustpython_vm::types::{AsMapping, AsSequence, Comparable, GetAttr, Iterable, PyComparisonOp, Representable};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

/// What the dict is of.
#[derive(Debug, Clone)]
pub(super) enum Owner {
    /// Attributes of a labelled array.
    DataArray(PyRef<DataArrayObject>),
    /// Attributes of a dataset.
    Dataset(PyRef<DatasetObject>),
    /// The encoding of a labelled array.
    Encoding(PyRef<DataArrayObject>),
    /// The encoding of a dataset as a whole.
    DatasetEncoding(PyRef<DatasetObject>),
}

/// Attributes that can be read and changed like a dict.
#[pyclass(module = "xarray", name = "Attributes")]
#[derive(Debug, PyPayload)]
pub struct AttributesObject {
    owner: Owner,
}

impl AttributesObject {
    /// The attributes of an owner.
    pub(super) fn object(owner: Owner, vm: &VirtualMachine) -> PyObjectRef {
        AttributesObject { owner }.into_ref(&vm.ctx).into()
    }

    fn dict(&self, vm: &VirtualMachine) -> PyResult<PyDictRef> {
        let attributes = match &self.owner {
            Owner::DataArray(array) => array.inner().attributes().clone(),
            Owner::Dataset(dataset) => dataset.inner().attributes().clone(),
            Owner::Encoding(array) => return encoding::to_dict(array.inner().encoding(), vm),
            Owner::DatasetEncoding(dataset) => return encoding::of_dataset(dataset.inner().encoding(), vm),
        };
        let dict = vm.ctx.new_dict();
        for (key, value) in &attributes {
            dict.set_item(key.as_str(), convert::from_json(value, vm)?, vm)?;
        }
        Ok(dict)
    }

    /// Makes the owner have what a dict says.
    fn write(&self, dict: &PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        match &self.owner {
            Owner::DataArray(array) => array.set_attributes(attribute_map(dict, vm)?),
            Owner::Dataset(dataset) => dataset.set_attributes(attribute_map(dict, vm)?),
            Owner::DatasetEncoding(dataset) => dataset.set_encoding(encoding::for_dataset(dict, vm)?),
            Owner::Encoding(array) => array.set_encoding(array.encoding_from(dict, vm)?),
        }
        Ok(())
    }

    /// Runs a change on a dict of the attributes, which then become what the dict is.
    fn change<R>(&self, vm: &VirtualMachine, change: impl FnOnce(&PyDictRef) -> PyResult<R>) -> PyResult<R> {
        let dict = self.dict(vm)?;
        let result = change(&dict)?;
        self.write(&dict.into(), vm)?;
        Ok(result)
    }
}

#[pyclass(with(AsMapping, AsSequence, Comparable, GetAttr, Iterable, Representable))]
impl AttributesObject {
    /// Found on the class, which is what `{**attrs}` and `f(**attrs)` ask of a mapping.
    #[pymethod]
    fn keys(&self, vm: &VirtualMachine) -> PyResult {
        vm.call_method(self.dict(vm)?.as_object(), "keys", ())
    }
}

impl GetAttr for AttributesObject {
    /// Every method of a dict, run on the attributes.
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        if let Some(found) = zelf.as_object().generic_getattr_opt(name, None, vm)? {
            return Ok(found);
        }
        let method = name.to_string_lossy().into_owned();
        zelf.dict(vm)?.as_object().get_attr(name, vm)?;
        let owner = zelf.to_owned();
        Ok(Function::object(
            format!("attrs.{method}"),
            "*arguments, **keywords",
            move |arguments| {
                let passed =
                    FuncArgs { args: arguments.rest.clone(), kwargs: arguments.keywords.clone().into_iter().collect() };
                owner.change(arguments.vm, |dict| arguments.vm.call_method(dict.as_object(), &method, passed))
            },
            &vm.ctx,
        ))
    }
}

impl AsMapping for AttributesObject {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: Some(|mapping, vm| Ok(AttributesObject::mapping_downcast(mapping).dict(vm)?.__len__())),
            subscript: Some(|mapping, key, vm| AttributesObject::mapping_downcast(mapping).dict(vm)?.get_item(key, vm)),
            ass_subscript: Some(|mapping, key, value, vm| {
                AttributesObject::mapping_downcast(mapping).change(vm, |dict| match value {
                    Some(value) => dict.set_item(key, value, vm),
                    None => dict.del_item(key, vm),
                })
            }),
        };
        &METHODS
    }
}

impl AsSequence for AttributesObject {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: PySequenceMethods = PySequenceMethods {
            contains: Some(|sequence, key, vm| {
                Ok(AttributesObject::sequence_downcast(sequence).dict(vm)?.contains_key(key, vm))
            }),
            ..PySequenceMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

impl Iterable for AttributesObject {
    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        Ok(zelf.dict(vm)?.as_object().get_iter(vm)?.into())
    }
}

impl Comparable for AttributesObject {
    fn slot_richcompare(
        zelf: &PyObject,
        other: &PyObject,
        operation: PyComparisonOp,
        vm: &VirtualMachine,
    ) -> PyResult<Either<PyObjectRef, PyComparisonValue>> {
        let as_dict = |object: &PyObject| match object.downcast_ref::<AttributesObject>() {
            Some(attributes) => attributes.dict(vm).map(PyObjectRef::from),
            None => Ok(object.to_owned()),
        };
        as_dict(zelf)?.rich_compare(as_dict(other)?, operation, vm).map(Either::A)
    }

    fn cmp(
        _zelf: &Py<Self>,
        _other: &PyObject,
        _operation: PyComparisonOp,
        _vm: &VirtualMachine,
    ) -> PyResult<PyComparisonValue> {
        Ok(PyComparisonValue::NotImplemented)
    }
}

impl Representable for AttributesObject {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        Ok(zelf.dict(vm)?.as_object().repr(vm)?.to_string_lossy().into_owned())
    }
}
