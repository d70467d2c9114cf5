//! What groups have beside reductions: functions of each group, sums so far, values for each group.

use super::data_array::DataArrayObject;
use super::dataset_object::DatasetObject;
use super::group_by::object;
use super::grouped::{Grouped, GroupedObject};
use super::indexers;
use super::mapping::Mapping;
use super::methods::reduce_options;
use crate::dataset::{DatasetError, Operand as Labelled};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::engine;
use crate::script::errors::dataset_exception;
use crate::script::operand::Operand;
use crate::script::surface::{Method, Property};
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyResult, VirtualMachine};
use std::marker::PhantomData;

/// The tables of a class with groups.
pub(super) struct GroupMaps<T>(PhantomData<T>);

const SUM: &str = "dim, *, skipna, keep_attrs";

impl<T: GroupedObject> GroupMaps<T> {
    /// The methods.
    pub const METHODS: &'static [Method<T>] = &[
        Method { name: "map", parameters: "func!, args, shortcut~, **kwargs", body: map::<T> },
        Method { name: "apply", parameters: "func!, args, shortcut~, **kwargs", body: map::<T> },
        Method {
            name: "reduce",
            parameters: "func!, dim, *, axis=None, keep_attrs, shortcut~, **kwargs",
            body: reduce,
        },
        Method { name: "cumsum", parameters: SUM, body: |this, a| accumulate(this, false, a) },
        Method { name: "cumprod", parameters: SUM, body: |this, a| accumulate(this, true, a) },
        Method { name: "fillna", parameters: "value!", body: fillna },
        Method { name: "where", parameters: "cond!, other", body: where_method },
        Method {
            name: "assign_coords",
            parameters: "coords, **coords_kwargs",
            body: |this, a| each(this, "assign_coords", a),
        },
        Method { name: "assign", parameters: "variables, **variables_kwargs", body: |this, a| each(this, "assign", a) },
        Method { name: "shuffle_to_chunks", parameters: "chunks=None", body: shuffle },
    ];

    /// Properties.
    pub const PROPERTIES: &'static [Property<T>] = &[
        Property {
            name: "dims",
            get: |this, vm| {
                let sizes = first_sizes(this.grouped()).map_err(|error| dataset_exception(error, vm))?;
                Ok(convert::string_tuple(sizes.into_keys(), vm))
            },
        },
        Property {
            name: "sizes",
            get: |this, vm| {
                let sizes = first_sizes(this.grouped()).map_err(|error| dataset_exception(error, vm))?;
                Mapping::frozen(sizes.into_iter().map(|(name, length)| (name, length.to_pyobject(vm))), vm)
            },
        },
    ];
}

/// Dimensions of the first group.
fn first_sizes(grouped: &Grouped) -> Result<indexmap::IndexMap<String, usize>, DatasetError> {
    Ok(match grouped.grouping.parts(&grouped.object)?.first() {
        Some(Labelled::DataArray(array)) => array.sizes(),
        Some(Labelled::Dataset(dataset)) => dataset.sizes(),
        _ => indexmap::IndexMap::new(),
    })
}

/// What a function gives for the part of each group, put together.
fn mapped(grouped: &Grouped, vm: &VirtualMachine, function: impl Fn(PyObjectRef) -> PyResult) -> PyResult {
    grouped.refuse_stacked(vm)?;
    let parts = grouped.grouping.parts(&grouped.object).map_err(|error| dataset_exception(error, vm))?;
    let mut applied = Vec::new();
    for part in parts {
        let result = function(object(Ok(part), vm)?)?;
        applied.push(if let Some(array) = result.downcast_ref::<DataArrayObject>() {
            Labelled::from(array.inner())
        } else if let Some(dataset) = result.downcast_ref::<DatasetObject>() {
            Labelled::from(dataset.inner())
        } else {
            let class = result.class().name().to_string();
            return Err(vm.new_type_error(format!(
                "a function of groups must return a DataArray or a Dataset. Instead it returned {class}"
            )));
        });
    }
    let combined = grouped.grouping.combined(&grouped.object, applied, &*engine::current());
    object(combined.and_then(|combined| grouped.grouping.unstacked(&grouped.object, combined, true)), vm)
}

