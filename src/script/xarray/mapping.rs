//! Mappings of names to things: `sizes`, `coords`, `data_vars`, `chunksizes`. Coordinates can be put in and taken out.

use super::data_array::DataArrayObject;
use super::dataset_object::DatasetObject;
use super::metadata::set_coordinate;
use crate::script::convert;
use rustpython_vm::builtins::{PyDictRef, PyStr};
use rustpython_vm::function::{Either, PyComparisonValue};
use rustpython_vm::protocol::{PyMappingMethods, PySequenceMethods};
use rustpython_vm::types::{AsMapping, AsSequence, Comparable, GetAttr, Iterable, PyComparisonOp, Representable};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

/// What coordinates belong to.
#[derive(Debug, Clone)]
pub(super) enum Owned {
    /// A labelled array.
    DataArray(PyRef<DataArrayObject>),
    /// A dataset.
    Dataset(PyRef<DatasetObject>),
}

/// A dict that can't be changed, but where it has the coordinates of an owner.
#[pyclass(module = "xarray", name = "Mapping")]
#[derive(Debug, PyPayload)]
pub struct Mapping {
    dict: PyDictRef,
    /// Its representation where it isn't that of a dict.
    text: Option<String>,
    owner: Option<Owned>,
}

impl Mapping {
    /// Names and plain values, shown as `Frozen({...})`.
    ///
    /// # Errors
    /// Where the machine can't hold them.
    pub(super) fn frozen<K: AsRef<str>>(
        pairs: impl IntoIterator<Item = (K, PyObjectRef)>,
        vm: &VirtualMachine,
    ) -> PyResult {
        Mapping::object(pairs, None, None, vm)
    }

    /// Names and variables, shown as a section of their owner's text.
    ///
    /// # Errors
    /// Where the machine can't hold them.
    pub(super) fn section<K: AsRef<str>>(
        pairs: impl IntoIterator<Item = (K, PyObjectRef)>,
        title: &str,
        owner_text: &str,
        owner: Option<Owned>,
        vm: &VirtualMachine,
    ) -> PyResult {
        let lines = owner_text.lines().skip_while(|line| *line != title).skip(1);
        let lines: Vec<&str> = lines.take_while(|line| line.starts_with(' ')).collect();
        let body = if lines.is_empty() { "    *empty*".to_owned() } else { lines.join("\n") };
        Mapping::object(pairs, Some(format!("{title}\n{body}")), owner, vm)
    }

    /// The dimensions of what coordinates belong to.
    pub(super) fn dims(&self) -> Option<Vec<String>> {
        match self.owner.as_ref()? {
            Owned::DataArray(array) => Some(array.inner().dims().to_vec()),
            Owned::Dataset(dataset) => Some(dataset.inner().sizes().into_keys().collect()),
        }
    }

    fn object<K: AsRef<str>>(
        pairs: impl IntoIterator<Item = (K, PyObjectRef)>,
        text: Option<String>,
        owner: Option<Owned>,
        vm: &VirtualMachine,
    ) -> PyResult {
        Ok(Mapping { dict: convert::dict(pairs, vm)?, text, owner }.into_ref(&vm.ctx).into())
    }
}

#[pyclass(with(AsMapping, AsSequence, Comparable, GetAttr, Iterable, Representable))]
impl Mapping {
    /// Found on the class, which is what `{**mapping}` and `f(**mapping)` ask of a mapping.
    #[pymethod]
    fn keys(&self, vm: &VirtualMachine) -> PyResult {
        vm.call_method(self.dict.as_object(), "keys", ())
    }

    /// `coords.update({...})`.
    #[pymethod]
    fn update(&self, other: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let pairs = convert::string_pairs(&other, vm)?;
        pairs.into_iter().try_for_each(|(name, value)| self.assign(vm.ctx.new_str(name).as_object(), Some(value), vm))
    }

    /// Puts a coordinate in, or takes one out.
    fn assign(&self, key: &PyObject, value: Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<()> {
        let name = convert::string(key, vm)?;
        match &self.owner {
            Some(Owned::DataArray(array)) => set_coordinate(array, &name, value.clone(), vm)?,
            Some(Owned::Dataset(dataset)) => set_coordinate(dataset, &name, value.clone(), vm)?,
            None => {
                return Err(vm.new_not_implemented_error(
                    "this mapping can't be changed in swath: use assign(), assign_coords() or drop_vars()",
                ));
            }
        }
        match &self.owner {
            _ if value.is_none() => self.dict.del_item(key, vm),
            Some(Owned::DataArray(array)) => self.dict.set_item(key, array.as_object().get_item(key, vm)?, vm),
            Some(Owned::Dataset(dataset)) => self.dict.set_item(key, dataset.as_object().get_item(key, vm)?, vm),
            None => Ok(()),
        }
    }
}

impl GetAttr for Mapping {
    /// The methods of a dict that don't change it.
    fn getattro(zelf: &Py<Self>, name: &Py<PyStr>, vm: &VirtualMachine) -> PyResult {
        match &*name.to_string_lossy() {
            "keys" | "values" | "items" | "get" | "copy" => zelf.dict.as_object().get_attr(name, vm),
            _ => zelf.as_object().generic_getattr(name, vm),
        }
    }
}

impl AsMapping for Mapping {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: Some(|mapping, _vm| Ok(Mapping::mapping_downcast(mapping).dict.__len__())),
            subscript: Some(|mapping, key, vm| Mapping::mapping_downcast(mapping).dict.get_item(key, vm)),
            ass_subscript: Some(|mapping, key, value, vm| Mapping::mapping_downcast(mapping).assign(key, value, vm)),
        };
        &METHODS
    }
}

impl AsSequence for Mapping {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: PySequenceMethods = PySequenceMethods {
            contains: Some(|sequence, key, vm| Ok(Mapping::sequence_downcast(sequence).dict.contains_key(key, vm))),
            ..PySequenceMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

impl Iterable for Mapping {
    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        Ok(zelf.dict.as_object().get_iter(vm)?.into())
    }
}

impl Comparable for Mapping {
    fn slot_richcompare(
        zelf: &PyObject,
        other: &PyObject,
        operation: PyComparisonOp,
        vm: &VirtualMachine,
    ) -> PyResult<Either<PyObjectRef, PyComparisonValue>> {
        let as_dict = |object: &PyObject| match object.downcast_ref::<Mapping>() {
            Some(mapping) => mapping.dict.clone().into(),
            None => object.to_owned(),
        };
        as_dict(zelf).rich_compare(as_dict(other), operation, vm).map(Either::A)
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

impl Representable for Mapping {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        match &zelf.text {
            Some(text) => Ok(text.clone()),
            None => Ok(format!("Frozen({})", zelf.dict.as_object().repr(vm)?.to_string_lossy())),
        }
    }
}
