//! `interp`, `interp_like`: values at other labels.

use super::coordinates;
use super::data_array::DataArrayObject;
use super::dataset_object::DatasetObject;
use super::indexers;
use super::labelled::{Labelled, LabelledObject};
use super::methods::finish;
use crate::array::DType;
use crate::dataset::{Beyond, DatasetError, FillValue, Interpolation, InterpolationPoints, ReindexOptions, Variable};
use crate::plan::Array;
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::engine;
use crate::script::errors::dataset_exception;
use crate::script::operand;
use crate::script::surface::Method;
use indexmap::IndexMap;
use rustpython_vm::builtins::PyStr;
use rustpython_vm::{Py, PyObjectRef, PyResult, VirtualMachine};
use std::marker::PhantomData;

/// The table of a class.
pub(super) struct Interpolating<T>(PhantomData<T>);

impl<T: LabelledObject> Interpolating<T> {
    /// The methods.
    pub const METHODS: &'static [Method<T>] = &[
        Method {
            name: "interp",
            parameters: "coords, method, assume_sorted~, kwargs, method_non_numeric, **coords_kwargs",
            body: interp::<T>,
        },
        Method {
            name: "interp_like",
            parameters: "other!, method, assume_sorted~, kwargs, method_non_numeric",
            body: interp_like::<T>,
        },
    ];
}

fn interp<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let inner = this.inner();
    let dataset = inner.to_anonymous();
    if arguments.get("coords").is_some() && !arguments.keywords.is_empty() {
        return Err(vm.new_value_error("interp takes coordinates as a dict or as keywords, and not both"));
    }
    let mut wanted = IndexMap::new();
    for (dimension, object) in indexers::named(arguments, "coords")? {
        let found = points(&dimension, &object, dataset.coordinates().get(&dimension), vm)?;
        wanted.insert(dimension, found);
    }
    let (how, beyond) = (method(arguments)?, beyond(arguments)?);
    finish(inner.interp(&wanted, how, beyond).and_then(in_memory), vm)
}

/// What was interpolated with small coordinates in memory, which were there before.
fn in_memory<L: Labelled>(found: L) -> Result<L, DatasetError> {
    Ok(found.of_anonymous(found.to_anonymous().with_coordinates_in_memory(&*engine::current())?))
}

fn interp_like<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let inner = this.inner();
    let other = arguments.required("other");
    let other = if let Some(array) = other.downcast_ref::<DataArrayObject>() {
        array.inner().as_anonymous()
    } else if let Some(dataset) = other.downcast_ref::<DatasetObject>() {
        dataset.inner()
    } else {
        return Err(arguments.type_error("other", "a DataArray or a Dataset", other));
    };
    let (wanted, others) = inner.to_anonymous().points_like(&other);
    let (how, beyond) = (method(arguments)?, beyond(arguments)?);
    let found = inner.interp(&wanted, how, beyond).and_then(|found| {
        let labels = others.iter().map(|name| (name.clone(), other.coordinates()[name].clone())).collect();
        let options = ReindexOptions { method: None, tolerance: None, fill_value: FillValue::Missing };
        match others.is_empty() {
            true => in_memory(found),
            false => in_memory(found.of_anonymous(found.to_anonymous().reindex(&labels, &options)?)),
        }
    });
    finish(found, vm)
}

fn method(arguments: &Arguments<'_>) -> PyResult<Interpolation> {
    let vm = arguments.vm;
    if let Some(name) = arguments.string("method_non_numeric")?.filter(|name| name != "nearest") {
        let message =
            format!("{}(method_non_numeric={name:?}) is not supported by swath: only 'nearest' is", arguments.function);
        return Err(vm.new_not_implemented_error(message));
    }
    let name = arguments.string("method")?.unwrap_or_else(|| "linear".to_owned());
    Interpolation::from_name(&name).ok_or_else(|| {
        let message = format!(
            "{}(method={name:?}) is not supported by swath: only 'linear' and 'nearest' are",
            arguments.function
        );
        vm.new_not_implemented_error(message)
    })
}

/// `kwargs={"fill_value": ...}`.
fn beyond(arguments: &Arguments<'_>) -> PyResult<Beyond> {
    let vm = arguments.vm;
    let mut beyond = Beyond::Missing;
    let options = arguments.get("kwargs").map_or(Ok(Vec::new()), |kwargs| convert::string_pairs(kwargs, vm))?;
    for (name, value) in options {
        beyond = match &*name {
            "bounds_error" if !value.clone().try_to_bool(vm)? => beyond,
            "fill_value" if vm.is_none(&value) => beyond,
            "fill_value" if value.downcastable::<PyStr>() && convert::string(&value, vm)? == "extrapolate" => {
                Beyond::Extrapolated
            }
            "fill_value" if !value.downcastable::<PyStr>() && !convert::is_sequence(&value) => {
                Beyond::Value(convert::float(&value, vm)?)
            }
            _ => {
                let shown = value.repr(vm)?.to_string_lossy().into_owned();
                return Err(vm.new_not_implemented_error(format!(
                    "{}(kwargs={{{name:?}: {shown}}}) is not supported by swath: only 'fill_value' is, of a number or \"extrapolate\"",
                    arguments.function
                )));
            }
        };
    }
    Ok(beyond)
}

/// Points along a dimension that may have labels: numbers, times, or dates as text. Those without names of their own have
/// the attributes of the labels; those with labels of their own leave these in the result.
fn points(
    dimension: &str,
    object: &PyObjectRef,
    labels: Option<&Variable>,
    vm: &VirtualMachine,
) -> PyResult<InterpolationPoints> {
    let dtype = labels.map(Variable::dtype);
    let mut own_labels = None;
    let (array, dims, coordinates, attributes) = match object.downcast_ref::<DataArrayObject>() {
        Some(array) => {
            let array = array.inner();
            let mut coordinates = array.coordinates().clone();
            own_labels = coordinates.shift_remove(dimension);
            (array.data().clone(), array.dims().to_vec(), coordinates, array.attributes().clone())
        }
        None => {
            let array = coordinates::array(object, vm)?;
            if array.ndim() > 1 {
                let message =
                    format!("points along {dimension} in several dimensions want names of those: give a DataArray");
                return Err(vm.new_index_error(message));
            }
            let dims = vec![dimension.to_owned(); array.ndim()];
            let attributes = labels.map(|labels| labels.attributes.clone()).unwrap_or_default();
            (array, dims, IndexMap::new(), attributes)
        }
    };
    let mut values = operand::evaluate(&array, vm)?;
    if values.dtype() == DType::Text
        && let Some(dtype) = dtype.filter(|dtype| dtype.is_time())
    {
        values = crate::dataset::parse_times(&values, dtype).map_err(|error| dataset_exception(error, vm))?;
    }
    let is_moment = |dtype: DType| dtype.is_time() && !matches!(dtype, DType::Timedelta(_));
    if dtype.is_some_and(is_moment) && !is_moment(values.dtype()) {
        return Err(vm.new_type_error(format!(
            "along times one interpolates to times or their text, not to {}",
            values.dtype()
        )));
    }
    let points = Variable::new(dims, Array::in_memory(values)).map_err(|error| dataset_exception(error, vm))?;
    Ok(InterpolationPoints { points: points.with_attributes(attributes), labels: own_labels, coordinates })
}
