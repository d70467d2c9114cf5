//! The modules `dask` and `dask.array`: lazy arrays without labels; and in Python, in `*.py`, calls that wait.

mod array;
mod assignment;
mod blocks;
mod chunks;
mod creation;
mod histograms;
mod methods;
mod ordering;
mod random;
mod rearranging;
mod shared_elements;
mod statistics;
mod visualize;

pub(super) use array::{DaskArray, chunk_sizes};
pub(super) use ordering::with_ends;
pub(super) use shared_elements::copied;

use super::arguments::Arguments;
use super::engine;
use super::errors::runtime_exception;
use super::function::Function;
use super::harmless;
use super::modules::Module;
use super::numpy::{install_shared, install_ufuncs};
use super::operand::small_object;
use super::xarray::{DataArrayObject, DatasetObject};
use crate::plan::Array;
use rustpython_vm::class::{PyClassImpl, StaticType};
use rustpython_vm::{PyObjectRef, PyPayload, PyResult, VirtualMachine};

/// Makes the classes; before any object of theirs.
pub(super) fn register_classes() {
    DaskArray::make_static_type();
    blocks::Blocks::make_static_type();
    random::Draws::make_static_type();
    harmless::HarmlessContext::make_static_type();
}

/// The modules.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(vm: &VirtualMachine) -> PyResult<()> {
    let mut dask = Module::new("dask", vm);
    dask.function("_compute", "*arrays", |arguments| together(arguments, Kept::InMemory))?;
    dask.function("_persist", "*arrays", |arguments| together(arguments, Kept::OnWorkers))?;
    dask.function("annotate", "**annotations", |arguments| Ok(harmless::context(arguments.vm)))?;
    dask.function("_snapshot", "object!", |arguments| {
        let object = arguments.required("object");
        with_arrays(object, arrays_of(object), Kept::OnWorkers, arguments.vm)
    })?;
    dask.function("_is_lazy", "object!", |arguments| {
        Ok(arguments.vm.ctx.new_bool(is_lazy(arguments.required("object"))).into())
    })?;
    dask.function(
        "_visualize",
        "*args, filename, format, optimize_graph, engine~, color~, rankdir~, **kwargs",
        |arguments| {
            let arrays: Vec<Array> = arguments.rest.iter().flat_map(arrays_of).collect();
            visualize::draw_to_file(&arrays, arguments)
        },
    )?;
    dask.composed(&[("dask/composed.py", include_str!("composed.py"))]);
    dask.finish()?;
    let mut base = Module::new("dask.base", vm);
    base.composed(&[("dask/base.py", include_str!("base.py"))]);
    base.finish()?;
    let mut delayed = Module::new("dask.delayed", vm);
    delayed.composed(&[("dask/delayed.py", include_str!("delayed.py"))]);
    delayed.finish_apart()?;
    let mut config = Module::new("dask.config", vm);
    config.function("set", "settings~, **more", |arguments| Ok(harmless::context(arguments.vm)))?;
    config.finish()?;
    install_diagnostics(vm)?;
    let mut array = Module::new("dask.array", vm);
    install_ufuncs(&mut array)?;
    install_shared(&mut array)?;
    creation::install(&mut array)?;
    super::products::install(&mut array)?;
    blocks::install(&mut array)?;
    statistics::install(&mut array)?;
    histograms::install(&mut array)?;
    ordering::install(&mut array)?;
    rearranging::install(&mut array)?;
    methods::install(&mut array)?;
    array.composed(&[
        ("dask/array.py", include_str!("array.py")),
        ("dask/from_delayed.py", include_str!("from_delayed.py")),
    ]);
    array.value("Array", DaskArray::static_type().to_owned())?;
    array.value("newaxis", vm.ctx.none())?;
    for (name, value) in [("nan", f64::NAN), ("inf", f64::INFINITY), ("pi", std::f64::consts::PI)] {
        array.value(name, vm.ctx.new_float(value))?;
    }
    array.finish()?;
    statistics::install_linalg(vm)?;
    random::install(vm)
}

/// `dask.diagnostics`: what shows or measures a computation, which `swath` itself does (`--quiet`, the report of a run).
fn install_diagnostics(vm: &VirtualMachine) -> PyResult<()> {
    let mut module = Module::new("dask.diagnostics", vm);
    module.function("ProgressBar", "minimum~, width~, dt~, out~", |arguments| Ok(harmless::context(arguments.vm)))?;
    for name in ["Profiler", "ResourceProfiler", "CacheProfiler"] {
        module.function(name, "**settings", |arguments| Ok(harmless::context(arguments.vm)))?;
    }
    module.finish()
}

