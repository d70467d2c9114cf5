//! Functions of `numpy` along an axis: running totals, differences, slopes, areas.

use super::ordering::lanes;
use crate::array::{Chunk, DType};
use crate::plan::Array;
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::dask::with_ends;
use crate::script::errors::plan_exception;
use crate::script::modules::Module;
use crate::script::operand::{self, evaluate_here, small_object};
use rustpython_vm::{PyObjectRef, PyPayload, PyResult, VirtualMachine};

/// What runs along an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Total {
    Sum,
    Product,
}

/// Puts the functions into the module.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(module: &mut Module<'_>) -> PyResult<()> {
    for (name, total, skip_missing) in [
        ("cumsum", Total::Sum, false),
        ("cumprod", Total::Product, false),
        ("nancumsum", Total::Sum, true),
        ("nancumprod", Total::Product, true),
    ] {
        module.function(name, "a!, axis, dtype=None, out=None", move |arguments| {
            let vm = arguments.vm;
            let mut values = operand::values(arguments.required("a"), vm)?;
            if skip_missing {
                fill_missing(&mut values, if total == Total::Sum { 0.0 } else { 1.0 });
            }
            small_object(running(&values, arguments.get("axis"), total, vm)?, vm)
        })?;
    }
    module.function("diff", "a!, n, axis, prepend, append", |arguments| {
        let vm = arguments.vm;
        let times = arguments.get("n").map_or(Ok(1), |n| convert::count(n, vm))?;
        let values = operand::values(arguments.required("a"), vm)?;
        if values.ndim() == 0 {
            return Err(vm.new_value_error("diff needs an array of at least one dimension"));
        }
        let axis = last_axis(arguments, values.ndim())?;
        let values = evaluate_here(&with_ends(Array::in_memory(values), axis, arguments)?, vm)?;
        let mut object: PyObjectRef = super::NdArray::new(values).into_ref(&vm.ctx).into();
        for _ in 0..times {
            let later = part(&object, axis, Some(1), None, vm)?;
            let earlier = part(&object, axis, None, Some(-1), vm)?;
            object = if is_bool(&later, vm)? { vm._xor(&later, &earlier)? } else { vm._sub(&later, &earlier)? };
        }
        Ok(object)
    })?;
    module.function("ediff1d", "ary!", |arguments| {
        let values = operand::values(arguments.required("ary"), arguments.vm)?;
        let count = values.len();
        let flat = values.reshaped(vec![count]).expect("one axis holds all values");
        let flat: PyObjectRef = super::NdArray::new(flat).into_ref(&arguments.vm.ctx).into();
        let (later, earlier) =
            (part(&flat, 0, Some(1), None, arguments.vm)?, part(&flat, 0, None, Some(-1), arguments.vm)?);
        arguments.vm._sub(&later, &earlier)
    })?;
    module.function("gradient", "f!, *varargs, axis, edge_order=1", gradient)?;
    for name in ["trapezoid", "trapz"] {
        module.function(name, "y!, x, dx, axis", trapezoid)?;
    }
    Ok(())
}

fn fill_missing(values: &mut Chunk, fill: f64) {
    match values.data_mut() {
        crate::array::Buffer::Float32(values) => {
            values.iter_mut().filter(|value| value.is_nan()).for_each(|value| *value = fill as f32);
        }
        crate::array::Buffer::Float64(values) => {
            values.iter_mut().filter(|value| value.is_nan()).for_each(|value| *value = fill);
        }
        _ => {}
    }
}

fn last_axis(arguments: &Arguments<'_>, ndim: usize) -> PyResult<usize> {
    arguments.get("axis").map_or(Ok(ndim - 1), |axis| Ok(convert::axes(Some(axis), ndim, arguments.vm)?[0]))
}

