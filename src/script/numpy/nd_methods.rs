//! Methods of `numpy.ndarray` that lazy arrays don't have, and views: other shapes and orders of the same values.

use super::nd_array::NdArray;
use super::strided::Strided;
use super::{accumulate, extremes, ordering, rearrange, scalar};
use crate::array::{Chunk, Shape};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::operand::{self, small_object};
use crate::script::surface::{Method, Property};
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::function::{FuncArgs, KwArgs};
use rustpython_vm::{AsObject, Py, PyObjectRef, PyPayload, PyResult, VirtualMachine};

/// Methods.
pub(super) const METHODS: &[Method<NdArray>] = &[
    Method { name: "tolist", parameters: "", body: |this, a| Ok(nested_lists(&this.values(), a.vm)) },
    Method { name: "item", parameters: "*position", body: item },
    Method { name: "copy", parameters: "order~", body: |this, a| array((*this.values()).clone(), a.vm) },
    Method { name: "flatten", parameters: "order='C'", body: |this, a| array(flat(&this.values()), a.vm) },
    Method { name: "ravel", parameters: "order='C'", body: |this, a| reshaped(this, vec![this.values().len()], a.vm) },
    Method { name: "reshape", parameters: "*shape, order='C', copy~", body: reshape },
    Method { name: "transpose", parameters: "*axes", body: transpose },
    Method {
        name: "swapaxes",
        parameters: "axis1!, axis2!",
        body: |this, a| {
            let mut order: Vec<usize> = (0..this.layout().shape.len()).collect();
            let [first, second] = ["axis1", "axis2"].map(|name| convert::axes(a.get(name), order.len(), a.vm));
            order.swap(first?[0], second?[0]);
            reordered(this, &order, a.vm)
        },
    },
    Method {
        name: "fill",
        parameters: "value!",
        body: |this, a| this.assign(a.vm.ctx.ellipsis.as_object(), a.required("value"), a.vm).map(|()| a.vm.ctx.none()),
    },
    Method {
        name: "sort",
        parameters: "axis, kind~, order=None",
        body: |this, a| {
            let sorted = ordering::sorted(&this.values(), a.get("axis"), a.vm)?;
            this.replace(&sorted, a.vm).map(|()| a.vm.ctx.none())
        },
    },
    Method {
        name: "argsort",
        parameters: "axis, kind~, order=None, stable~",
        body: |this, a| small_object(ordering::argsort(&this.values(), a.get("axis"), a.vm)?, a.vm),
    },
    Method { name: "argmin", parameters: "axis, out=None, keepdims=False", body: |this, a| extreme(this, a, false) },
    Method { name: "argmax", parameters: "axis, out=None, keepdims=False", body: |this, a| extreme(this, a, true) },
    Method {
        name: "cumsum",
        parameters: "axis, dtype=None, out=None",
        body: |this, a| {
            small_object(accumulate::running(&this.values(), a.get("axis"), accumulate::Total::Sum, a.vm)?, a.vm)
        },
    },
    Method {
        name: "cumprod",
        parameters: "axis, dtype=None, out=None",
        body: |this, a| {
            small_object(accumulate::running(&this.values(), a.get("axis"), accumulate::Total::Product, a.vm)?, a.vm)
        },
    },
    Method {
        name: "repeat",
        parameters: "repeats!, axis",
        body: |this, a| {
            small_object(rearrange::repeated(&this.values(), a.required("repeats"), a.get("axis"), a.vm)?, a.vm)
        },
    },
    Method {
        name: "nonzero",
        parameters: "",
        body: |this, a| {
            let places = ordering::nonzero(&this.values()).into_iter().map(|places| small_object(places, a.vm));
            Ok(a.vm.ctx.new_tuple(places.collect::<PyResult<_>>()?).into())
        },
    },
    Method {
        name: "searchsorted",
        parameters: "v!, side, sorter=None",
        body: |this, a| {
            let wanted = operand::values(a.required("v"), a.vm)?;
            let right = a.string("side")?.is_some_and(|side| side == "right");
            small_object(ordering::searchsorted(&this.values(), &wanted, right, a.vm)?, a.vm)
        },
    },
    Method {
        name: "tobytes",
        parameters: "order='C'",
        body: |this, a| match this.values().data().to_le_bytes() {
            Some(bytes) => Ok(a.vm.ctx.new_bytes(bytes).into()),
            None => Err(a.vm.new_not_implemented_error("bytes of text aren't supported by swath")),
        },
    },
    Method { name: "conj", parameters: "", body: |this, _| Ok(this.to_owned().into()) },
    Method { name: "conjugate", parameters: "", body: |this, _| Ok(this.to_owned().into()) },
    Method { name: "take", parameters: OF_FUNCTION, body: |this, a| by_function("take", this, a) },
    Method { name: "diagonal", parameters: OF_FUNCTION, body: |this, a| by_function("diagonal", this, a) },
    Method { name: "trace", parameters: OF_FUNCTION, body: |this, a| by_function("trace", this, a) },
    Method { name: "put", parameters: OF_FUNCTION, body: |this, a| by_function("put", this, a) },
    Method { name: "choose", parameters: OF_FUNCTION, body: |this, a| by_function("choose", this, a) },
    Method { name: "argpartition", parameters: OF_FUNCTION, body: |this, a| by_function("argpartition", this, a) },
    Method { name: "dot", parameters: "b!, out=None", body: |this, a| a.vm._matmul(this.as_object(), a.required("b")) },
];

