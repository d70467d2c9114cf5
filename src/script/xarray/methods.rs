//! Methods and properties that `DataArray` and `Dataset` share.

use super::coarsen::coarsen;
use super::construction;
use super::coordinates::{self, assigned_coordinates};
use super::group_by::{group_by, group_by_bins};
use super::indexers;
use super::labelled::{Labelled, LabelledObject};
use super::mapping::Mapping;
use super::resample::resample;
use super::rolling::rolling;
use super::selecting;
use super::weighted::weighted;
use crate::array::DType;
use crate::dataset::{DatasetError, Dims, NewDim, Probabilities, ReduceOptions, quantile_method};
use crate::kernels::quantile::QuantileMethod;
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::dask::{compute_one, persist_one};
use crate::script::elementwise;
use crate::script::engine;
use crate::script::errors::{dataset_exception, plan_exception};
use crate::script::operand::{self, Operand};
use crate::script::options;
use crate::script::surface::{Method, Property, reductions};
use indexmap::IndexMap;
use rustpython_vm::builtins::PyDict;
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{Py, PyObjectRef, PyResult, VirtualMachine};
use std::marker::PhantomData;

/// The tables of a class.
pub(super) struct Shared<T>(PhantomData<T>);

const REDUCTION: &str =
    "dim, *, axis, skipna, keep_attrs, numeric_only~, min_count=None, keepdims=False, dtype=None, out=None";
const MEAN: &str = "dim, *, axis, skipna, keep_attrs, numeric_only~, min_count=None, keepdims=False, dtype, out=None";
const SUM: &str = "dim, *, axis, skipna, min_count, keep_attrs, numeric_only~, keepdims=False, dtype, out=None";
const REDUCTION_WITH_DDOF: &str =
    "dim, *, axis, skipna, ddof, keep_attrs, numeric_only~, keepdims=False, dtype, out=None";
const LOGICAL: &str = "dim, *, axis, keep_attrs, keepdims=False, out=None";

impl<T: LabelledObject> Shared<T> {
    /// Reductions, by their registered names.
    pub const REDUCTIONS: &'static [Method<T>] = reductions!(reduce::<T>;
        "mean" MEAN, "sum" SUM, "prod" SUM, "min" REDUCTION, "max" REDUCTION,
        "std" REDUCTION_WITH_DDOF, "var" REDUCTION_WITH_DDOF, "count" LOGICAL, "any" LOGICAL, "all" LOGICAL,
    );

    /// Everything else.
    pub const METHODS: &'static [Method<T>] = &[
        Method { name: "median", parameters: REDUCTION, body: median::<T> },
        Method {
            name: "quantile",
            parameters: "q!, dim, *, method, numeric_only~, keep_attrs, skipna, interpolation",
            body: quantile::<T>,
        },
        Method {
            name: "isel",
            parameters: "indexers, drop, missing_dims, **indexers_kwargs",
            body: selecting::isel::<T>,
        },
        Method {
            name: "sel",
            parameters: "indexers, method, tolerance, drop, **indexers_kwargs",
            body: selecting::sel::<T>,
        },
        Method { name: "squeeze", parameters: "dim, drop, axis", body: squeeze::<T> },
        Method {
            name: "expand_dims",
            parameters: "dim, axis, create_index_for_new_dim, **dim_kwargs",
            body: expand_dims::<T>,
        },
        Method { name: "where", parameters: "cond!, other, drop", body: where_method::<T> },
        Method { name: "fillna", parameters: "value!", body: fillna::<T> },
        Method { name: "isnull", parameters: "keep_attrs~", body: |this, a| finish(this.inner().isnull(), a.vm) },
        Method { name: "notnull", parameters: "keep_attrs~", body: |this, a| finish(this.inner().notnull(), a.vm) },
        Method { name: "clip", parameters: "min, max, *, keep_attrs", body: clip::<T> },
        Method {
            name: "astype",
            parameters: "dtype!, *, order=None, casting=None, subok~, copy~, keep_attrs",
            body: |this, a| {
                let cast = this.inner().astype(convert::dtype(a.required("dtype"), a.vm)?);
                finish(kept_attributes(cast, a.bool("keep_attrs")?.unwrap_or(true)), a.vm)
            },
        },
        Method { name: "round", parameters: "decimals, *, keep_attrs", body: round::<T> },
        Method { name: "drop_vars", parameters: "names!, *, errors", body: drop_vars::<T> },
        Method { name: "assign_coords", parameters: "coords, **coords_kwargs", body: assign_coords::<T> },
        Method {
            name: "chunk",
            parameters: "chunks, name_prefix~, token~, lock~, inline_array~, chunked_array_type=None, from_array_kwargs=None, **chunks_kwargs",
            body: chunk::<T>,
        },
        Method { name: "compute", parameters: "**kwargs", body: |this, a| compute_one(&this.to_owned().into(), a.vm) },
        Method { name: "as_numpy", parameters: "", body: |this, a| compute_one(&this.to_owned().into(), a.vm) },
        Method { name: "persist", parameters: "**kwargs", body: |this, a| persist_one(&this.to_owned().into(), a.vm) },
        Method { name: "load", parameters: "**kwargs", body: load::<T> },
        Method {
            name: "groupby",
            parameters: "group, *, squeeze=False, restore_coord_dims~, eagerly_compute_group=None, **groupers",
            body: |this, arguments| group_by(this.inner().operand(), arguments),
        },
        Method {
            name: "groupby_bins",
            parameters: "group!, bins!, right, labels, precision, include_lowest, squeeze=False, restore_coord_dims~, duplicates='raise', eagerly_compute_group=None",
            body: |this, arguments| group_by_bins(this.inner().operand(), arguments),
        },
        Method {
            name: "resample",
            parameters: "indexer, *, skipna=None, closed, label, offset, origin, restore_coord_dims~, **indexer_kwargs",
            body: |this, arguments| resample(this.inner().operand(), arguments),
        },
        Method {
            name: "rolling",
            parameters: "dim, min_periods, center, **window_kwargs",
            body: |this, arguments| rolling(this.inner().operand(), arguments),
        },
        Method {
            name: "coarsen",
            parameters: "dim, boundary, side, coord_func, **window_kwargs",
            body: |this, arguments| coarsen(this.inner().operand(), arguments),
        },
        Method {
            name: "weighted",
            parameters: "weights!",
            body: |this, arguments| weighted(this.inner().operand(), arguments),
        },
        Method { name: "pipe", parameters: "func!, *args, **kwargs", body: pipe::<T> },
        Method { name: "close", parameters: "", body: |_this, a| Ok(a.vm.ctx.none()) },
        Method {
            name: "copy",
            parameters: "deep~, data",
            body: |this, a| match a.get("data") {
                None => finish(Ok::<_, DatasetError>(this.inner()), a.vm),
                Some(data) => construction::with_data(this.inner(), data, a.vm),
            },
        },
    ];

    /// Properties.
    pub const PROPERTIES: &'static [Property<T>] = &[Property {
        name: "sizes",
        get: |this, vm| {
            let sizes = this.inner().sizes();
            Mapping::frozen(sizes.into_iter().map(|(name, length)| (name, length.to_pyobject(vm))), vm)
        },
    }];
}

