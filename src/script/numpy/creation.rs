//! Functions of `numpy` that make arrays.

use super::{NdArray, cast_scalar};
use crate::array::{Buffer, Chunk, DType};
use crate::plan::Array;
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::creation::{self, FILLERS, FILLERS_LIKE, Recipe};
use crate::script::errors::plan_exception;
use crate::script::modules::Module;
use crate::script::operand::{self, Operand, small_object};
use rustpython_vm::builtins::PyStr;
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
    module.function("full_like", "a!, fill_value!, dtype, order~, subok~, shape=None", |arguments| {
        let model = array_of(arguments.required("a"), arguments.vm)?;
        made(creation::full_like(&model, arguments)?, arguments.vm)
    })?;
    module.function("frombuffer", "buffer!, dtype, count, offset", from_buffer)?;
    module.function("arange", "start!, stop, step, dtype", |arguments| match times(arguments)? {
        Some(times) => small_object(times, arguments.vm),
        None => made(creation::arange(arguments)?, arguments.vm),
    })?;
    module.function("linspace", "start!, stop!, num, endpoint, retstep, dtype, axis=0", linspace)?;
    module.function("logspace", "start!, stop!, num, endpoint, base, dtype=None, axis=0", |arguments| {
        let vm = arguments.vm;
        let base = arguments.get("base").map_or(Ok(10.0), |base| convert::float(base, vm))?;
        let values = spaced(arguments)?.into_iter().map(|exponent| libm::pow(base, exponent)).collect();
        row(values, vm)
    })?;
    for name in ["eye", "identity"] {
        module.function(name, "N!, M, k, dtype, order~", |arguments| {
            let vm = arguments.vm;
            let rows = convert::count(arguments.required("N"), vm)?;
            let columns = arguments.get("M").map_or(Ok(rows), |columns| convert::count(columns, vm))?;
            let shift = arguments.get("k").map_or(Ok(0), |k| convert::integer(k, vm))?;
            let one = |at: usize| f64::from(u8::from((at / columns) as i64 + shift == (at % columns) as i64));
            let values = (0..rows * columns).map(one).collect();
            let chunk =
                Chunk::from_values(vec![rows, columns], values).map_err(|error| plan_exception(error.into(), vm))?;
            in_dtype(chunk, arguments)
        })?;
    }
    module.function("diag", "v!, k=0", |arguments| {
        let vm = arguments.vm;
        let values = operand::values(arguments.required("v"), vm)?;
        let chunk = match *values.shape() {
            [length] => {
                let mut square = Chunk::zeros(values.dtype(), vec![length, length]);
                square.scatter(&(0..length).map(|index| index * (length + 1)).collect::<Vec<_>>(), &values);
                square
            }
            [rows, columns] => {
                let places: Vec<usize> = (0..rows.min(columns)).map(|index| index * (columns + 1)).collect();
                values.gather(&places, vec![places.len()])
            }
            _ => return Err(vm.new_value_error("diag takes an array of one dimension or of two")),
        };
        Ok(NdArray::new(chunk).into_ref(&vm.ctx).into())
    })?;
    module.function("array", "object!, dtype, copy~, order~, ndmin=0", array)?;
    module.function("asarray", "object!, dtype, order~", array)
}

