//! `dask.array` functions that move axes and elements: views and gathers, lazy like what they are of.

use super::ordering::{give, one_axis, operand_of};
use super::statistics::lazy;
use crate::array::{Chunk, ChunkGrid, DType, Scalar};
use crate::kernels::elementwise::{BinaryOp, UnaryOp};
use crate::kernels::generate::Generator;
use crate::kernels::reduction::ReductionOptions;
use crate::plan::{Array, AxisSlice, PlanError};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::errors::plan_exception;
use crate::script::indexing;
use crate::script::modules::Module;
use crate::script::numpy::grid_axes;
use crate::script::operand::{self, Operand};
use crate::script::padding;
use rustpython_vm::{PyResult, VirtualMachine};

/// Puts the functions into the module.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(module: &mut Module<'_>) -> PyResult<()> {
    install_axes(module)?;
    install_elements(module)?;
    install_comparisons(module)
}

fn install_axes(module: &mut Module<'_>) -> PyResult<()> {
    module.function("squeeze", "a!, axis", |arguments| {
        let array = lazy(arguments, "a")?;
        let axes: Vec<usize> = match arguments.get("axis") {
            None => (0..array.ndim()).filter(|&axis| array.shape()[axis] == 1).collect(),
            given => convert::axes(given, array.ndim(), arguments.vm)?,
        };
        if axes.iter().any(|&axis| array.shape()[axis] != 1) {
            return Err(arguments.vm.new_value_error("only axes of length 1 are squeezed out"));
        }
        let mut descending = axes;
        descending.sort_unstable_by(|a, b| b.cmp(a));
        give(descending.into_iter().try_fold(array, |array, axis| array.index_axis(axis, 0)), arguments)
    })?;
    module.function("expand_dims", "a!, axis!", |arguments| {
        let array = lazy(arguments, "a")?;
        let count = convert::one_or_more(arguments.required("axis"), arguments.vm)?.len();
        let mut axes = convert::axes(Some(arguments.required("axis")), array.ndim() + count, arguments.vm)?;
        axes.sort_unstable();
        give(axes.into_iter().try_fold(array, |array, axis| array.insert_axis(axis)), arguments)
    })?;
    module.function("swapaxes", "a!, axis1!, axis2!", |arguments| {
        let array = lazy(arguments, "a")?;
        let axis = |name: &str| convert::axis(arguments.required(name), array.ndim(), arguments.vm);
        let mut order: Vec<usize> = (0..array.ndim()).collect();
        let (first, second) = (axis("axis1")?, axis("axis2")?);
        order.swap(first, second);
        give(array.transpose(&order), arguments)
    })?;
    module.function("moveaxis", "a!, source!, destination!", |arguments| {
        let array = lazy(arguments, "a")?;
        let axes = |name: &str| convert::axes(Some(arguments.required(name)), array.ndim(), arguments.vm);
        let (source, destination) = (axes("source")?, axes("destination")?);
        if source.len() != destination.len() {
            let message = "moveaxis takes a destination for each source: found other numbers of them";
            return Err(arguments.vm.new_value_error(message));
        }
        let mut order: Vec<usize> = (0..array.ndim()).filter(|axis| !source.contains(axis)).collect();
        let mut pairs: Vec<(usize, usize)> = destination.into_iter().zip(source).collect();
        pairs.sort_unstable();
        pairs.into_iter().for_each(|(place, axis)| order.insert(place.min(order.len()), axis));
        give(array.transpose(&order), arguments)
    })?;
    module.function("broadcast_to", "x!, shape!, chunks=None, meta~", |arguments| {
        let shape = convert::shape(arguments.required("shape"), arguments.vm)?;
        give(operand_of(arguments, "x")?.broadcast_to(&shape), arguments)
    })?;
    module.function("flip", "m!, axis", |arguments| {
        let array = lazy(arguments, "m")?;
        let axes = convert::axes(arguments.get("axis"), array.ndim(), arguments.vm)?;
        give(flipped(&array, &axes), arguments)
    })?;
    for (name, axis) in [("flipud", 0), ("fliplr", 1)] {
        module.function(name, "m!", move |arguments| {
            let array = lazy(arguments, "m")?;
            if array.ndim() <= axis {
                return Err(arguments.vm.new_value_error(format!("Input must be >= {}-d.", axis + 1)));
            }
            give(flipped(&array, &[axis]), arguments)
        })?;
    }
    Ok(())
}

