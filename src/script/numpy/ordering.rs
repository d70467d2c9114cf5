//! Functions of `numpy` that compare elements: sorting, searching, sets, where values lie.

use super::strided::Strided;
use crate::array::{Buffer, Chunk, DType, Scalar, row_major_strides};
use crate::plan::Array;
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::errors::plan_exception;
use crate::script::indexing::integers;
use crate::script::modules::Module;
use crate::script::operand::{self, evaluate_here, small_object};
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};
use std::cmp::Ordering;

/// Puts the functions into the module.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(module: &mut Module<'_>) -> PyResult<()> {
    module.function("sort", "a!, axis, kind~, order=None, stable~", |arguments| {
        let values = operand::values(arguments.required("a"), arguments.vm)?;
        small_object(sorted(&values, arguments.get("axis"), arguments.vm)?, arguments.vm)
    })?;
    module.function("argsort", "a!, axis, kind~, order=None, stable~", |arguments| {
        let values = operand::values(arguments.required("a"), arguments.vm)?;
        small_object(argsort(&values, arguments.get("axis"), arguments.vm)?, arguments.vm)
    })?;
    module.function("unique", "ar!, return_index, return_inverse, return_counts, axis=None, equal_nan=True", unique)?;
    module.function("searchsorted", "a!, v!, side, sorter=None", |arguments| {
        let vm = arguments.vm;
        let [known, wanted] = ["a", "v"].map(|name| operand::values(arguments.required(name), vm));
        let right = arguments.string("side")?.is_some_and(|side| side == "right");
        small_object(searchsorted(&known?, &wanted?, right, vm)?, vm)
    })?;
    module.function("digitize", "x!, bins!, right", |arguments| {
        let vm = arguments.vm;
        let [wanted, bins] = ["x", "bins"].map(|name| operand::values(arguments.required(name), vm));
        let right = arguments.bool("right")?.unwrap_or(false);
        small_object(searchsorted(&bins?, &wanted?, !right, vm)?, vm)
    })?;
    for name in ["isin", "in1d"] {
        module.function(name, "element!, test_elements!, assume_unique~, invert", |arguments| {
            let vm = arguments.vm;
            let [values, known] =
                ["element", "test_elements"].map(|name| operand::values(arguments.required(name), vm));
            let (values, known) = together(values?, known?, vm)?;
            let order = order_of(&known, (0..known.len()).collect());
            let inverted = arguments.bool("invert")?.unwrap_or(false);
            let found = |at: usize| {
                let value = values.get(at);
                // Nothing equals what is missing.
                let is_missing = match &value {
                    Some(Scalar::Float(number)) => number.is_nan(),
                    Some(Scalar::Int(count)) => values.dtype().is_time() && *count == DType::NOT_A_TIME,
                    _ => false,
                };
                !is_missing && order.binary_search_by(|&other| compare_scalars(&known.get(other), &value)).is_ok()
            };
            let found = (0..values.len()).map(|at| found(at) != inverted).collect();
            chunk(Chunk::from_values(values.shape().to_vec(), found), vm)
        })?;
    }
    module.function("count_nonzero", "a!, axis=None, keepdims=False", |arguments| {
        let values = operand::values(arguments.required("a"), arguments.vm)?;
        Ok(arguments.vm.ctx.new_int(truths(&values).filter(|truth| *truth).count()).into())
    })?;
    module.function("unravel_index", "indices!, shape!, order='C'", unravelled)?;
    module.function("nonzero", "a!", |arguments| places(arguments.required("a"), arguments.vm))?;
    module.function("flatnonzero", "a!", |arguments| {
        let values = operand::values(arguments.required("a"), arguments.vm)?;
        let places: Vec<i64> = truths(&values).enumerate().filter(|pair| pair.1).map(|pair| pair.0 as i64).collect();
        chunk(Chunk::from_values(vec![places.len()], places), arguments.vm)
    })?;
    module.function("argwhere", "a!", |arguments| {
        let values = operand::values(arguments.required("a"), arguments.vm)?;
        let places = nonzero(&values);
        let count = places.first().map_or(0, Chunk::len);
        let rows =
            (0..count).flat_map(|row| places.iter().map(move |axis| axis.as_slice::<i64>().map_or(0, |at| at[row])));
        chunk(Chunk::from_values(vec![count, values.ndim()], rows.collect()), arguments.vm)
    })
}

/// Indices along each axis of what is true.
///
/// # Errors
/// Where an object has no values.
pub(super) fn places(object: &PyObject, vm: &VirtualMachine) -> PyResult {
    let places = nonzero(&operand::values(object, vm)?).into_iter().map(|places| small_object(places, vm));
    Ok(vm.ctx.new_tuple(places.collect::<PyResult<_>>()?).into())
}

fn chunk(made: Result<Chunk, crate::array::ArrayError>, vm: &VirtualMachine) -> PyResult {
    small_object(made.map_err(|error| plan_exception(error.into(), vm))?, vm)
}

