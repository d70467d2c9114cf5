//! Positions, labels, dimension names and chunk sizes as Python passes them.

use crate::array::{Buffer, DType, Scalar, TimeUnit};
use crate::dataset::{ChunkSize, Chunking, DataArray, Dims, Indexer, Label, LabelIndexer, SelectMethod};
use crate::plan::Array;
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::errors::plan_exception;
use crate::script::operand::{Operand, evaluate};
use indexmap::IndexMap;
use rustpython_vm::builtins::{PyDict, PyEllipsis, PySlice, PyStr};
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

/// A positional dict and keywords together, as `isel({...}, x=0)` takes them.
///
/// # Errors
/// `TypeError` where the positional argument is no dict.
pub(super) fn named(arguments: &Arguments<'_>, positional: &str) -> PyResult<Vec<(String, PyObjectRef)>> {
    let mut pairs = match arguments.get(positional) {
        Some(dict) if dict.has_attr("keys", arguments.vm)? => convert::string_pairs(dict, arguments.vm)?,
        Some(other) => return Err(arguments.type_error(positional, "a dict", other)),
        None => Vec::new(),
    };
    pairs.extend(arguments.keywords.iter().map(|(name, value)| (name.clone(), value.clone())));
    Ok(pairs)
}

/// Positions along a dimension.
///
/// # Errors
/// `TypeError` for what is no position.
pub(super) fn position(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Indexer> {
    if let Some(slice) = object.downcast_ref::<PySlice>() {
        let bound = |bound: Option<&PyObjectRef>| match bound {
            Some(value) if !vm.is_none(value) => convert::integer(value, vm).map(Some),
            _ => Ok(None),
        };
        let (start, stop, step) =
            (bound(slice.start.as_ref())?, bound(Some(&slice.stop))?, bound(slice.step.as_ref())?);
        return Ok(Indexer::Slice { start, stop, step });
    }
    let Some(values) = values(object, vm)? else { return convert::integer(object, vm).map(Indexer::At) };
    if values.dtype() == DType::Bool {
        let Buffer::Bool(mask) = evaluate(&values, vm)?.into_data() else { unreachable!("the array is bool") };
        return Ok(Indexer::Mask(mask));
    }
    let as_integers = match values.dtype() {
        dtype if dtype.is_integer() || values.is_empty() => values.cast(DType::Int64),
        dtype => return Err(vm.new_type_error(format!("positions are integers or bools, found {dtype}"))),
    };
    match evaluate(&as_integers.map_err(|error| plan_exception(error, vm))?, vm)?.into_data() {
        Buffer::Int64(positions) => Ok(Indexer::List(positions)),
        _ => unreachable!("the positions were cast to int64"),
    }
}

/// The values of a one-dimensional list or array; `None` for a single value.
fn values(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Option<Array>> {
    let array = match Operand::of(object, vm)? {
        Some(Operand::DataArray(array)) => array.data().clone(),
        Some(Operand::Lazy(array) | Operand::Eager(array)) => array,
        _ => return Ok(None),
    };
    match array.ndim() {
        0 => Ok(None),
        1 => Ok(Some(array)),
        _ => {
            Err(vm.new_not_implemented_error("indexing with an array of several dimensions is not supported by swath"))
        }
    }
}

/// Labels along a dimension.
///
/// # Errors
/// `TypeError` for what is no label.
pub(super) fn labels(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<LabelIndexer> {
    if let Some(slice) = object.downcast_ref::<PySlice>() {
        let bound = |bound: Option<&PyObjectRef>| match bound {
            Some(value) if !vm.is_none(value) => label(value, vm).map(Some),
            _ => Ok(None),
        };
        let step = match slice.step.as_ref().filter(|step| !vm.is_none(step)) {
            Some(step) => Some(convert::integer(step, vm)?),
            None => None,
        };
        return Ok(LabelIndexer::Slice { start: bound(slice.start.as_ref())?, stop: bound(Some(&slice.stop))?, step });
    }
    let Some(values) = values(object, vm)? else { return label(object, vm).map(LabelIndexer::At) };
    let chunk = evaluate(&values, vm)?;
    if let Some(mask) = chunk.as_slice::<bool>() {
        return Ok(LabelIndexer::Mask(mask.to_vec()));
    }
    let found = (0..chunk.len()).filter_map(|index| chunk.get(index)).map(|value| label_of(chunk.dtype(), value));
    Ok(LabelIndexer::List(found.collect()))
}

/// One label or several.
///
/// # Errors
/// `TypeError` for what is none.
pub(super) fn label_list(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Vec<Label>> {
    match labels(object, vm)? {
        LabelIndexer::At(label) => Ok(vec![label]),
        LabelIndexer::List(labels) => Ok(labels),
        LabelIndexer::Slice { .. } | LabelIndexer::Mask(_) => {
            Err(vm.new_type_error("expected labels, found a slice or truth values"))
        }
    }
}

/// The array by which a selection of points is made: one of another dimension than the one it selects along.
///
/// # Errors
/// Where a list holds what no array can.
pub(super) fn points(name: &str, object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Option<DataArray>> {
    Ok(match Operand::of(object, vm)? {
        Some(Operand::DataArray(array)) if array.dims().iter().any(|dimension| dimension != name) => Some(array),
        _ => None,
    })
}

/// The positions of points that an array gives, row-major.
///
/// # Errors
/// `TypeError` where it has no integers.
pub(super) fn point_positions(name: &str, array: &DataArray, vm: &VirtualMachine) -> PyResult<Vec<i64>> {
    refuse_masks(name, array, vm)?;
    if !array.dtype().is_integer() {
        return Err(vm.new_type_error(format!("points are selected by integers, found {}", array.dtype())));
    }
    let integers = array.data().cast(DType::Int64).map_err(|error| plan_exception(error, vm))?;
    Ok(evaluate(&integers, vm)?.as_slice::<i64>().unwrap_or_default().to_vec())
}

/// Refuses truth values for points: they select along their own dimension only.
///
/// # Errors
/// `IndexError` for truth values.
pub(super) fn refuse_masks(name: &str, array: &DataArray, vm: &VirtualMachine) -> PyResult<()> {
    if array.dtype() != DType::Bool {
        return Ok(());
    }
    let dims = convert::string_tuple(array.dims(), vm).repr(vm)?.to_string_lossy().into_owned();
    Err(vm.new_index_error(format!(
        "truth values along {dims} can't select along {name}: give them its dimension, or no labels"
    )))
}

/// The labels of points that an array gives, row-major.
///
/// # Errors
/// Whatever evaluation fails with.
pub(super) fn point_labels(array: &DataArray, vm: &VirtualMachine) -> PyResult<Vec<Label>> {
    let chunk = evaluate(array.data(), vm)?;
    Ok((0..chunk.len()).filter_map(|at| chunk.get(at)).map(|value| label_of(chunk.dtype(), value)).collect())
}

/// One label.
///
/// # Errors
/// `TypeError` for what is none.
pub(super) fn label(object: &PyObject, vm: &VirtualMachine) -> PyResult<Label> {
    match Operand::expect(object, vm)? {
        Operand::Weak(value) => Ok(Label::Value(value)),
        _ => crate::script::operand::single_value(object, vm).map(|(dtype, value)| label_of(dtype, value)),
    }
}

fn label_of(dtype: DType, value: Scalar) -> Label {
    match (dtype, value) {
        (DType::Datetime(unit) | DType::Timedelta(unit), Scalar::Int(count)) => Label::Time(count, unit),
        (DType::CalendarTime(_), Scalar::Int(count)) => Label::Time(count, TimeUnit::Microsecond),
        (_, value) => Label::Value(value),
    }
}

/// `method=` of `sel`.
///
/// # Errors
/// `ValueError` for an unknown one.
pub(super) fn method(name: &str, vm: &VirtualMachine) -> PyResult<SelectMethod> {
    match name {
        "nearest" => Ok(SelectMethod::Nearest),
        "pad" | "ffill" => Ok(SelectMethod::Pad),
        "backfill" | "bfill" => Ok(SelectMethod::Backfill),
        other => Err(vm.new_value_error(format!("method '{other}': expected nearest, pad, ffill, backfill or bfill"))),
    }
}

/// Dimension names: one, several, or all (`None` and `...`).
///
/// # Errors
/// `TypeError` for what is no name.
pub(super) fn dims(object: Option<&PyObjectRef>, vm: &VirtualMachine) -> PyResult<Dims> {
    match object {
        None => Ok(Dims::All),
        Some(object) if object.downcastable::<PyEllipsis>() => Ok(Dims::All),
        Some(object) => names(object, vm).map(Dims::Named),
    }
}

/// Names: one or several; `...` is `"..."`.
///
/// # Errors
/// `TypeError` for what is no name.
pub(super) fn names(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Vec<String>> {
    let name = |item: &PyObjectRef| match item.downcastable::<PyEllipsis>() {
        true => Ok("...".to_owned()),
        false => convert::string(item, vm),
    };
    convert::one_or_more(object, vm)?.iter().map(name).collect()
}

/// Names to names.
///
/// # Errors
/// `TypeError` for what is no name.
pub(super) fn renaming(pairs: Vec<(String, PyObjectRef)>, vm: &VirtualMachine) -> PyResult<IndexMap<String, String>> {
    pairs.into_iter().map(|(old, new)| Ok((old, convert::string(&new, vm)?))).collect()
}

/// `chunks=`: a size for every dimension, `"auto"`, or a dict with sizes by dimension.
///
/// # Errors
/// `TypeError` and `ValueError` for what are no chunks.
pub(super) fn chunking(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Chunking> {
    if object.downcastable::<PyDict>() {
        let pairs = convert::string_pairs(object, vm)?;
        return per_dim(pairs, vm);
    }
    Ok(match chunk_size(object, vm)? {
        ChunkSize::Auto => Chunking::Auto,
        ChunkSize::Keep => Chunking::Stored,
        size => Chunking::Every(size),
    })
}

/// Chunks by dimension.
///
/// # Errors
/// `TypeError` and `ValueError` for what are no chunks.
pub(super) fn per_dim(pairs: Vec<(String, PyObjectRef)>, vm: &VirtualMachine) -> PyResult<Chunking> {
    if pairs.is_empty() {
        return Ok(Chunking::Stored);
    }
    let sizes = pairs.into_iter().map(|(name, size)| Ok((name, chunk_size(&size, vm)?)));
    sizes.collect::<PyResult<_>>().map(Chunking::PerDim)
}

fn chunk_size(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<ChunkSize> {
    if vm.is_none(object) {
        return Ok(ChunkSize::Keep);
    }
    if let Some(text) = object.downcast_ref::<PyStr>() {
        return match &*text.to_string_lossy() {
            "auto" => Ok(ChunkSize::Auto),
            other => {
                Err(vm.new_value_error(format!("chunks='{other}' is not supported by swath: expected 'auto' or sizes")))
            }
        };
    }
    if convert::is_sequence(object) {
        let sizes = convert::one_or_more(object, vm)?;
        return sizes.iter().map(|size| convert::count(size, vm)).collect::<PyResult<_>>().map(ChunkSize::Sizes);
    }
    match convert::integer(object, vm)? {
        -1 => Ok(ChunkSize::Whole),
        size => usize::try_from(size)
            .map(ChunkSize::Size)
            .map_err(|_| vm.new_value_error(format!("chunks of size {size}: use -1 for one chunk or a positive size"))),
    }
}

/// A span of time in nanoseconds: `np.timedelta64`, or text with a count and a unit.
///
/// # Errors
/// `TypeError` or `ValueError` for what is none.
pub(super) fn time_span(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<i128> {
    match label(object, vm)? {
        Label::Time(count, unit) => Ok(i128::from(count) * i128::from(unit.nanoseconds())),
        Label::Value(Scalar::Text(text)) => {
            crate::dataset::fixed_frequency(&text).map_err(|error| crate::script::errors::dataset_exception(error, vm))
        }
        Label::Value(other) => Err(vm.new_type_error(format!("{other} is no span of time: use np.timedelta64"))),
    }
}
