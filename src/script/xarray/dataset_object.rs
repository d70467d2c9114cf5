//! `xarray.Dataset`.

use super::attributes::{AttributesObject, Owner};
use super::calculus;
use super::calendars::Calendars;
use super::combine;
use super::combining::Combining;
use super::construction::{self, operand, operands};
use super::coordinates::{self, attribute_map};
use super::data_array::DataArrayObject;
use super::dictionary;
use super::encoding;
use super::extremes::Extremes;
use super::indexers;
use super::indexes::Indexes;
use super::interpolating::Interpolating;
use super::labelled::LabelledObject;
use super::mapping::{Mapping, Owned};
use super::members::{self, Members};
use super::metadata::{self, Metadata};
use super::methods::{Shared, finish};
use super::opening;
use super::rearranging::Rearranging;
use super::reducing::Reducing;
use super::restructuring::{DATASET_METHODS, Restructuring};
use super::scans::Scans;
use super::selecting::{self, LocIndexer};
use super::stacking::Stacking;
use super::tables;
use super::values::hold_shown_values;
use crate::dataset::{self, Attributes, Dataset, DatasetEncoding, DatasetError};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::engine;
use crate::script::errors::dataset_exception;
use crate::script::numbers::operators;
use crate::script::surface::{Method, Property, Surface, defines, surface_attributes};
use indexmap::IndexMap;
use rustpython_vm::builtins::{PyDict, PyStr, PyType, PyTypeRef};
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::function::{FuncArgs, PySetterValue};
use rustpython_vm::protocol::{PyMappingMethods, PySequenceMethods};
use rustpython_vm::types::{
    AsMapping, AsNumber, AsSequence, Comparable, Constructor, GetAttr, Iterable, Representable, SetAttr,
};
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};
use std::cell::RefCell;

/// A dataset.
#[pyclass(module = "xarray", name = "Dataset")]
#[derive(Debug, PyPayload)]
pub struct DatasetObject {
    inner: RefCell<Dataset>,
}

impl DatasetObject {
    /// The Python object's contents.
    pub fn new(dataset: Dataset) -> DatasetObject {
        DatasetObject { inner: RefCell::new(dataset) }
    }

    /// The dataset.
    pub fn inner(&self) -> Dataset {
        self.inner.borrow().clone()
    }

    /// Puts another dataset in this object.
    pub fn replace(&self, dataset: Dataset) {
        *self.inner.borrow_mut() = dataset;
    }

    /// Replaces the attributes.
    pub(super) fn set_attributes(&self, attributes: Attributes) {
        *self.inner.borrow_mut().attributes_mut() = attributes;
    }

    /// Replaces the encoding of the dataset as a whole.
    pub(super) fn set_encoding(&self, encoding: DatasetEncoding) {
        *self.inner.borrow_mut().encoding_mut() = encoding;
    }

    /// Changes the metadata of a variable that was taken out.
    pub(super) fn change_variable(&self, name: &str, change: &dyn Fn(&mut dataset::Variable)) {
        if let Some(variable) = self.inner.borrow_mut().variable_mut(name) {
            change(variable);
        }
    }

    fn variable(zelf: &Py<Self>, name: &str, vm: &VirtualMachine) -> PyResult {
        let field = zelf.inner().named_field(name, &*engine::current());
        if let Some((_, field)) = field.map_err(|error| dataset_exception(error, vm))? {
            return finish(Ok(field), vm);
        }
        let array = zelf.inner().get(name).map_err(|error| dataset_exception(error, vm))?;
        Ok(DataArrayObject::of_dataset(array, zelf, name).into_ref(&vm.ctx).into())
    }

    fn part(zelf: &Py<Self>, key: &PyObject, vm: &VirtualMachine) -> PyResult {
        if let Some(name) = key.downcast_ref::<PyStr>() {
            return Self::variable(zelf, &name.to_string_lossy(), vm);
        }
        if key.downcastable::<PyDict>() {
            return selecting::by_positions(&zelf.inner(), convert::string_pairs(key, vm)?, false, vm);
        }
        let names = indexers::names(&key.to_owned(), vm)?;
        finish(zelf.inner().select_variables(&names), vm)
    }