/// `object[..., start:stop]` with the slice at an axis.
fn part(object: &PyObjectRef, axis: usize, start: Option<i64>, stop: Option<i64>, vm: &VirtualMachine) -> PyResult {
    let bound = |bound: Option<i64>| bound.map_or_else(|| vm.ctx.none(), |bound| vm.ctx.new_int(bound).into());
    let slice = |start, stop| {
        let slice = rustpython_vm::builtins::PySlice { start: Some(bound(start)), stop: bound(stop), step: None };
        PyObjectRef::from(slice.into_ref(&vm.ctx))
    };
    let mut key: Vec<PyObjectRef> = (0..axis).map(|_| slice(None, None)).collect();
    key.push(slice(start, stop));
    object.get_item(&*PyObjectRef::from(vm.ctx.new_tuple(key)), vm)
}

fn is_bool(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<bool> {
    Ok(operand::values(object, vm)?.dtype() == DType::Bool)
}

/// Running totals along an axis, or of all values in a row: of the dtype of a sum.
///
/// # Errors
/// Where there is no such axis, or values have no totals.
pub(super) fn running(
    values: &Chunk,
    axis: Option<&PyObjectRef>,
    total: Total,
    vm: &VirtualMachine,
) -> PyResult<Chunk> {
    let dtype = match values.dtype() {
        dtype if dtype.is_float() || dtype.is_unsigned_integer() && dtype == DType::UInt64 => dtype,
        dtype if dtype.is_unsigned_integer() => DType::UInt64,
        DType::Bool => DType::Int64,
        dtype if dtype.is_integer() => DType::Int64,
        DType::Timedelta(unit) => DType::Timedelta(unit),
        dtype => return Err(vm.new_type_error(format!("cumsum and cumprod aren't defined for {dtype}"))),
    };
    let cast = Array::in_memory(values.clone()).cast(dtype).map_err(|error| plan_exception(error, vm))?;
    let mut result = evaluate_here(&cast, vm)?;
    let lanes = match axis {
        None => {
            let count = result.len();
            result = result.reshaped(vec![count]).expect("one axis holds all values");
            vec![(0..count).collect()]
        }
        Some(axis) => lanes(values.shape(), convert::axes(Some(axis), values.ndim(), vm)?[0]),
    };
    macro_rules! run {
        ($values:expr, $sum:expr, $product:expr) => {
            for lane in lanes {
                for pair in lane.windows(2) {
                    let (before, value) = ($values[pair[0]], $values[pair[1]]);
                    $values[pair[1]] = match total {
                        Total::Sum => $sum(before, value),
                        Total::Product => $product(before, value),
                    };
                }
            }
        };
    }
    match result.data_mut() {
        crate::array::Buffer::Float32(values) => run!(values, |a: f32, b: f32| a + b, |a: f32, b: f32| a * b),
        crate::array::Buffer::Float64(values) => run!(values, |a: f64, b: f64| a + b, |a: f64, b: f64| a * b),
        crate::array::Buffer::Int64(values) => run!(values, i64::wrapping_add, i64::wrapping_mul),
        crate::array::Buffer::UInt64(values) => run!(values, u64::wrapping_add, u64::wrapping_mul),
        _ => unreachable!("the values were cast to one of these"),
    }
    Ok(result)
}

/// Values as `float64`.
///
/// # Errors
/// Where they are no numbers.
pub(super) fn floats(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Chunk> {
    let values = Array::in_memory(operand::values(object, vm)?);
    evaluate_here(&values.cast(DType::Float64).map_err(|error| plan_exception(error, vm))?, vm)
}

/// Slopes by central differences, one-sided at both ends.
fn gradient(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let input = operand::values(arguments.required("f"), vm)?;
    let values = floats(arguments.required("f"), vm)?;
    let axes = convert::axes(arguments.get("axis"), values.ndim(), vm)?;
    let spacing = |position: usize| match arguments.rest.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(floats(one, vm)?)),
        several if several.len() == axes.len() => Ok(Some(floats(&several[position], vm)?)),
        _ => Err(vm.new_type_error("gradient takes one spacing for all axes, or one for each")),
    };
    let mut slopes = Vec::new();
    for (position, &axis) in axes.iter().enumerate() {
        let length = values.shape()[axis];
        if length < 2 {
            return Err(vm.new_value_error("a gradient wants two elements at least"));
        }
        let places: Vec<f64> = match spacing(position)? {
            Some(places) if places.ndim() == 1 && places.len() == length => {
                places.as_slice().unwrap_or_default().to_vec()
            }
            Some(step) if step.len() == 1 => {
                (0..length).map(|index| index as f64 * step.as_slice().map_or(1.0, |step: &[f64]| step[0])).collect()
            }
            Some(_) => {
                return Err(vm.new_value_error("the places given for an axis have to be as many as its positions"));
            }
            None => (0..length).map(|index| index as f64).collect(),
        };
        slopes.push(slope(&values, axis, &places));
    }
    let finish = |slopes: Chunk| {
        let dtype = if input.dtype() == DType::Float32 { DType::Float32 } else { DType::Float64 };
        let cast = Array::in_memory(slopes).cast(dtype).map_err(|error| plan_exception(error, vm))?;
        small_object(evaluate_here(&cast, vm)?, vm)
    };
    let mut slopes = slopes.into_iter().map(finish).collect::<PyResult<Vec<_>>>()?;
    Ok(if slopes.len() == 1 { slopes.remove(0) } else { vm.ctx.new_tuple(slopes).into() })
}

