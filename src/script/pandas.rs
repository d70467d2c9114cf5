//! `pandas`, as far as scripts make times with it: moments and spans, which are Python's own, and arrays of them.
//!
//! There are no tables, series and indexes here: a `DatetimeIndex` is an array of `datetime64[us]`.

use super::arguments::Arguments;
use super::convert;
use super::elementwise;
use super::modules::Module;
use super::numpy::{NumpyScalar, cast_scalar, instant_of_text, of_python};
use super::operand::{Operand, evaluate_here, small_object, values};
use crate::array::{Chunk, DType, Scalar, TimeUnit};
use crate::kernels::elementwise::UnaryOp;
use crate::plan::Array;
use crate::script::errors::plan_exception;
use rustpython_vm::builtins::PyStr;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

const MOMENT: DType = DType::Datetime(TimeUnit::Microsecond);
const SPAN: DType = DType::Timedelta(TimeUnit::Microsecond);

/// Names of spans in text and in `unit=`, with their microseconds.
const UNITS: &[(&[&str], f64)] = &[
    (&["W", "week", "weeks"], 604_800e6),
    (&["D", "day", "days"], 86_400e6),
    (&["h", "H", "hr", "hour", "hours"], 3_600e6),
    (&["m", "min", "minute", "minutes"], 60e6),
    (&["s", "sec", "second", "seconds"], 1e6),
    (&["ms", "milli", "millis", "milliseconds"], 1e3),
    (&["us", "micro", "micros", "microseconds"], 1.0),
    (&["ns", "nano", "nanos", "nanoseconds"], 1e-3),
];

/// Puts the module together, after `xarray` and `numpy`.
///
/// # Errors
/// Where the machine can't hold it.
pub(super) fn install(vm: &VirtualMachine) -> PyResult<()> {
    let mut module = Module::new("pandas", vm);
    module.function(
        "date_range",
        "start, end, periods, freq, tz=None, normalize=False, name~, inclusive='both'",
        range,
    )?;
    const FIELDS: &str = "ts_input, year, month, day, hour, minute, second, microsecond, *, tz=None, tzinfo=None, unit";
    module.function("Timestamp", FIELDS, timestamp)?;
    module.function(
        "to_datetime",
        "arg!, errors='raise', dayfirst=False, format, unit, origin='unix', utc=False",
        to_datetime,
    )?;
    module.function("DatetimeIndex", "data!, freq~, name~, dtype~", |arguments| {
        moments(arguments.required("data"), arguments)
    })?;
    module.function("Timedelta", "value, unit, **spans", timedelta)?;
    module.function("to_timedelta", "arg!, unit, errors='raise'", to_timedelta)?;
    for name in ["isnull", "isna"] {
        module.function(name, "obj!", |arguments| missing(arguments, true))?;
    }
    for name in ["notnull", "notna"] {
        module.function(name, "obj!", |arguments| missing(arguments, false))?;
    }
    module.value(
        "NaT",
        NumpyScalar::object(DType::Datetime(TimeUnit::Nanosecond), Scalar::Int(DType::NOT_A_TIME), vm)?,
    )?;
    module.finish()
}

/// The array of `xr.date_range`, in pandas' own unit.
fn range(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let given = ["start", "end", "periods", "freq"];
    let given = given.into_iter().filter_map(|name| Some((name.to_owned(), arguments.get(name)?.clone())));
    let passed = FuncArgs { args: Vec::new(), kwargs: given.collect() };
    let found = vm.import("xarray", 0)?.get_attr("date_range", vm)?.call(passed, vm)?;
    cast(values(&found, vm)?, MOMENT, vm)
}

fn cast(values: Chunk, dtype: DType, vm: &VirtualMachine) -> PyResult {
    let array = Array::in_memory(values).cast(dtype).map_err(|error| plan_exception(error, vm))?;
    small_object(evaluate_here(&array, vm)?, vm)
}

/// A `datetime` of Python's; `NaT` as numpy has it.
fn moment(microseconds: i64, vm: &VirtualMachine) -> PyResult {
    let scalar = NumpyScalar::object(MOMENT, Scalar::Int(microseconds), vm)?;
    if microseconds == DType::NOT_A_TIME {
        return Ok(scalar);
    }
    let class = vm.import("datetime", 0)?.get_attr("datetime", vm)?;
    vm.call_method(&class, "fromisoformat", (scalar.str(vm)?.to_owned(),))
}

/// A `timedelta` of Python's.
fn span(microseconds: i64, vm: &VirtualMachine) -> PyResult {
    if microseconds == DType::NOT_A_TIME {
        return NumpyScalar::object(SPAN, Scalar::Int(microseconds), vm);
    }
    let class = vm.import("datetime", 0)?.get_attr("timedelta", vm)?;
    class.call((0, 0, microseconds), vm)
}