/// Numbers whose bytes an object holds.
fn from_buffer(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let (dtype, big_endian) = match arguments.get("dtype") {
        Some(dtype) => {
            let text = dtype.downcast_ref::<PyStr>().map(|text| text.to_string_lossy().into_owned());
            (convert::dtype(dtype, vm)?, text.is_some_and(|text| text.starts_with('>')))
        }
        None => (DType::Float64, false),
    };
    let size = dtype.size_bytes();
    let offset = arguments.get("offset").map_or(Ok(0), |offset| convert::count(offset, vm))?;
    let mut bytes =
        arguments.required("buffer").try_bytes_like(vm, |bytes| bytes.get(offset..).map(<[u8]>::to_vec))?.ok_or_else(
            || vm.new_value_error(format!("offset must be non-negative and no greater than buffer length: {offset}")),
        )?;
    match arguments.get("count").map(|count| convert::integer(count, vm)).transpose()? {
        Some(count) if count >= 0 => {
            let wanted = usize::try_from(count).unwrap_or(usize::MAX).saturating_mul(size);
            if wanted > bytes.len() {
                return Err(vm.new_value_error("buffer is smaller than requested size"));
            }
            bytes.truncate(wanted);
        }
        _ if bytes.len() % size != 0 => {
            return Err(vm.new_value_error("buffer size must be a multiple of element size"));
        }
        _ => {}
    }
    if big_endian {
        bytes.chunks_exact_mut(size).for_each(<[u8]>::reverse);
    }
    let count = bytes.len() / size;
    let values = Buffer::from_le_bytes(dtype.storage(), &bytes)
        .ok_or_else(|| vm.new_value_error(format!("{dtype} has no bytes of one length")))?;
    let chunk = Chunk::new(dtype, vec![count], values).map_err(|error| plan_exception(error.into(), vm))?;
    Ok(NdArray::new(chunk).into_ref(&vm.ctx).into())
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

/// `np.arange` of times, `None` where its bounds are none. Without a step, they are a unit apart.
fn times(arguments: &Arguments<'_>) -> PyResult<Option<Chunk>> {
    let vm = arguments.vm;
    let wanted = arguments.get("dtype").map(|dtype| convert::dtype(dtype, vm)).transpose()?;
    let mut bounds = Vec::new();
    for name in ["start", "stop", "step"] {
        let Some(object) = arguments.get(name) else { continue };
        bounds.push((name, operand::single_value(object, vm)?));
    }
    let units = bounds.iter().map(|(_, (dtype, _))| *dtype).chain(wanted).filter_map(DType::time_unit);
    let Some(unit) = units.max() else { return Ok(None) };
    let moments = bounds.iter().any(|(_, (dtype, _))| matches!(dtype, DType::Datetime(_)))
        || matches!(wanted, Some(DType::Datetime(_)));
    let dtype = if moments { DType::Datetime(unit) } else { DType::Timedelta(unit) };
    let count = |name: &str| match bounds.iter().find(|(known, _)| *known == name) {
        None => Ok(None),
        Some((_, (from, value))) => {
            let to = match from {
                DType::Timedelta(_) => DType::Timedelta(unit),
                from if from.is_integer() => return Ok(value.as_i128().map(|value| value as i64)),
                _ => dtype,
            };
            let counted = cast_scalar(value, *from, to, vm)?;
            Ok(counted.as_i128().map(|value| value as i64))
        }
    };
    let (start, stop, step) = match (count("start")?, count("stop")?, count("step")?.unwrap_or(1)) {
        (Some(start), Some(stop), step) => (start, stop, step),
        (Some(stop), None, step) if !moments => (0, stop, step),
        _ => return Err(vm.new_value_error("arange of times needs a start and a stop")),
    };
    if step == 0 {
        return Err(vm.new_zero_division_error("arange with a step of 0"));
    }
    let length = ((stop - start) as f64 / step as f64).ceil().max(0.0) as i64;
    let values: Vec<i64> = (0..length).map(|index| start + index * step).collect();
    let chunk = Chunk::from_values(vec![values.len()], values).and_then(|chunk| chunk.reinterpreted(dtype));
    chunk.map(Some).map_err(|error| plan_exception(error.into(), vm))
}

/// `num` values from `start` to `stop`.
fn spaced(arguments: &Arguments<'_>) -> PyResult<Vec<f64>> {
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
    Ok(values)
}

fn row(values: Vec<f64>, vm: &VirtualMachine) -> PyResult {
    let chunk = Chunk::from_values(vec![values.len()], values).map_err(|error| plan_exception(error.into(), vm))?;
    small_object(chunk, vm)
}

/// Values in the dtype that was asked for, their own by default.
fn in_dtype(chunk: Chunk, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let dtype = arguments.get("dtype").map(|dtype| convert::dtype(dtype, vm)).transpose()?;
    let cast = Array::in_memory(chunk.clone()).cast(dtype.unwrap_or(chunk.dtype()));
    Operand::Eager(cast.map_err(|error| plan_exception(error, vm))?).into_object(vm)
}

fn linspace(arguments: &Arguments<'_>) -> PyResult {
    let values = spaced(arguments)?;
    let retstep = arguments.bool("retstep")?.unwrap_or(false);
    let step = match values.as_slice() {
        [first, second, ..] => second - first,
        _ => f64::NAN,
    };
    let chunk = Chunk::from_values(vec![values.len()], values);
    let vm = arguments.vm;
    let made = in_dtype(chunk.map_err(|error| plan_exception(error.into(), vm))?, arguments)?;
    if !retstep {
        return Ok(made);
    }
    let step = Operand::Weak(step.into()).into_object(vm)?;
    Ok(vm.ctx.new_tuple(vec![made, step]).into())
}