/// Coordinates of a grid: one array for each axis, each of the grid's shape.
fn meshgrid(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let rows = arguments.rest.iter().map(|part| super::creation::lazy(part, vm)).collect::<PyResult<Vec<_>>>()?;
    let sparse = arguments.bool("sparse")?.unwrap_or(false);
    let places = grid_axes(rows.len(), arguments)?;
    let mut shape = vec![1; rows.len()];
    rows.iter().zip(&places).for_each(|(row, &place)| shape[place] = row.len());
    let grid = |(row, &place): (&Array, &usize)| {
        let own = (0..shape.len()).filter(|&other| other != place);
        let grid = own.into_iter().try_fold(super::methods::in_a_row(row)?, |grid, other| grid.insert_axis(other))?;
        if sparse { Ok(grid) } else { grid.broadcast_to(&shape) }
    };
    let grids = rows.iter().zip(&places).map(|row| give(grid(row), arguments));
    Ok(vm.ctx.new_tuple(grids.collect::<PyResult<_>>()?).into())
}

/// Axes backwards.
fn flipped(array: &Array, axes: &[usize]) -> Result<Array, PlanError> {
    let slice = |(axis, &length): (usize, &usize)| match axes.contains(&axis) && length > 0 {
        true => AxisSlice { start: length - 1, step: -1, count: length },
        false => AxisSlice::whole(length),
    };
    array.slice(&array.shape().iter().enumerate().map(slice).collect::<Vec<_>>())
}

fn install_elements(module: &mut Module<'_>) -> PyResult<()> {
    module.function("roll", "array!, shift!, axis", |arguments| {
        let vm = arguments.vm;
        let mut array = lazy(arguments, "array")?;
        if arguments.get("axis").is_none() && array.ndim() != 1 {
            return Err(vm.new_not_implemented_error("da.roll of several dimensions needs axis= in swath"));
        }
        let axes = convert::axes(arguments.get("axis"), array.ndim(), vm)?;
        let shifts = convert::one_or_more(arguments.required("shift"), vm)?;
        for (number, axis) in axes.into_iter().enumerate() {
            let shift = shifts.get(number).or(shifts.first()).map_or(Ok(0), |shift| convert::integer(shift, vm))?;
            array = rolled(&array, axis, shift).map_err(|error| plan_exception(error, vm))?;
        }
        give(Ok(array), arguments)
    })?;
    module.function("take", "a!, indices!, axis", |arguments| {
        let vm = arguments.vm;
        let array = lazy(arguments, "a")?;
        let axis = one_axis(arguments, array.ndim(), 0)?;
        let wanted = operand::values(arguments.required("indices"), vm)?;
        let positions = indexing::positions(&wanted, axis, array.shape()[axis], vm)?;
        match (wanted.ndim(), positions.first()) {
            (0, Some(&only)) => give(array.index_axis(axis, only), arguments),
            (1, _) => give(array.take(axis, positions), arguments),
            _ => {
                Err(vm.new_not_implemented_error("da.take by indices of several dimensions is not supported by swath"))
            }
        }
    })?;
    module.function("pad", padding::PARAMETERS, |arguments| {
        give(Ok(padding::padded(&operand_of(arguments, "array")?, arguments)?), arguments)
    })?;
    module.function("meshgrid", "*xi, sparse, indexing", meshgrid)?;
    module.function("repeat", "a!, repeats!, axis", |arguments| {
        let vm = arguments.vm;
        let array = lazy(arguments, "a")?;
        if arguments.get("axis").is_none() && array.ndim() != 1 {
            return Err(vm.new_not_implemented_error(
                "repeat along all axes at once is not supported by swath: name one by axis=",
            ));
        }
        let axis = one_axis(arguments, array.ndim(), 0)?;
        let count = convert::count(arguments.required("repeats"), vm)?;
        let positions = (0..array.shape()[axis]).flat_map(|position| std::iter::repeat_n(position, count)).collect();
        give(array.take(axis, positions), arguments)
    })?;
    module.function("append", "arr!, values!, axis", |arguments| {
        let (array, more) = (lazy(arguments, "arr")?, lazy(arguments, "values")?);
        if arguments.get("axis").is_none() && array.ndim() != 1 {
            let message = "da.append of several dimensions needs axis= in swath";
            return Err(arguments.vm.new_not_implemented_error(message));
        }
        give(Array::concatenate(&[array.clone(), more], one_axis(arguments, array.ndim(), 0)?), arguments)
    })?;
    for (name, axis) in [("vstack", 0), ("hstack", 1), ("dstack", 2)] {
        module.function(name, "tup!, allow_unknown_chunksizes~", move |arguments| beside(axis, arguments))?;
    }
    Ok(())
}