/// Properties.
pub(super) const PROPERTIES: &[Property<NdArray>] = &[
    Property { name: "shape", get: |this, vm| Ok(convert::length_tuple(this.layout().shape, vm)) },
    Property { name: "ndim", get: |this, vm| Ok(this.layout().shape.len().to_pyobject(vm)) },
    Property { name: "size", get: |this, vm| Ok(this.layout().shape.iter().product::<usize>().to_pyobject(vm)) },
    Property {
        name: "T",
        get: |this, vm| reordered(this, &(0..this.layout().shape.len()).rev().collect::<Vec<_>>(), vm),
    },
    Property {
        name: "mT",
        get: |this, vm| {
            let mut order: Vec<usize> = (0..this.layout().shape.len()).collect();
            let count = order.len();
            if count < 2 {
                return Err(vm.new_value_error("matrix transpose with ndim < 2 is undefined"));
            }
            order.swap(count - 2, count - 1);
            reordered(this, &order, vm)
        },
    },
    Property { name: "real", get: |this, _| Ok(this.to_owned().into()) },
    Property { name: "flat", get: |this, vm| array(flat(&this.values()), vm)?.get_iter(vm).map(Into::into) },
];

/// Parameters of methods that are functions of the module.
const OF_FUNCTION: &str = "*arguments, **keywords";

/// A function of the module, of the array and what else was passed.
fn by_function(name: &'static str, this: &Py<NdArray>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let function = vm.import("numpy", 0)?.get_attr(name, vm)?;
    let passed = std::iter::once(this.to_owned().into()).chain(arguments.rest.iter().cloned()).collect();
    function.call(FuncArgs::new::<Vec<PyObjectRef>, _>(passed, KwArgs::new(arguments.keywords.clone())), vm)
}

/// An array, even of one value.
fn array(values: Chunk, vm: &VirtualMachine) -> PyResult {
    Ok(NdArray::new(values).into_ref(&vm.ctx).into())
}

fn flat(values: &Chunk) -> Chunk {
    let count = values.len();
    values.clone().reshaped(vec![count]).expect("one axis holds all values")
}

/// Nested lists of plain Python values.
fn nested_lists(values: &Chunk, vm: &VirtualMachine) -> PyObjectRef {
    let leaves: Vec<PyObjectRef> = (0..values.len())
        .filter_map(|index| values.get(index))
        .map(|value| scalar::plain_element(values.dtype(), &value, vm))
        .collect();
    nest(&leaves, values.shape(), vm)
}

fn nest(leaves: &[PyObjectRef], shape: &[usize], vm: &VirtualMachine) -> PyObjectRef {
    let Some((&length, inner)) = shape.split_first() else { return leaves[0].clone() };
    let step: usize = inner.iter().product();
    let items = (0..length).map(|index| nest(&leaves[index * step..(index + 1) * step], inner, vm)).collect();
    vm.ctx.new_list(items).into()
}

