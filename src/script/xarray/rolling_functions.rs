//! What windows of `rolling` have beside registered reductions: functions, positions of extremes, one window after another.

use super::data_array::DataArrayObject;
use super::group_by::object;
use super::rolling::RollingObject;
use crate::dataset::{Construction, DatasetError, Operand as Labelled};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::errors::dataset_exception;
use crate::script::operand::Operand;
use crate::script::options;
use crate::script::surface::{Method, Property};
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{Py, PyObjectRef, PyResult, VirtualMachine};

/// The methods.
pub(super) const METHODS: &[Method<RollingObject>] = &[
    Method { name: "argmax", parameters: "*, keep_attrs", body: |this, a| positions(this, true, a) },
    Method { name: "argmin", parameters: "*, keep_attrs", body: |this, a| positions(this, false, a) },
    Method { name: "reduce", parameters: "func!, keep_attrs, *, sliding_window_view_kwargs~, **kwargs", body: reduce },
];

/// Properties.
pub(super) const PROPERTIES: &[Property<RollingObject>] = &[
    Property { name: "obj", get: |this, vm| object(Ok(this.object().clone()), vm) },
    Property { name: "ndim", get: |this, vm| Ok(this.rolling().windows().len().to_pyobject(vm)) },
    Property { name: "min_periods", get: |this, vm| Ok(this.rolling().min_count().to_pyobject(vm)) },
    Property {
        name: "dim",
        get: |this, vm| {
            let names = this.rolling().windows().iter().map(|window| window.dimension.as_str().to_pyobject(vm));
            Ok(vm.ctx.new_list(names.collect()).into())
        },
    },
    Property {
        name: "window",
        get: |this, vm| {
            let sizes = this.rolling().windows().iter().map(|window| window.size.to_pyobject(vm));
            Ok(vm.ctx.new_list(sizes.collect()).into())
        },
    },
    Property {
        name: "center",
        get: |this, vm| {
            let centers = this.rolling().windows().iter().map(|window| window.center.to_pyobject(vm));
            Ok(vm.ctx.new_list(centers.collect()).into())
        },
    },
    Property { name: "window_labels", get: window_labels },
];

fn window_labels(this: &Py<RollingObject>, vm: &VirtualMachine) -> PyResult {
    let (Labelled::DataArray(array), [window]) = (this.object(), this.rolling().windows()) else {
        return Err(
            vm.new_attribute_error("'Rolling' object has labels of windows along one dimension of an array only")
        );
    };
    object(array.coordinate(&window.dimension).map(Labelled::DataArray), vm)
}

fn keep_attrs(arguments: &Arguments<'_>) -> PyResult<bool> {
    Ok(arguments.bool("keep_attrs")?.unwrap_or_else(options::keep_attrs))
}

fn positions(this: &Py<RollingObject>, largest: bool, arguments: &Arguments<'_>) -> PyResult {
    let keep = keep_attrs(arguments)?;
    let found = match this.object() {
        Labelled::DataArray(array) => array.position_in_windows(this.rolling(), largest, keep).map(Labelled::DataArray),
        Labelled::Dataset(dataset) => dataset.position_in_windows(this.rolling(), largest, keep).map(Labelled::Dataset),
        Labelled::Array(_) | Labelled::Scalar(_) => Err(DatasetError::Unlabelled { operation: "rolling" }),
    };
    object(found, arguments.vm)
}

/// `rolling(...).reduce(func)`: the function of all windows along axes of their own.
fn reduce(this: &Py<RollingObject>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let failed = |error| dataset_exception(error, vm);
    let Labelled::DataArray(array) = this.object() else {
        return Err(vm.new_not_implemented_error(
            "rolling(...).reduce of a Dataset is not supported by swath: use it on each DataArray, as in ds.map(...)",
        ));
    };
    let dims = this.rolling().window_dims();
    let how = Construction { dims: dims.clone(), fill: None, keep_attrs: keep_attrs(arguments)? };
    let windows = array.construct_windows(this.rolling(), &how).map_err(failed)?;
    let names = vm.ctx.new_list(dims.iter().map(|name| vm.ctx.new_str(name.as_str()).into()).collect());
    let mut keywords: Vec<(String, PyObjectRef)> = arguments.keywords.clone().into_iter().collect();
    keywords.push(("dim".to_owned(), names.into()));
    keywords.push(("keep_attrs".to_owned(), how.keep_attrs.to_pyobject(vm)));
    let passed = FuncArgs { args: vec![arguments.required("func").clone()], kwargs: keywords.into_iter().collect() };
    let windows = Operand::DataArray(windows).into_object(vm)?;
    let reduced = windows.get_attr("reduce", vm)?.call(passed, vm)?;
    let Some(reduced) = reduced.downcast_ref::<DataArrayObject>().map(|reduced| reduced.inner()) else {
        return Err(vm.new_type_error("a reduction of windows must give an array"));
    };
    object(this.rolling().where_enough(array, &reduced).map(Labelled::DataArray), vm)
}

/// Labels and values of the windows one by one.
///
/// # Errors
/// Where windows lie along several dimensions, or are of a dataset.
pub(super) fn pairs(this: &Py<RollingObject>, vm: &VirtualMachine) -> PyResult {
    let Labelled::DataArray(array) = this.object() else {
        return Err(vm.new_type_error("'DatasetRolling' object is not iterable"));
    };
    let windows = this.rolling().each(array).map_err(|error| dataset_exception(error, vm))?;
    let pair = |(label, values)| -> PyResult<PyObjectRef> {
        let parts = [Operand::DataArray(label).into_object(vm)?, Operand::DataArray(values).into_object(vm)?];
        Ok(vm.ctx.new_tuple(parts.to_vec()).into())
    };
    Ok(vm.ctx.new_list(windows.into_iter().map(pair).collect::<PyResult<_>>()?).into())
}

/// Names of `cumulative(dim)`.
pub(super) fn cumulative_dims(arguments: &Arguments<'_>) -> PyResult<Vec<String>> {
    super::indexers::names(arguments.required("dim"), arguments.vm)
}

/// `min_periods=` of `cumulative`, 1 by default.
pub(super) fn cumulative_count(arguments: &Arguments<'_>) -> PyResult<usize> {
    let count = arguments.get("min_periods").map(|count| convert::integer(count, arguments.vm)).transpose()?;
    Ok(count.map_or(1, |count| count.max(0) as usize))
}