/// Positions of the elements along an axis, one list for each position along the others.
pub(super) fn lanes(shape: &[usize], axis: usize) -> Vec<Vec<usize>> {
    let length = shape[axis];
    let stride = row_major_strides(shape)[axis];
    let mut others = Strided::whole(shape);
    others.shape[axis] = 1;
    let along = |start: usize| (0..length).map(|index| start + index * stride).collect();
    others.positions().into_iter().map(along).collect()
}

/// The axis of an argument, by default the last.
fn axis_of(axis: Option<&PyObjectRef>, ndim: usize, vm: &VirtualMachine) -> PyResult<usize> {
    if ndim == 0 {
        return Err(vm.new_index_error("an array without dimensions has no axis to sort along"));
    }
    axis.map_or(Ok(ndim - 1), |axis| convert::axis(axis, ndim, vm))
}

/// Order of two values: numbers by size with NaN last, text by code points.
fn compare<T: PartialOrd>(a: &T, b: &T) -> Ordering {
    // What isn't equal to itself is NaN.
    #[allow(clippy::eq_op, reason = "NaN differs from itself")]
    a.partial_cmp(b).unwrap_or_else(|| (a != a).cmp(&(b != b)))
}

fn compare_scalars(a: &Option<Scalar>, b: &Option<Scalar>) -> Ordering {
    match (a, b) {
        (Some(Scalar::Text(a)), Some(Scalar::Text(b))) => a.cmp(b),
        (Some(Scalar::Int(a)), Some(Scalar::Int(b))) => a.cmp(b),
        (Some(Scalar::UInt(a)), Some(Scalar::UInt(b))) => a.cmp(b),
        (Some(a), Some(b)) => compare(&a.as_f64().unwrap_or(f64::NAN), &b.as_f64().unwrap_or(f64::NAN)),
        _ => Ordering::Equal,
    }
}

/// Positions sorted by the values at them; equal ones stay in order.
fn order_of(values: &Chunk, mut positions: Vec<usize>) -> Vec<usize> {
    fn sort<T: PartialOrd>(values: &[T], positions: &mut [usize]) {
        positions.sort_by(|&a, &b| compare(&values[a], &values[b]));
    }
    // NaT, the least of the integers, is last too.
    if values.dtype().is_time()
        && let Some(times) = values.as_slice::<i64>()
    {
        positions.sort_by_key(|&position| (times[position] == i64::MIN, times[position]));
        return positions;
    }
    match values.data() {
        Buffer::Bool(values) => sort(values, &mut positions),
        Buffer::Int8(values) => sort(values, &mut positions),
        Buffer::Int16(values) => sort(values, &mut positions),
        Buffer::Int32(values) => sort(values, &mut positions),
        Buffer::Int64(values) => sort(values, &mut positions),
        Buffer::UInt8(values) => sort(values, &mut positions),
        Buffer::UInt16(values) => sort(values, &mut positions),
        Buffer::UInt32(values) => sort(values, &mut positions),
        Buffer::UInt64(values) => sort(values, &mut positions),
        Buffer::Float32(values) => sort(values, &mut positions),
        Buffer::Float64(values) => sort(values, &mut positions),
        Buffer::Text(values) => sort(values, &mut positions),
    }
    positions
}

/// Values in ascending order along an axis, NaN last.
///
/// # Errors
/// Where there is no such axis.
pub(super) fn sorted(values: &Chunk, axis: Option<&PyObjectRef>, vm: &VirtualMachine) -> PyResult<Chunk> {
    let axis = axis_of(axis, values.ndim(), vm)?;
    let mut result = values.clone();
    for lane in lanes(values.shape(), axis) {
        let order = order_of(values, lane.clone());
        result.scatter(&lane, &values.gather(&order, vec![order.len()]));
    }
    Ok(result)
}

/// Indices along an axis in the order of the values.
///
/// # Errors
/// Where there is no such axis.
pub(super) fn argsort(values: &Chunk, axis: Option<&PyObjectRef>, vm: &VirtualMachine) -> PyResult<Chunk> {
    let axis = axis_of(axis, values.ndim(), vm)?;
    let stride = row_major_strides(values.shape())[axis];
    let mut indices = vec![0i64; values.len()];
    for lane in lanes(values.shape(), axis) {
        let first = lane.first().copied().unwrap_or(0);
        for (place, position) in lane.iter().zip(order_of(values, lane.clone())) {
            indices[*place] = ((position - first) / stride) as i64;
        }
    }
    Chunk::from_values(values.shape().to_vec(), indices).map_err(|error| plan_exception(error.into(), vm))
}