    fn assign(&self, name: &str, value: &PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let variables = IndexMap::from([(name.to_owned(), operand(value, vm)?)]);
        let assigned = self.inner().assign(variables, &*engine::current());
        self.replace(assigned.map_err(|error| dataset_exception(error, vm))?);
        Ok(())
    }
}

impl LabelledObject for DatasetObject {
    type Inner = Dataset;

    fn inner(&self) -> Dataset {
        DatasetObject::inner(self)
    }

    fn replace(&self, inner: Dataset) {
        DatasetObject::replace(self, inner);
    }
}

impl Surface for DatasetObject {
    const CLASS: &'static str = "Dataset";
    const METHODS: &'static [&'static [Method<Self>]] = &[
        Shared::<Self>::REDUCTIONS,
        Shared::<Self>::METHODS,
        Combining::<Self>::METHODS,
        Scans::<Self>::METHODS,
        Extremes::<Self>::METHODS,
        Members::<Self>::METHODS,
        Indexes::<Self>::METHODS,
        members::OF_DATASETS,
        Calendars::<Self>::METHODS,
        Reducing::<Self>::METHODS,
        Interpolating::<Self>::METHODS,
        calculus::OF_DATASETS,
        Rearranging::<Self>::METHODS,
        Stacking::<Self>::METHODS,
        Restructuring::<Self>::METHODS,
        DATASET_METHODS,
        Metadata::<Self>::METHODS,
        metadata::OF_DATASETS,
        dictionary::OF_DATASETS,
        tables::OF_DATASETS,
        &[
            Method { name: "transpose", parameters: "*dim, missing_dims", body: transpose },
            Method { name: "assign", parameters: "variables, **variables_kwargs", body: assign },
            Method {
                name: "merge",
                parameters: "other!, overwrite_vars=frozenset(), compat, join, fill_value, combine_attrs",
                body: |this, arguments| combine::merge_into(this.inner(), arguments),
            },
            Method { name: "update", parameters: "other!", body: update },
            Method { name: "keys", parameters: "", body: |this, a| vm_call(data_vars(this, a.vm)?, "keys", a) },
            Method { name: "values", parameters: "", body: |this, a| vm_call(data_vars(this, a.vm)?, "values", a) },
            Method { name: "items", parameters: "", body: |this, a| vm_call(data_vars(this, a.vm)?, "items", a) },
            Method { name: "get", parameters: "key!, default", body: get },
            Method {
                name: "to_zarr",
                parameters: opening::TO_ZARR,
                body: |this, arguments| opening::dataset_to_zarr(&this.inner(), arguments),
            },
            Method {
                name: "to_netcdf",
                parameters: opening::TO_NETCDF,
                body: |this, arguments| opening::dataset_to_netcdf(&this.inner(), arguments),
            },
        ],
    ];
    const PROPERTIES: &'static [&'static [Property<Self>]] = &[
        Shared::<Self>::PROPERTIES,
        Members::<Self>::PROPERTIES,
        Indexes::<Self>::PROPERTIES,
        members::DATASET_PROPERTIES,
        PROPERTIES,
    ];
    const ELSEWHERE: &'static [(&'static str, &'static str)] = members::ELSEWHERE;

    fn dynamic(this: &Py<Self>, name: &str, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        match this.inner().get(name) {
            Ok(array) => Ok(Some(DataArrayObject::of_dataset(array, this, name).into_ref(&vm.ctx).into())),
            Err(error @ DatasetError::Unreadable { .. }) => Err(dataset_exception(error, vm)),
            Err(_) => this.inner().attributes().get(name).map(|value| convert::from_json(value, vm)).transpose(),
        }
    }

    fn dynamic_names(this: &Py<Self>) -> Vec<String> {
        this.inner.borrow().variables().map(|(name, _)| name.to_owned()).collect()
    }
}