/// The value at a position, of all values in a row or one index an axis; without one, the only value.
fn item(this: &Py<NdArray>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let value = match arguments.rest.as_slice() {
        [] => this.as_object().to_owned(),
        [one] if !convert::is_sequence(one) => array(flat(&this.values()), vm)?.get_item(&**one, vm)?,
        [one] => {
            this.as_object().get_item(&*PyObjectRef::from(vm.ctx.new_tuple(convert::one_or_more(one, vm)?)), vm)?
        }
        several => this.as_object().get_item(&*PyObjectRef::from(vm.ctx.new_tuple(several.to_vec())), vm)?,
    };
    let (dtype, value) = operand::single_value(&value, vm)?;
    Ok(scalar::plain_element(dtype, &value, vm))
}

fn reshape(this: &Py<NdArray>, arguments: &Arguments<'_>) -> PyResult {
    let given = match arguments.rest.as_slice() {
        [one] => convert::one_or_more(one, arguments.vm)?,
        several => several.to_vec(),
    };
    let count = this.layout().shape.iter().product();
    reshaped(this, shape_of(&given, count, arguments.vm)?, arguments.vm)
}

/// A shape of as many elements, one length of which may be -1.
///
/// # Errors
/// `ValueError` where there is no such shape.
pub(in crate::script) fn shape_of(given: &[PyObjectRef], count: usize, vm: &VirtualMachine) -> PyResult<Shape> {
    let lengths = given.iter().map(|length| convert::integer(length, vm)).collect::<PyResult<Vec<_>>>()?;
    let known: usize = lengths.iter().filter(|&&length| length >= 0).map(|&length| length as usize).product();
    if lengths.iter().filter(|&&length| length < 0).count() > 1 {
        return Err(vm.new_value_error("one length of a shape may be -1: found several"));
    }
    let length = |&length: &i64| usize::try_from(length).unwrap_or(count / known.max(1));
    let shape: Shape = lengths.iter().map(length).collect();
    if shape.iter().product::<usize>() == count {
        return Ok(shape);
    }
    Err(vm.new_value_error(format!(
        "{count} values don't make an array of shape {lengths:?}: reshape keeps their number"
    )))
}

/// The same values in another shape: a view where they lie in a row, else a copy.
fn reshaped(this: &Py<NdArray>, shape: Shape, vm: &VirtualMachine) -> PyResult {
    let layout = this.layout();
    if layout == Strided::whole(&layout.shape) || layout.strides == Strided::whole(&layout.shape).strides {
        let view = Strided { offset: layout.offset, ..Strided::whole(&shape) };
        return Ok(this.with_view(view).into_ref(&vm.ctx).into());
    }
    let copy = (*this.values()).clone().reshaped(shape).expect("the shape has as many elements");
    array(copy, vm)
}

fn transpose(this: &Py<NdArray>, arguments: &Arguments<'_>) -> PyResult {
    let (vm, ndim) = (arguments.vm, this.layout().shape.len());
    let given = match arguments.rest.as_slice() {
        [] => None,
        [one] if vm.is_none(one) => None,
        [one] if convert::is_sequence(one) => Some(one.clone()),
        several => Some(vm.ctx.new_tuple(several.to_vec()).into()),
    };
    let order = match given {
        None => (0..ndim).rev().collect(),
        Some(axes) => convert::axes(Some(&axes), ndim, vm)?,
    };
    reordered(this, &order, vm)
}

/// A view with the axes in another order.
fn reordered(this: &Py<NdArray>, order: &[usize], vm: &VirtualMachine) -> PyResult {
    let layout = this.layout();
    let mut sorted = order.to_vec();
    sorted.sort_unstable();
    if sorted != (0..layout.shape.len()).collect::<Vec<_>>() {
        return Err(vm.new_value_error("a transposition names each axis of the array once"));
    }
    let view = Strided {
        offset: layout.offset,
        shape: order.iter().map(|&axis| layout.shape[axis]).collect(),
        strides: order.iter().map(|&axis| layout.strides[axis]).collect(),
    };
    Ok(this.with_view(view).into_ref(&vm.ctx).into())
}

fn extreme(this: &Py<NdArray>, arguments: &Arguments<'_>, largest: bool) -> PyResult {
    let found = extremes::position(&this.values(), arguments.get("axis"), largest, false, arguments.vm)?;
    small_object(found, arguments.vm)
}