/// Elements moved along an axis, those beyond the end to the beginning.
fn rolled(array: &Array, axis: usize, shift: i64) -> Result<Array, PlanError> {
    let length = array.shape()[axis];
    if length == 0 {
        return Ok(array.clone());
    }
    let start = (-shift).rem_euclid(length as i64) as usize;
    let part = |start: usize, count: usize| {
        let mut slices: Vec<AxisSlice> = array.shape().iter().map(|&length| AxisSlice::whole(length)).collect();
        slices[axis] = AxisSlice { start, step: 1, count };
        array.slice(&slices)
    };
    if start == 0 {
        return Ok(array.clone());
    }
    Array::concatenate(&[part(start, length - start)?, part(0, start)?], axis)
}

/// `vstack`, `hstack` and `dstack`: arrays of at least so many axes one after another.
fn beside(axis: usize, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let failed = |error| plan_exception(error, vm);
    let mut arrays = Vec::new();
    for object in convert::one_or_more(arguments.required("tup"), vm)? {
        let mut array = match Operand::expect(&object, vm)?.without_labels() {
            Operand::Lazy(array) | Operand::Eager(array) | Operand::Typed(array) => array,
            _ => return Err(arguments.type_error("tup", "arrays", &object)),
        };
        // As numpy: rows of vectors below one another, or one column of them behind another.
        while axis != 1 && array.ndim() < axis.max(1) + usize::from(axis == 0) {
            array = array.insert_axis(0).map_err(failed)?;
        }
        if axis == 2 && array.ndim() == 2 {
            array = array.insert_axis(2).map_err(failed)?;
        }
        arrays.push(array);
    }
    let is_vector = arrays.first().is_some_and(|array| array.ndim() == 1);
    give(Array::concatenate(&arrays, if is_vector { 0 } else { axis }), arguments)
}

fn install_comparisons(module: &mut Module<'_>) -> PyResult<()> {
    const CLOSE: &str = "arr1!, arr2!, rtol, atol, equal_nan";
    module.function("isclose", CLOSE, |arguments| give(close(arguments)?, arguments))?;
    module.function("allclose", CLOSE, |arguments| {
        let close = close(arguments)?;
        let all = |close: Array| {
            let axes: Vec<usize> = (0..close.ndim()).collect();
            close.reduce("all", &axes, ReductionOptions::default())
        };
        give(close.and_then(all), arguments)
    })?;
    module.function("isin", "element!, test_elements!, assume_unique~, invert", |arguments| {
        let vm = arguments.vm;
        let element = lazy(arguments, "element")?;
        let tested = operand::values(arguments.required("test_elements"), vm)?;
        let invert = arguments.bool("invert")?.unwrap_or(false);
        let mut found = Array::scalar(Scalar::Bool(false), DType::Bool);
        for value in (0..tested.len()).filter_map(|at| tested.get(at)) {
            let one = Array::scalar(value, tested.dtype()).and_then(|one| element.binary(BinaryOp::Equal, &one));
            found = found.and_then(|found| found.binary(BinaryOp::LogicalOr, &one?));
        }
        let found = found.and_then(|found| found.broadcast_to(element.shape()));
        give(found.and_then(|found| if invert { found.unary(UnaryOp::LogicalNot) } else { Ok(found) }), arguments)
    })?;
    module.function("digitize", "a!, bins!, right", |arguments| {
        let array = lazy(arguments, "a")?;
        let bins = operand::values(arguments.required("bins"), arguments.vm)?;
        give(digitized(&array, bins, arguments.bool("right")?.unwrap_or(false), arguments.vm)?, arguments)
    })?;
    for (name, keeps_upper) in [("tril", false), ("triu", true)] {
        module.function(name, "m!, k", move |arguments| {
            let array = lazy(arguments, "m")?;
            let offset = arguments.get("k").map_or(Ok(0), |k| convert::integer(k, arguments.vm))?;
            if array.ndim() < 2 {
                return Err(arguments.vm.new_value_error("input must be 2 dimensional"));
            }
            give(triangle(&array, offset, keeps_upper), arguments)
        })?;
    }
    module
        .function("isnull", "values!", |arguments| give(lazy(arguments, "values")?.unary(UnaryOp::IsNan), arguments))?;
    module.function("notnull", "values!", |arguments| {
        let missing = lazy(arguments, "values")?.unary(UnaryOp::IsNan);
        give(missing.and_then(|missing| missing.unary(UnaryOp::LogicalNot)), arguments)
    })?;
    for name in ["real", "conj"] {
        module.function(name, "x!", |arguments| give(Ok(lazy(arguments, "x")?), arguments))?;
    }
    module.function("full_like", "a!, fill_value!, order~, dtype, chunks=None, name~, shape=None", |arguments| {
        let vm = arguments.vm;
        let like = lazy(arguments, "a")?;
        let dtype = arguments.get("dtype").map_or(Ok(like.dtype()), |dtype| convert::dtype(dtype, vm))?;
        let value = operand_of(arguments, "fill_value")?.cast(dtype);
        give(value.and_then(|value| Ok(value.broadcast_to(like.shape())?.rechunk(like.grid().clone()))), arguments)
    })
}

