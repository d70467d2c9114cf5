//! Histograms and norms of lazy arrays.

use super::DaskArray;
use crate::array::{Chunk, DType, Scalar};
use crate::kernels::elementwise::{BinaryOp, UnaryOp};
use crate::kernels::reduction::ReductionOptions;
use crate::plan::{Array, PlanError};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::errors::plan_exception;
use crate::script::modules::Module;
use crate::script::numpy::{has_single_edges, rounded_to_single};
use crate::script::operand::{self, Operand, small_object};
use rustpython_vm::builtins::PyStr;
use rustpython_vm::{PyResult, VirtualMachine};

/// Puts the functions into the modules.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(module: &mut Module<'_>) -> PyResult<()> {
    module.function("histogram", "a!, bins, range, normed=False, weights, density", histogram)
}

/// The module `dask.array.linalg`.
///
/// # Errors
/// Where the machine can't hold it.
pub(super) fn install_linalg(vm: &VirtualMachine) -> PyResult<()> {
    for name in ["dask.array.linalg", "numpy.linalg"] {
        let mut module = Module::new(name, vm);
        module.function("norm", "x!, ord, axis, keepdims", norm)?;
        module.finish()?;
    }
    Ok(())
}

/// Counts of values in bins, lazy, and the edges of the bins. Each value is compared with each bin.
fn histogram(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let failed = |error| plan_exception(error, vm);
    let array = lazy(arguments, "a")?;
    let edges = edges(arguments)?;
    let weights = arguments.get("weights").map(|_| lazy(arguments, "weights")).transpose()?;
    let compared = match has_single_edges(array.dtype(), arguments)? {
        true => edges.iter().copied().map(rounded_to_single).collect(),
        false => edges.clone(),
    };
    let counts = counts(&array, &compared, weights.as_ref()).map_err(failed)?;
    let edges_chunk = Chunk::from_values(vec![edges.len()], edges.clone()).map_err(|error| failed(error.into()))?;
    let result = if arguments.bool("density")?.unwrap_or(false) {
        let widths = edges.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let widths = Chunk::from_values(vec![edges.len() - 1], widths).map_err(|error| failed(error.into()))?;
        let density = || {
            let total = counts.reduce("sum", &[0], ReductionOptions::default())?;
            counts.binary(BinaryOp::Divide, &Array::in_memory(widths))?.binary(BinaryOp::Divide, &total)
        };
        density().map_err(failed)?
    } else {
        counts
    };
    Ok(vm.ctx.new_tuple(vec![Operand::Lazy(result).into_object(vm)?, small_object(edges_chunk, vm)?]).into())
}

/// The array of an argument.
///
/// # Errors
/// `TypeError` where it is none.
pub(super) fn lazy(arguments: &Arguments<'_>, name: &str) -> PyResult<Array> {
    match Operand::expect(arguments.required(name), arguments.vm)?.without_labels() {
        Operand::Lazy(array) | Operand::Eager(array) | Operand::Typed(array) => Ok(array),
        _ => Err(arguments.type_error(name, "an array", arguments.required(name))),
    }
}

fn counts(array: &Array, edges: &[f64], weights: Option<&Array>) -> Result<Array, PlanError> {
    let count = edges.len() - 1;
    let row = |values: Vec<f64>| Ok::<_, PlanError>(Array::in_memory(Chunk::from_values(vec![count], values)?));
    let low = row(edges[..count].to_vec())?;
    // The last bin holds its upper edge too.
    let upper = edges[1..].iter().enumerate();
    let high = row(upper.map(|(bin, &edge)| if bin + 1 == count { edge.next_up() } else { edge }).collect())?;
    let axes: Vec<usize> = (0..array.ndim()).collect();
    let spread = array.cast(DType::Float64)?.insert_axis(array.ndim())?;
    let above = spread.binary(BinaryOp::GreaterEqual, &low)?;
    let inside = above.binary(BinaryOp::LogicalAnd, &spread.binary(BinaryOp::Less, &high)?)?;
    let Some(weights) = weights else {
        return inside.reduce("sum", &axes, ReductionOptions::default());
    };
    let weights = weights.cast(DType::Float64)?.insert_axis(weights.ndim())?;
    let zero = Array::scalar(Scalar::Float(0.0), DType::Float64)?;
    inside.select(&weights, &zero)?.reduce("sum", &axes, ReductionOptions::default())
}

