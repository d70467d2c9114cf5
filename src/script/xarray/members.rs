//! Smaller members of arrays and datasets: ranks and orders, parts of complex numbers, labels that occur once.

use super::apply;
use super::data_array::DataArrayObject;
use super::dataset_object::DatasetObject;
use super::indexers;
use super::labelled::{Labelled as _, LabelledObject};
use super::mapping::Mapping;
use super::methods::{finish, reduce_options};
use super::rolling::cumulative;
use crate::array::{DType, Scalar};
use crate::dataset::{Attributes, DatasetError, Keep};
use crate::plan::Array;
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::errors::dataset_exception;
use crate::script::numpy::DTypeObject;
use crate::script::surface::{Method, Property};
use rustpython_vm::builtins::{PyEllipsis, PyStr};
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::{AsObject, Py, PyResult, VirtualMachine};
use std::marker::PhantomData;

/// The tables of a class.
pub(super) struct Members<T>(PhantomData<T>);

impl<T: LabelledObject> Members<T> {
    /// The methods.
    pub const METHODS: &'static [Method<T>] = &[
        Method { name: "rank", parameters: "dim!, *, pct, keep_attrs", body: rank::<T> },
        Method { name: "conj", parameters: "", body: |this, a| finish(Ok(this.inner()), a.vm) },
        Method { name: "conjugate", parameters: "", body: |this, a| finish(Ok(this.inner()), a.vm) },
        Method { name: "drop_duplicates", parameters: "dim!, *, keep", body: drop_duplicates::<T> },
        Method {
            name: "map_blocks",
            parameters: "func!, args, kwargs, template~",
            body: |this, a| apply::map_blocks_of(&this.as_object().to_owned(), a),
        },
        Method {
            name: "cumulative",
            parameters: "dim!, min_periods",
            body: |this, a| cumulative(this.inner().operand(), a),
        },
        Method { name: "unify_chunks", parameters: "", body: |this, a| finish(Ok(this.inner()), a.vm) },
    ];

    /// Properties.
    pub const PROPERTIES: &'static [Property<T>] = &[
        Property { name: "real", get: |this, vm| finish(Ok(this.inner()), vm) },
        Property { name: "imag", get: imaginary::<T> },
    ];
}

/// What both classes lack, and what to write instead.
pub(super) const ELSEWHERE: &[(&str, &str)] = &[
    ("plot", "it draws nothing, write the values with to_netcdf() or to_zarr() and draw them elsewhere"),
    ("hvplot", "it draws nothing, write the values with to_netcdf() or to_zarr() and draw them elsewhere"),
    ("to_dask_dataframe", "use to_dataframe(), which computes, or to_zarr()"),
    ("xindexes", "use indexes"),
    ("rolling_exp", "use rolling(...).mean()"),
    ("curvefit", "use polyfit(), or apply_ufunc() with a function of your own"),
    ("query", "use where(condition, drop=True), or isel(x=condition) with a condition along x"),
    ("eval", "write the expression itself, as in ds.assign(c=ds.a + ds.b)"),
    ("str", "use Python's own methods on .values.tolist()"),
    ("variable", "use the array itself with its .dims, .data and .attrs"),
    ("searchsorted", "use np.searchsorted(a.values, v)"),
    ("to_masked_array", "missing values are NaN, use isnull() or fillna()"),
    ("to_stacked_array", "use to_dataarray() and stack()"),
    ("to_unstacked_dataset", "use unstack() and to_dataset(dim=...)"),
    ("reorder_levels", "use reset_index() and set_index()"),
    ("load_async", "use load()"),
    ("dump_to_store", "use to_zarr()"),
    ("load_store", "use xr.open_zarr()"),
    ("to_iris", "write the values with to_netcdf()"),
    ("rio", "rioxarray isn't here, coordinates and attributes say where pixels are"),
    ("groupby_cut", "use groupby_bins()"),
    ("hist", "use .histogram or dask.array.histogram()"),
];

/// Those of arrays.
pub(super) const OF_ARRAYS: &[Method<DataArrayObject>] = &[
    Method { name: "argsort", parameters: "axis, kind~, order=None, stable~", body: argsort },
    Method { name: "get_axis_num", parameters: "dim!", body: axis_number },
];

/// Those of datasets.
pub(super) const OF_DATASETS: &[Method<DatasetObject>] = &[
    Method { name: "filter_by_attrs", parameters: "**kwargs", body: filter_by_attrs },
    Method { name: "info", parameters: "buf", body: info },
];

/// Properties of datasets.
pub(super) const DATASET_PROPERTIES: &[Property<DatasetObject>] = &[Property {
    name: "dtypes",
    get: |this, vm| {
        let inner = this.inner();
        let pairs = inner.data_variables().iter();
        Mapping::frozen(pairs.map(|(name, variable)| (name.clone(), DTypeObject::object(variable.dtype(), vm))), vm)
    },
}];

fn rank<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let dimension = convert::string(arguments.required("dim"), arguments.vm)?;
    let share = arguments.bool("pct")?.unwrap_or(false);
    finish(this.inner().rank(&dimension, share, reduce_options(arguments)?), arguments.vm)
}

