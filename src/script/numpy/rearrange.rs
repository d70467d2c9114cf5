//! Functions of `numpy` that put elements elsewhere: joined, repeated, turned round, under other shapes.

use super::nd_array::NdArray;
use super::nd_methods::shape_of;
use super::strided::{Strided, broadcast_positions};
use crate::array::{Chunk, DType, Region, Shape, row_major_strides};
use crate::plan::{Array, broadcast_shapes};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::errors::plan_exception;
use crate::script::modules::Module;
use crate::script::operand::{self, evaluate_here, small_object};
use rustpython_vm::{PyObjectRef, PyPayload, PyResult, VirtualMachine};

/// Puts the functions into the module.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(module: &mut Module<'_>) -> PyResult<()> {
    module.function("concatenate", "arrays!, axis, out=None, dtype=None, casting~", |arguments| {
        let vm = arguments.vm;
        let parts = chunks(arguments.required("arrays"), vm)?;
        let axis = arguments.given("axis").map_or(Ok(Some(0)), |axis| axis_or_none(axis, parts[0].ndim(), vm))?;
        joined(parts, axis, vm)
    })?;
    module.function("append", "arr!, values!, axis", |arguments| {
        let vm = arguments.vm;
        let parts = ["arr", "values"].map(|name| operand::values(arguments.required(name), vm));
        let [first, second] = parts;
        let parts = vec![first?, second?];
        let axis = arguments.get("axis").map(|axis| convert::axes(Some(axis), parts[0].ndim(), vm)).transpose()?;
        joined(parts, axis.map(|axes| axes[0]), vm)
    })?;
    module.function("stack", "arrays!, axis, out=None, dtype=None, casting~", |arguments| {
        let vm = arguments.vm;
        let parts = chunks(arguments.required("arrays"), vm)?;
        let ndim = parts[0].ndim() + 1;
        let axis = arguments.get("axis").map_or(Ok(0), |axis| convert::axis(axis, ndim, vm))?;
        let parts = parts.into_iter().map(|part| with_new_axis(part, axis)).collect();
        joined(parts, Some(axis), vm)
    })?;
    for (name, axis, at_least) in [("vstack", 0, 2), ("hstack", 1, 1), ("dstack", 2, 3)] {
        module.function(name, "tup!, dtype=None, casting~", move |arguments| {
            let parts = chunks(arguments.required("tup"), arguments.vm)?;
            let parts: Vec<Chunk> = parts.into_iter().map(|part| of_at_least(part, at_least)).collect();
            let axis = if name == "hstack" && parts[0].ndim() == 1 { 0 } else { axis };
            joined(parts, Some(axis), arguments.vm)
        })?;
    }
    module.function("column_stack", "tup!", |arguments| {
        let parts = chunks(arguments.required("tup"), arguments.vm)?;
        let parts = parts.into_iter().map(|part| if part.ndim() == 1 { with_new_axis(part, 1) } else { part });
        joined(parts.collect(), Some(1), arguments.vm)
    })?;
    install_shapes(module)?;
    install_turns(module)?;
    module.function("meshgrid", "*xi, copy~, sparse, indexing", meshgrid)
}

