//! Functions of `dask.array` that make arrays.

use super::{DaskArray, chunks};
use crate::array::DType;
use crate::plan::Array;
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::creation::{self, FILLERS, FILLERS_LIKE, Recipe};
use crate::script::modules::Module;
use crate::script::operand::Operand;
use crate::script::writing;
use rustpython_vm::function::{FuncArgs, KwArgs};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// Puts the functions into the module.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(module: &mut Module<'_>) -> PyResult<()> {
    for (name, value) in FILLERS {
        module.function(name, "shape!, dtype, chunks, name~, order~, meta~", |arguments| {
            made(creation::filled(*value, arguments)?, arguments)
        })?;
    }
    for (name, value) in FILLERS_LIKE {
        module.function(name, "a!, dtype, order~, chunks, name~", |arguments| {
            let model = lazy(arguments.required("a"), arguments.vm)?;
            let recipe = creation::filled_like(*value, &model, arguments)?;
            match arguments.get("chunks") {
                None => Operand::Lazy(recipe.array(model.grid().clone())).into_object(arguments.vm),
                Some(_) => made(recipe, arguments),
            }
        })?;
    }
    module.function("full", "shape!, fill_value!, dtype, chunks, name~, order~, meta~", |arguments| {
        made(creation::full(arguments)?, arguments)
    })?;
    module.function("arange", "start!, stop, step, *, chunks, dtype, like=None", |arguments| {
        made(creation::arange(arguments)?, arguments)
    })?;
    module.function("linspace", "start!, stop!, num, endpoint, retstep=False, chunks, dtype", |arguments| {
        of_numpy(&["start", "stop", "num", "endpoint", "dtype"], arguments)
    })?;
    module.function("eye", "N!, chunks, M, k, dtype", |arguments| of_numpy(&["N", "M", "k", "dtype"], arguments))?;
    module.function("from_zarr", "url!, component, storage_options=None, chunks, name~, inline_array~", from_zarr)?;
    module.function("to_zarr", "arr!, url!, component, storage_options=None, region=None, compute, return_stored=False, overwrite, zarr_format", |arguments| {
        writing::array_to_zarr(&lazy(arguments.required("arr"), arguments.vm)?, arguments)
    })?;
    for name in ["concatenate", "stack"] {
        module.function(name, "seq!, axis, allow_unknown_chunksizes~", move |arguments| {
            joined(arguments, name == "stack")
        })?;
    }
    const EXISTING: &str = "a!, chunks, name~, lock~, asarray~, fancy~, getitem~, meta~, inline_array~, dtype";
    for name in ["from_array", "asarray", "asanyarray", "array"] {
        module.function(name, EXISTING, move |arguments| from_array(name.starts_with("as"), arguments))?;
    }
    Ok(())
}

/// What the function of `numpy` of this name gives for some of the arguments.
pub(super) fn by_numpy(names: &[&'static str], arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let name = arguments.function.rsplit('.').next().unwrap_or(arguments.function);
    let modules = vm.sys_module.get_attr("modules", vm)?;
    let function = modules.get_item("numpy", vm)?.get_attr(vm.ctx.intern_str(name), vm)?;
    let passed = names.iter().filter_map(|name| Some(((*name).to_owned(), arguments.get(name)?.clone())));
    function.call(FuncArgs::from(KwArgs::new(passed.collect())), vm)
}

/// The same as a lazy array, in the chunks that are asked for.
fn of_numpy(names: &[&'static str], arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let array = lazy(&by_numpy(names, arguments)?, vm)?;
    let grid = chunks::grid(arguments.get("chunks"), array.shape(), array.dtype(), vm)?;
    Operand::Lazy(array.rechunk(grid)).into_object(vm)
}

/// Arrays one behind the other along an axis, which may be a new one.
fn joined(arguments: &Arguments<'_>, along_new_axis: bool) -> PyResult {
    let vm = arguments.vm;
    let failed = |error| crate::script::errors::plan_exception(error, vm);
    let parts = convert::one_or_more(arguments.required("seq"), vm)?;
    let mut arrays = parts.iter().map(|part| lazy(part, vm)).collect::<PyResult<Vec<_>>>()?;
    let Some(first) = arrays.first() else {
        return Err(vm.new_value_error("nothing to concatenate: give at least one array"));
    };
    let ndim = first.ndim() + usize::from(along_new_axis);
    let axis = arguments.get("axis").map_or(Ok(0), |axis| convert::axis(axis, ndim, vm))?;
    if along_new_axis {
        for array in &mut arrays {
            *array = array.insert_axis(axis).map_err(failed)?;
        }
    }
    Operand::Lazy(Array::concatenate(&arrays, axis).map_err(failed)?).into_object(vm)
}

/// The lazy array that an argument is.
pub(super) fn lazy(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Array> {
    match Operand::expect(object, vm)? {
        Operand::Lazy(array) | Operand::Eager(array) | Operand::Typed(array) => Ok(array),
        Operand::DataArray(array) => Ok(array.data().clone()),
        Operand::Weak(_) => convert::chunk(object, None, vm).map(Array::in_memory),
        Operand::Dataset(_) => Err(vm.new_type_error("a Dataset is no array: take a variable of it")),
    }
}

fn made(recipe: Recipe, arguments: &Arguments<'_>) -> PyResult {
    let grid = chunks::grid(arguments.get("chunks"), &recipe.shape, recipe.dtype, arguments.vm)?;
    Operand::Lazy(recipe.array(grid)).into_object(arguments.vm)
}

/// An array as a lazy one; what is one already may be that very object.
fn from_array(may_be_same: bool, arguments: &Arguments<'_>) -> PyResult {
    let (vm, object) = (arguments.vm, arguments.required("a"));
    let is_as_wanted = ["dtype", "chunks"].iter().all(|name| arguments.get(name).is_none());
    if may_be_same && is_as_wanted && object.downcastable::<DaskArray>() {
        return Ok(object.clone());
    }
    let mut array = lazy(object, vm)?;
    if let Some(dtype) = arguments.get("dtype") {
        let dtype: DType = convert::dtype(dtype, vm)?;
        array = array.cast(dtype).map_err(|error| crate::script::errors::plan_exception(error, vm))?;
    }
    if arguments.get("chunks").is_some() {
        let grid = chunks::grid(arguments.get("chunks"), array.shape(), array.dtype(), vm)?;
        array = array.rechunk(grid);
    }
    Operand::Lazy(array).into_object(vm)
}

fn from_zarr(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let path = convert::path(arguments.required("url"), vm)?;
    let mut array = writing::open_array(&path, arguments.string("component")?.as_deref(), vm)?;
    if let Some(wish) = arguments.get("chunks") {
        let grid = chunks::grid(Some(wish), array.shape(), array.dtype(), vm)?;
        array = array.rechunk(grid);
    }
    Operand::Lazy(array).into_object(vm)
}
