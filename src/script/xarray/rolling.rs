//! What `rolling` gives: reductions of windows that move along dimensions.

use super::group_by::object;
use super::indexers;
use super::methods::reduce_options;
use super::rolling_functions;
use crate::dataset::{Construction, DatasetError, Moving, Operand as Labelled, Rolling};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::errors::dataset_exception;
use crate::script::operand::single_value;
use crate::script::options;
use crate::script::surface::{Method, Property, Surface, reductions, surface_attributes};
use indexmap::IndexMap;
use rustpython_vm::builtins::{PyDict, PyStr};
use rustpython_vm::types::{GetAttr, Iterable, Representable};
use rustpython_vm::{Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

/// A labelled array or dataset, and windows along its dimensions.
#[pyclass(module = "xarray", name = "Rolling")]
#[derive(Debug, PyPayload)]
pub struct RollingObject {
    object: Labelled,
    rolling: Rolling,
}

/// Name of the class, and the dimensions.
pub(super) fn class_and_dims(object: &Labelled) -> (&'static str, Vec<String>) {
    match object {
        Labelled::Dataset(dataset) => ("Dataset", dataset.sizes().into_keys().collect()),
        Labelled::DataArray(array) => ("DataArray", array.dims().to_vec()),
        Labelled::Array(_) | Labelled::Scalar(_) => ("array", Vec::new()),
    }
}

/// A value for each dimension: of a dict, or the same for all.
pub(super) fn of_dimension(
    value: Option<&PyObjectRef>,
    dimension: &str,
    vm: &VirtualMachine,
) -> PyResult<Option<PyObjectRef>> {
    match value {
        Some(dict) if dict.downcastable::<PyDict>() => {
            Ok(convert::string_pairs(dict, vm)?.into_iter().find(|(name, _)| name == dimension).map(|(_, value)| value))
        }
        other => Ok(other.cloned()),
    }
}

/// `object.rolling(time=24, center=True, min_periods=12)`.
///
/// # Errors
/// Where a dimension doesn't exist, or a size is none.
pub(super) fn rolling(object: Labelled, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let windows = indexers::named(arguments, "dim")?.into_iter().map(|(dimension, size)| {
        let center = of_dimension(arguments.get("center"), &dimension, vm)?;
        let center = center.map_or(Ok(false), |center| center.try_to_bool(vm))?;
        Ok(Moving { size: window_size(&size, vm)?, dimension, center })
    });
    let windows = windows.collect::<PyResult<Vec<_>>>()?;
    if windows.is_empty() {
        return Err(vm.new_value_error("the first argument must be a dictionary, or dimensions be given as keywords"));
    }
    let min_periods = arguments.get("min_periods").map(|count| convert::integer(count, vm)).transpose()?;
    let (class, dims) = class_and_dims(&object);
    let min_count = min_periods.map(|count| count.max(0) as usize);
    let rolling = Rolling::new(windows, min_count, &dims, class).map_err(|error| dataset_exception(error, vm))?;
    Ok(RollingObject { object, rolling }.into_ref(&vm.ctx).into())
}

/// `object.cumulative("time")`: windows of all that has been so far.
///
/// # Errors
/// Where a dimension doesn't exist.
pub(super) fn cumulative(object: Labelled, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let sizes = match &object {
        Labelled::DataArray(array) => array.sizes(),
        Labelled::Dataset(dataset) => dataset.sizes(),
        Labelled::Array(_) | Labelled::Scalar(_) => IndexMap::new(),
    };
    let (class, dims) = class_and_dims(&object);
    let mut windows = Vec::new();
    for dimension in rolling_functions::cumulative_dims(arguments)? {
        let Some(&size) = sizes.get(&dimension) else {
            return Err(vm.new_value_error(format!("there is no dimension '{dimension}': found {dims:?}")));
        };
        windows.push(Moving { size, dimension, center: false });
    }
    let count = rolling_functions::cumulative_count(arguments)?;
    let rolling = Rolling::new(windows, Some(count), &dims, class).map_err(|error| dataset_exception(error, vm))?;
    Ok(RollingObject { object, rolling }.into_ref(&vm.ctx).into())
}

impl RollingObject {
    /// What the windows are over.
    pub(super) fn object(&self) -> &Labelled {
        &self.object
    }

    /// The windows.
    pub(super) fn rolling(&self) -> &Rolling {
        &self.rolling
    }
}

/// Values of a window; what is below 1 is 0.
pub(super) fn window_size(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<usize> {
    Ok(convert::integer(object, vm)?.max(0) as usize)
}

const REDUCTION: &str = "*, keep_attrs, skipna";
const REDUCTION_WITH_DDOF: &str = "*, ddof, keep_attrs, skipna";
const COUNT: &str = "*, keep_attrs";

impl Surface for RollingObject {
    const CLASS: &'static str = "Rolling";
    const METHODS: &'static [&'static [Method<Self>]] = &[
        reductions!(reduce;
            "mean" REDUCTION, "sum" REDUCTION, "prod" REDUCTION, "min" REDUCTION, "max" REDUCTION,
            "median" REDUCTION, "count" COUNT, "std" REDUCTION_WITH_DDOF, "var" REDUCTION_WITH_DDOF,
        ),
        &[Method {
            name: "construct",
            parameters: "window_dim, *, stride, fill_value, keep_attrs, sliding_window_view_kwargs~, **window_dim_kwargs",
            body: construct,
        }],
        rolling_functions::METHODS,
    ];
    const PROPERTIES: &'static [&'static [Property<Self>]] = &[rolling_functions::PROPERTIES];
}