/// The Python object of a result.
///
/// # Errors
/// The Python exception of a failure.
pub(super) fn finish<L: Labelled>(result: Result<L, DatasetError>, vm: &VirtualMachine) -> PyResult {
    let labelled = result.map_err(|error| dataset_exception(error, vm))?;
    Operand::from(labelled.operand()).into_object(vm)
}

fn reduce<T: LabelledObject>(this: &Py<T>, name: &str, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let inner = this.inner();
    let (dims, options) = (reduced_dims(&inner, arguments)?, reduce_options(arguments)?);
    let reduced = match arguments.get("dtype") {
        None => inner.reduce(name, &dims, options),
        Some(dtype) => inner.reduce_in(convert::dtype(dtype, vm)?, name, &dims, options),
    };
    finish(
        match least_count(arguments)? {
            Some(least) => reduced
                .and_then(|reduced| reduced.where_counted(&inner, &inner.reduce("count", &dims, options)?, least)),
            None => reduced,
        },
        vm,
    )
}

/// `min_count=`, where it says something: with `skipna=False` it doesn't.
///
/// # Errors
/// `TypeError` where it is no integer.
pub(super) fn least_count(arguments: &Arguments<'_>) -> PyResult<Option<i64>> {
    let skips = arguments.bool("skipna")?.unwrap_or(true);
    let least = arguments.get("min_count").map(|least| convert::integer(least, arguments.vm)).transpose()?;
    Ok(least.filter(|_| skips))
}

fn median<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let inner = this.inner();
    finish(inner.median(&reduced_dims(&inner, arguments)?, reduce_options(arguments)?), arguments.vm)
}

fn quantile<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let (probabilities, method) = quantile_arguments(arguments)?;
    let dims = indexers::dims(arguments.get("dim"), vm)?;
    finish(this.inner().quantile(&probabilities, method, &dims, reduce_options(arguments)?), vm)
}

