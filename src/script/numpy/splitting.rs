//! Functions of `numpy` that take arrays apart or change their lengths: `split` and its kin, `delete`, `insert`, `pad`.

use super::nd_array::NdArray;
use super::rearrange::{array, cast, chunks_joined, flat, moved_axis, of_leading, taken, whole_axes};
use super::strided::broadcast_positions;
use crate::array::{Chunk, DType};
use crate::plan::{Array, broadcast_shapes};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::indexing::{self, check_mask, in_bounds, integers};
use crate::script::modules::Module;
use crate::script::operand::{self, evaluate_here};
use crate::script::padding;
use rustpython_vm::builtins::PySlice;
use rustpython_vm::{PyObjectRef, PyPayload, PyResult, VirtualMachine};

/// Puts the functions into the module.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(module: &mut Module<'_>) -> PyResult<()> {
    for (name, is_even) in [("split", true), ("array_split", false)] {
        module.function(name, "ary!, indices_or_sections!, axis", move |arguments| {
            let (whole, ndim) = whole(arguments)?;
            let axis = arguments.get("axis").map_or(Ok(0), |axis| convert::axis(axis, ndim, arguments.vm))?;
            split(whole, axis, is_even, arguments)
        })?;
    }
    for (name, axis) in [("vsplit", 0), ("hsplit", 1), ("dsplit", 2)] {
        module.function(name, "ary!, indices_or_sections!", move |arguments| {
            let (whole, ndim) = whole(arguments)?;
            let (axis, at_least) =
                if name == "hsplit" { (axis.min(ndim.max(1) - 1), 1) } else { (axis, axis.max(1) + 1) };
            if ndim < at_least {
                let message = format!("{name} needs an array of at least {at_least} dimensions: found {ndim}");
                return Err(arguments.vm.new_value_error(message));
            }
            split(whole, axis, true, arguments)
        })?;
    }
    module.function("delete", "arr!, obj!, axis", |arguments| {
        let (values, axis) = along(arguments)?;
        let length = values.shape()[axis];
        let (out, _) = positions(arguments.required("obj"), axis, length, arguments.vm)?;
        let mut stays = vec![true; length];
        out.into_iter().for_each(|position| stays[position] = false);
        let mut indices = whole_axes(values.shape());
        indices[axis].retain(|&position| stays[position]);
        array(taken(&values, &indices), arguments.vm)
    })?;
    module.function("insert", "arr!, obj!, values!, axis", insert)?;
    module.function("pad", padding::PARAMETERS, |arguments| {
        let values = operand::values(arguments.required("array"), arguments.vm)?;
        let wider = padding::padded(&Array::in_memory(values), arguments)?;
        array(evaluate_here(&wider, arguments.vm)?, arguments.vm)
    })
}

/// The argument `ary`, an array whose parts are views of it, and how many axes it has.
fn whole(arguments: &Arguments<'_>) -> PyResult<(PyObjectRef, usize)> {
    let given = arguments.required("ary");
    if let Some(known) = given.downcast_ref::<NdArray>() {
        return Ok((given.clone(), known.values().ndim()));
    }
    let values = operand::values(given, arguments.vm)?;
    let ndim = values.ndim();
    Ok((array(values, arguments.vm)?, ndim))
}

/// The parts of an array along an axis, between places or in a number of sections.
fn split(whole: PyObjectRef, axis: usize, is_even: bool, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let shape = convert::shape(&whole.get_attr("shape", vm)?, vm)?;
    let Some(&length) = shape.get(axis) else {
        return Err(vm.new_value_error("an array without dimensions has no parts"));
    };
    let sections = arguments.required("indices_or_sections");
    let is_row = sections.downcast_ref::<NdArray>().is_some_and(|known| known.values().ndim() > 0);
    let places = if is_row || convert::is_sequence(sections) {
        integers(&operand::values(sections, vm)?, vm)?
    } else {
        let count = usize::try_from(convert::integer(sections, vm)?).ok().filter(|&count| count > 0);
        let count = count.ok_or_else(|| vm.new_value_error("an array is split into at least one section"))?;
        if is_even && length % count != 0 {
            return Err(vm.new_value_error(format!(
                "a length of {length} has no {count} equal sections: array_split makes unequal ones"
            )));
        }
        (1..count).map(|section| (section * (length / count) + section.min(length % count)) as i64).collect()
    };
    let ends = places.iter().map(|&place| Some(place)).chain([None]);
    let starts = [None].into_iter().chain(places.iter().map(|&place| Some(place)));
    let bound = |place: Option<i64>| place.map_or_else(|| vm.ctx.none(), |place| vm.ctx.new_int(place).into());
    let part = |(start, end): (Option<i64>, Option<i64>)| {
        let slice = |start, stop| PySlice { start, stop, step: None }.into_ref(&vm.ctx).into();
        let mut key: Vec<PyObjectRef> = (0..axis).map(|_| slice(None, vm.ctx.none())).collect();
        key.push(slice(Some(bound(start)), bound(end)));
        let key: PyObjectRef = vm.ctx.new_tuple(key).into();
        whole.get_item(&*key, vm)
    };
    let parts = starts.zip(ends).map(part).collect::<PyResult<Vec<_>>>()?;
    Ok(vm.ctx.new_list(parts).into())
}

