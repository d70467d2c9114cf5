//! Methods of `DataArray` and `Dataset` that bring another labelled object in: `broadcast_like`, `combine_first`,
//! `broadcast_equals`, `equals`, `identical`.

use super::data_array::DataArrayObject;
use super::indexers;
use super::labelled::{Labelled, LabelledObject};
use super::methods::finish;
use crate::dataset::{self, AlignOptions, Compat, Dataset, DatasetError, Join};
use crate::script::arguments::Arguments;
use crate::script::engine;
use crate::script::errors::dataset_exception;
use crate::script::operand::Operand;
use crate::script::surface::Method;
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};
use std::marker::PhantomData;

/// The table of a class.
pub(super) struct Combining<T>(PhantomData<T>);

impl<T: LabelledObject> Combining<T> {
    /// The methods.
    pub const METHODS: &'static [Method<T>] = &[
        Method { name: "broadcast_like", parameters: "other!, *, exclude", body: broadcast_like::<T> },
        Method { name: "combine_first", parameters: "other!", body: combine_first::<T> },
        Method { name: "equals", parameters: "other!", body: |this, a| is_same(this, a, Compat::Equals) },
        Method { name: "identical", parameters: "other!", body: |this, a| is_same(this, a, Compat::Identical) },
        Method {
            name: "broadcast_equals",
            parameters: "other!",
            body: |this, a| is_same(this, a, Compat::BroadcastEquals),
        },
    ];
}

/// The other labelled object as a dataset.
fn other(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Option<Dataset>> {
    Ok(match Operand::of(object, vm)? {
        Some(Operand::DataArray(array)) => Some(array.as_anonymous()),
        Some(Operand::Dataset(dataset)) => Some(dataset),
        _ => None,
    })
}

fn expect_other(arguments: &Arguments<'_>) -> PyResult<Dataset> {
    let object = arguments.required("other");
    other(object, arguments.vm)?.ok_or_else(|| arguments.type_error("other", "a DataArray or a Dataset", object))
}

fn broadcast_like<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let inner = this.inner();
    let exclude = arguments.get("exclude").map_or(Ok(Vec::new()), |names| indexers::names(names, arguments.vm))?;
    let like = broadcast_to(&inner, &expect_other(arguments)?, &exclude);
    finish(like, arguments.vm)
}

/// The object on its own dimensions and those of another, under the labels of both.
fn broadcast_to<L: Labelled>(inner: &L, other: &Dataset, exclude: &[String]) -> Result<L, DatasetError> {
    let options = AlignOptions { join: Join::Outer, exclude: exclude.to_vec(), ..AlignOptions::default() };
    let aligned = dataset::align_with(&[other.clone(), inner.to_anonymous()], &options)?;
    Ok(inner.of_anonymous(dataset::broadcast(&aligned, exclude)?.swap_remove(1)))
}

fn combine_first<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let inner = this.inner();
    let combined = dataset::combine_first(&inner.to_anonymous(), &expect_other(arguments)?);
    finish(combined.map(|dataset| inner.of_anonymous(dataset)), arguments.vm)
}

fn is_same<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>, compat: Compat) -> PyResult {
    let vm = arguments.vm;
    let name = |object: &PyObject| {
        object.downcast_ref::<DataArrayObject>().map(|array| array.inner().name().map(str::to_owned))
    };
    if compat == Compat::Identical && name(this.as_object()) != name(arguments.required("other")) {
        return Ok(false.to_pyobject(vm));
    }
    let Some(other) = other(arguments.required("other"), vm)? else { return Ok(false.to_pyobject(vm)) };
    let same = dataset::is_same(&this.inner().to_anonymous(), &other, compat, &*engine::current());
    Ok(same.map_err(|error| dataset_exception(error, vm))?.to_pyobject(vm))
}
