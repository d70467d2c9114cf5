//! Methods of `DataArray` and `Dataset` that move, relabel and leave out: `roll`, `shift`, `diff`, `pad`, `reindex`,
//! `sortby`, `drop_sel`, `dropna`, `head`, `tail`, `thin`, `isin`.

use super::combine::fill_value;
use super::coordinates;
use super::data_array::DataArrayObject;
use super::indexers;
use super::labelled::{Labelled, LabelledObject};
use super::methods::finish;
use crate::array::Scalar;
use crate::dataset::{Dataset, DatasetError, Indexer, PadMode, PadValues, Presence, ReindexOptions, SortKey, Variable};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::engine;
use crate::script::errors::dataset_exception;
use crate::script::operand::{Operand, evaluate, single_value};
use crate::script::options;
use crate::script::surface::Method;
use indexmap::IndexMap;
use rustpython_vm::builtins::{PyDict, PyStr};
use rustpython_vm::{Py, PyObjectRef, PyResult, VirtualMachine};
use std::marker::PhantomData;

/// The table of a class.
pub(super) struct Rearranging<T>(PhantomData<T>);

impl<T: LabelledObject> Rearranging<T> {
    /// The methods.
    pub const METHODS: &'static [Method<T>] = &[
        Method { name: "roll", parameters: "shifts, roll_coords, **shifts_kwargs", body: roll::<T> },
        Method { name: "shift", parameters: "shifts, fill_value, **shifts_kwargs", body: shift::<T> },
        Method { name: "diff", parameters: "dim!, n, label", body: diff::<T> },
        Method {
            name: "pad",
            parameters: "pad_width, mode, stat_length=None, constant_values, end_values=None, reflect_type=None, \
                         keep_attrs, **pad_width_kwargs",
            body: pad::<T>,
        },
        Method {
            name: "reindex",
            parameters: "indexers, *, method, tolerance, copy~, fill_value, **indexers_kwargs",
            body: reindex::<T>,
        },
        Method {
            name: "reindex_like",
            parameters: "other!, *, method, tolerance, copy~, fill_value",
            body: reindex_like::<T>,
        },
        Method { name: "sortby", parameters: "variables!, ascending", body: sortby::<T> },
        Method { name: "drop_sel", parameters: "labels, *, errors, **labels_kwargs", body: drop_sel::<T> },
        Method { name: "drop", parameters: "labels, dim, *, errors, **labels_kwargs", body: drop::<T> },
        Method { name: "drop_isel", parameters: "indexers, **indexers_kwargs", body: drop_isel::<T> },
        Method { name: "dropna", parameters: "dim!, *, how, thresh, subset", body: dropna::<T> },
        Method { name: "head", parameters: "indexers, **indexers_kwargs", body: |this, a| ends(this, a, End::Head) },
        Method { name: "tail", parameters: "indexers, **indexers_kwargs", body: |this, a| ends(this, a, End::Tail) },
        Method { name: "thin", parameters: "indexers, **indexers_kwargs", body: |this, a| ends(this, a, End::Thin) },
        Method { name: "isin", parameters: "test_elements!", body: isin::<T> },
    ];
}

/// What a change of the object as a dataset makes of it.
pub(super) fn changed<T: LabelledObject>(
    this: &Py<T>,
    vm: &VirtualMachine,
    change: impl FnOnce(&Dataset) -> Result<Dataset, DatasetError>,
) -> PyResult {
    let inner = this.inner();
    finish(change(&inner.to_anonymous()).map(|dataset| inner.of_anonymous(dataset)), vm)
}

/// A dict of numbers by dimension, of a positional dict and keywords.
fn shifts(arguments: &Arguments<'_>) -> PyResult<IndexMap<String, i64>> {
    let pairs = indexers::named(arguments, "shifts")?;
    pairs.into_iter().map(|(name, shift)| Ok((name, convert::integer(&shift, arguments.vm)?))).collect()
}