/// The argument `arr` and its axis; in a row without one.
fn along(arguments: &Arguments<'_>) -> PyResult<(Chunk, usize)> {
    let values = operand::values(arguments.required("arr"), arguments.vm)?;
    match arguments.get("axis") {
        Some(axis) => {
            let axis = convert::axis(axis, values.ndim(), arguments.vm)?;
            Ok((values, axis))
        }
        None => Ok((flat(values), 0)),
    }
}

/// Positions along an axis of a length, and whether it is a single one that was given.
fn positions(object: &PyObjectRef, axis: usize, length: usize, vm: &VirtualMachine) -> PyResult<(Vec<usize>, bool)> {
    if let Some(slice) = object.downcast_ref::<PySlice>() {
        let (start, step, count) = {
            let (range, step, count) = slice.to_saturated(vm)?.adjust_indices(length);
            (if step < 0 { range.end.saturating_sub(1) } else { range.start }, step, count)
        };
        let position = |at: usize| (start as isize + step * at as isize) as usize;
        return Ok(((0..count).map(position).collect(), false));
    }
    let wanted = operand::values(object, vm)?;
    let is_single = wanted.ndim() == 0;
    Ok((positions_of(&wanted, axis, length, vm)?, is_single))
}

/// The positions that integers name, or where truth values are true.
fn positions_of(wanted: &Chunk, axis: usize, length: usize, vm: &VirtualMachine) -> PyResult<Vec<usize>> {
    if wanted.dtype() == DType::Bool && wanted.ndim() > 0 {
        if wanted.ndim() > 1 {
            return Err(vm.new_value_error("truth values along an axis have one dimension"));
        }
        check_mask(wanted.shape(), &[length], axis, vm)?;
        let flags = wanted.as_slice::<bool>().unwrap_or_default();
        return Ok((0..length).filter(|&position| flags[position]).collect());
    }
    indexing::positions(wanted, axis, length, vm)
}

/// An array with values before some of its positions.
fn insert(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let (into, axis) = along(arguments)?;
    let length = into.shape()[axis];
    let obj = arguments.required("obj");
    // The place behind the last counts too, but -1 is before the last.
    let (mut places, is_single) = if obj.downcastable::<PySlice>() {
        positions(obj, axis, length, vm)?
    } else {
        let wanted = operand::values(obj, vm)?;
        if wanted.dtype() != DType::Bool && wanted.ndim() > 1 {
            return Err(vm.new_value_error("places to insert at have one dimension, or none"));
        }
        let place = |place: i64| if place == length as i64 { Ok(length) } else { in_bounds(place, axis, length, vm) };
        let places = match wanted.dtype() {
            DType::Bool => positions_of(&wanted, axis, length, vm)?,
            _ => integers(&wanted, vm)?.into_iter().map(place).collect::<PyResult<_>>()?,
        };
        (places, wanted.ndim() == 0)
    };
    let mut values = cast(operand::values(arguments.required("values"), vm)?, into.dtype(), vm)?;
    if values.ndim() < into.ndim() {
        values = of_leading(values, into.ndim());
    }
    if is_single {
        values = moved_axis(values, 0, axis);
    }
    if let [place] = places[..] {
        places = vec![place; values.shape()[axis]];
    }
    let mut shape = into.shape().to_vec();
    shape[axis] = places.len();
    if broadcast_shapes(values.shape(), &shape).ok().as_ref() != Some(&shape) {
        let message = format!("values of shape {:?} can't be inserted where {shape:?} go", values.shape());
        return Err(vm.new_value_error(message));
    }
    let values = values.gather(&broadcast_positions(values.shape(), &shape), shape);
    let joined = chunks_joined(&[into, values], axis);
    let mut indices = whole_axes(joined.shape());
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by_key(|&at| places[at]);
    let mut later = order.into_iter().peekable();
    let mut along = Vec::with_capacity(length + places.len());
    for position in 0..=length {
        while let Some(at) = later.next_if(|&at| places[at] == position) {
            along.push(length + at);
        }
        along.extend((position < length).then_some(position));
    }
    indices[axis] = along;
    array(taken(&joined, &indices), vm)
}
