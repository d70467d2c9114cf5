//! Functions of `numpy` that find single values: positions of extremes, medians, quantiles, averages.

use super::ordering::lanes;
use crate::array::{Chunk, DType, Scalar};
use crate::kernels::elementwise::BinaryOp;
use crate::kernels::quantile::QuantileKind;
use crate::kernels::reduction::ReductionOptions;
use crate::plan::Array;
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::errors::{dataset_exception, plan_exception};
use crate::script::modules::Module;
use crate::script::operand::{self, Operand, evaluate_here, small_object};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// Puts the functions into the module.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(module: &mut Module<'_>) -> PyResult<()> {
    for (name, largest, skip_missing) in
        [("argmin", false, false), ("argmax", true, false), ("nanargmin", false, true), ("nanargmax", true, true)]
    {
        module.function(name, "a!, axis, out=None, keepdims=False", move |arguments| {
            let values = operand::values(arguments.required("a"), arguments.vm)?;
            let found = position(&values, arguments.get("axis"), largest, skip_missing, arguments.vm)?;
            small_object(found, arguments.vm)
        })?;
    }
    for (name, skip_missing) in [("median", false), ("nanmedian", true)] {
        module.function(name, "a!, axis, out=None, overwrite_input~, keepdims", move |arguments| {
            quantiles(QuantileKind::Median, false, skip_missing, arguments)
        })?;
    }
    for (name, scale, skip_missing) in [
        ("quantile", 1.0, false),
        ("nanquantile", 1.0, true),
        ("percentile", 100.0, false),
        ("nanpercentile", 100.0, true),
    ] {
        module.function(
            name,
            "a!, q!, axis, out=None, overwrite_input~, method, keepdims, interpolation",
            move |arguments| {
                let vm = arguments.vm;
                let wanted = operand::values(arguments.required("q"), vm)?;
                let probabilities: Vec<f64> =
                    (0..wanted.len()).filter_map(|index| Some(wanted.get(index)?.as_f64()? / scale)).collect();
                if probabilities.iter().any(|probability| !(0.0..=1.0).contains(probability)) {
                    let message = if scale == 1.0 {
                        "q goes beyond 0 to 1, where the probabilities of quantiles lie"
                    } else {
                        "q goes beyond 0 to 100, where percentiles lie"
                    };
                    return Err(vm.new_value_error(message));
                }
                let method = arguments.string("method")?.or(arguments.string("interpolation")?);
                let method = crate::dataset::quantile_method(method.as_deref().unwrap_or("linear"));
                let method = method.map_err(|error| dataset_exception(error, vm))?;
                let kind = QuantileKind::Quantiles(probabilities, method);
                quantiles(kind, wanted.ndim() > 0, skip_missing, arguments)
            },
        )?;
    }
    module.function("average", "a!, axis, weights, returned=False, keepdims=False", |arguments| {
        let vm = arguments.vm;
        let failed = |error| plan_exception(error, vm);
        let [values, weights] =
            ["a", "weights"].map(|name| arguments.get(name).map(|value| operand::values(value, vm)));
        let values = Array::in_memory(values.expect("binding raises where it is missing")?);
        let axes = convert::axes(arguments.get("axis"), values.ndim(), vm)?;
        let Some(weights) = weights else {
            let mean = values.reduce("mean", &axes, ReductionOptions::default()).map_err(failed)?;
            return small_object(evaluate_here(&mean, vm)?, vm);
        };
        let mut weights = Array::in_memory(weights?);
        if weights.shape() != values.shape() {
            if weights.ndim() != 1 || axes.len() != 1 || weights.len() != values.shape()[axes[0]] {
                return Err(vm.new_type_error("weights of another shape than a have one axis, the one given by axis="));
            }
            for _ in axes[0] + 1..values.ndim() {
                weights = weights.insert_axis(weights.ndim()).map_err(failed)?;
            }
            weights = weights.broadcast_to(values.shape()).map_err(failed)?;
        }
        let sum = |array: &Array| array.reduce("sum", &axes, ReductionOptions::default());
        let average = || sum(&values.binary(BinaryOp::Multiply, &weights)?)?.binary(BinaryOp::Divide, &sum(&weights)?);
        small_object(evaluate_here(&average().map_err(failed)?, vm)?, vm)
    })?;
    module.function("ptp", "a!, axis, out=None, keepdims=False", |arguments| {
        let vm = arguments.vm;
        let failed = |error| plan_exception(error, vm);
        let values = Array::in_memory(operand::values(arguments.required("a"), vm)?);
        let axes = convert::axes(arguments.get("axis"), values.ndim(), vm)?;
        let extreme = |name| values.reduce(name, &axes, ReductionOptions::default());
        let range = || extreme("max")?.binary(BinaryOp::Subtract, &extreme("min")?);
        small_object(evaluate_here(&range().map_err(failed)?, vm)?, vm)
    })
}