const PROPERTIES: &[Property<DatasetObject>] = &[
    Property {
        name: "dims",
        get: |this, vm| {
            let sizes = this.inner().sizes();
            Mapping::frozen(sizes.into_iter().map(|(name, length)| (name, length.to_pyobject(vm))), vm)
        },
    },
    Property { name: "attrs", get: |this, vm| Ok(AttributesObject::object(Owner::Dataset(this.to_owned()), vm)) },
    Property {
        name: "encoding",
        get: |this, vm| Ok(AttributesObject::object(Owner::DatasetEncoding(this.to_owned()), vm)),
    },
    Property { name: "loc", get: |this, vm| Ok(LocIndexer::of_dataset(this, vm)) },
    Property { name: "data_vars", get: data_vars },
    Property { name: "coords", get: coords },
    Property {
        name: "variables",
        get: |this, vm| {
            named(this, this.inner().variables().map(|(name, _)| name.to_owned()).collect(), "Variables:", None, vm)
        },
    },
    Property {
        name: "nbytes",
        get: |this, vm| {
            let total: u64 = this.inner().variables().map(|(_, variable)| variable.data.size_bytes()).sum();
            Ok(total.to_pyobject(vm))
        },
    },
    Property { name: "chunks", get: chunks },
    Property { name: "chunksizes", get: chunks },
];

/// Variables by name, shown as that section of the dataset's own text.
fn named(
    this: &Py<DatasetObject>,
    names: Vec<String>,
    section: &str,
    owner: Option<Owned>,
    vm: &VirtualMachine,
) -> PyResult {
    let pairs = names.into_iter().map(|name| {
        let variable = DatasetObject::variable(this, &name, vm)?;
        Ok((name, variable))
    });
    Mapping::section(pairs.collect::<PyResult<Vec<_>>>()?, section, &this.inner().to_string(), owner, vm)
}

fn data_vars(this: &Py<DatasetObject>, vm: &VirtualMachine) -> PyResult {
    named(this, this.inner().data_variables().keys().cloned().collect(), "Data variables:", None, vm)
}

fn coords(this: &Py<DatasetObject>, vm: &VirtualMachine) -> PyResult {
    let owner = Some(Owned::Dataset(this.to_owned()));
    named(this, this.inner().coordinates().keys().cloned().collect(), "Coordinates:", owner, vm)
}

fn chunks(this: &Py<DatasetObject>, vm: &VirtualMachine) -> PyResult {
    coordinates::chunk_sizes(this.inner().data_variables().values(), vm)
}

fn vm_call(object: PyObjectRef, method: &str, arguments: &Arguments<'_>) -> PyResult {
    arguments.vm.call_method(&object, method, ())
}

fn get(this: &Py<DatasetObject>, arguments: &Arguments<'_>) -> PyResult {
    let name = convert::string(arguments.required("key"), arguments.vm)?;
    match this.inner().variable(&name) {
        Some(_) => DatasetObject::variable(this, &name, arguments.vm),
        None => Ok(arguments.vm.unwrap_or_none(arguments.get("default").cloned())),
    }
}

fn transpose(this: &Py<DatasetObject>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let dims = indexers::names(&vm.ctx.new_tuple(arguments.rest.clone()).into(), vm)?;
    let ignore = arguments.string("missing_dims")?.is_some_and(|missing| missing == "ignore");
    finish(this.inner().transpose(&dims, ignore), vm)
}

/// `update`: as `assign`, in place.
fn update(this: &Py<DatasetObject>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let other = arguments.required("other");
    let mut updated = this.inner();
    let variables = match other.downcast_ref::<DatasetObject>() {
        Some(other) => {
            let other = other.inner();
            let names = other.data_variables().keys().cloned().collect::<Vec<_>>();
            let get = |name: String| Ok((name.clone(), dataset::Operand::from(other.get(&name)?)));
            let variables = names.into_iter().map(get).collect::<Result<_, DatasetError>>();
            updated = updated
                .assign_coords(other.coordinates().clone(), &*engine::current())
                .map_err(|error| dataset_exception(error, vm))?;
            variables.map_err(|error| dataset_exception(error, vm))?
        }
        None => operands(convert::string_pairs(other, vm)?, None, vm)?,
    };
    let updated = updated.assign(variables, &*engine::current());
    this.replace(updated.map_err(|error| dataset_exception(error, vm))?);
    Ok(vm.ctx.none())
}