/// Microseconds since 1970 of text, of a moment of numpy's or Python's, or of a labelled array of one.
fn instant(object: &PyObject, vm: &VirtualMachine) -> PyResult<i64> {
    if let Some(text) = object.downcast_ref::<PyStr>() {
        let text = text.to_string_lossy();
        let is_compact = text.len() == 8 && text.chars().all(|digit| digit.is_ascii_digit());
        let full =
            if is_compact { format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]) } else { text.into_owned() };
        return instant_of_text(&full, TimeUnit::Microsecond, vm);
    }
    let (dtype, value) = match of_python(object, vm)? {
        Some((dtype, count)) => (dtype, Scalar::Int(count)),
        None => super::operand::single_value(object, vm)?,
    };
    if !matches!(dtype, DType::Datetime(_)) {
        return Err(vm.new_type_error(format!("expected a date, as text or a moment: found a value of {dtype}")));
    }
    Ok(cast_scalar(&value, dtype, MOMENT, vm)?.as_i128().unwrap_or_default() as i64)
}

fn timestamp(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let of_input = arguments.get("ts_input").filter(|input| input.downcastable::<PyStr>() || !is_integer(input));
    match (of_input, arguments.get("unit")) {
        (Some(input), None) => moment(instant(input, vm)?, vm),
        (_, Some(_)) => Err(vm.new_not_implemented_error(
            "pd.Timestamp(unit=...) is not supported by swath: write np.datetime64(number, unit)",
        )),
        (None, None) => {
            // Numbers in a row are the fields themselves, the first of which is the year.
            let names = ["year", "month", "day", "hour", "minute", "second", "microsecond"];
            let fields = names.into_iter().filter_map(|name| Some((name, arguments.get(name)?.clone())));
            let class = vm.import("datetime", 0)?.get_attr("datetime", vm)?;
            let passed = match arguments.get("ts_input") {
                Some(year) => {
                    let fields = fields.map(|(_, value)| value);
                    FuncArgs { args: [year.clone()].into_iter().chain(fields).collect(), ..FuncArgs::default() }
                }
                None => {
                    let fields = fields.map(|(name, value)| (name.to_owned(), value));
                    FuncArgs { args: Vec::new(), kwargs: fields.collect() }
                }
            };
            class.call(passed, vm)
        }
    }
}

fn is_integer(object: &PyObject) -> bool {
    object.downcastable::<rustpython_vm::builtins::PyInt>()
}

/// Many of text or moments are an array, one is a moment.
fn to_datetime(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    if arguments.get("unit").is_some() {
        return Err(vm.new_not_implemented_error(
            "pd.to_datetime(unit=...) is not supported by swath: write np.datetime64(start) + np.timedelta64(number, unit)",
        ));
    }
    let argument = arguments.required("arg");
    let one = match convert::is_sequence(argument) {
        true => None,
        false if argument.downcastable::<PyStr>() || of_python(argument, vm)?.is_some() => Some(argument),
        false => NumpyScalar::of(argument).map(|_| argument),
    };
    match one {
        Some(one) => moment(parsed(one, arguments)?, vm),
        None => moments(argument, arguments),
    }
}

/// One moment; of text in the form that `format=` has, where it is given.
fn parsed(object: &PyObject, arguments: &Arguments<'_>) -> PyResult<i64> {
    let vm = arguments.vm;
    let format = arguments.string("format").ok().flatten().filter(|format| format.contains('%'));
    match format {
        Some(format) if object.downcastable::<PyStr>() => {
            let class = vm.import("datetime", 0)?.get_attr("datetime", vm)?;
            let found = vm.call_method(&class, "strptime", (object.to_owned(), vm.ctx.new_str(format)))?;
            instant(&found, vm)
        }
        _ => instant(object, vm),
    }
}

fn moments(object: &PyObjectRef, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    if !convert::is_sequence(object) {
        let found = values(object, vm)?;
        if matches!(found.dtype(), DType::Datetime(_)) {
            return small_object(found, vm);
        }
    }
    let objects = convert::one_or_more(object, vm)?;
    let counts = objects.iter().map(|one| parsed(one, arguments)).collect::<PyResult<Vec<i64>>>()?;
    of_counts(counts, MOMENT, vm)
}

/// An array of moments or spans.
fn of_counts(counts: Vec<i64>, dtype: DType, vm: &VirtualMachine) -> PyResult {
    let whole = Chunk::from_values(vec![counts.len()], counts).map_err(|error| plan_exception(error.into(), vm))?;
    cast(whole, dtype, vm)
}

