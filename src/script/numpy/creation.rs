//! Functions of `numpy` that make arrays.

use super::NdArray;
use crate::array::{Chunk, DType};
use crate::plan::Array;
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::creation::{self, FILLERS, FILLERS_LIKE, Recipe};
use crate::script::errors::plan_exception;
use crate::script::modules::Module;
use crate::script::operand::{self, Operand, small_object};
use rustpython_vm::{PyPayload, PyResult, VirtualMachine};

/// Puts the functions into the module.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(module: &mut Module<'_>) -> PyResult<()> {
    for (name, value) in FILLERS {
        module.function(name, "shape!, dtype, order~", |arguments| {
            made(creation::filled(*value, arguments)?, arguments.vm)
        })?;
    }
    for (name, value) in FILLERS_LIKE {
        module.function(name, "a!, dtype, order~, subok~", |arguments| {
            let model = array_of(arguments.required("a"), arguments.vm)?;
            made(creation::filled_like(*value, &model, arguments)?, arguments.vm)
        })?;
    }
    module.function("full", "shape!, fill_value!, dtype, order~", |arguments| {
        made(creation::full(arguments)?, arguments.vm)
    })?;
    module.function("arange", "start!, stop, step, dtype", |arguments| {
        made(creation::arange(arguments)?, arguments.vm)
    })?;
    module.function("linspace", "start!, stop!, num, endpoint, retstep=False, dtype, axis=0", linspace)?;
    module.function("array", "object!, dtype, copy~, order~, ndmin=0", array)?;
    module.function("asarray", "object!, dtype, order~", array)
}

fn made(recipe: Recipe, vm: &VirtualMachine) -> PyResult {
    Operand::Eager(recipe.whole()).into_object(vm)
}

/// The array of an argument, lazy where it is.
fn array_of(object: &rustpython_vm::PyObjectRef, vm: &VirtualMachine) -> PyResult<Array> {
    match Operand::expect(object, vm)? {
        Operand::Lazy(array) | Operand::Eager(array) | Operand::Typed(array) => Ok(array),
        Operand::DataArray(array) => Ok(array.data().clone()),
        Operand::Weak(value) => {
            let dtype = convert::default_dtype(&value);
            Array::scalar(value, dtype).map_err(|error| plan_exception(error, vm))
        }
        Operand::Dataset(_) => Err(vm.new_type_error("a Dataset is no array: take a variable of it")),
    }
}

/// `np.array(object)`: lists and scalars are read, lazy arrays are computed.
fn array(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let object = arguments.required("object");
    let dtype = arguments.get("dtype").map(|dtype| convert::dtype(dtype, vm)).transpose()?;
    let chunk = match Operand::of(object, vm)? {
        Some(Operand::Weak(_)) | None => convert::chunk(object, dtype, vm)?,
        Some(_) if convert::is_sequence(object) => convert::chunk(object, dtype, vm)?,
        Some(_) => {
            let array = array_of(object, vm)?;
            let cast = dtype.map_or(Ok(array.clone()), |dtype| array.cast(dtype));
            operand::evaluate(&cast.map_err(|error| plan_exception(error, vm))?, vm)?
        }
    };
    Ok(NdArray::new(chunk).into_ref(&vm.ctx).into())
}

fn linspace(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let (start, stop) =
        (convert::float(arguments.required("start"), vm)?, convert::float(arguments.required("stop"), vm)?);
    let count = arguments.get("num").map_or(Ok(50), |count| convert::count(count, vm))?;
    let endpoint = arguments.bool("endpoint")?.unwrap_or(true);
    let divisions = if endpoint { count.saturating_sub(1) } else { count };
    let step = (stop - start) / divisions.max(1) as f64;
    let mut values: Vec<f64> = (0..count).map(|position| position as f64 * step + start).collect();
    if let Some(last) = values.last_mut().filter(|_| endpoint && count > 1) {
        *last = stop;
    }
    let chunk = Chunk::from_values(vec![count], values).map_err(|error| plan_exception(error.into(), vm))?;
    match arguments.get("dtype").map(|dtype| convert::dtype(dtype, vm)).transpose()? {
        None | Some(DType::Float64) => small_object(chunk, vm),
        Some(dtype) => {
            let cast = Array::in_memory(chunk).cast(dtype).map_err(|error| plan_exception(error, vm))?;
            Operand::Eager(cast).into_object(vm)
        }
    }
}
