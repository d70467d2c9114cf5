//! Histograms of several variables: `dask.array.histogram2d` and `histogramdd`. Each value is compared with each bin.

use super::statistics::lazy;
use crate::array::{Chunk, DType, Scalar};
use crate::kernels::elementwise::BinaryOp;
use crate::kernels::reduction::ReductionOptions;
use crate::plan::{Array, AxisSlice, PlanError};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::errors::plan_exception;
use crate::script::modules::Module;
use crate::script::operand::{self, Operand, small_object};
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};

/// Most bins along one variable, whose edges are held in memory.
const MOST_BINS: usize = 1 << 24;

/// Puts the functions into the module.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(module: &mut Module<'_>) -> PyResult<()> {
    module.function("histogram2d", "x!, y!, bins, range, normed=None, weights, density", |arguments| {
        let samples = [lazy(arguments, "x")?, lazy(arguments, "y")?];
        let (counts, mut edges) = counted(&samples, arguments)?;
        edges.insert(0, counts);
        Ok(arguments.vm.ctx.new_tuple(edges).into())
    })?;
    module.function("histogramdd", "sample!, bins, range, normed=None, weights, density", |arguments| {
        let vm = arguments.vm;
        let (counts, edges) = counted(&samples(arguments)?, arguments)?;
        Ok(vm.ctx.new_tuple(vec![counts, vm.ctx.new_list(edges).into()]).into())
    })
}

/// The variables of a sample: a sequence of arrays, or the columns of one.
fn samples(arguments: &Arguments<'_>) -> PyResult<Vec<Array>> {
    let vm = arguments.vm;
    let sample = arguments.required("sample");
    if convert::is_sequence(sample) {
        let parts = convert::one_or_more(sample, vm)?;
        let array = |part: &PyObjectRef| match Operand::expect(part, vm)?.without_labels() {
            Operand::Lazy(array) | Operand::Eager(array) | Operand::Typed(array) => Ok(array),
            _ => Err(arguments.type_error("sample", "arrays", part)),
        };
        return parts.iter().map(array).collect();
    }
    let array = lazy(arguments, "sample")?;
    let [rows, columns] = *array.shape() else {
        return Err(vm.new_value_error(
            "histogramdd takes one array of a row a sample and a column a dimension, or a list of arrays",
        ));
    };
    let column = |start: usize| {
        let slices = [AxisSlice::whole(rows), AxisSlice { start, step: 1, count: 1 }];
        array.slice(&slices).and_then(|column| column.index_axis(1, 0)).map_err(|error| plan_exception(error, vm))
    };
    (0..columns).map(column).collect()
}

/// Counts in all combinations of bins, and the edges along each variable.
fn counted(samples: &[Array], arguments: &Arguments<'_>) -> PyResult<(PyObjectRef, Vec<PyObjectRef>)> {
    let vm = arguments.vm;
    if let Some(other) = samples.iter().find(|sample| sample.ndim() != 1 || sample.shape() != samples[0].shape()) {
        return Err(vm.new_value_error(format!(
            "variables of a histogram have one dimension of one length: found shapes {:?} and {:?}",
            samples[0].shape(),
            other.shape()
        )));
    }
    let edges = all_edges(samples.len(), arguments)?;
    let weights = arguments.get("weights").map(|_| lazy(arguments, "weights")).transpose()?;
    let density = arguments.bool("density")?.unwrap_or(false);
    let counts = counts(samples, &edges, weights.as_ref(), density).map_err(|error| plan_exception(error, vm))?;
    let shown = |edges: &Vec<f64>| {
        let chunk = Chunk::from_values(vec![edges.len()], edges.clone());
        small_object(chunk.map_err(|error| plan_exception(error.into(), vm))?, vm)
    };
    Ok((Operand::Lazy(counts).into_object(vm)?, edges.iter().map(shown).collect::<PyResult<_>>()?))
}

