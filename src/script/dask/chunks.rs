//! `chunks=` of `dask.array`: how an array without labels is cut.

use crate::array::{AxisChunks, ChunkGrid, DType};
use crate::script::convert;
use rustpython_vm::builtins::{PyDict, PyStr};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// Bytes that a chunk of `"auto"` may have, as in Dask.
const AUTO_BYTES: f64 = 128.0 * 1024.0 * 1024.0;

/// What an axis is to be cut into.
enum Wish {
    Auto,
    Chunks(AxisChunks),
}

/// The chunk grid that `chunks=` asks for; `None` is `"auto"`.
///
/// # Errors
/// `ValueError` where the chunks don't fit the shape.
pub(super) fn grid(
    wish: Option<&PyObjectRef>,
    shape: &[usize],
    dtype: DType,
    vm: &VirtualMachine,
) -> PyResult<ChunkGrid> {
    let wishes = match wish {
        None => shape.iter().map(|_| Wish::Auto).collect(),
        Some(chunks) => wishes(chunks, shape, None, vm)?,
    };
    Ok(fulfil(wishes, shape, dtype))
}

/// The chunk grid that `.rechunk(...)` asks for; axes that aren't named stay as they are.
///
/// # Errors
/// `ValueError` where the chunks don't fit the shape.
pub(super) fn regrid(
    wish: &PyObjectRef,
    current: &ChunkGrid,
    dtype: DType,
    vm: &VirtualMachine,
) -> PyResult<ChunkGrid> {
    let shape = current.shape();
    Ok(fulfil(wishes(wish, &shape, Some(current), vm)?, &shape, dtype))
}

fn wishes(
    chunks: &PyObjectRef,
    shape: &[usize],
    current: Option<&ChunkGrid>,
    vm: &VirtualMachine,
) -> PyResult<Vec<Wish>> {
    if let Some(named) = chunks.downcast_ref::<PyDict>() {
        let mut wishes: Vec<Wish> = match current {
            Some(grid) => grid.axes().iter().map(|axis| Wish::Chunks(axis.clone())).collect(),
            None => shape.iter().map(|_| Wish::Auto).collect(),
        };
        for (axis, size) in named.items_vec() {
            let axis = convert::axis(&axis, shape.len(), vm)?;
            wishes[axis] = axis_wish(&size, axis, shape, current, vm)?;
        }
        return Ok(wishes);
    }
    if !convert::is_sequence(chunks) {
        return (0..shape.len()).map(|axis| axis_wish(chunks, axis, shape, current, vm)).collect();
    }
    let sizes = convert::one_or_more(chunks, vm)?;
    // For one axis, `(2, 3)` are its chunks; `((2, 3),)` too.
    if shape.len() == 1 && sizes.len() != 1 {
        return Ok(vec![axis_wish(chunks, 0, shape, current, vm)?]);
    }
    if sizes.len() != shape.len() {
        let message = format!(
            "chunks={} is to name one size for each axis of the shape {shape:?}",
            chunks.repr(vm)?.to_string_lossy()
        );
        return Err(vm.new_value_error(message));
    }
    sizes.iter().enumerate().map(|(axis, size)| axis_wish(size, axis, shape, current, vm)).collect()
}

fn axis_wish(
    size: &PyObjectRef,
    axis: usize,
    shape: &[usize],
    current: Option<&ChunkGrid>,
    vm: &VirtualMachine,
) -> PyResult<Wish> {
    let length = shape[axis];
    if vm.is_none(size) {
        return Ok(Wish::Chunks(match current {
            Some(grid) => grid.axes()[axis].clone(),
            None => AxisChunks::regular(length, length),
        }));
    }
    if let Some(text) = size.downcast_ref::<PyStr>() {
        return match &*text.to_string_lossy() {
            "auto" => Ok(Wish::Auto),
            other => {
                Err(vm.new_value_error(format!("chunks='{other}' is not supported by swath: expected 'auto' or sizes")))
            }
        };
    }
    if convert::is_sequence(size) {
        let sizes = convert::one_or_more(size, vm)?
            .iter()
            .map(|size| convert::count(size, vm))
            .collect::<PyResult<Vec<_>>>()?;
        if sizes.iter().sum::<usize>() != length {
            return Err(vm.new_value_error(format!(
                "the chunks {sizes:?} of axis {axis} don't add up to its length in the shape {shape:?}"
            )));
        }
        return Ok(Wish::Chunks(AxisChunks::from_sizes(&sizes)));
    }
    match convert::integer(size, vm)? {
        -1 => Ok(Wish::Chunks(AxisChunks::regular(length, length))),
        size if size > 0 => Ok(Wish::Chunks(AxisChunks::regular(length, size as usize))),
        size => Err(vm.new_value_error(format!("chunks of size {size}: use -1 for one chunk or a positive size"))),
    }
}

/// Cuts the automatic axes evenly, so that a chunk has at most [`AUTO_BYTES`].
fn fulfil(wishes: Vec<Wish>, shape: &[usize], dtype: DType) -> ChunkGrid {
    let fixed: f64 = wishes
        .iter()
        .map(|wish| match wish {
            Wish::Auto => 1.0,
            Wish::Chunks(chunks) => chunks.max_size() as f64,
        })
        .product();
    let mut open: Vec<usize> = (0..shape.len()).filter(|&axis| matches!(wishes[axis], Wish::Auto)).collect();
    let mut room = AUTO_BYTES / dtype.size_bytes() as f64 / fixed.max(1.0);
    // Axes shorter than an even share are whole and leave their room to the others.
    let side = loop {
        let side = room.max(1.0).powf(1.0 / open.len().max(1) as f64);
        let Some(position) = open.iter().position(|&axis| (shape[axis] as f64) <= side) else { break side };
        room /= shape[open.remove(position)].max(1) as f64;
    };
    let axes = wishes.into_iter().enumerate().map(|(axis, wish)| match wish {
        Wish::Chunks(chunks) => chunks,
        Wish::Auto if open.contains(&axis) => AxisChunks::regular(shape[axis], side as usize),
        Wish::Auto => AxisChunks::regular(shape[axis], shape[axis]),
    });
    ChunkGrid::new(axes.collect())
}