/// Functions that give the same values another shape, or repeat them.
fn install_shapes(module: &mut Module<'_>) -> PyResult<()> {
    module.function("reshape", "a!, shape!, order='C', copy~", |arguments| {
        let vm = arguments.vm;
        let values = operand::values(arguments.required("a"), vm)?;
        let shape = shape_of(&convert::one_or_more(arguments.required("shape"), vm)?, values.len(), vm)?;
        array(values.reshaped(shape).map_err(|error| plan_exception(error.into(), vm))?, vm)
    })?;
    module.function("ravel", "a!, order='C'", |arguments| {
        let values = operand::values(arguments.required("a"), arguments.vm)?;
        array(flat(values), arguments.vm)
    })?;
    module.function("expand_dims", "a!, axis!", |arguments| {
        let vm = arguments.vm;
        let mut values = operand::values(arguments.required("a"), vm)?;
        let wanted = convert::one_or_more(arguments.required("axis"), vm)?;
        let mut axes = convert::axes(Some(arguments.required("axis")), values.ndim() + wanted.len(), vm)?;
        axes.sort_unstable();
        for axis in axes {
            values = with_new_axis(values, axis);
        }
        array(values, vm)
    })?;
    module.function("squeeze", "a!, axis", |arguments| {
        let keywords = arguments.get("axis").cloned().into_iter().collect::<Vec<_>>();
        let array = super::functions::as_array(arguments.required("a"), arguments.vm)?;
        arguments.vm.call_method(&array, "squeeze", rustpython_vm::function::FuncArgs::from(keywords))
    })?;
    module.function("broadcast_to", "array!, shape!, subok~", |arguments| {
        let vm = arguments.vm;
        let values = operand::values(arguments.required("array"), vm)?;
        let shape = convert::shape(arguments.required("shape"), vm)?;
        let fits = broadcast_shapes(values.shape(), &shape).is_ok_and(|common| common == shape);
        if !fits {
            let message = format!("an array of shape {:?} can't be broadcast to {shape:?}", values.shape());
            return Err(vm.new_value_error(message));
        }
        array(values.gather(&broadcast_positions(values.shape(), &shape), shape), vm)
    })?;
    module.function("repeat", "a!, repeats!, axis", |arguments| {
        let values = operand::values(arguments.required("a"), arguments.vm)?;
        array(repeated(&values, arguments.required("repeats"), arguments.get("axis"), arguments.vm)?, arguments.vm)
    })?;
    module.function("tile", "A!, reps!", |arguments| {
        let vm = arguments.vm;
        let values = operand::values(arguments.required("A"), vm)?;
        let mut counts = convert::shape(arguments.required("reps"), vm)?;
        let ndim = counts.len().max(values.ndim());
        counts.splice(0..0, std::iter::repeat_n(1, ndim - counts.len()));
        let values = of_leading(values, ndim);
        let indices = values.shape().iter().zip(&counts).map(|(&n, &count)| (0..n * count).map(|i| i % n).collect());
        array(taken(&values, &indices.collect::<Vec<_>>()), vm)
    })
}

/// Functions that turn axes round or exchange them.
fn install_turns(module: &mut Module<'_>) -> PyResult<()> {
    module.function("flip", "m!, axis", |arguments| {
        let values = operand::values(arguments.required("m"), arguments.vm)?;
        flipped(&values, &convert::axes(arguments.get("axis"), values.ndim(), arguments.vm)?, arguments.vm)
    })?;
    for (name, axis) in [("flipud", 0), ("fliplr", 1)] {
        module.function(name, "m!", move |arguments| {
            let values = operand::values(arguments.required("m"), arguments.vm)?;
            if axis >= values.ndim() {
                return Err(arguments.vm.new_value_error(format!("input must be >= {}-d", axis + 1)));
            }
            flipped(&values, &[axis], arguments.vm)
        })?;
    }
    module.function("roll", "a!, shift!, axis", |arguments| {
        let vm = arguments.vm;
        let values = operand::values(arguments.required("a"), vm)?;
        let shift = convert::integer(arguments.required("shift"), vm)?;
        let Some(axis) = arguments.get("axis") else {
            let shape = values.shape().to_vec();
            let count = values.len();
            let turned = taken(&flat(values), &[turned(count, shift)]);
            return array(turned.reshaped(shape).map_err(|error| plan_exception(error.into(), vm))?, vm);
        };
        let axis = convert::axis(axis, values.ndim(), vm)?;
        let mut indices = whole_axes(values.shape());
        indices[axis] = turned(values.shape()[axis], shift);
        array(taken(&values, &indices), vm)
    })?;
    module.function("moveaxis", "a!, source!, destination!", |arguments| {
        let vm = arguments.vm;
        let values = operand::values(arguments.required("a"), vm)?;
        let [from, to] = ["source", "destination"].map(|name| convert::axes(arguments.get(name), values.ndim(), vm));
        let (from, to) = (from?, to?);
        let mut order: Vec<usize> = (0..values.ndim()).filter(|axis| !from.contains(axis)).collect();
        let mut moves: Vec<(usize, usize)> = to.into_iter().zip(from).collect();
        moves.sort_unstable();
        moves.into_iter().for_each(|(place, axis)| order.insert(place, axis));
        transposed(&values, &order, vm)
    })?;
    module.function("swapaxes", "a!, axis1!, axis2!", |arguments| {
        let vm = arguments.vm;
        let values = operand::values(arguments.required("a"), vm)?;
        let [first, second] = ["axis1", "axis2"].map(|name| convert::axes(arguments.get(name), values.ndim(), vm));
        let mut order: Vec<usize> = (0..values.ndim()).collect();
        order.swap(first?[0], second?[0]);
        transposed(&values, &order, vm)
    })
}

