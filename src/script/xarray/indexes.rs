//! `indexes`, `get_index` and `to_index`: labels as pandas' indexes.

use super::data_array::DataArrayObject;
use super::labelled::{Labelled, LabelledObject};
use super::mapping::Mapping;
use crate::array::Chunk;
use crate::dataset::Variable;
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::numpy::NdArray;
use crate::script::operand;
use crate::script::surface::{Method, Property};
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyPayload, PyResult, VirtualMachine};
use std::marker::PhantomData;

/// The tables of a class.
pub(super) struct Indexes<T>(PhantomData<T>);

impl<T: LabelledObject> Indexes<T> {
    /// The methods.
    pub const METHODS: &'static [Method<T>] = &[Method { name: "get_index", parameters: "key!", body: get_index::<T> }];

    /// Properties.
    pub const PROPERTIES: &'static [Property<T>] = &[Property { name: "indexes", get: indexes::<T> }];
}

/// Those of arrays.
pub(super) const OF_ARRAYS: &[Method<DataArrayObject>] = &[Method { name: "to_index", parameters: "", body: to_index }];

fn indexes<T: LabelledObject>(this: &Py<T>, vm: &VirtualMachine) -> PyResult {
    let dataset = this.inner().to_anonymous();
    let labels = dataset.coordinates().iter().filter_map(|(name, variable)| Some((name, labels(name, variable)?)));
    let objects = labels.map(|(name, labels)| Ok((name.clone(), index(labels, Some(name), vm)?)));
    Mapping::frozen(objects.collect::<PyResult<Vec<_>>>()?, vm)
}

/// The labels of an index of one level.
fn labels(name: &str, variable: &Variable) -> Option<Chunk> {
    variable.values().filter(|_| variable.is_index(name) && variable.levels().is_none()).cloned()
}

fn get_index<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let (vm, dataset) = (arguments.vm, this.inner().to_anonymous());
    let name = convert::string(arguments.required("key"), vm)?;
    if let Some(labels) = dataset.coordinates().get(&name).and_then(|variable| labels(&name, variable)) {
        return index(labels, Some(&name), vm);
    }
    let Some(&length) = dataset.sizes().get(&name) else { return Err(vm.new_key_error(vm.ctx.new_str(name).into())) };
    pandas("RangeIndex", length.to_pyobject(vm), Some(&name), vm)
}

fn to_index(this: &Py<DataArrayObject>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let labels = operand::values(this.as_object(), vm)?;
    if labels.ndim() != 1 {
        return Err(vm.new_value_error("IndexVariable objects must be 1-dimensional"));
    }
    index(labels, this.inner().name(), vm)
}

fn index(labels: Chunk, name: Option<&str>, vm: &VirtualMachine) -> PyResult {
    let array = NdArray::new(labels).into_ref(&vm.ctx).into();
    pandas("Index", array, name, vm)
}

/// An index of pandas'.
fn pandas(class: &'static str, argument: PyObjectRef, name: Option<&str>, vm: &VirtualMachine) -> PyResult {
    let name = name.map_or_else(|| vm.ctx.none(), |name| vm.ctx.new_str(name).into());
    let passed = FuncArgs { args: vec![argument], kwargs: [("name".to_owned(), name)].into_iter().collect() };
    vm.import("pandas", 0)?.get_attr(class, vm)?.call(passed, vm)
}