/// Two arrays in one dtype.
fn together(a: Chunk, b: Chunk, vm: &VirtualMachine) -> PyResult<(Chunk, Chunk)> {
    let common = a.dtype().promote(b.dtype());
    let common = common.ok_or_else(|| vm.new_type_error(format!("can't compare {} with {}", a.dtype(), b.dtype())))?;
    let cast = |values: Chunk| {
        let cast = Array::in_memory(values).cast(common).map_err(|error| plan_exception(error, vm))?;
        evaluate_here(&cast, vm)
    };
    Ok((cast(a)?, cast(b)?))
}

/// Where values would have to be put in to keep an array sorted, before equal ones or behind them. The array may fall too.
///
/// # Errors
/// Where the dtypes have none in common.
pub(super) fn searchsorted(known: &Chunk, wanted: &Chunk, right: bool, vm: &VirtualMachine) -> PyResult<Chunk> {
    let shape = wanted.shape().to_vec();
    let (known, wanted) = together(known.clone(), wanted.clone(), vm)?;
    let known: Vec<Option<Scalar>> = (0..known.len()).map(|index| known.get(index)).collect();
    let falls = known.len() > 1 && compare_scalars(&known[0], &known[known.len() - 1]) == Ordering::Greater;
    let place = |value: Option<Scalar>| {
        let before = |other: &Option<Scalar>| match compare_scalars(other, &value) {
            Ordering::Less => !falls,
            Ordering::Equal => right != falls,
            Ordering::Greater => falls,
        };
        known.partition_point(before) as i64
    };
    let places = (0..wanted.len()).map(|index| place(wanted.get(index))).collect();
    Chunk::from_values(shape, places).map_err(|error| plan_exception(error.into(), vm))
}

fn truths(values: &Chunk) -> impl Iterator<Item = bool> + '_ {
    (0..values.len()).map(|index| match values.get(index) {
        Some(Scalar::Text(text)) => !text.is_empty(),
        Some(value) => value.as_f64() != Some(0.0),
        None => false,
    })
}

/// Indices of the elements that aren't zero, one array an axis.
pub(super) fn nonzero(values: &Chunk) -> Vec<Chunk> {
    let strides = row_major_strides(values.shape());
    let places: Vec<usize> = truths(values).enumerate().filter(|pair| pair.1).map(|pair| pair.0).collect();
    let along = |axis: usize| {
        let indices: Vec<i64> =
            places.iter().map(|place| (place / strides[axis] % values.shape()[axis]) as i64).collect();
        Chunk::from_values(vec![indices.len()], indices).expect("one axis holds all indices")
    };
    (0..values.ndim()).map(along).collect()
}

/// The different values in ascending order, with what else is asked for of them.
fn unique(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let values = operand::values(arguments.required("ar"), vm)?;
    let order = order_of(&values, (0..values.len()).collect());
    let (mut first, mut inverse, mut counts) = (Vec::<usize>::new(), vec![0i64; values.len()], Vec::<i64>::new());
    for &position in &order {
        let is_new = first.last().is_none_or(|&last| {
            let (a, b) = (values.get(last), values.get(position));
            let missing = |value: &Option<Scalar>| matches!(value, Some(Scalar::Float(value)) if value.is_nan());
            a != b && !(missing(&a) && missing(&b))
        });
        if is_new {
            first.push(position);
            counts.push(0);
        }
        *counts.last_mut().expect("a value has been found") += 1;
        inverse[position] = first.len() as i64 - 1;
    }
    let count = first.len();
    let found = small_object(values.gather(&first, vec![count]), vm)?;
    let mut results = vec![found];
    let extra = [
        ("return_index", vec![count], first.iter().map(|&position| position as i64).collect()),
        ("return_inverse", values.shape().to_vec(), inverse),
        ("return_counts", vec![count], counts),
    ];
    for (name, shape, values) in extra {
        if arguments.bool(name)?.unwrap_or(false) {
            results.push(chunk(Chunk::from_values(shape, values), vm)?);
        }
    }
    Ok(if results.len() == 1 { results.remove(0) } else { vm.ctx.new_tuple(results).into() })
}

/// The positions along each axis of elements that are counted through an array of a shape.
fn unravelled(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let indices = operand::values(arguments.required("indices"), vm)?;
    let shape = convert::shape(arguments.required("shape"), vm)?;
    let count: usize = shape.iter().product();
    let found = integers(&indices, vm)?;
    if found.iter().any(|&index| index < 0 || index >= count as i64) {
        let message = format!("unravel_index expects integers from 0 to {} for the shape {shape:?}", count as i64 - 1);
        return Err(vm.new_value_error(message));
    }
    let strides = row_major_strides(&shape);
    let axis = |(&length, &stride): (&usize, &usize)| {
        let along = found.iter().map(|&index| index / stride as i64 % length as i64).collect();
        chunk(Chunk::from_values(indices.shape().to_vec(), along), vm)
    };
    let axes = shape.iter().zip(&strides).map(axis).collect::<PyResult<Vec<_>>>()?;
    Ok(vm.ctx.new_tuple(axes).into())
}