/// Edges of the bins: given, or `bins` equal ones between the ends of `range`.
fn edges(arguments: &Arguments<'_>) -> PyResult<Vec<f64>> {
    let vm = arguments.vm;
    let floats = |name: &str| -> PyResult<Option<(Vec<f64>, usize)>> {
        let Some(object) = arguments.get(name) else { return Ok(None) };
        let values = operand::values(object, vm)?;
        let floats = (0..values.len()).filter_map(|index| values.get(index)?.as_f64()).collect();
        Ok(Some((floats, values.ndim())))
    };
    let (bins, ndim) = floats("bins")?
        .ok_or_else(|| vm.new_value_error("a histogram wants the edges of its bins, or their number and a range"))?;
    if ndim > 0 {
        if bins.len() < 2 || bins.windows(2).any(|pair| pair[0] > pair[1]) {
            return Err(vm.new_value_error("the edges of bins have to rise, and there are at least two"));
        }
        return Ok(bins);
    }
    let (count, range) = (bins[0] as usize, floats("range")?);
    match range.as_ref().map(|(range, _)| range.as_slice()) {
        Some(&[low, high]) if count > 0 && low < high => {
            let width = (high - low) / count as f64;
            Ok((0..=count).map(|edge| if edge == count { high } else { low + edge as f64 * width }).collect())
        }
        _ => Err(vm.new_value_error("a histogram wants the edges of its bins, or their number and a range")),
    }
}

/// Norms of vectors, along an axis or of all values in a row, and Frobenius' of matrices.
fn norm(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let failed = |error| plan_exception(error, vm);
    let is_lazy = arguments.required("x").downcastable::<DaskArray>();
    let array = lazy(arguments, "x")?;
    let axes = convert::axes(arguments.get("axis"), array.ndim(), vm)?;
    let is_matrix = arguments.get("axis").is_none() && array.ndim() > 1 || axes.len() > 1;
    let order = match arguments.get("ord") {
        None => Order::Euclidean,
        Some(name) if name.downcastable::<PyStr>() && convert::string(name, vm)? == "fro" => Order::Euclidean,
        Some(number) if !is_matrix => match convert::float(number, vm)? {
            2.0 => Order::Euclidean,
            1.0 => Order::Sum,
            f64::INFINITY => Order::Largest,
            f64::NEG_INFINITY => Order::Smallest,
            other => Order::Power(other),
        },
        Some(_) => {
            return Err(vm.new_not_implemented_error(
                "norms of matrices but Frobenius' are not supported by swath: give axis= for norms of vectors",
            ));
        }
    };
    let mut result = order.norm(&array, &axes).map_err(failed)?;
    if arguments.bool("keepdims")?.unwrap_or(false) {
        let mut axes = axes;
        axes.sort_unstable();
        for axis in axes {
            result = result.insert_axis(axis).map_err(failed)?;
        }
    }
    if is_lazy { Operand::Lazy(result) } else { Operand::Eager(result) }.into_object(vm)
}

/// Which norm.
enum Order {
    Euclidean,
    Sum,
    Largest,
    Smallest,
    Power(f64),
}

impl Order {
    fn norm(&self, array: &Array, axes: &[usize]) -> Result<Array, PlanError> {
        let array = array.cast(array.dtype().float())?;
        let size = array.unary(UnaryOp::Absolute)?;
        let reduce = |array: &Array, name| array.reduce(name, axes, ReductionOptions::default());
        let number = |value: f64| Array::scalar(Scalar::Float(value), array.dtype());
        match self {
            Order::Euclidean => reduce(&array.binary(BinaryOp::Multiply, &array)?, "sum")?.unary(UnaryOp::Sqrt),
            Order::Sum => reduce(&size, "sum"),
            Order::Largest => reduce(&size, "max"),
            Order::Smallest => reduce(&size, "min"),
            Order::Power(power) => {
                let total = reduce(&size.binary(BinaryOp::Power, &number(*power)?)?, "sum")?;
                total.binary(BinaryOp::Power, &number(1.0 / power)?)
            }
        }
    }
}