fn map<T: GroupedObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let further = arguments.get("args").map_or(Ok(Vec::new()), |args| convert::one_or_more(args, vm))?;
    let keywords: Vec<(String, PyObjectRef)> = arguments.keywords.clone().into_iter().collect();
    mapped(this.grouped(), vm, |part| {
        let mut passed = FuncArgs { args: further.clone(), kwargs: keywords.clone().into_iter().collect() };
        passed.prepend_arg(part);
        arguments.required("func").call(passed, vm)
    })
}

/// `reduce(func)`: `reduce` of the part of each group, over the grouped dimension by default.
fn reduce<T: GroupedObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let grouped = this.grouped();
    let dim = match arguments.get("dim") {
        Some(dim) => dim.clone(),
        None => vm.ctx.new_str(grouped.grouping.dimension()).into(),
    };
    let mut keywords: Vec<(String, PyObjectRef)> = arguments.keywords.clone().into_iter().collect();
    keywords.push(("dim".to_owned(), dim));
    keywords.extend(arguments.get("keep_attrs").map(|keep| ("keep_attrs".to_owned(), keep.clone())));
    mapped(grouped, vm, |part| {
        let passed =
            FuncArgs { args: vec![arguments.required("func").clone()], kwargs: keywords.clone().into_iter().collect() };
        part.get_attr("reduce", vm)?.call(passed, vm)
    })
}

/// A method of the part of each group, with the arguments of the call.
fn each<T: GroupedObject>(this: &Py<T>, method: &'static str, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let first = arguments.get("coords").or(arguments.get("variables")).cloned();
    mapped(this.grouped(), vm, |part| {
        let kwargs = arguments.keywords.clone().into_iter().collect();
        let passed = FuncArgs { args: first.clone().into_iter().collect(), kwargs };
        part.get_attr(method, vm)?.call(passed, vm)
    })
}

fn accumulate<T: GroupedObject>(this: &Py<T>, product: bool, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let dims = arguments.get("dim").map(|dim| indexers::dims(Some(dim), vm)).transpose()?;
    let options = reduce_options(arguments)?;
    this.grouped().refuse_stacked(arguments.vm)?;
    let Grouped { object: of, grouping, .. } = this.grouped();
    object(grouping.accumulated(of, product, dims.as_ref(), options, &*engine::current()), vm)
}

fn operand(arguments: &Arguments<'_>, name: &str) -> PyResult<Option<Labelled>> {
    let value = arguments.get(name).map(|value| Operand::expect(value.as_object(), arguments.vm)).transpose()?;
    Ok(value.map(Operand::into_dataset_operand))
}

fn fillna<T: GroupedObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    this.grouped().refuse_stacked(arguments.vm)?;
    let Grouped { object: of, grouping, .. } = this.grouped();
    match operand(arguments, "value")? {
        Some(value) => object(grouping.filled_with(of, &value), arguments.vm),
        None => Err(arguments.vm.new_type_error("fillna(value=None): expected a value")),
    }
}

fn where_method<T: GroupedObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    this.grouped().refuse_stacked(arguments.vm)?;
    let Grouped { object: of, grouping, .. } = this.grouped();
    let other = operand(arguments, "other")?;
    match operand(arguments, "cond")? {
        Some(condition) => object(grouping.where_(of, &condition, other.as_ref()), arguments.vm),
        None => Err(arguments.vm.new_type_error("where(cond=None): expected a condition")),
    }
}

fn shuffle<T: GroupedObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    this.grouped().refuse_stacked(arguments.vm)?;
    let Grouped { object: of, grouping, .. } = this.grouped();
    object(grouping.shuffled(of), arguments.vm)
}