/// An array, even of one value.
pub(super) fn array(values: Chunk, vm: &VirtualMachine) -> PyResult {
    Ok(NdArray::new(values).into_ref(&vm.ctx).into())
}

/// The values of each array of a sequence.
fn chunks(arrays: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Vec<Chunk>> {
    let parts =
        convert::one_or_more(arrays, vm)?.iter().map(|part| operand::values(part, vm)).collect::<PyResult<Vec<_>>>()?;
    if parts.is_empty() {
        return Err(vm.new_value_error("nothing to put together: give at least one array"));
    }
    Ok(parts)
}

fn axis_or_none(axis: &PyObjectRef, ndim: usize, vm: &VirtualMachine) -> PyResult<Option<usize>> {
    if vm.is_none(axis) { Ok(None) } else { Ok(Some(convert::axis(axis, ndim, vm)?)) }
}

/// Arrays one behind the other along an axis; without one, all their values in a row.
fn joined(parts: Vec<Chunk>, axis: Option<usize>, vm: &VirtualMachine) -> PyResult {
    let (parts, axis) = match axis {
        Some(axis) => (parts, axis),
        None => (parts.into_iter().map(flat).collect(), 0),
    };
    let mut dtype = parts[0].dtype();
    for part in &parts {
        let both = (dtype, part.dtype());
        dtype = both
            .0
            .promote(both.1)
            .ok_or_else(|| vm.new_type_error(format!("arrays of {} and {} can't be concatenated", both.0, both.1)))?;
    }
    let shape: Shape = parts[0].shape().to_vec();
    if shape.is_empty() {
        return Err(vm.new_value_error("zero-dimensional arrays cannot be concatenated"));
    }
    let fits = |part: &Chunk| {
        part.ndim() == shape.len() && (0..shape.len()).all(|other| other == axis || part.shape()[other] == shape[other])
    };
    if let Some(part) = parts.iter().find(|part| !fits(part)) {
        let message = format!(
            "all the input array dimensions except for the concatenation axis must match exactly: found shapes {:?} and {:?}",
            parts[0].shape(),
            part.shape()
        );
        return Err(vm.new_value_error(message));
    }
    let parts = parts.into_iter().map(|part| cast(part, dtype, vm)).collect::<PyResult<Vec<_>>>()?;
    array(chunks_joined(&parts, axis), vm)
}

/// Values of one dtype, one part behind the other along an axis.
pub(super) fn chunks_joined(parts: &[Chunk], axis: usize) -> Chunk {
    let mut shape = parts[0].shape().to_vec();
    shape[axis] = parts.iter().map(|part| part.shape()[axis]).sum();
    let mut whole = Chunk::zeros(parts[0].dtype(), shape);
    let mut start = vec![0; whole.ndim()];
    for part in parts {
        whole.copy_from(&Region::new(start.clone(), part.shape().to_vec()), part, &vec![0; part.ndim()]);
        start[axis] += part.shape()[axis];
    }
    whole
}

pub(super) fn cast(values: Chunk, dtype: DType, vm: &VirtualMachine) -> PyResult<Chunk> {
    if values.dtype() == dtype {
        return Ok(values);
    }
    evaluate_here(&Array::in_memory(values).cast(dtype).map_err(|error| plan_exception(error, vm))?, vm)
}

pub(super) fn flat(values: Chunk) -> Chunk {
    let count = values.len();
    values.reshaped(vec![count]).expect("one axis holds all values")
}

fn with_new_axis(values: Chunk, axis: usize) -> Chunk {
    let mut shape = values.shape().to_vec();
    shape.insert(axis, 1);
    values.reshaped(shape).expect("an axis of length 1 adds no elements")
}

/// With leading axes of length 1, so that there are as many.
pub(super) fn of_leading(mut values: Chunk, ndim: usize) -> Chunk {
    while values.ndim() < ndim {
        values = with_new_axis(values, 0);
    }
    values
}

/// As `np.atleast_1d` and its kin.
fn of_at_least(values: Chunk, ndim: usize) -> Chunk {
    match ndim {
        3 if values.ndim() == 2 => with_new_axis(values, 2),
        3 => with_new_axis(of_leading(values, 2), 2),
        ndim => of_leading(values, ndim),
    }
}

pub(super) fn whole_axes(shape: &[usize]) -> Vec<Vec<usize>> {
    shape.iter().map(|&length| (0..length).collect()).collect()
}

/// The elements at indices along every axis.
pub(super) fn taken(values: &Chunk, indices: &[Vec<usize>]) -> Chunk {
    let strides = row_major_strides(values.shape());
    let positions = indices.iter().zip(strides).fold(vec![0], |sums: Vec<usize>, (axis, stride)| {
        sums.iter().flat_map(|sum| axis.iter().map(move |index| sum + index * stride)).collect()
    });
    values.gather(&positions, indices.iter().map(Vec::len).collect())
}

fn turned(count: usize, shift: i64) -> Vec<usize> {
    (0..count as i64).map(|index| (index - shift).rem_euclid(count.max(1) as i64) as usize).collect()
}

fn flipped(values: &Chunk, axes: &[usize], vm: &VirtualMachine) -> PyResult {
    let mut indices = whole_axes(values.shape());
    axes.iter().for_each(|&axis| indices[axis].reverse());
    array(taken(values, &indices), vm)
}

/// With an axis at another place.
pub(super) fn moved_axis(values: Chunk, from: usize, to: usize) -> Chunk {
    let mut order: Vec<usize> = (0..values.ndim()).filter(|&axis| axis != from).collect();
    order.insert(to, from);
    in_order(&values, &order)
}

fn transposed(values: &Chunk, order: &[usize], vm: &VirtualMachine) -> PyResult {
    array(in_order(values, order), vm)
}

fn in_order(values: &Chunk, order: &[usize]) -> Chunk {
    let whole = Strided::whole(values.shape());
    let view = Strided {
        offset: 0,
        shape: order.iter().map(|&axis| whole.shape[axis]).collect(),
        strides: order.iter().map(|&axis| whole.strides[axis]).collect(),
    };
    values.gather(&view.positions(), view.shape.clone())
}

/// Each element several times, along an axis or in a row.
///
/// # Errors
/// Where there isn't one count an element.
pub(super) fn repeated(
    values: &Chunk,
    repeats: &PyObjectRef,
    axis: Option<&PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<Chunk> {
    let (values, axis) = match axis {
        Some(axis) => (values.clone(), convert::axis(axis, values.ndim(), vm)?),
        None => (flat(values.clone()), 0),
    };
    let length = values.shape()[axis];
    let mut counts = convert::shape(repeats, vm)?;
    if counts.len() == 1 {
        counts = vec![counts[0]; length];
    }
    if counts.len() != length {
        let message = format!("repeat takes one count, or one for each of {length} positions: found {}", counts.len());
        return Err(vm.new_value_error(message));
    }
    let mut indices = whole_axes(values.shape());
    indices[axis] = counts.iter().enumerate().flat_map(|(index, &count)| std::iter::repeat_n(index, count)).collect();
    Ok(taken(&values, &indices))
}

/// The axis of a grid along which each of `count` rows lies, by the argument `indexing`: "xy" has the first along the
/// second axis.
///
/// # Errors
/// `ValueError` for another word.
pub(in crate::script) fn grid_axes(count: usize, arguments: &Arguments<'_>) -> PyResult<Vec<usize>> {
    let mut axes: Vec<usize> = (0..count).collect();
    match arguments.string("indexing")?.as_deref() {
        None | Some("xy") if count > 1 => axes.swap(0, 1),
        None | Some("xy" | "ij") => {}
        Some(_) => return Err(arguments.vm.new_value_error("indexing is 'xy' or 'ij'")),
    }
    Ok(axes)
}

/// Coordinates of a grid: one array for each axis, each of the grid's shape.
fn meshgrid(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let parts = arguments.rest.iter().map(|part| Ok(flat(operand::values(part, vm)?))).collect::<PyResult<Vec<_>>>()?;
    let sparse = arguments.bool("sparse")?.unwrap_or(false);
    let places = grid_axes(parts.len(), arguments)?;
    let mut shape = vec![1; parts.len()];
    parts.iter().zip(&places).for_each(|(part, &place)| shape[place] = part.len());
    let grids = parts.iter().zip(&places).map(|(part, &place)| {
        let mut own = vec![1; parts.len()];
        own[place] = part.len();
        let to = if sparse { &own } else { &shape };
        small_object(part.gather(&broadcast_positions(&own, to), to.clone()), vm)
    });
    Ok(vm.ctx.new_tuple(grids.collect::<PyResult<_>>()?).into())
}