fn slope(values: &Chunk, axis: usize, places: &[f64]) -> Chunk {
    let mut result = values.clone();
    let source = values.as_slice::<f64>().unwrap_or_default();
    let target = crate::array::Element::vector_mut(result.data_mut()).expect("the values are float64");
    for lane in lanes(values.shape(), axis) {
        let last = lane.len() - 1;
        for index in 0..=last {
            target[lane[index]] = if index == 0 {
                (source[lane[1]] - source[lane[0]]) / (places[1] - places[0])
            } else if index == last {
                (source[lane[last]] - source[lane[last - 1]]) / (places[last] - places[last - 1])
            } else {
                // Second-order accurate for unequal distances (doi:10.1090/S0025-5718-1988-0935077-0).
                let (before, after) = (places[index] - places[index - 1], places[index + 1] - places[index]);
                let weights = [
                    -after / (before * (before + after)),
                    (after - before) / (before * after),
                    before / (after * (before + after)),
                ];
                (0..3).map(|offset| weights[offset] * source[lane[index + offset - 1]]).sum()
            };
        }
    }
    result
}

/// Areas under lines between neighbours.
fn trapezoid(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let values = floats(arguments.required("y"), vm)?;
    if values.ndim() == 0 {
        return Err(vm.new_value_error("trapezoid needs an array of at least one dimension"));
    }
    let axis = last_axis(arguments, values.ndim())?;
    let step = arguments.get("dx").map_or(Ok(1.0), |dx| convert::float(dx, vm))?;
    let places = match arguments.get("x") {
        Some(x) => floats(x, vm)?.as_slice::<f64>().unwrap_or_default().to_vec(),
        None => (0..values.shape()[axis]).map(|index| index as f64 * step).collect(),
    };
    if places.len() != values.shape()[axis] {
        return Err(vm.new_value_error("x has another length than y along the axis"));
    }
    let source = values.as_slice::<f64>().unwrap_or_default();
    let areas = lanes(values.shape(), axis).into_iter().map(|lane| {
        let pieces = lane.windows(2).zip(places.windows(2));
        pieces.map(|(at, x)| (x[1] - x[0]) * (source[at[0]] + source[at[1]]) / 2.0).sum()
    });
    let mut shape = values.shape().to_vec();
    shape.remove(axis);
    let areas =
        Chunk::from_values(shape, areas.collect::<Vec<f64>>()).map_err(|error| plan_exception(error.into(), vm))?;
    small_object(areas, vm)
}