fn roll<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let (shifts, coordinates) = (shifts(arguments)?, arguments.bool("roll_coords")?.unwrap_or(false));
    changed(this, arguments.vm, |dataset| dataset.roll(&shifts, coordinates))
}

fn shift<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let (shifts, fill) = (shifts(arguments)?, fill_value(arguments)?);
    changed(this, arguments.vm, |dataset| dataset.shift(&shifts, &fill))
}

fn diff<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let dimension = convert::string(arguments.required("dim"), vm)?;
    let n = arguments.get("n").map_or(Ok(1), |n| convert::integer(n, vm))?;
    let n = usize::try_from(n)
        .map_err(|_| vm.new_value_error(format!("differences are taken n times, which can't be {n}")))?;
    let later = match arguments.string("label")?.as_deref() {
        None | Some("upper") => true,
        Some("lower") => false,
        Some(_) => return Err(vm.new_value_error("label is 'upper' or 'lower'")),
    };
    changed(this, vm, |dataset| dataset.diff(&dimension, n, later))
}

/// A number, or one before and one after.
fn two(value: &PyObjectRef, vm: &VirtualMachine) -> PyResult<[PyObjectRef; 2]> {
    if !convert::is_sequence(value) {
        return Ok([value.clone(), value.clone()]);
    }
    match &convert::one_or_more(value, vm)?[..] {
        [one] => Ok([one.clone(), one.clone()]),
        [before, after] => Ok([before.clone(), after.clone()]),
        _ => Err(vm.new_value_error("expected one value, or one before and one after")),
    }
}

fn pad<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let mut widths: IndexMap<String, [usize; 2]> = IndexMap::new();
    for (dimension, width) in indexers::named(arguments, "pad_width")? {
        let [before, after] = two(&width, vm)?;
        widths.insert(dimension, [convert::count(&before, vm)?, convert::count(&after, vm)?]);
    }
    let mode = match arguments.string("mode")?.as_deref() {
        None | Some("constant") => PadMode::Constant(pad_values(arguments)?),
        Some("edge") => PadMode::Edge,
        Some("wrap") => PadMode::Wrap,
        Some("reflect") => PadMode::Reflect,
        Some("symmetric") => PadMode::Symmetric,
        Some(other) => {
            return Err(vm.new_not_implemented_error(format!(
                "pad(mode='{other}') is not supported by swath: constant, edge, wrap, reflect and symmetric are"
            )));
        }
    };
    let keep = arguments.bool("keep_attrs")?.unwrap_or_else(options::keep_attrs);
    changed(this, vm, |dataset| dataset.pad(&widths, &mode, keep))
}

fn pad_values(arguments: &Arguments<'_>) -> PyResult<PadValues> {
    let vm = arguments.vm;
    let values = |object: &PyObjectRef| -> PyResult<(Scalar, Scalar)> {
        let [before, after] = two(object, vm)?;
        Ok((single_value(&before, vm)?.1, single_value(&after, vm)?.1))
    };
    match arguments.get("constant_values") {
        None => Ok(PadValues::Missing),
        Some(dict) if dict.downcastable::<PyDict>() => {
            let pairs = convert::string_pairs(dict, vm)?;
            let all = pairs.into_iter().map(|(dimension, given)| Ok((dimension, values(&given)?)));
            all.collect::<PyResult<_>>().map(PadValues::PerDimension)
        }
        Some(given) => values(given).map(|(before, after)| PadValues::Everywhere(before, after)),
    }
}

fn reindex_options(arguments: &Arguments<'_>) -> PyResult<ReindexOptions> {
    let vm = arguments.vm;
    Ok(ReindexOptions {
        method: arguments.string("method")?.map(|name| indexers::method(&name, vm)).transpose()?,
        tolerance: arguments.get("tolerance").map(|value| indexers::label(value, vm)).transpose()?,
        fill_value: fill_value(arguments)?,
    })
}

