//! `pandas`, as far as scripts make times and small tables with it.
//!
//! What is here gives Python's own `datetime` and `timedelta`; pandas' classes are made of them in `pandas/*.py`.
//!
//! # Tables and series
//!
//! They lie in the memory of rank 0, and are written in Python over numpy's small arrays, so that a loop over elements is
//! the exception: a column is an array, or a list where no array holds its values (`columns.py`); an index is an array with
//! a name (`labels.py`), or one of several levels (`levels.py`). `rows.py` has what tables (`table.py`, `data_frame.py`) and series
//! (`series.py`) share, the other parts one subject each. Labelled arrays become tables in `labelled.py`, by way of
//! `compute`, with its check of the memory. Where Rust meets a table it is told by [`tables`](super::tables).

use super::arguments::Arguments;
use super::convert;
use super::elementwise;
use super::modules::{Composed, Module};
use super::numpy::{NdArray, NumpyScalar, cast_scalar, instant_of_text, of_python};
use super::operand::{Operand, evaluate_here, small_object, values};
use super::tables;
use crate::array::{Chunk, DType, Scalar, TimeUnit};
use crate::kernels::elementwise::UnaryOp;
use crate::plan::Array;
use crate::script::errors::plan_exception;
use rustpython_vm::builtins::{PyBaseExceptionRef, PyList, PyStr};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine};

const MOMENT: DType = DType::Datetime(TimeUnit::Microsecond);
const SPAN: DType = DType::Timedelta(TimeUnit::Microsecond);

/// Names of spans in text and in `unit=`, the keyword last, with their nanoseconds.
const UNITS: &[(&[&str], i64)] = &[
    (&["W", "week", "weeks"], 604_800_000_000_000),
    (&["D", "day", "days"], 86_400_000_000_000),
    (&["h", "H", "hr", "hour", "hours"], 3_600_000_000_000),
    (&["m", "min", "minute", "minutes"], 60_000_000_000),
    (&["s", "sec", "second", "seconds"], 1_000_000_000),
    (&["ms", "milli", "millis", "milliseconds"], 1_000_000),
    (&["us", "micro", "micros", "microseconds"], 1_000),
    (&["ns", "nano", "nanos", "nanoseconds"], 1),
];

/// Moments, spans and indexes, in Python; each part uses those before it.
const INDEXES: &[Composed] = &[
    ("pandas/times.py", include_str!("pandas/times.py")),
    ("pandas/columns.py", include_str!("pandas/columns.py")),
    ("pandas/text.py", include_str!("pandas/text.py")),
    ("pandas/labels.py", include_str!("pandas/labels.py")),
    ("pandas/levels.py", include_str!("pandas/levels.py")),
    ("pandas/indexes.py", include_str!("pandas/indexes.py")),
];

/// Tables and series, in Python, which most scripts that make times don't use; each part uses those before it.
const TABLES: &[Composed] = &[
    ("pandas/rows.py", include_str!("pandas/rows.py")),
    ("pandas/selection.py", include_str!("pandas/selection.py")),
    ("pandas/series.py", include_str!("pandas/series.py")),
    ("pandas/table.py", include_str!("pandas/table.py")),
    ("pandas/data_frame.py", include_str!("pandas/data_frame.py")),
    ("pandas/making.py", include_str!("pandas/making.py")),
    ("pandas/arithmetic.py", include_str!("pandas/arithmetic.py")),
    ("pandas/row_statistics.py", include_str!("pandas/row_statistics.py")),
    ("pandas/statistics.py", include_str!("pandas/statistics.py")),
    ("pandas/accessors.py", include_str!("pandas/accessors.py")),
    ("pandas/table_text.py", include_str!("pandas/table_text.py")),
    ("pandas/writing.py", include_str!("pandas/writing.py")),
    ("pandas/reading.py", include_str!("pandas/reading.py")),
    ("pandas/labelled.py", include_str!("pandas/labelled.py")),
    ("pandas/small_groups.py", include_str!("pandas/small_groups.py")),
    ("pandas/groups.py", include_str!("pandas/groups.py")),
];

/// Puts the module together, after `xarray` and `numpy`.
///
/// # Errors
/// Where the machine can't hold it.
pub(super) fn install(vm: &VirtualMachine) -> PyResult<()> {
    let mut module = Module::new("pandas", vm);
    module.function("_date_range", "start, end, periods, freq, tz=None, normalize=False, inclusive='both'", range)?;
    const FIELDS: &str = "ts_input, year, month, day, hour, minute, second, microsecond, *, tz=None, tzinfo=None, unit";
    module.function("_timestamp", FIELDS, timestamp)?;
    module.function(
        "_to_datetime",
        "arg!, errors='raise', dayfirst=False, format, unit, origin='unix', utc=False",
        to_datetime,
    )?;
    module.function("_moments", "data!", |arguments| moments(arguments.required("data"), arguments))?;
    module.function("_of_class", "cls!, values!", |arguments| {
        let vm = arguments.vm;
        let class = convert::class(arguments.required("cls"), vm)?;
        Ok(NdArray::new(values(arguments.required("values"), vm)?).into_ref_with_type(vm, class)?.into())
    })?;
    module.function("_timedelta", "value, unit, **spans", timedelta)?;
    module.function("_to_timedelta", "arg!, unit, errors='raise'", to_timedelta)?;
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
    module.function("_texts", "values!", texts)?;
    module.composed(INDEXES);
    module.composed(TABLES);
    module.finish()
}

