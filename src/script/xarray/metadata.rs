//! Names, attributes, encodings and roles of variables: `rename`, `assign_attrs`, `drop_attrs`, `drop_encoding`,
//! `set_coords`, `reset_coords`; and coordinates put in and taken out in place.

use super::coordinates::{assigned_coordinates, attribute_map};
use super::data_array::DataArrayObject;
use super::dataset_object::DatasetObject;
use super::indexers;
use super::labelled::{Labelled, LabelledObject};
use super::methods::finish;
use crate::dataset::{Dataset, DatasetEncoding, Encoding, Variable};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::engine;
use crate::script::errors::dataset_exception;
use crate::script::surface::Method;
use rustpython_vm::builtins::PyStr;
use rustpython_vm::{Py, PyObjectRef, PyResult, VirtualMachine};
use std::marker::PhantomData;

/// The table of a class.
pub(super) struct Metadata<T>(PhantomData<T>);

impl<T: LabelledObject> Metadata<T> {
    /// The methods of both classes.
    pub const METHODS: &'static [Method<T>] = &[
        Method { name: "assign_attrs", parameters: "*dicts, **attrs", body: assign_attrs::<T> },
        Method { name: "drop_attrs", parameters: "*, deep", body: drop_attrs::<T> },
        Method { name: "drop_encoding", parameters: "", body: drop_encoding::<T> },
        Method { name: "reset_encoding", parameters: "", body: drop_encoding::<T> },
    ];
}

/// Those of arrays.
pub(super) const OF_ARRAYS: &[Method<DataArrayObject>] = &[
    Method { name: "rename", parameters: "new_name_or_name_dict, **names", body: rename_array },
    Method { name: "reset_coords", parameters: "names, *, drop", body: reset_coords_of_array },
];

/// Those of datasets.
pub(super) const OF_DATASETS: &[Method<DatasetObject>] = &[
    Method { name: "rename", parameters: "name_dict, **names", body: rename_variables },
    Method { name: "rename_vars", parameters: "name_dict, **names", body: rename_variables },
    Method {
        name: "reset_coords",
        parameters: "names, *, drop",
        body: |this, arguments| {
            let names = arguments.get("names").map(|names| indexers::names(names, arguments.vm)).transpose()?;
            let drop = arguments.bool("drop")?.unwrap_or(false);
            finish(this.inner().reset_coords(names.as_deref(), drop), arguments.vm)
        },
    },
    Method {
        name: "set_coords",
        parameters: "names!",
        body: |this, arguments| {
            let names = indexers::names(arguments.required("names"), arguments.vm)?;
            finish(this.inner().set_coords(&names, &*engine::current()), arguments.vm)
        },
    },
];

fn rename_array(this: &Py<DataArrayObject>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let first = arguments.get("new_name_or_name_dict");
    if arguments.keywords.is_empty() && first.is_none_or(|name| name.downcastable::<PyStr>()) {
        let name = arguments.string("new_name_or_name_dict")?;
        return finish(Ok(this.inner().with_name(name)), vm);
    }
    let names = indexers::renaming(indexers::named(arguments, "new_name_or_name_dict")?, vm)?;
    finish(this.inner().rename(&names), vm)
}

fn rename_variables(this: &Py<DatasetObject>, arguments: &Arguments<'_>) -> PyResult {
    let names = indexers::renaming(indexers::named(arguments, "name_dict")?, arguments.vm)?;
    finish(this.inner().rename(&names), arguments.vm)
}

fn reset_coords_of_array(this: &Py<DataArrayObject>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let names = arguments.get("names").map(|names| indexers::names(names, vm)).transpose()?;
    if arguments.bool("drop")?.unwrap_or(false) {
        finish(this.inner().drop_coordinates(names.as_deref()), vm)
    } else {
        finish(this.inner().reset_coords(names.as_deref()), vm)
    }
}

fn assign_attrs<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let mut inner = this.inner();
    let attributes = inner.attributes_mut();
    for dict in &arguments.rest {
        attributes.extend(attribute_map(dict, arguments.vm)?);
    }
    for (key, value) in &arguments.keywords {
        attributes.insert(key.clone(), convert::json(value, arguments.vm)?);
    }
    finish(Ok(inner), arguments.vm)
}

fn drop_attrs<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let mut inner = this.inner();
    if arguments.bool("deep")?.unwrap_or(true) {
        inner = inner.of_anonymous(with_each(inner.to_anonymous(), |variable| variable.attributes.clear()));
    }
    inner.attributes_mut().clear();
    finish(Ok(inner), arguments.vm)
}

fn drop_encoding<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let inner = this.inner();
    finish(Ok(without_encoding(&inner)), arguments.vm)
}

/// An object that doesn't know how its variables lay in a store.
pub(super) fn without_encoding<L: Labelled>(object: &L) -> L {
    let mut dropped = with_each(object.to_anonymous(), |variable| variable.encoding = Encoding::default());
    *dropped.encoding_mut() = DatasetEncoding::default();
    object.of_anonymous(dropped)
}

/// A dataset with the metadata of each variable changed.
fn with_each(mut dataset: Dataset, change: impl Fn(&mut Variable)) -> Dataset {
    let names: Vec<String> = dataset.variables().map(|(name, _)| name.to_owned()).collect();
    names.iter().filter_map(|name| dataset.variable_mut(name).map(&change)).count();
    dataset
}

/// Adds, replaces or takes away a coordinate of an object, in place.
///
/// # Errors
/// `KeyError` where there is none to take away, and where values don't fit.
pub(super) fn set_coordinate<T: LabelledObject>(
    object: &Py<T>,
    name: &str,
    value: Option<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let inner = object.inner();
    let changed = match value {
        Some(value) => {
            let pairs = vec![(name.to_owned(), value)];
            inner.assign_coords(assigned_coordinates(&inner.to_anonymous(), pairs, vm)?, &*engine::current())
        }
        None if !inner.to_anonymous().coordinates().contains_key(name) => {
            return Err(vm.new_key_error(vm.ctx.new_str(name).into()));
        }
        None => inner.drop_vars(&[name.to_owned()], false),
    };
    object.replace(changed.map_err(|error| dataset_exception(error, vm))?);
    Ok(())
}
