//! Methods along a dimension that keep its labels: `cumsum`, `ffill`, `interpolate_na` and their kin.

use super::indexers;
use super::labelled::{Labelled as _, LabelledObject};
use super::methods::{finish, reduce_options, reduced_dims};
use crate::array::Scalar;
use crate::dataset::{DatasetError, FillFrom, GapOptions, GapPlaces, Interpolation, Label};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::options;
use crate::script::surface::Method;
use rustpython_vm::builtins::{PyFloat, PyInt, PyStr};
use rustpython_vm::{AsObject, Py, PyResult};
use std::marker::PhantomData;

/// The table of a class.
pub(super) struct Scans<T>(PhantomData<T>);

const SUM: &str = "dim, *, axis, skipna, keep_attrs";

impl<T: LabelledObject> Scans<T> {
    /// The methods.
    pub const METHODS: &'static [Method<T>] = &[
        Method { name: "cumsum", parameters: SUM, body: |this, a| accumulate(this, false, a) },
        Method { name: "cumprod", parameters: SUM, body: |this, a| accumulate(this, true, a) },
        Method { name: "ffill", parameters: "dim!, limit", body: |this, a| fill(this, FillFrom::Before, a) },
        Method { name: "bfill", parameters: "dim!, limit", body: |this, a| fill(this, FillFrom::After, a) },
        Method {
            name: "interpolate_na",
            parameters: "dim, method, limit, use_coordinate, max_gap, keep_attrs",
            body: interpolate_gaps::<T>,
        },
    ];
}

fn accumulate<T: LabelledObject>(this: &Py<T>, product: bool, arguments: &Arguments<'_>) -> PyResult {
    let inner = this.inner();
    let dims = reduced_dims(&inner, arguments)?;
    finish(inner.accumulate(product, &dims, reduce_options(arguments)?), arguments.vm)
}

fn limit(arguments: &Arguments<'_>) -> PyResult<Option<usize>> {
    arguments.get("limit").map(|limit| convert::count(limit, arguments.vm)).transpose()
}

fn fill<T: LabelledObject>(this: &Py<T>, from: FillFrom, arguments: &Arguments<'_>) -> PyResult {
    let dimension = convert::string(arguments.required("dim"), arguments.vm)?;
    finish(this.inner().fill_from(&dimension, from, limit(arguments)?), arguments.vm)
}

fn interpolate_gaps<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let Some(dimension) = arguments.string("dim")? else {
        return Err(vm.new_not_implemented_error("interpolate_na works along one dimension: name it by dim="));
    };
    let method = arguments.string("method")?.unwrap_or_else(|| "linear".to_owned());
    let Some(how) = Interpolation::from_name(&method) else {
        let message =
            format!("interpolate_na(method={method:?}) is not supported by swath: only 'linear' and 'nearest' are");
        return Err(vm.new_not_implemented_error(message));
    };
    let places = match arguments.get("use_coordinate") {
        None => GapPlaces::Labels,
        Some(name) if name.downcastable::<PyStr>() => GapPlaces::Coordinate(convert::string(name, vm)?),
        Some(flag) if flag.clone().try_to_bool(vm)? => GapPlaces::Labels,
        Some(_) => GapPlaces::Positions,
    };
    let keep_attrs = arguments.bool("keep_attrs")?.unwrap_or_else(options::keep_attrs);
    let max_gap = max_gap(&places, arguments)?;
    let options = GapOptions { how, limit: limit(arguments)?, places, max_gap, keep_attrs };
    let found: Result<T::Inner, DatasetError> = this.inner().interpolate_gaps(&dimension, options);
    finish(found, vm)
}

/// `max_gap=`: a number, or a span of time in nanoseconds.
fn max_gap(places: &GapPlaces, arguments: &Arguments<'_>) -> PyResult<Option<f64>> {
    let vm = arguments.vm;
    let Some(gap) = arguments.get("max_gap") else { return Ok(None) };
    if convert::is_sequence(gap) {
        return Err(vm.new_value_error("max_gap is one number or span of time"));
    }
    let is_number = gap.downcastable::<PyInt>() || gap.downcastable::<PyFloat>();
    if is_number {
        return convert::float(gap, vm).map(Some);
    }
    if *places == GapPlaces::Positions {
        let class = gap.class().name().to_string();
        return Err(vm.new_type_error(format!("without use_coordinate max_gap counts steps, and is no {class}")));
    }
    match indexers::label(gap, vm)? {
        Label::Value(Scalar::Float(number)) => Ok(Some(number)),
        Label::Value(Scalar::Int(number)) => Ok(Some(number as f64)),
        _ => indexers::time_span(gap, vm).map(|span| Some(span as f64)),
    }
}