/// Medians or quantiles: a first axis has one entry a quantile where several are asked for.
fn quantiles(kind: QuantileKind, several: bool, skip_missing: bool, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let failed = |error| plan_exception(error, vm);
    let array = match Operand::expect(arguments.required("a"), vm)? {
        Operand::Lazy(array) => array,
        _ => Array::in_memory(operand::values(arguments.required("a"), vm)?),
    };
    let axes = convert::axes(arguments.get("axis"), array.ndim(), vm)?;
    let is_lazy = array.in_memory_values().is_none();
    let mut found = array.quantile(kind, &axes, skip_missing).map_err(failed)?;
    if !several {
        found = found.index_axis(0, 0).map_err(failed)?;
    }
    if arguments.bool("keepdims")?.unwrap_or(false) {
        let mut kept = axes;
        kept.sort_unstable();
        let first = usize::from(several);
        found = kept.iter().try_fold(found, |found, axis| found.insert_axis(first + axis)).map_err(failed)?;
    }
    if is_lazy {
        return Operand::Lazy(found).into_object(vm);
    }
    small_object(evaluate_here(&found, vm)?, vm)
}

/// The index of the first extreme along an axis, or among all values in a row.
///
/// # Errors
/// `ValueError` where there are no values, or all of them are missing.
pub(super) fn position(
    values: &Chunk,
    axis: Option<&PyObjectRef>,
    largest: bool,
    skip_missing: bool,
    vm: &VirtualMachine,
) -> PyResult<Chunk> {
    let (lanes, shape) = match axis {
        None => (vec![(0..values.len()).collect()], Vec::new()),
        Some(axis) => {
            let axis = convert::axis(axis, values.ndim(), vm)?;
            let mut shape = values.shape().to_vec();
            shape.remove(axis);
            (lanes(values.shape(), axis), shape)
        }
    };
    let mut found = Vec::new();
    for lane in lanes {
        found
            .push(extreme(values, &lane, largest, skip_missing).map_err(|message| vm.new_value_error(message))? as i64);
    }
    Chunk::from_values(shape, found).map_err(|error| plan_exception(error.into(), vm))
}

fn extreme(values: &Chunk, lane: &[usize], largest: bool, skip_missing: bool) -> Result<usize, &'static str> {
    let is_time = values.dtype().is_time();
    let mut best: Option<(usize, Scalar)> = None;
    for (index, &position) in lane.iter().enumerate() {
        let Some(value) = values.get(position) else { continue };
        let missing = match &value {
            Scalar::Float(value) => value.is_nan(),
            Scalar::Int(value) => is_time && *value == DType::NOT_A_TIME,
            _ => false,
        };
        if missing && !skip_missing {
            return Ok(index);
        }
        let better = match &best {
            _ if missing => false,
            None => true,
            Some((_, best)) => exceeds(&value, best, largest),
        };
        if better {
            best = Some((index, value));
        }
    }
    match best {
        Some((index, _)) => Ok(index),
        None if lane.is_empty() => Err("an array of no values has no extreme"),
        None => Err("an extreme has no position where all values are missing (all are NaN)"),
    }
}

/// Whether a value is more extreme than another.
fn exceeds(value: &Scalar, other: &Scalar, largest: bool) -> bool {
    let order = match (value, other) {
        (Scalar::Text(a), Scalar::Text(b)) => Some(a.cmp(b)),
        (Scalar::Float(a), Scalar::Float(b)) => a.partial_cmp(b),
        (a, b) => Some(a.as_i128().cmp(&b.as_i128())),
    };
    order == Some(if largest { std::cmp::Ordering::Greater } else { std::cmp::Ordering::Less })
}
