//! Products of arrays without labels: `@`, `dot`, `einsum`, `tensordot`, `outer`; lazy where an operand is.

use super::arguments::Arguments;
use super::convert;
use super::errors::plan_exception;
use super::modules::Module;
use super::operand::Operand;
use crate::plan::Array;
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};

/// Labels of axes that have no name of the user's.
const LABELS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// The label of the last axis without a letter in `einsum`; those before it have the next ones, none of them a letter.
const UNNAMED: u32 = 0x2460;

/// Puts the functions into a module.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(module: &mut Module<'_>) -> PyResult<()> {
    module.function("matmul", "x1!, x2!, out=None", |arguments| {
        let [left, right] = pair(arguments, ["x1", "x2"])?;
        matmul(left, right, arguments.vm)?.into_object(arguments.vm)
    })?;
    module.function("dot", "a!, b!, out=None", |arguments| {
        let [left, right] = pair(arguments, ["a", "b"])?;
        dot(left, right, arguments.vm)?.into_object(arguments.vm)
    })?;
    module.function("vdot", "a!, b!", |arguments| {
        let [left, right] = pair(arguments, ["a", "b"])?;
        let labels = [&left, &right].map(|operand| LABELS.chars().take(ndim(operand)).collect::<Vec<char>>());
        contract([left, right], labels, &[], arguments.vm)?.into_object(arguments.vm)
    })?;
    module.function("inner", "a!, b!", |arguments| {
        let [left, right] = pair(arguments, ["a", "b"])?;
        let last = ndim(&right).saturating_sub(1);
        summed_along(left, right, last, arguments.vm)?.into_object(arguments.vm)
    })?;
    module.function("outer", "a!, b!, out=None", |arguments| {
        let [left, right] = pair(arguments, ["a", "b"])?;
        contract([left, right], [vec!['i'], vec!['j']], &['i', 'j'], arguments.vm)?.into_object(arguments.vm)
    })?;
    module.function("tensordot", "a!, b!, axes", tensordot)?;
    module.function("einsum", "subscripts!, *operands, optimize~, dtype=None, split_every~", einsum)
}

fn pair(arguments: &Arguments<'_>, names: [&str; 2]) -> PyResult<[Operand; 2]> {
    let [left, right] =
        names.map(|name| Operand::expect(arguments.required(name), arguments.vm).map(Operand::without_labels));
    Ok([left?, right?])
}

/// The array of an operand, and whether it is lazy.
fn array(operand: Operand, vm: &VirtualMachine) -> PyResult<(Array, bool)> {
    match operand {
        Operand::Lazy(array) => Ok((array, true)),
        Operand::Eager(array) | Operand::Typed(array) => Ok((array, false)),
        Operand::Weak(value) => {
            let dtype = convert::default_dtype(&value);
            Array::scalar(value, dtype).map(|array| (array, false)).map_err(|error| plan_exception(error, vm))
        }
        _ => Err(vm.new_type_error("expected an array without labels")),
    }
}

/// Sums of products of operands whose axes are labelled.
fn contract(
    operands: impl IntoIterator<Item = Operand>,
    labels: impl IntoIterator<Item = Vec<char>>,
    result: &[char],
    vm: &VirtualMachine,
) -> PyResult<Operand> {
    let mut lazy = false;
    let mut parts = Vec::new();
    for (operand, labels) in operands.into_iter().zip(labels) {
        let (array, is_lazy) = array(operand, vm)?;
        lazy |= is_lazy;
        parts.push((array, labels));
    }
    let failed = |error| plan_exception(error, vm);
    let product = Array::contract(&parts, result).map_err(failed)?;
    if lazy {
        return Ok(Operand::Lazy(product));
    }
    // numpy keeps the dtype of the operands, Dask that of the sum.
    let dtypes = parts.iter().map(|(array, _)| array.dtype());
    let common = dtypes.reduce(|a, b| a.promote(b).unwrap_or(a)).unwrap_or(product.dtype());
    Ok(Operand::Eager(product.cast(common).map_err(failed)?))
}

/// Number of axes of an operand.
fn ndim(operand: &Operand) -> usize {
    match operand {
        Operand::Lazy(array) | Operand::Eager(array) | Operand::Typed(array) => array.ndim(),
        _ => 0,
    }
}

/// `a @ b`: a product of matrices, for each of those that further leading axes hold.
///
/// # Errors
/// `ValueError` where shapes don't match.
pub(super) fn matmul(left: Operand, right: Operand, vm: &VirtualMachine) -> PyResult<Operand> {
    let (left_ndim, right_ndim) = (ndim(&left), ndim(&right));
    if left_ndim == 0 || right_ndim == 0 {
        return Err(vm.new_value_error("matmul: an operand has no axes: multiply with *"));
    }
    let batch = left_ndim.max(right_ndim).max(2) - 2;
    let leading: Vec<char> = LABELS.chars().take(batch).collect();
    let own = |ndim: usize| leading[batch - ndim.saturating_sub(2)..].to_vec();
    let (mut left_labels, mut right_labels, mut result) = (own(left_ndim), own(right_ndim), leading.clone());
    if left_ndim > 1 {
        left_labels.push('i');
        result.push('i');
    }
    left_labels.push('k');
    right_labels.push('k');
    if right_ndim > 1 {
        right_labels.push('j');
        result.push('j');
    }
    contract([left, right], [left_labels, right_labels], &result, vm)
}

/// `np.dot`: a product of numbers, vectors or matrices.
fn dot(left: Operand, right: Operand, vm: &VirtualMachine) -> PyResult<Operand> {
    match (ndim(&left), ndim(&right)) {
        (0, _) | (_, 0) => super::elementwise::binary(crate::kernels::elementwise::BinaryOp::Multiply, left, right, vm),
        (..=2, ..=2) => matmul(left, right, vm),
        (_, right_ndim) => summed_along(left, right, right_ndim.saturating_sub(2), vm),
    }
}