/// The array of `xr.date_range`, in pandas' own unit where that holds it.
fn range(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let given = ["start", "end", "periods", "freq"];
    let given = given.into_iter().filter_map(|name| Some((name.to_owned(), arguments.get(name)?.clone())));
    let passed = FuncArgs { args: Vec::new(), kwargs: given.collect() };
    let found = vm.import("xarray", 0)?.get_attr("date_range", vm)?.call(passed, vm)?;
    let found = values(&found, vm)?;
    let is_finer = found.as_slice::<i64>().is_some_and(|counts| counts.iter().any(|count| count % 1000 != 0));
    if is_finer { small_object(found, vm) } else { cast(found, MOMENT, vm) }
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
        let fraction = full.split_once('.').map_or("", |(_, digits)| digits);
        let mut beyond = fraction.chars().take_while(char::is_ascii_digit).skip(6);
        if beyond.any(|digit| digit != '0') {
            return Err(finer(&full, "np.datetime64(text, 'ns')", vm));
        }
        return instant_of_text(&full, TimeUnit::Microsecond, vm);
    }
    let (dtype, value) = match of_python(object, vm)? {
        Some((dtype, count)) => (dtype, Scalar::Int(count)),
        None => super::operand::single_value(object, vm)?,
    };
    if !matches!(dtype, DType::Datetime(_)) {
        return Err(vm.new_type_error(format!("expected a date, as text or a moment: found a value of {dtype}")));
    }
    microseconds(&value, dtype, MOMENT, vm)
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

fn unit_nanoseconds(name: &str, vm: &VirtualMachine) -> PyResult<i64> {
    let known = UNITS.iter().find(|(names, _)| names.contains(&name));
    known.map(|(_, length)| *length).ok_or_else(|| vm.new_value_error(format!("invalid unit abbreviation: {name}")))
}

/// Nanoseconds of a number of units: of its whole part, and of the fraction in as many digits as the unit has.
fn nanoseconds(number: &Scalar, unit: i64, vm: &VirtualMachine) -> PyResult<i128> {
    let float = match number {
        Scalar::Float(float) => *float,
        whole => return Ok(whole.as_i128().unwrap_or_default() * i128::from(unit)),
    };
    if float.is_nan() || float.abs() >= 1e18 {
        return Err(vm.new_value_error(format!("a span of time of {float} units is out of bounds")));
    }
    let scale = 10f64.powi(unit.ilog10() as i32);
    let fraction = (float.fract() * scale).round() / scale;
    Ok(float.trunc() as i128 * i128::from(unit) + (fraction * unit as f64) as i128)
}

/// Microseconds of a span, in which spans are held here.
fn whole_microseconds(nanoseconds: i128, vm: &VirtualMachine) -> PyResult<i64> {
    if nanoseconds % 1000 != 0 {
        return Err(finer(&format!("a span of {nanoseconds} ns"), "np.timedelta64(number, 'ns')", vm));
    }
    let fits = i64::try_from(nanoseconds / 1000).ok().filter(|count| *count != DType::NOT_A_TIME);
    fits.ok_or_else(|| vm.new_value_error(format!("a span of {nanoseconds} ns is out of bounds")))
}

/// The error for what microseconds can't hold.
fn finer(what: &str, instead: &str, vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_not_implemented_error(format!(
        "pandas' moments and spans are whole microseconds in swath, which can't hold {what}: write {instead}"
    ))
}

/// Microseconds of a time of numpy's or Python's.
fn microseconds(value: &Scalar, dtype: DType, wanted: DType, vm: &VirtualMachine) -> PyResult<i64> {
    let cast = cast_scalar(value, dtype, wanted, vm)?;
    if cast_scalar(&cast, wanted, dtype, vm)? != *value {
        let found = NumpyScalar::object(dtype, value.clone(), vm)?.str(vm)?;
        return Err(finer(&found.to_string_lossy(), "the numpy value itself", vm));
    }
    Ok(cast.as_i128().unwrap_or_default() as i64)
}