fn counts(samples: &[Array], edges: &[Vec<f64>], weights: Option<&Array>, density: bool) -> Result<Array, PlanError> {
    let ndim = samples.len();
    let along = |place: usize, values: Vec<f64>| -> Result<Array, PlanError> {
        let mut shape = vec![1; ndim];
        shape[place] = values.len();
        Ok(Array::in_memory(Chunk::from_values(shape, values)?))
    };
    let spread = |array: &Array| (0..ndim).try_fold(array.clone(), |array, _| array.insert_axis(array.ndim()));
    let mut inside: Option<Array> = None;
    for (place, (sample, edges)) in samples.iter().zip(edges).enumerate() {
        let count = edges.len() - 1;
        let mut upper = edges[1..].to_vec();
        // The last bin holds its upper edge too.
        upper[count - 1] = upper[count - 1].next_up();
        let sample = spread(&sample.cast(DType::Float64)?)?;
        let above = sample.binary(BinaryOp::GreaterEqual, &along(place, edges[..count].to_vec())?)?;
        let own = above.binary(BinaryOp::LogicalAnd, &sample.binary(BinaryOp::Less, &along(place, upper)?)?)?;
        inside = Some(match inside {
            None => own,
            Some(inside) => inside.binary(BinaryOp::LogicalAnd, &own)?,
        });
    }
    let Some(inside) = inside else { return Err(PlanError::NothingToConcatenate) };
    let counts = match weights {
        None => inside.reduce("sum", &[0], ReductionOptions::default())?.cast(DType::Float64)?,
        Some(weights) => {
            let zero = Array::scalar(Scalar::Float(0.0), DType::Float64)?;
            let weighed = inside.select(&spread(&weights.cast(DType::Float64)?)?, &zero)?;
            let total = weighed.reduce("sum", &[0], ReductionOptions::default())?;
            // Whole weights add up to whole numbers.
            if weights.dtype().is_integer() && !density { total.cast(weights.dtype())? } else { total }
        }
    };
    if !density {
        return Ok(counts);
    }
    let axes: Vec<usize> = (0..ndim).collect();
    let mut share = counts.binary(BinaryOp::Divide, &counts.reduce("sum", &axes, ReductionOptions::default())?)?;
    for (place, edges) in edges.iter().enumerate() {
        let widths = edges.windows(2).map(|pair| pair[1] - pair[0]).collect();
        share = share.binary(BinaryOp::Divide, &along(place, widths)?)?;
    }
    Ok(share)
}

/// Edges along each variable: given, or so many equal bins between the ends of a range.
fn all_edges(count: usize, arguments: &Arguments<'_>) -> PyResult<Vec<Vec<f64>>> {
    let vm = arguments.vm;
    let bins = arguments.get("bins").cloned().unwrap_or_else(|| vm.ctx.new_int(10).into());
    let each = match convert::is_sequence(&bins) {
        true => convert::one_or_more(&bins, vm)?,
        false => vec![bins; count],
    };
    if each.len() != count {
        return Err(vm.new_value_error("histogramdd takes bins for each dimension of the sample: found others"));
    }
    let ranges = arguments.get("range").map(|range| convert::one_or_more(range, vm)).transpose()?;
    let edges = |(place, bins): (usize, &PyObjectRef)| {
        let range = ranges.as_ref().and_then(|ranges| ranges.get(place));
        one_edges(bins, range, vm)
    };
    each.iter().enumerate().map(edges).collect()
}

fn one_edges(bins: &PyObjectRef, range: Option<&PyObjectRef>, vm: &VirtualMachine) -> PyResult<Vec<f64>> {
    let floats = |object: &PyObjectRef| -> PyResult<(Vec<f64>, usize)> {
        let values = operand::values(object.as_object(), vm)?;
        let numbers = (0..values.len()).map(|at| values.get(at)?.as_f64()).collect::<Option<Vec<f64>>>();
        match numbers {
            Some(numbers) => Ok((numbers, values.ndim())),
            None => {
                let shown = object.repr(vm)?.to_string_lossy().into_owned();
                Err(vm.new_type_error(format!("bins and ranges of a histogram are numbers or edges, found {shown}")))
            }
        }
    };
    let of_bins = bins;
    let (bins, ndim) = floats(of_bins)?;
    if ndim > 0 {
        if bins.len() < 2 || bins.windows(2).any(|pair| pair[0] > pair[1]) {
            return Err(vm.new_value_error("the edges of bins have to rise, and there are at least two"));
        }
        return Ok(bins);
    }
    let ends = range.map(floats).transpose()?;
    match (ends.as_ref().map(|(ends, _)| ends.as_slice()), convert::count(of_bins, vm)?) {
        (Some(&[low, high]), count) if count > 0 && low < high => {
            if count > MOST_BINS {
                return Err(vm.new_memory_error(format!("{count} bins along one variable are more than {MOST_BINS}")));
            }
            let width = (high - low) / count as f64;
            Ok((0..=count).map(|edge| if edge == count { high } else { low + edge as f64 * width }).collect())
        }
        _ => Err(vm.new_value_error("range must be given when bins are counts: a pair of ends for each variable")),
    }
}
