//! Functions of `numpy` about series of numbers: interpolation, polynomials, histograms, correlations.

use super::accumulate::floats;
use crate::array::{Chunk, DType};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::errors::plan_exception;
use crate::script::modules::Module;
use crate::script::operand::{self, Operand, small_object};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// Puts the functions into the module.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(module: &mut Module<'_>) -> PyResult<()> {
    module.function("interp", "x!, xp!, fp!, left, right, period=None", interp)?;
    module.function("polyfit", "x!, y!, deg!, rcond=None, full=False, w=None, cov=False", |arguments| {
        let vm = arguments.vm;
        let [x, y] = ["x", "y"].map(|name| numbers(arguments.required(name), vm));
        let (x, y) = (x?, y?);
        let degree = convert::count(arguments.required("deg"), vm)?;
        if x.len() != y.len() || x.is_empty() {
            return Err(vm.new_type_error("polyfit takes as many x as y, and at least one"));
        }
        row(least_squares(&x, &y, degree), vm)
    })?;
    module.function("polyval", "p!, x!", |arguments| {
        let vm = arguments.vm;
        let coefficients = operand::values(arguments.required("p"), vm)?;
        let x = match operand::Operand::expect(arguments.required("x"), vm)? {
            operand::Operand::Weak(_) => small_object(operand::values(arguments.required("x"), vm)?, vm)?,
            operand => operand.into_object(vm)?,
        };
        let mut result: PyObjectRef = vm._mul(&x, &PyObjectRef::from(vm.ctx.new_int(0)))?;
        for coefficient in (0..coefficients.len()).filter_map(|index| coefficients.get(index)) {
            let raised: PyObjectRef = vm._mul(&result, &x)?;
            let coefficient = super::NumpyScalar::object(coefficients.dtype(), coefficient, vm)?;
            result = vm._add(&raised, &coefficient)?;
        }
        Ok(result)
    })?;
    module.function("histogram", "a!, bins, range, density, weights", histogram)?;
    module.function("bincount", "x!, weights, minlength", |arguments| {
        let vm = arguments.vm;
        let values = operand::values(arguments.required("x"), vm)?;
        if !values.dtype().is_integer() && values.dtype() != DType::Bool {
            return Err(vm.new_type_error("Cannot cast array data to dtype('int64') according to the rule 'safe'"));
        }
        let values: Vec<i128> = (0..values.len()).filter_map(|index| values.get(index)?.as_i128()).collect();
        if values.iter().any(|&value| value < 0) {
            return Err(vm.new_value_error("'list' argument must have no negative elements"));
        }
        let least = arguments.get("minlength").map_or(Ok(0), |least| convert::count(least, vm))?;
        let length = values.iter().max().map_or(0, |&largest| largest as usize + 1).max(least);
        if let Some(weights) = arguments.get("weights") {
            let weights = operand::values(weights, vm)?;
            if weights.shape() != [values.len()] {
                return Err(vm.new_value_error("The weights and list don't have the same length."));
            }
            let mut sums = vec![0.0; length];
            for (place, &value) in values.iter().enumerate() {
                sums[value as usize] += weights.get(place).and_then(|weight| weight.as_f64()).unwrap_or(f64::NAN);
            }
            return finish(Chunk::from_values(vec![length], sums), vm);
        }
        let mut counts = vec![0i64; length];
        values.iter().for_each(|&value| counts[value as usize] += 1);
        finish(Chunk::from_values(vec![length], counts), vm)
    })?;
    module.function("cov", "m!, y, rowvar, bias=False, ddof=None", |arguments| {
        let (rows, vm) = (variables(arguments)?, arguments.vm);
        square(&covariances(&rows), vm)
    })?;
    module.function("corrcoef", "x!, y, rowvar", |arguments| {
        let (rows, vm) = (variables(arguments)?, arguments.vm);
        let found = covariances(&rows);
        let correlation = |i: usize, j: usize| found[i][j] / (found[i][i] * found[j][j]).sqrt();
        let matrix: Vec<Vec<f64>> =
            (0..rows.len()).map(|i| (0..rows.len()).map(|j| correlation(i, j)).collect()).collect();
        square(&matrix, vm)
    })
}