/// Nanoseconds of text like `"1D"`, `"2h 30min"` or `"1 days 06:00:00"`; `None` of text that is no span.
fn nanoseconds_of_text(text: &str, vm: &VirtualMachine) -> PyResult<Option<i128>> {
    let number = |digits: &str, unit: i64| match digits.parse::<i64>() {
        _ if !digits.starts_with(|letter: char| letter.is_ascii_digit()) => Ok(None),
        Ok(whole) => nanoseconds(&Scalar::Int(whole), unit, vm).map(Some),
        Err(_) => digits.parse().ok().map(|float| nanoseconds(&Scalar::Float(float), unit, vm)).transpose(),
    };
    let (mut total, mut sign) = (0, if text.starts_with('-') { -1 } else { 1 });
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    while !rest.is_empty() {
        // Python and pandas write what is less than a day after the days, which may be negative.
        if let Some(time) = rest.strip_prefix('+').filter(|_| total != 0) {
            (sign, rest) = (1, time);
        }
        let digits = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(rest.len());
        let end = if rest[digits..].starts_with(':') {
            let end = rest.find(' ').unwrap_or(rest.len());
            let parts: Vec<&str> = rest[..end].split(':').collect();
            let [hours, minutes, seconds] = parts[..] else { return Ok(None) };
            for (part, unit) in [(hours, "h"), (minutes, "m"), (seconds, "s")] {
                let Some(part) = number(part, unit_nanoseconds(unit, vm)?)? else { return Ok(None) };
                total += sign * part;
            }
            end
        } else {
            let named = rest[digits..].trim_start();
            let letters = named.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(named.len());
            let Some(part) = number(&rest[..digits], unit_nanoseconds(&named[..letters], vm)?)? else {
                return Ok(None);
            };
            total += sign * part;
            rest.len() - named.len() + letters
        };
        rest = rest[end..].trim_start_matches([' ', ',']);
    }
    Ok(Some(total))
}

/// Microseconds of text, a number of units, or a span of numpy's or Python's.
fn length(object: &PyObject, unit: Option<&str>, vm: &VirtualMachine) -> PyResult<i64> {
    if let Some(text) = object.downcast_ref::<PyStr>() {
        if unit.is_some() {
            return Err(vm.new_value_error("a span of time as text has its units in the text: unit= is for numbers"));
        }
        let text = text.to_string_lossy();
        if matches!(text.trim(), "" | "nan" | "NaT") {
            return Ok(DType::NOT_A_TIME);
        }
        let unreadable = || {
            vm.new_value_error(format!("a span of time like '1D', '2h 30min' or '1:30:00' is expected: found '{text}'"))
        };
        return whole_microseconds(nanoseconds_of_text(text.trim(), vm)?.ok_or_else(unreadable)?, vm);
    }
    let (dtype, value) = match of_python(object, vm)? {
        Some((dtype, count)) => (dtype, Scalar::Int(count)),
        None => super::operand::single_value(object, vm)?,
    };
    match dtype {
        DType::Timedelta(_) => microseconds(&value, dtype, SPAN, vm),
        dtype if dtype.is_float() && value.as_f64().is_some_and(f64::is_nan) => Ok(DType::NOT_A_TIME),
        dtype if dtype.is_numeric() && dtype != DType::Bool => {
            whole_microseconds(nanoseconds(&value, unit_nanoseconds(unit.unwrap_or("ns"), vm)?, vm)?, vm)
        }
        other => Err(vm.new_value_error(format!("expected a span of time, found a value of {other}"))),
    }
}

fn timedelta(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    if let Some(value) = arguments.get("value") {
        return span(length(value, arguments.string("unit")?.as_deref(), vm)?, vm);
    }
    if arguments.keywords.is_empty() {
        return Err(vm.new_value_error("Timedelta expects a value or spans such as days=1"));
    }
    let mut total = 0;
    for (name, count) in &arguments.keywords {
        let known = UNITS.iter().find(|(names, _)| names.last() == Some(&name.as_str()));
        let (_, unit) = known.ok_or_else(|| vm.new_value_error(format!("Timedelta has no spans named {name}")))?;
        total += nanoseconds(&super::operand::single_value(count, vm)?.1, *unit, vm)?;
    }
    span(whole_microseconds(total, vm)?, vm)
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

/// The shortest text of each value, as numpy prints it.
fn texts(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let values = values(arguments.required("values"), vm)?;
    let text = |value| vm.ctx.new_str(NumpyScalar::new(values.dtype(), value).text()).into();
    Ok(vm.ctx.new_list((0..values.len()).filter_map(|index| values.get(index)).map(text).collect()).into())
}

/// Whether values are missing, or whether they aren't.
fn missing(arguments: &Arguments<'_>, when: bool) -> PyResult {
    let vm = arguments.vm;
    let object = arguments.required("obj");
    let answer = |is_missing: bool| Ok(vm.ctx.new_bool(is_missing == when).into());
    if vm.is_none(object) {
        return answer(true);
    }
    if tables::is_table(object, vm) {
        return vm.call_method(object, if when { "isna" } else { "notna" }, ());
    }
    if object.downcast_ref::<PyList>().is_some() {
        let is_missing = tables::call("_missing_among", vec![object.clone()].into(), vm)?;
        return if when { Ok(is_missing) } else { vm._invert(&is_missing) };
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