fn reindex<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let options = reindex_options(arguments)?;
    let sizes = this.inner().sizes();
    let mut labels: IndexMap<String, Variable> = IndexMap::new();
    for (dimension, value) in indexers::named(arguments, "indexers")? {
        if !sizes.contains_key(&dimension) {
            let known: Vec<&str> = sizes.keys().map(String::as_str).collect();
            let message = format!("there is no dimension '{dimension}': found {known:?}");
            return Err(vm.new_value_error(message));
        }
        let mut variable = coordinates::variable(&value, Some(&dimension), vm)?;
        variable.data = crate::plan::Array::in_memory(evaluate(&variable.data, vm)?);
        if variable.dims.len() != 1 {
            return Err(vm.new_value_error(format!("the labels of '{dimension}' must have one dimension")));
        }
        variable.dims = vec![dimension.clone()];
        labels.insert(dimension, variable);
    }
    changed(this, vm, |dataset| dataset.reindex(&labels, &options))
}

fn reindex_like<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let options = reindex_options(arguments)?;
    let coordinates = match Operand::of(arguments.required("other"), vm)? {
        Some(Operand::DataArray(array)) => array.coordinates().clone(),
        Some(Operand::Dataset(dataset)) => dataset.coordinates().clone(),
        _ => return Err(arguments.type_error("other", "a DataArray or a Dataset", arguments.required("other"))),
    };
    let labels = coordinates.into_iter().filter(|(name, variable)| variable.is_index(name)).collect();
    changed(this, vm, |dataset| dataset.reindex(&labels, &options))
}

fn sortby<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let mut given = arguments.required("variables").clone();
    if given.is_callable() {
        given = given.call((this.to_owned(),), vm)?;
    }
    let single = given.downcastable::<PyStr>() || given.downcastable::<DataArrayObject>();
    let items = if single { vec![given] } else { convert::one_or_more(&given, vm)? };
    let key = |item: &PyObjectRef| match item.downcast_ref::<DataArrayObject>() {
        Some(array) => Ok(SortKey::Array(Box::new(array.inner()))),
        None => convert::string(item, vm).map(SortKey::Named),
    };
    let keys = items.iter().map(key).collect::<PyResult<Vec<_>>>()?;
    let ascending = arguments.bool("ascending")?.unwrap_or(true);
    changed(this, vm, |dataset| dataset.sortby(&keys, ascending, &*engine::current()))
}

fn drop_sel<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let ignore = arguments.string("errors")?.is_some_and(|errors| errors == "ignore");
    let mut labels = IndexMap::new();
    for (dimension, value) in indexers::named(arguments, "labels")? {
        labels.insert(dimension, indexers::label_list(&value, vm)?);
    }
    changed(this, vm, |dataset| dataset.drop_sel(&labels, ignore))
}

/// The older name of `drop_vars`, and with `dim=` of `drop_sel`.
fn drop<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let ignore = arguments.string("errors")?.is_some_and(|errors| errors == "ignore");
    let mut names: Vec<String> = arguments.keywords.keys().cloned().collect();
    match (arguments.get("labels"), arguments.string("dim")?) {
        (Some(labels), Some(dimension)) => {
            let labels = IndexMap::from([(dimension, indexers::label_list(labels, vm)?)]);
            return changed(this, vm, |dataset| dataset.drop_sel(&labels, ignore));
        }
        (Some(labels), None) => names.extend(indexers::names(labels, vm)?),
        (None, Some(_)) => return Err(vm.new_type_error("drop(dim=...) needs labels: use drop_sel")),
        (None, None) => {}
    }
    finish(this.inner().drop_vars(&names, ignore), vm)
}