fn finish(made: Result<Chunk, crate::array::ArrayError>, vm: &VirtualMachine) -> PyResult {
    small_object(made.map_err(|error| plan_exception(error.into(), vm))?, vm)
}

fn row(values: Vec<f64>, vm: &VirtualMachine) -> PyResult {
    finish(Chunk::from_values(vec![values.len()], values), vm)
}

fn square(matrix: &[Vec<f64>], vm: &VirtualMachine) -> PyResult {
    let shape = if matrix.len() == 1 { Vec::new() } else { vec![matrix.len(), matrix.len()] };
    finish(Chunk::from_values(shape, matrix.concat()), vm)
}

fn numbers(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Vec<f64>> {
    Ok(floats(object, vm)?.as_slice::<f64>().unwrap_or_default().to_vec())
}

/// Values between known ones on straight lines; beyond them, the outermost.
fn interp(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let wanted = floats(arguments.required("x"), vm)?;
    let [places, values] = ["xp", "fp"].map(|name| numbers(arguments.required(name), vm));
    let (places, values) = (places?, values?);
    let (Some(&first), Some(&last)) = (values.first(), values.last()) else {
        return Err(vm.new_value_error("interp needs at least one point in xp and fp"));
    };
    if places.len() != values.len() {
        return Err(
            vm.new_value_error("interp takes one value of fp for each point of xp: found other numbers of them")
        );
    }
    let [left, right] = [("left", first), ("right", last)]
        .map(|(name, default)| arguments.get(name).map_or(Ok(default), |value| convert::float(value, vm)));
    let (left, right) = (left?, right?);
    let between = |x: f64| match places.partition_point(|&place| place <= x) {
        _ if x.is_nan() => x,
        0 => left,
        count if count == places.len() => {
            if x > places[count - 1] {
                right
            } else {
                last
            }
        }
        after => {
            let slope = (values[after] - values[after - 1]) / (places[after] - places[after - 1]);
            slope * (x - places[after - 1]) + values[after - 1]
        }
    };
    let found = wanted.as_slice::<f64>().unwrap_or_default().iter().map(|&x| between(x)).collect();
    finish(Chunk::from_values(wanted.shape().to_vec(), found), vm)
}

/// Coefficients, highest power first, of the polynomial that is nearest to points: Householder's method on a Vandermonde
/// matrix with columns of length 1 (doi:10.1137/1.9781421407944, section 5.3).
fn least_squares(x: &[f64], y: &[f64], degree: usize) -> Vec<f64> {
    let count = degree + 1;
    let mut columns: Vec<Vec<f64>> =
        (0..count).map(|power| x.iter().map(|&x| x.powi((degree - power) as i32)).collect()).collect();
    let scales: Vec<f64> =
        columns.iter().map(|column| column.iter().map(|value| value * value).sum::<f64>().sqrt()).collect();
    for (column, scale) in columns.iter_mut().zip(&scales) {
        column.iter_mut().for_each(|value| *value /= scale);
    }
    let mut right = y.to_vec();
    let steps = count.min(x.len());
    for step in 0..steps {
        let length = columns[step][step..].iter().map(|value| value * value).sum::<f64>().sqrt();
        let mut reflector = columns[step][step..].to_vec();
        reflector[0] += if reflector[0] < 0.0 { -length } else { length };
        let norm: f64 = reflector.iter().map(|value| value * value).sum();
        if norm == 0.0 {
            continue;
        }
        for target in columns[step..].iter_mut().chain(std::iter::once(&mut right)) {
            let dot: f64 = reflector.iter().zip(&target[step..]).map(|(a, b)| a * b).sum();
            target[step..].iter_mut().zip(&reflector).for_each(|(value, part)| *value -= 2.0 * dot / norm * part);
        }
    }
    let mut solution = vec![0.0; count];
    for row in (0..steps).rev() {
        let known: f64 = (row + 1..count).map(|column| columns[column][row] * solution[column]).sum();
        solution[row] = (right[row] - known) / columns[row][row];
    }
    solution.iter().zip(scales).map(|(value, scale)| value / scale).collect()
}

/// Counts of values in bins, and the edges of the bins.
fn histogram(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let values = numbers(arguments.required("a"), vm)?;
    let mut edges = edges(arguments, &values)?;
    let is_single = has_single_edges(operand::values(arguments.required("a"), vm)?.dtype(), arguments)?;
    if is_single {
        edges = match arguments.get("range") {
            Some(_) => edges.into_iter().map(rounded_to_single).collect(),
            None => spaced_in_single(&edges),
        };
    }
    let weights = arguments.get("weights").map(|weights| numbers(weights, vm)).transpose()?;
    let mut counts = vec![0.0; edges.len() - 1];
    let last = edges[edges.len() - 1];
    for (index, &value) in values.iter().enumerate() {
        if value >= edges[0] && value <= last {
            // The last bin holds its upper edge too.
            let bin = (edges.partition_point(|&edge| edge <= value) - 1).min(counts.len() - 1);
            counts[bin] += weights.as_ref().and_then(|weights| weights.get(index).copied()).unwrap_or(1.0);
        }
    }
    // Edges that were given come back as they were.
    let given = arguments.get("bins").map(|bins| operand::values(bins, vm)).transpose()?;
    let edges_object = match given.filter(|bins| bins.ndim() > 0) {
        Some(bins) => small_object(bins, vm)?,
        None if is_single => small_object(single(&edges, vm)?, vm)?,
        None => row(edges.clone(), vm)?,
    };
    let counts_object = if arguments.bool("density")?.unwrap_or(false) {
        let total: f64 = counts.iter().sum();
        let width = |edge: &[f64]| match is_single {
            true => f64::from(edge[1] as f32 - edge[0] as f32),
            false => edge[1] - edge[0],
        };
        row(counts.iter().zip(edges.windows(2)).map(|(count, edge)| count / width(edge) / total).collect(), vm)?
    } else if weights.is_some() {
        row(counts, vm)?
    } else {
        let counts: Vec<i64> = counts.into_iter().map(|count| count as i64).collect();
        finish(Chunk::from_values(vec![counts.len()], counts), vm)?
    };
    Ok(vm.ctx.new_tuple(vec![counts_object, edges_object]).into())
}

/// Whether the bins of a histogram are made in single precision: a number of them for such values, but for a `range=` in double.
///
/// # Errors
/// Where `bins=` or `range=` isn't what it should be.
pub(in crate::script) fn has_single_edges(dtype: DType, arguments: &Arguments<'_>) -> PyResult<bool> {
    let vm = arguments.vm;
    let is_counted = arguments.get("bins").map_or(Ok(true), |bins| Ok(operand::values(bins, vm)?.ndim() == 0))?;
    let is_double = |bound: &PyObjectRef| {
        let operand = Operand::of(bound, vm)?;
        Ok(matches!(operand, Some(Operand::Typed(bound)) if bound.dtype() == DType::Float64))
    };
    let range = arguments.get("range").map_or(Ok(Vec::new()), |range| convert::one_or_more(range, vm))?;
    let doubles = range.iter().map(is_double).collect::<PyResult<Vec<bool>>>()?;
    Ok(dtype == DType::Float32 && is_counted && !doubles.contains(&true))
}

/// Between the same outermost edges as many others, all computed in single precision, as numpy does between values.
fn spaced_in_single(edges: &[f64]) -> Vec<f64> {
    let bins = edges.len() - 1;
    let (first, last) = (edges[0] as f32, edges[bins] as f32);
    let step = (last - first) / bins as f32;
    let edge = |number: usize| if number == bins { last } else { number as f32 * step + first };
    (0..=bins).map(|number| f64::from(edge(number))).collect()
}

/// The nearest number in single precision.
pub(in crate::script) fn rounded_to_single(value: f64) -> f64 {
    f64::from(value as f32)
}

fn single(values: &[f64], vm: &VirtualMachine) -> PyResult<Chunk> {
    let values: Vec<f32> = values.iter().map(|&value| value as f32).collect();
    Chunk::from_values(vec![values.len()], values).map_err(|error| plan_exception(error.into(), vm))
}

/// Edges of the bins that `bins=` and `range=` ask for.
fn edges(arguments: &Arguments<'_>, values: &[f64]) -> PyResult<Vec<f64>> {
    let vm = arguments.vm;
    let bins = match arguments.get("bins") {
        Some(bins) if bins.downcastable::<rustpython_vm::builtins::PyStr>() => {
            return Err(vm.new_not_implemented_error(
                "histogram with a rule for bins is not supported by swath: give their number or edges",
            ));
        }
        Some(bins) => floats(bins, vm)?,
        None => Chunk::from_values(Vec::new(), vec![10.0]).map_err(|error| plan_exception(error.into(), vm))?,
    };
    let given = bins.as_slice::<f64>().unwrap_or_default();
    if bins.ndim() > 0 {
        if given.len() < 2 || given.windows(2).any(|pair| pair[0] > pair[1]) {
            return Err(vm.new_value_error("the edges of bins have to rise, and there are at least two"));
        }
        return Ok(given.to_vec());
    }
    let count = given.first().map_or(0, |&count| count as usize);
    if count == 0 {
        return Err(vm.new_value_error("a histogram has at least one bin"));
    }
    let (mut low, mut high) = match arguments.get("range") {
        Some(range) => match numbers(range, vm)?.as_slice() {
            &[low, high] => (low, high),
            _ => return Err(vm.new_value_error("range: expected two numbers")),
        },
        None if values.is_empty() => (0.0, 1.0),
        None => {
            let least = values.iter().copied().fold(f64::INFINITY, |a, b| if b.is_nan() { b } else { a.min(b) });
            (least, values.iter().copied().fold(f64::NEG_INFINITY, |a, b| if b.is_nan() { b } else { a.max(b) }))
        }
    };
    if !low.is_finite() || !high.is_finite() {
        return Err(
            vm.new_value_error(format!("autodetected range of [{low}, {high}] is not finite").replace("NaN", "nan"))
        );
    }
    if low == high {
        (low, high) = (low - 0.5, high + 0.5);
    }
    let width = (high - low) / count as f64;
    Ok((0..=count).map(|edge| if edge == count { high } else { low + edge as f64 * width }).collect())
}

/// The variables of `cov` and `corrcoef`, one a row.
fn variables(arguments: &Arguments<'_>) -> PyResult<Vec<Vec<f64>>> {
    let vm = arguments.vm;
    let name = if arguments.given("m").is_some() { "m" } else { "x" };
    let mut rows = Vec::new();
    for object in std::iter::once(arguments.required(name)).chain(arguments.get("y")) {
        let values = floats(object, vm)?;
        let flat = values.as_slice::<f64>().unwrap_or_default();
        match *values.shape() {
            [count, length] if arguments.bool("rowvar")?.unwrap_or(true) => {
                rows.extend((0..count).map(|row| flat[row * length..(row + 1) * length].to_vec()));
            }
            [length, count] => {
                rows.extend((0..count).map(|column| (0..length).map(|row| flat[row * count + column]).collect()));
            }
            [_] => rows.push(flat.to_vec()),
            _ => {
                return Err(
                    vm.new_value_error("covariances are of rows of an array with one or two dimensions: reshape it")
                );
            }
        }
    }
    Ok(rows)
}

/// Sums of products of deviations from the means, over one less than the number of values.
fn covariances(rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let deviations: Vec<Vec<f64>> = rows
        .iter()
        .map(|row| {
            let mean = row.iter().sum::<f64>() / row.len() as f64;
            row.iter().map(|value| value - mean).collect()
        })
        .collect();
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / (a.len() as f64 - 1.0);
    deviations.iter().map(|a| deviations.iter().map(|b| product(a, b)).collect()).collect()
}