/// Zeros: no array here is complex.
fn imaginary<T: LabelledObject>(this: &Py<T>, vm: &VirtualMachine) -> PyResult {
    let inner = this.inner();
    let dataset = inner.to_anonymous();
    let count = dataset.data_variables().len();
    let zeros = |(position, array): (usize, Array)| -> Result<Array, DatasetError> {
        let dtype = array.dtype();
        match position < count && dtype.is_numeric() {
            true => {
                let zero =
                    Array::scalar(if dtype == DType::Bool { Scalar::Bool(false) } else { Scalar::Int(0) }, dtype)?;
                Ok(zero.broadcast_to(array.shape())?.rechunk(array.grid().clone()))
            }
            false => Ok(array),
        }
    };
    let arrays = dataset.arrays().into_iter().enumerate().map(zeros).collect::<Result<Vec<_>, _>>();
    finish(arrays.map(|arrays| inner.of_anonymous(dataset.replace_arrays(arrays))), vm)
}

fn drop_duplicates<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let inner = this.inner();
    let dim = arguments.required("dim");
    let dims = match dim.downcastable::<PyEllipsis>() {
        true => inner.sizes().into_keys().collect(),
        false => indexers::names(dim, vm)?,
    };
    let keep = match arguments.get("keep") {
        None => Keep::First,
        Some(keep) if keep.downcastable::<PyStr>() => match &*convert::string(keep, vm)? {
            "first" => Keep::First,
            "last" => Keep::Last,
            other => return Err(vm.new_value_error(format!("keep={other:?}: expected 'first', 'last' or False"))),
        },
        Some(_) => Keep::None,
    };
    finish(inner.drop_duplicates(&dims, keep), vm)
}

fn argsort(this: &Py<DataArrayObject>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let inner = this.inner();
    let axis = arguments.get("axis").map_or(Ok(-1), |axis| convert::integer(axis, vm))?;
    let axes = convert::axes(Some(&axis.to_pyobject(vm)), inner.dims().len(), vm)?;
    finish(inner.sort_positions(axes[0]), vm)
}

fn axis_number(this: &Py<DataArrayObject>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let inner = this.inner();
    let number = |name: &String| {
        let axis = inner.dims().iter().position(|dimension| dimension == name);
        axis.map(|axis| axis.to_pyobject(vm)).ok_or_else(|| {
            let expected =
                convert::string_tuple(inner.dims(), vm).repr(vm).map(|text| text.to_string()).unwrap_or_default();
            vm.new_value_error(format!("'{name}' is no dimension of the array: found {expected}"))
        })
    };
    let dim = arguments.required("dim");
    let names = indexers::names(dim, vm)?;
    match dim.downcastable::<PyStr>() {
        true => number(&names[0]),
        false => Ok(vm.ctx.new_tuple(names.iter().map(number).collect::<PyResult<_>>()?).into()),
    }
}

/// Prints what `ncdump -h` would of the dataset, or writes it to a file.
fn info(this: &Py<DatasetObject>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let inner = this.inner();
    let attributes = |indent: &str, attributes: &Attributes| {
        let line = |(key, value): (&String, _)| {
            let shown = convert::from_json(value, vm)?.str(vm)?.to_string_lossy().into_owned();
            Ok(format!("{indent}:{key} = {shown} ;"))
        };
        attributes.iter().map(line).collect::<PyResult<Vec<String>>>()
    };
    let mut lines = vec!["xarray.Dataset {".to_owned(), "dimensions:".to_owned()];
    lines.extend(inner.sizes().into_iter().map(|(name, length)| format!("\t{name} = {length} ;")));
    lines.push("\nvariables:".to_owned());
    for (name, variable) in inner.variables() {
        lines.push(format!("\t{} {name}({}) ;", variable.dtype(), variable.dims.join(", ")));
        lines.extend(attributes(&format!("\t\t{name}"), &variable.attributes)?);
    }
    lines.push("\n// global attributes:".to_owned());
    lines.extend(attributes("\t", inner.attributes())?);
    lines.push("}".to_owned());
    let target = match arguments.get("buf") {
        Some(file) => file.clone(),
        None => vm.sys_module.get_attr("stdout", vm)?,
    };
    vm.call_method(&target, "write", (lines.join("\n"),))?;
    Ok(vm.ctx.none())
}

/// The variables whose attributes are the given ones, or are what given functions say yes to.
fn filter_by_attrs(this: &Py<DatasetObject>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let inner = this.inner();
    let mut chosen = Vec::new();
    for (name, variable) in inner.data_variables() {
        let mut fits = true;
        for (key, wanted) in &arguments.keywords {
            let value = match variable.attributes.get(key) {
                Some(value) => convert::from_json(value, vm)?,
                None => vm.ctx.none(),
            };
            fits &= match wanted.is_callable() {
                true => wanted.call((value,), vm)?.try_to_bool(vm)?,
                false => vm.bool_eq(&value, wanted)?,
            };
        }
        if fits {
            chosen.push(name.clone());
        }
    }
    let selected = inner.select_variables(&chosen).map_err(|error| dataset_exception(error, vm));
    finish(Ok(selected?), vm)
}