fn unit_microseconds(name: &str, vm: &VirtualMachine) -> PyResult<f64> {
    let known = UNITS.iter().find(|(names, _)| names.contains(&name));
    known.map(|(_, length)| *length).ok_or_else(|| vm.new_value_error(format!("invalid unit abbreviation: {name}")))
}

/// Microseconds of text like `"1D"`, `"2h 30min"` or `"1 days 06:00:00"`.
fn span_of_text(text: &str, vm: &VirtualMachine) -> PyResult<i64> {
    let unreadable =
        || vm.new_value_error(format!("a span of time like '1D' or '2h 30min' is expected: found '{text}'"));
    let (mut total, mut rest) = (0.0, text.trim());
    let is_negative = rest.starts_with('-');
    rest = rest.trim_start_matches('-');
    if rest.is_empty() {
        return Err(unreadable());
    }
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(rest.len());
        if rest[digits..].starts_with(':') {
            let end = rest.find(' ').unwrap_or(rest.len());
            let parts = rest[..end].split(':').map(|part| part.parse::<f64>().map_err(|_| unreadable()));
            let lengths = [3_600e6, 60e6, 1e6];
            for (part, length) in parts.collect::<PyResult<Vec<_>>>()?.into_iter().zip(lengths) {
                total += part * length;
            }
            rest = rest[end..].trim_start();
            continue;
        }
        let number: f64 = match &rest[..digits] {
            "" if total == 0.0 && digits == 0 => 1.0,
            number => number.parse().map_err(|_| unreadable())?,
        };
        rest = rest[digits..].trim_start();
        let letters = rest.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(rest.len());
        total += number * unit_microseconds(&rest[..letters], vm).map_err(|_| unreadable())?;
        rest = rest[letters..].trim_start();
    }
    Ok(if is_negative { -total } else { total }.round() as i64)
}

/// Microseconds of text, a number of units, or a span of numpy's or Python's.
fn length(object: &PyObject, unit: Option<&str>, vm: &VirtualMachine) -> PyResult<i64> {
    if let Some(text) = object.downcast_ref::<PyStr>() {
        return span_of_text(&text.to_string_lossy(), vm);
    }
    let (dtype, value) = match of_python(object, vm)? {
        Some((dtype, count)) => (dtype, Scalar::Int(count)),
        None => super::operand::single_value(object, vm)?,
    };
    match dtype {
        DType::Timedelta(_) => Ok(cast_scalar(&value, dtype, SPAN, vm)?.as_i128().unwrap_or_default() as i64),
        dtype if dtype.is_numeric() => {
            let number = value.as_f64().unwrap_or_default();
            Ok((number * unit_microseconds(unit.unwrap_or("ns"), vm)?).round() as i64)
        }
        other => Err(vm.new_type_error(format!("expected a span of time, found a value of {other}"))),
    }
}

fn timedelta(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    match arguments.get("value") {
        Some(value) => span(length(value, arguments.string("unit")?.as_deref(), vm)?, vm),
        None => {
            let class = vm.import("datetime", 0)?.get_attr("timedelta", vm)?;
            let kwargs = arguments.keywords.clone().into_iter().collect();
            class.call(FuncArgs { args: Vec::new(), kwargs }, vm)
        }
    }
}

fn to_timedelta(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let (argument, unit) = (arguments.required("arg"), arguments.string("unit")?);
    let is_many = convert::is_sequence(argument)
        || matches!(Operand::of(argument, vm)?, Some(Operand::DataArray(_) | Operand::Lazy(_) | Operand::Eager(_)));
    if !is_many {
        return span(length(argument, unit.as_deref(), vm)?, vm);
    }
    let objects = convert::one_or_more(argument, vm)?;
    let counts = objects.iter().map(|one| length(one, unit.as_deref(), vm)).collect::<PyResult<Vec<i64>>>()?;
    of_counts(counts, SPAN, vm)
}

/// Whether values are missing, or whether they aren't.
fn missing(arguments: &Arguments<'_>, when: bool) -> PyResult {
    let vm = arguments.vm;
    let object = arguments.required("obj");
    let answer = |is_missing: bool| Ok(vm.ctx.new_bool(is_missing == when).into());
    if vm.is_none(object) {
        return answer(true);
    }
    match Operand::of(object, vm)? {
        None | Some(Operand::Weak(Scalar::Text(_))) => answer(false),
        Some(operand) => {
            let is_missing = elementwise::unary(UnaryOp::IsNan, operand, vm)?;
            let found = if when { is_missing } else { elementwise::unary(UnaryOp::LogicalNot, is_missing, vm)? };
            let found = found.into_object(vm)?;
            let is_scalar = NumpyScalar::of(&found).is_some();
            if is_scalar { Ok(vm.ctx.new_bool(found.try_to_bool(vm)?).into()) } else { Ok(found) }
        }
    }
}