fn drop_isel<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let sizes = this.inner().sizes();
    let mut indices = IndexMap::new();
    for (dimension, value) in indexers::named(arguments, "indexers")? {
        let size = sizes.get(&dimension).copied().unwrap_or(0);
        let list = match indexers::position(&value, vm)? {
            Indexer::At(index) => vec![index],
            Indexer::List(list) => list,
            Indexer::Mask(mask) => (0..mask.len() as i64).filter(|&at| mask[at as usize]).collect(),
            Indexer::Slice { start, stop, step } => {
                let clamp = |bound: i64| (if bound < 0 { bound + size as i64 } else { bound }).clamp(0, size as i64);
                let (first, end) = (start.map_or(0, clamp), stop.map_or(size as i64, clamp));
                (first..end).step_by(step.unwrap_or(1).max(1) as usize).collect()
            }
        };
        indices.insert(dimension, list);
    }
    changed(this, vm, |dataset| dataset.drop_isel(&indices))
}

fn dropna<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let dimension = convert::string(arguments.required("dim"), vm)?;
    let presence = match (arguments.get("thresh"), arguments.string("how")?.as_deref()) {
        (Some(least), _) => Presence::AtLeast(convert::count(least, vm)? as u64),
        (None, None | Some("any")) => Presence::All,
        (None, Some("all")) => Presence::Any,
        (None, Some(other)) => return Err(vm.new_value_error(format!("invalid how option: {other}"))),
    };
    let subset = arguments.get("subset").map(|names| indexers::names(names, vm)).transpose()?;
    changed(this, vm, |dataset| dataset.dropna(&dimension, presence, subset.as_deref(), &*engine::current()))
}

/// Which positions `head`, `tail` and `thin` leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Head,
    Tail,
    Thin,
}

fn ends<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>, end: End) -> PyResult {
    let vm = arguments.vm;
    let inner = this.inner();
    let everywhere = |value: PyObjectRef| inner.sizes().into_keys().map(move |name| (name, value.clone())).collect();
    let pairs: Vec<(String, PyObjectRef)> = match arguments.get("indexers") {
        Some(dict) if dict.downcastable::<PyDict>() => indexers::named(arguments, "indexers")?,
        Some(number) => everywhere(number.clone()),
        None if arguments.keywords.is_empty() && end != End::Thin => everywhere(vm.ctx.new_int(5).into()),
        None if arguments.keywords.is_empty() => {
            return Err(vm.new_type_error("thin takes a step for all dimensions, or a dict of one for each"));
        }
        None => indexers::named(arguments, "indexers")?,
    };
    let mut positions = IndexMap::new();
    for (dimension, value) in pairs {
        let not_a_number = |_| {
            let class = value.class().name().to_string();
            vm.new_type_error(format!("the number of positions along '{dimension}' is an integer: found {class}"))
        };
        let count = convert::integer(&value, vm).map_err(not_a_number)?;
        if count < 0 {
            return Err(vm.new_value_error(format!("the number of positions along '{dimension}' can't be {count}")));
        }
        positions.insert(
            dimension,
            match end {
                End::Head => Indexer::Slice { start: None, stop: Some(count), step: None },
                End::Tail if count == 0 => Indexer::Slice { start: None, stop: Some(0), step: None },
                End::Tail => Indexer::Slice { start: Some(-count), stop: None, step: None },
                End::Thin if count == 0 => return Err(vm.new_value_error("thin takes a step of at least 1")),
                End::Thin => Indexer::Slice { start: None, stop: None, step: Some(count) },
            },
        );
    }
    finish(inner.isel(&positions, false), vm)
}

fn isin<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let elements = match Operand::expect(arguments.required("test_elements"), vm)? {
        Operand::Dataset(_) => {
            return Err(vm.new_type_error("isin looks among the values of an array or a list: found a Dataset"));
        }
        Operand::Weak(_) => convert::chunk(arguments.required("test_elements"), None, vm)?,
        Operand::DataArray(array) => {
            let failed = |error| dataset_exception(error, vm);
            array.values(&*engine::current()).map_err(failed)?
        }
        Operand::Lazy(array) | Operand::Eager(array) | Operand::Typed(array) => evaluate(&array, vm)?,
    };
    changed(this, vm, |dataset| dataset.isin(&elements))
}
