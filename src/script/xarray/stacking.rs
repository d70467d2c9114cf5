//! Methods about which coordinates label dimensions: `stack`, `unstack`, `set_index`, `reset_index` and the like, and
//! selections by the levels of a MultiIndex.

use super::combine::fill_value;
use super::indexers;
use super::labelled::{Labelled, LabelledObject};
use super::rearranging::changed;
use crate::dataset::{Indexer, Label};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::engine;
use crate::script::errors::dataset_exception;
use crate::script::surface::Method;
use indexmap::IndexMap;
use rustpython_vm::builtins::{PyDict, PyEllipsis, PyList, PySlice, PyTuple};
use rustpython_vm::{Py, PyObjectRef, PyResult, VirtualMachine};
use std::marker::PhantomData;

/// The table of a class.
pub(super) struct Stacking<T>(PhantomData<T>);

impl<T: LabelledObject> Stacking<T> {
    /// The methods.
    pub const METHODS: &'static [Method<T>] = &[
        Method { name: "stack", parameters: "dim, *, create_index, index_cls=None, **dim_kwargs", body: stack::<T> },
        Method { name: "unstack", parameters: "dim, *, fill_value, sparse=False", body: unstack::<T> },
        Method { name: "set_index", parameters: "indexes, append, **indexes_kwargs", body: set_index::<T> },
        Method { name: "reset_index", parameters: "dims_or_levels!, drop", body: reset_index::<T> },
        Method { name: "drop_indexes", parameters: "coord_names!, *, errors", body: drop_indexes::<T> },
        Method { name: "set_xindex", parameters: "coord_names!, index_cls=None", body: set_xindex::<T> },
    ];
}

fn stack<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    // `create_index=None` asks for an index where there are labels; left out, for one in any case.
    let index = match arguments.given("create_index") {
        None => Some(true),
        Some(value) if vm.is_none(value) => None,
        Some(value) => Some(value.clone().try_to_bool(vm)?),
    };
    let mut stacked: Vec<(String, Vec<String>)> = Vec::new();
    for (dimension, dims) in indexers::named(arguments, "dim")? {
        if dims.downcastable::<PyEllipsis>() {
            return Err(vm.new_value_error("the rest of the dimensions is written [...], not ..."));
        }
        stacked.push((dimension, indexers::names(&dims, vm)?));
    }
    changed(this, vm, |dataset| {
        stacked.iter().try_fold(dataset.clone(), |dataset, (dimension, dims)| dataset.stack(dimension, dims, index))
    })
}

fn unstack<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let dims = arguments.get("dim").map(|dim| indexers::names(dim, arguments.vm)).transpose()?;
    let fill = fill_value(arguments)?;
    changed(this, arguments.vm, |dataset| dataset.unstack(dims.as_deref(), &fill))
}

fn set_index<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let mut indexes = IndexMap::new();
    for (dimension, names) in indexers::named(arguments, "indexes")? {
        indexes.insert(dimension, indexers::names(&names, vm)?);
    }
    let append = arguments.bool("append")?.unwrap_or(false);
    changed(this, vm, |dataset| dataset.set_index(&indexes, append, &*engine::current()))
}

fn reset_index<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let names = indexers::names(arguments.required("dims_or_levels"), arguments.vm)?;
    let drop = arguments.bool("drop")?.unwrap_or(false);
    changed(this, arguments.vm, |dataset| dataset.reset_index(&names, drop))
}

fn drop_indexes<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let names = indexers::names(arguments.required("coord_names"), arguments.vm)?;
    let ignore = arguments.string("errors")?.is_some_and(|errors| errors == "ignore");
    changed(this, arguments.vm, |dataset| dataset.drop_indexes(&names, ignore))
}

fn set_xindex<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    match &indexers::names(arguments.required("coord_names"), vm)?[..] {
        [name] => changed(this, vm, |dataset| dataset.set_xindex(name, &*engine::current())),
        _ => Err(
            vm.new_not_implemented_error("set_xindex of several coordinates is not supported by swath: use set_index")
        ),
    }
}

/// Carries out what of a selection by label goes by MultiIndexes: by their levels, or by combinations. The rest of the
/// pairs is left.
///
/// # Errors
/// Where labels aren't there, and for what is no label.
pub(super) fn select_levels<L: Labelled>(
    inner: L,
    pairs: &mut Vec<(String, PyObjectRef)>,
    drop: bool,
    vm: &VirtualMachine,
) -> PyResult<L> {
    let dataset = inner.to_anonymous();
    let mut wanted: IndexMap<String, Vec<(usize, Label)>> = IndexMap::new();
    let mut positions: IndexMap<String, Indexer> = IndexMap::new();
    let mut left = Vec::new();
    let failed = |error| dataset_exception(error, vm);
    for (name, value) in std::mem::take(pairs) {
        if let Some((dimension, level)) = dataset.level(&name) {
            let label = one_label(&name, &value, vm)?;
            wanted.entry(dimension.to_owned()).or_default().push((level, label));
            continue;
        }
        let Some(levels) = dataset.levels_of(&name) else {
            left.push((name, value));
            continue;
        };
        if value.downcastable::<PyDict>() {
            for (level, value) in convert::string_pairs(&value, vm)? {
                let known = levels.names.iter().position(|own| *own == level);
                let level_at = known.ok_or_else(|| vm.new_value_error(format!("'{level}' is no level of '{name}'")))?;
                let label = one_label(&level, &value, vm)?;
                wanted.entry(name.clone()).or_default().push((level_at, label));
            }
        } else if value.downcastable::<PyList>() {
            let combinations = convert::one_or_more(&value, vm)?;
            let labels = |tuple: &PyObjectRef| {
                convert::one_or_more(tuple, vm)?.iter().map(|value| one_label(&name, value, vm)).collect()
            };
            let combinations: Vec<Vec<Label>> = combinations.iter().map(labels).collect::<PyResult<_>>()?;
            let found = dataset.positions_of_combinations(&name, &combinations).map_err(failed)?;
            positions.insert(name, Indexer::List(found));
        } else {
            let parts = if value.downcastable::<PyTuple>() { convert::one_or_more(&value, vm)? } else { vec![value] };
            for (level, part) in parts.iter().enumerate().take(levels.names.len()) {
                wanted.entry(name.clone()).or_default().push((level, one_label(&name, part, vm)?));
            }
        }
    }
    *pairs = left;
    if wanted.is_empty() && positions.is_empty() {
        return Ok(inner);
    }
    let mut selected = dataset.isel(&positions, drop).map_err(failed)?;
    for (dimension, labels) in wanted {
        selected = selected.sel_levels(&dimension, &labels, drop).map_err(failed)?;
    }
    Ok(inner.of_anonymous(selected))
}

fn one_label(name: &str, value: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Label> {
    if value.downcastable::<PySlice>() || convert::is_sequence(value) {
        return Err(vm.new_not_implemented_error(format!(
            "selecting several labels of '{name}', which belongs to a MultiIndex, is not supported by swath: select one label, or a list of tuples of the stacked dimension"
        )));
    }
    indexers::label(value, vm)
}