fn assign(this: &Py<DatasetObject>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let variables = operands(indexers::named(arguments, "variables")?, Some(this), vm)?;
    finish(this.inner().assign(variables, &*engine::current()), vm)
}

surface_attributes!(DatasetObject);
operators!(DatasetObject, MUTABLE_METHODS);

#[pyclass(with(AsMapping, AsNumber, AsSequence, Comparable, Constructor, GetAttr, Iterable, Representable, SetAttr))]
impl DatasetObject {
    #[pyclassmethod]
    fn from_dict(_class: PyTypeRef, dict: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        dictionary::dataset_from_dict(&dict, vm)
    }

    #[pyclassmethod]
    fn from_dataframe(_class: PyTypeRef, passed: FuncArgs, vm: &VirtualMachine) -> PyResult {
        crate::script::tables::call("_dataset_of_table", passed, vm)
    }

    /// Found on the class, which is what `{**ds}` and `f(**ds)` ask of a mapping.
    #[pymethod]
    fn keys(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        let variables = data_vars(&zelf, vm)?;
        vm.call_method(&variables, "keys", ())
    }

    #[pymethod]
    fn __enter__(zelf: PyRef<Self>) -> PyRef<Self> {
        zelf
    }

    #[pymethod]
    fn __exit__(&self, _exception: FuncArgs) -> bool {
        false
    }
}

impl SetAttr for DatasetObject {
    fn setattro(zelf: &Py<Self>, name: &Py<PyStr>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        let attribute = name.to_string_lossy();
        match (&*attribute, value) {
            ("attrs", PySetterValue::Assign(value)) => {
                zelf.set_attributes(attribute_map(&value, vm)?);
                Ok(())
            }
            ("encoding", PySetterValue::Assign(value)) => {
                zelf.set_encoding(encoding::for_dataset(&value, vm)?);
                Ok(())
            }
            (known, _) if defines::<Self>(known) => {
                Err(vm.new_not_implemented_error(format!("setting Dataset.{known} is not supported by swath")))
            }
            (other, _) => Err(vm.new_attribute_error(format!(
                "a Dataset takes no attribute '{other}': a variable is assigned by ds['{other}'] = ..."
            ))),
        }
    }
}

impl Constructor for DatasetObject {
    type Args = FuncArgs;

    fn py_new(_class: &Py<PyType>, passed: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        construction::dataset(&Arguments::bind("Dataset", construction::DATASET, passed, vm)?).map(DatasetObject::new)
    }
}

impl AsMapping for DatasetObject {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: Some(|mapping, _vm| Ok(DatasetObject::mapping_downcast(mapping).inner().data_variables().len())),
            subscript: Some(|mapping, key, vm| DatasetObject::part(DatasetObject::mapping_downcast(mapping), key, vm)),
            ass_subscript: Some(|mapping, key, value, vm| {
                let dataset = DatasetObject::mapping_downcast(mapping);
                let name = convert::string(key, vm)?;
                match value {
                    Some(value) => dataset.assign(&name, &value, vm),
                    None => {
                        let dropped = dataset.inner().drop_vars(&[name], false);
                        dataset.replace(dropped.map_err(|error| dataset_exception(error, vm))?);
                        Ok(())
                    }
                }
            }),
        };
        &METHODS
    }
}

impl AsSequence for DatasetObject {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: PySequenceMethods = PySequenceMethods {
            contains: Some(|sequence, key, vm| {
                let name = convert::string(key, vm)?;
                Ok(DatasetObject::sequence_downcast(sequence).inner().variable(&name).is_some())
            }),
            ..PySequenceMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

impl Iterable for DatasetObject {
    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        Ok(data_vars(&zelf, vm)?.get_iter(vm)?.into())
    }
}

impl Representable for DatasetObject {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        hold_shown_values(zelf, vm)?;
        Ok(zelf.inner().to_string())
    }
}