fn reduce(this: &Py<RollingObject>, name: &str, arguments: &Arguments<'_>) -> PyResult {
    let options = reduce_options(arguments)?;
    let reduced = match &this.object {
        Labelled::DataArray(array) => array.roll_windows(&this.rolling, name, options).map(Labelled::DataArray),
        Labelled::Dataset(dataset) => dataset.roll_windows(&this.rolling, name, options).map(Labelled::Dataset),
        Labelled::Array(_) | Labelled::Scalar(_) => Err(DatasetError::Unlabelled { operation: "rolling" }),
    };
    object(reduced, arguments.vm)
}

fn construct(this: &Py<RollingObject>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let windows = this.rolling.windows();
    let names = match arguments.get("window_dim") {
        Some(name) if name.downcastable::<PyStr>() && windows.len() == 1 => vec![convert::string(name, vm)?],
        Some(name) if name.downcastable::<PyStr>() => {
            let message =
                format!("windows along {} dimensions want a value for each of them: give a dict", windows.len());
            return Err(vm.new_value_error(message));
        }
        _ => {
            let pairs = indexers::named(arguments, "window_dim")?;
            if pairs.is_empty() {
                return Err(vm.new_value_error("the new dimensions are missing: give window_dim, or names"));
            }
            let name = |dimension: &str| match pairs.iter().find(|(known, _)| known == dimension) {
                Some((_, name)) => convert::string(name, vm),
                None => Err(vm.new_key_error(
                    vm.ctx
                        .new_str(format!("window_dim lacks a name for the positions of windows along {dimension}"))
                        .into(),
                )),
            };
            windows.iter().map(|window| name(&window.dimension)).collect::<PyResult<_>>()?
        }
    };
    let fill = arguments.get("fill_value").map(|value| single_value(value, vm)).transpose()?.map(|(_, value)| value);
    let keep_attrs = arguments.bool("keep_attrs")?.unwrap_or_else(options::keep_attrs);
    let how = Construction { dims: names, fill, keep_attrs };
    let mut strides = IndexMap::new();
    for window in windows {
        if let Some(stride) = of_dimension(arguments.get("stride"), &window.dimension, vm)? {
            let step = Some(convert::integer(&stride, vm)?);
            let every = crate::dataset::Indexer::Slice { start: None, stop: None, step };
            strides.insert(window.dimension.clone(), every);
        }
    }
    let built = match &this.object {
        Labelled::DataArray(array) => array
            .construct_windows(&this.rolling, &how)
            .and_then(|built| built.isel(&strides, false))
            .map(Labelled::DataArray),
        Labelled::Dataset(dataset) => dataset
            .construct_windows(&this.rolling, &how)
            .and_then(|built| built.isel(&strides, false))
            .map(Labelled::Dataset),
        Labelled::Array(_) | Labelled::Scalar(_) => Err(DatasetError::Unlabelled { operation: "rolling" }),
    };
    object(built, vm)
}

surface_attributes!(RollingObject);

#[pyclass(with(GetAttr, Iterable, Representable))]
impl RollingObject {}

impl Iterable for RollingObject {
    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        Ok(rolling_functions::pairs(&zelf, vm)?.get_iter(vm)?.into())
    }
}

impl Representable for RollingObject {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        let shown = |window: &Moving| {
            format!("{}->{}{}", window.dimension, window.size, if window.center { "(center)" } else { "" })
        };
        let windows: Vec<String> = zelf.rolling.windows().iter().map(shown).collect();
        let (class, _) = class_and_dims(&zelf.object);
        Ok(format!("{class}Rolling [{}]", windows.join(",")))
    }
}