/// `q=` and `method=` of quantiles.
///
/// # Errors
/// Where they are no numbers, or the method is unknown.
pub(super) fn quantile_arguments(arguments: &Arguments<'_>) -> PyResult<(Probabilities, QuantileMethod)> {
    let vm = arguments.vm;
    let array = coordinates::array(arguments.required("q"), vm)?;
    let wanted = array.cast(DType::Float64).map_err(|error| plan_exception(error, vm))?;
    let values = operand::evaluate(&wanted, vm)?;
    let values = values.as_slice::<f64>().unwrap_or_default().to_vec();
    let probabilities = match (array.ndim(), &values[..]) {
        (0, &[only]) => Probabilities::One(only),
        _ => Probabilities::Several(values),
    };
    let name = arguments.string("interpolation")?.or(arguments.string("method")?);
    let method = quantile_method(name.as_deref().unwrap_or("linear"));
    Ok((probabilities, method.map_err(|error| dataset_exception(error, vm))?))
}

/// `dim=` and `axis=`.
///
/// # Errors
/// Where both are given, or there is no such axis.
pub(super) fn reduced_dims<L: Labelled>(inner: &L, arguments: &Arguments<'_>) -> PyResult<Dims> {
    let vm = arguments.vm;
    match (arguments.get("dim"), arguments.get("axis")) {
        (Some(_), Some(_)) => Err(vm.new_value_error("a reduction takes dim or axis, and not both")),
        (None, Some(axis)) => dims_of_axes(inner, axis, vm),
        (dim, None) => indexers::dims(dim, vm),
    }
}

/// `skipna=`, `ddof=` and `keep_attrs=`.
///
/// # Errors
/// `TypeError` for what they can't be.
pub(super) fn reduce_options(arguments: &Arguments<'_>) -> PyResult<ReduceOptions> {
    Ok(ReduceOptions {
        skipna: arguments.bool("skipna")?,
        ddof: arguments.get("ddof").map_or(Ok(0), |ddof| convert::integer(ddof, arguments.vm))?,
        keep_attrs: arguments.bool("keep_attrs")?.unwrap_or_else(options::keep_attrs),
    })
}

fn dims_of_axes<L: Labelled>(inner: &L, axis: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Dims> {
    let names: Vec<String> = inner.sizes().into_keys().collect();
    let axes = convert::axes(Some(axis), names.len(), vm)?;
    Ok(Dims::Named(axes.into_iter().map(|axis| names[axis].clone()).collect()))
}

fn squeeze<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let dims = match (arguments.get("dim"), arguments.get("axis")) {
        (Some(_), Some(_)) => return Err(vm.new_value_error("squeeze takes dim or axis, and not both")),
        (Some(dim), None) => Some(indexers::names(dim, vm)?),
        (None, Some(axis)) => match dims_of_axes(&this.inner(), axis, vm)? {
            Dims::Named(names) => Some(names),
            Dims::All => None,
        },
        (None, None) => None,
    };
    finish(this.inner().squeeze(dims.as_deref(), arguments.bool("drop")?.unwrap_or(false)), arguments.vm)
}

fn expand_dims<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let mut dims: IndexMap<String, NewDim> = IndexMap::new();
    match arguments.get("dim") {
        Some(dict) if dict.downcastable::<PyDict>() => {
            for (name, value) in convert::string_pairs(dict, vm)? {
                dims.insert(name.clone(), new_dim(&name, &value, vm)?);
            }
        }
        Some(names) => {
            let names = indexers::names(names, vm)?;
            if names.iter().enumerate().any(|(at, name)| names[..at].contains(name)) {
                return Err(
                    vm.new_value_error("expand_dims names a dimension twice: each new one takes a name of its own")
                );
            }
            dims.extend(names.into_iter().map(|name| (name, NewDim::of_length(1))));
        }
        None => {}
    }
    for (name, value) in &arguments.keywords {
        dims.insert(name.clone(), new_dim(name, value, vm)?);
    }
    let axes = match arguments.get("axis") {
        Some(axes) => {
            let axes = convert::one_or_more(axes, vm)?;
            Some(axes.iter().map(|axis| convert::integer(axis, vm)).collect::<PyResult<Vec<i64>>>()?)
        }
        None => None,
    };
    let indexed = arguments.bool("create_index_for_new_dim")?.unwrap_or(true);
    let inner = this.inner();
    let expanded = inner.to_anonymous().expand_dims(&dims, axes.as_deref(), indexed, &*engine::current());
    finish(expanded.map(|dataset| inner.of_anonymous(dataset)), vm)
}

/// A new dimension as a dict says it: its length, or its labels.
fn new_dim(name: &str, value: &PyObjectRef, vm: &VirtualMachine) -> PyResult<NewDim> {
    if let Ok(length) = convert::integer(value, vm) {
        let length = usize::try_from(length)
            .map_err(|_| vm.new_value_error(format!("dimension '{name}' can't have a length of {length}")))?;
        return Ok(NewDim::of_length(length));
    }
    let labels = coordinates::variable(value, Some(name), vm)?;
    Ok(NewDim { length: labels.data.len(), labels: Some(labels) })
}