/// The bin of each value: how many edges lie before it. NaN is beyond them all, as numpy sorts it.
fn digitized(array: &Array, bins: Chunk, right: bool, vm: &VirtualMachine) -> PyResult<Result<Array, PlanError>> {
    let edges: Option<Vec<f64>> = (0..bins.len()).map(|at| bins.get(at)?.as_f64()).collect();
    let edges = edges
        .filter(|_| bins.ndim() == 1)
        .ok_or_else(|| vm.new_value_error("bins must be numbers in one dimension"))?;
    let is_ascending = edges.is_sorted();
    if !is_ascending && !edges.iter().rev().is_sorted() {
        return Err(vm.new_value_error("the edges of bins have to rise or fall all along"));
    }
    let count = || {
        let operation = if right { BinaryOp::LessEqual } else { BinaryOp::Less };
        let below = array.insert_axis(array.ndim())?.binary(operation, &Array::in_memory(bins))?;
        let before = if is_ascending { below.unary(UnaryOp::LogicalNot)? } else { below };
        before.reduce("sum", &[array.ndim()], ReductionOptions::default())
    };
    Ok(count())
}

/// Values near one another: `|a - b| <= atol + rtol * |b|`.
fn close(arguments: &Arguments<'_>) -> PyResult<Result<Array, PlanError>> {
    let vm = arguments.vm;
    let (a, b) = (operand_of(arguments, "arr1")?, operand_of(arguments, "arr2")?);
    let number = |name: &str, default: f64| arguments.get(name).map_or(Ok(default), |value| convert::float(value, vm));
    let (relative, absolute) = (number("rtol", 1e-5)?, number("atol", 1e-8)?);
    let equal_missing = arguments.bool("equal_nan")?.unwrap_or(false);
    let compute = || {
        let (a, b) = (a.cast(DType::Float64)?, b.cast(DType::Float64)?);
        let scalar = |value: f64| Array::scalar(Scalar::Float(value), DType::Float64);
        let allowed = b.unary(UnaryOp::Absolute)?.binary(BinaryOp::Multiply, &scalar(relative)?)?;
        let allowed = allowed.binary(BinaryOp::Add, &scalar(absolute)?)?;
        let distance = a.binary(BinaryOp::Subtract, &b)?.unary(UnaryOp::Absolute)?;
        let near = distance.binary(BinaryOp::LessEqual, &allowed)?;
        // Infinities are near nothing but themselves.
        let finite = b.unary(UnaryOp::IsFinite)?;
        let near =
            near.binary(BinaryOp::LogicalAnd, &finite)?.binary(BinaryOp::LogicalOr, &a.binary(BinaryOp::Equal, &b)?)?;
        match equal_missing {
            true => near.binary(
                BinaryOp::LogicalOr,
                &a.unary(UnaryOp::IsNan)?.binary(BinaryOp::LogicalAnd, &b.unary(UnaryOp::IsNan)?)?,
            ),
            false => Ok(near),
        }
    };
    Ok(compute())
}

/// The part of matrices above or below a diagonal, 0 elsewhere.
fn triangle(array: &Array, offset: i64, keeps_upper: bool) -> Result<Array, PlanError> {
    let (rows, columns) = (array.shape()[array.ndim() - 2], array.shape()[array.ndim() - 1]);
    let counted = |length: usize, start: i64| {
        let rule = Generator::Arange { start: Scalar::Int(start), step: Scalar::Int(1) };
        Array::generated(rule, DType::Int64, ChunkGrid::single(&[length]))
    };
    let (row, column) = (counted(rows, offset).insert_axis(1)?, counted(columns, 0));
    let operation = if keeps_upper { BinaryOp::GreaterEqual } else { BinaryOp::LessEqual };
    let kept = column.binary(operation, &row)?;
    let zero = match array.dtype() {
        DType::Bool => Scalar::Bool(false),
        _ => Scalar::Int(0),
    };
    kept.select(array, &Array::scalar(zero, array.dtype())?)
}