/// The sums of products along the last axis of one operand and an axis of another; its axes are the others of both.
fn summed_along(left: Operand, right: Operand, axis: usize, vm: &VirtualMachine) -> PyResult<Operand> {
    let (left_ndim, right_ndim) = (ndim(&left), ndim(&right));
    if left_ndim == 0 || right_ndim == 0 {
        return super::elementwise::binary(crate::kernels::elementwise::BinaryOp::Multiply, left, right, vm);
    }
    let mut names = LABELS.chars();
    let left_labels: Vec<char> = names.by_ref().take(left_ndim).collect();
    let summed = left_labels[left_ndim - 1];
    let mut right_labels: Vec<char> = names.take(right_ndim - 1).collect();
    let result = [&left_labels[..left_ndim - 1], &right_labels].concat();
    right_labels.insert(axis, summed);
    contract([left, right], [left_labels, right_labels], &result, vm)
}

fn tensordot(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let [left, right] = pair(arguments, ["a", "b"])?;
    let (left_ndim, right_ndim) = (ndim(&left), ndim(&right));
    let (of_left, of_right) = match arguments.get("axes") {
        Some(axes) if convert::is_sequence(axes) => match convert::one_or_more(axes, vm)?.as_slice() {
            [first, second] => {
                (convert::axes(Some(first), left_ndim, vm)?, convert::axes(Some(second), right_ndim, vm)?)
            }
            _ => return Err(vm.new_value_error("axes: expected a number or two lists of axes")),
        },
        axes => {
            let count = axes.map_or(Ok(2), |count| convert::count(count, vm))?;
            let first = left_ndim.checked_sub(count).filter(|_| count <= right_ndim);
            let first = first.ok_or_else(|| vm.new_value_error("shape-mismatch for sum"))?;
            ((first..left_ndim).collect(), (0..count).collect())
        }
    };
    if of_left.len() != of_right.len() {
        return Err(vm.new_value_error("shape-mismatch for sum"));
    }
    let mut names = LABELS.chars();
    let left_labels: Vec<char> = names.by_ref().take(left_ndim).collect();
    let shared = |axis: usize| of_right.iter().position(|&other| other == axis).map(|position| of_left[position]);
    let right_labels: Vec<char> = (0..right_ndim)
        .map(|axis| shared(axis).map_or_else(|| names.next().unwrap_or('z'), |left| left_labels[left]))
        .collect();
    let kept = |labels: &[char], other: &[char]| {
        labels.iter().filter(|label| !other.contains(label)).copied().collect::<Vec<_>>()
    };
    let result = [kept(&left_labels, &right_labels), kept(&right_labels, &left_labels)].concat();
    contract([left, right], [left_labels, right_labels], &result, vm)?.into_object(vm)
}

/// `einsum("ij,jk->ik", a, b)`; without `->`, the result has the labels that are there once, in order. Three dots stand for
/// the axes that have no letter, which are broadcast.
fn einsum(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let text: String = convert::string(arguments.required("subscripts"), vm)?.split_whitespace().collect();
    let (inputs, output) = match text.split_once("->") {
        Some((inputs, output)) => (inputs.to_owned(), Some(output.to_owned())),
        None => (text, None),
    };
    let inputs: Vec<&str> = inputs.split(',').collect();
    if inputs.len() != arguments.rest.len() {
        let message = format!("einsum: {} operands for {} subscripts", arguments.rest.len(), inputs.len());
        return Err(vm.new_value_error(message));
    }
    let operand = |object: &PyObjectRef| Operand::expect(object.as_object(), vm).map(Operand::without_labels);
    let operands = arguments.rest.iter().map(operand).collect::<PyResult<Vec<_>>>()?;
    let pairs = inputs.iter().zip(&operands);
    let labels = pairs.map(|(input, operand)| subscripts(input, ndim(operand), vm)).collect::<PyResult<Vec<_>>>()?;
    let unnamed: Vec<char> = {
        let all = labels.iter().map(|labels| labels.iter().copied().filter(|label| !label.is_ascii()));
        all.map(Iterator::collect::<Vec<char>>).max_by_key(Vec::len).unwrap_or_default()
    };
    let output = match output {
        Some(output) => match output.split_once("...") {
            Some((before, after)) => before.chars().chain(unnamed).chain(after.chars()).collect(),
            None => output.chars().collect(),
        },
        None => {
            let all: Vec<char> = labels.concat().into_iter().filter(char::is_ascii).collect();
            let is_once = |label: &char| all.iter().filter(|other| *other == label).count() == 1;
            let mut once: Vec<char> = all.iter().copied().filter(is_once).collect();
            once.sort_unstable();
            [unnamed, once].concat()
        }
    };
    contract(operands, labels, &output, vm)?.into_object(vm)
}

/// Labels of the axes of an operand of `einsum`: those of axes without a letter count from the last.
fn subscripts(text: &str, ndim: usize, vm: &VirtualMachine) -> PyResult<Vec<char>> {
    let (before, after) = text.split_once("...").unwrap_or((text, ""));
    let named = before.chars().count() + after.chars().count();
    let wrong = || {
        let message = format!("einsum: {named} subscripts for an operand of {ndim} dimensions");
        vm.new_value_error(message)
    };
    let others = ndim.checked_sub(named).filter(|&others| others == 0 || text.contains("...")).ok_or_else(wrong)?;
    let unnamed = (0..others).rev().filter_map(|from_last| char::from_u32(UNNAMED + from_last as u32));
    Ok(before.chars().chain(unnamed).chain(after.chars()).collect())
}