/// Where computed values are to be.
#[derive(Clone, Copy, PartialEq)]
enum Kept {
    InMemory,
    OnWorkers,
}

/// Lazy arrays and datasets, computed or kept, all in one computation, and each array once.
fn together(arguments: &Arguments<'_>, kept: Kept) -> PyResult {
    let vm = arguments.vm;
    let mut arrays = Vec::new();
    let spans: Vec<(usize, usize)> = arguments
        .rest
        .iter()
        .map(|object| {
            let first = arrays.len();
            arrays.extend(arrays_of(object));
            (first, arrays.len())
        })
        .collect();
    let arrays = computed(&arrays, kept, vm)?;
    let results = arguments
        .rest
        .iter()
        .zip(spans)
        .map(|(object, (first, end))| with_arrays(object, arrays[first..end].to_vec(), kept, vm));
    Ok(vm.ctx.new_tuple(results.collect::<PyResult<_>>()?).into())
}

/// Whether an object waits to be computed, as Dask would have it.
fn is_lazy(object: &PyObjectRef) -> bool {
    object.downcastable::<DaskArray>() || arrays_of(object).iter().any(|array| array.in_memory_values().is_none())
}

fn arrays_of(object: &PyObjectRef) -> Vec<Array> {
    if let Some(array) = object.downcast_ref::<DaskArray>() {
        return vec![array.array()];
    }
    if let Some(array) = object.downcast_ref::<DataArrayObject>() {
        return array.inner().arrays();
    }
    object.downcast_ref::<DatasetObject>().map(|dataset| dataset.inner().arrays()).unwrap_or_default()
}

fn computed(arrays: &[Array], kept: Kept, vm: &VirtualMachine) -> PyResult<Vec<Array>> {
    let mut lazy: Vec<Array> = Vec::new();
    let places = arrays.iter().map(|array| match array.in_memory_values() {
        Some(_) => None,
        None => Some(lazy.iter().position(|known| known.is_same(array)).unwrap_or_else(|| {
            lazy.push(array.clone());
            lazy.len() - 1
        })),
    });
    let places: Vec<Option<usize>> = places.collect();
    if lazy.is_empty() {
        return Ok(arrays.to_vec());
    }
    engine::may_compute(vm)?;
    let engine = engine::current();
    let results: Vec<Array> = match kept {
        Kept::OnWorkers => engine.persist(&lazy).map_err(|error| runtime_exception(error, vm))?,
        Kept::InMemory => {
            let chunks = engine.compute(&lazy).map_err(|error| runtime_exception(error, vm))?;
            chunks.into_iter().map(Array::in_memory).collect()
        }
    };
    Ok(arrays.iter().zip(places).map(|(array, place)| place.map_or(array, |place| &results[place]).clone()).collect())
}

fn with_arrays(object: &PyObjectRef, arrays: Vec<Array>, kept: Kept, vm: &VirtualMachine) -> PyResult {
    if let Some(array) = object.downcast_ref::<DataArrayObject>() {
        return Ok(DataArrayObject::new(array.inner().replace_arrays(arrays)).into_ref(&vm.ctx).into());
    }
    if let Some(dataset) = object.downcast_ref::<DatasetObject>() {
        return Ok(DatasetObject::new(dataset.inner().replace_arrays(arrays)).into_ref(&vm.ctx).into());
    }
    match arrays.into_iter().next() {
        Some(array) if kept == Kept::OnWorkers => Ok(DaskArray::new(array).into_ref(&vm.ctx).into()),
        Some(array) => small_object(super::operand::evaluate(&array, vm)?, vm),
        None => Ok(object.clone()),
    }
}

/// A `Delayed` that runs something of ours when it is computed.
///
/// # Errors
/// Where the machine can't hold it.
pub(super) fn deferred(
    name: &'static str,
    run: impl Fn(&VirtualMachine) -> PyResult + 'static,
    vm: &VirtualMachine,
) -> PyResult {
    let function = Function::object(name, "", move |arguments| run(arguments.vm), &vm.ctx);
    vm.import("dask", 0)?.get_attr("delayed", vm)?.call((function,), vm)?.call((), vm)
}

/// One object, computed or kept.
///
/// # Errors
/// Whatever the engine fails with.
pub(super) fn compute_one(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult {
    with_arrays(object, computed(&arrays_of(object), Kept::InMemory, vm)?, Kept::InMemory, vm)
}

/// One object, its chunks kept on the workers.
///
/// # Errors
/// Whatever the engine fails with.
pub(super) fn persist_one(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult {
    with_arrays(object, computed(&arrays_of(object), Kept::OnWorkers, vm)?, Kept::OnWorkers, vm)
}