fn where_method<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let mut condition = arguments.required("cond").clone();
    if condition.is_callable() {
        condition = condition.call((this.to_owned(),), vm)?;
    }
    let condition = Operand::expect(&condition, vm)?.into_dataset_operand();
    let other = operand(arguments, "other")?;
    let inner = this.inner();
    if arguments.bool("drop")?.unwrap_or(false) {
        let dropped = inner.to_anonymous().where_dropped(&condition, other.as_ref(), &*engine::current());
        return finish(dropped.map(|dataset| inner.of_anonymous(dataset)), vm);
    }
    finish(inner.where_(&condition, other.as_ref()), vm)
}

fn fillna<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let (vm, given) = (arguments.vm, arguments.required("value"));
    if !given.downcastable::<PyDict>() {
        return finish(this.inner().fillna(&Operand::expect(given, vm)?.into_dataset_operand()), vm);
    }
    let crate::dataset::Operand::Dataset(inner) = this.inner().operand() else {
        return Err(vm.new_type_error("fillna of a DataArray takes one value: a dict of them is for a Dataset"));
    };
    let each = convert::string_pairs(given, vm)?
        .into_iter()
        .map(|(name, value)| Ok((name, Operand::expect(&value, vm)?.into_dataset_operand())));
    finish(inner.fillna_each(&each.collect::<PyResult<_>>()?), vm)
}

fn clip<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let (low, high) = (operand(arguments, "min")?, operand(arguments, "max")?);
    let clipped = this.inner().clip(low.as_ref(), high.as_ref());
    finish(kept_attributes(clipped, arguments.bool("keep_attrs")?.unwrap_or_else(options::keep_attrs)), arguments.vm)
}

/// A result with attributes, or without those of the object and of its variables.
fn kept_attributes<L: Labelled>(result: Result<L, DatasetError>, keep: bool) -> Result<L, DatasetError> {
    let result = result?;
    if keep {
        return Ok(result);
    }
    let mut dataset = result.to_anonymous();
    let names: Vec<String> = dataset.data_variables().keys().cloned().collect();
    names.iter().filter_map(|name| dataset.variable_mut(name).map(|variable| variable.attributes.clear())).count();
    let mut bare = result.of_anonymous(dataset);
    bare.attributes_mut().clear();
    Ok(bare)
}

/// An optional argument as an operand.
fn operand(arguments: &Arguments<'_>, name: &str) -> PyResult<Option<crate::dataset::Operand>> {
    let convert = |value: &PyObjectRef| Ok(Operand::expect(value, arguments.vm)?.into_dataset_operand());
    arguments.get(name).map(convert).transpose()
}

fn round<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let decimals = arguments.get("decimals").map_or(Ok(0), |decimals| convert::integer(decimals, vm))?;
    let keep = arguments.bool("keep_attrs")?.unwrap_or_else(options::keep_attrs);
    match elementwise::round(Operand::from(this.inner().operand()), decimals, vm)? {
        Operand::DataArray(array) => finish(kept_attributes(Ok(array), keep), vm),
        Operand::Dataset(dataset) => finish(kept_attributes(Ok(dataset), keep), vm),
        other => other.into_object(vm),
    }
}

fn drop_vars<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let names = indexers::names(arguments.required("names"), arguments.vm)?;
    let ignore = arguments.string("errors")?.is_some_and(|errors| errors == "ignore");
    finish(this.inner().drop_vars(&names, ignore), arguments.vm)
}

fn assign_coords<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let inner = this.inner();
    let mut pairs = indexers::named(arguments, "coords")?;
    for (_, value) in pairs.iter_mut().filter(|(_, value)| value.is_callable()) {
        *value = value.call((this.to_owned(),), vm)?;
    }
    let variables = assigned_coordinates(&inner.to_anonymous(), pairs, vm)?;
    finish(inner.assign_coords(variables, &*engine::current()), vm)
}

fn chunk<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let chunking = match arguments.get("chunks") {
        Some(chunks) if arguments.keywords.is_empty() => indexers::chunking(chunks, vm)?,
        _ => indexers::per_dim(indexers::named(arguments, "chunks")?, vm)?,
    };
    finish(this.inner().chunk(&chunking), vm)
}

fn pipe<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let mut passed =
        FuncArgs { args: arguments.rest.clone(), kwargs: arguments.keywords.clone().into_iter().collect() };
    passed.prepend_arg(this.to_owned().into());
    arguments.required("func").call(passed, arguments.vm)
}

fn load<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let loaded = this.inner().load(&*engine::current());
    this.replace(loaded.map_err(|error| dataset_exception(error, arguments.vm))?);
    Ok(this.to_owned().into())
}
