//! `np.datetime64` and `np.timedelta64` from text and numbers.

use super::scalar::NumpyScalar;
use crate::array::{Chunk, DType, Scalar, TimeUnit};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::errors::plan_exception;
use crate::script::modules::Module;
use crate::script::numpy::cast_scalar;
use crate::script::operand::{self, small_object};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use rustpython_vm::builtins::PyStr;
use rustpython_vm::{AsObject, PyObject, PyResult, VirtualMachine};

/// Puts the functions into the module.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(module: &mut Module<'_>) -> PyResult<()> {
    module.function("datetime_as_string", "arr!, unit, timezone='naive', casting~", as_text)
}

/// ISO 8601 text of times, down to a unit or to their own.
fn as_text(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let times = operand::values(arguments.required("arr"), vm)?;
    let DType::Datetime(own) = times.dtype() else {
        return Err(vm.new_type_error(format!("datetime_as_string expects times: found {}", times.dtype())));
    };
    let code = arguments.string("unit")?;
    // Years and months are the first characters of days.
    let is_auto = code.as_deref() == Some("auto");
    let (unit, length) = match code.as_deref().filter(|_| !is_auto) {
        Some("Y") => (TimeUnit::Day, 4),
        Some("M") => (TimeUnit::Day, 7),
        Some(code) => (unit_of(code, vm)?, usize::MAX),
        None => (own, usize::MAX),
    };
    let mut texts = Vec::new();
    for time in (0..times.len()).filter_map(|position| times.get(position)) {
        let wanted = DType::Datetime(if is_auto { coarsest(&time, own) } else { unit });
        let time = cast_scalar(&time, times.dtype(), wanted, vm)?;
        texts.push(NumpyScalar::new(wanted, time).text().chars().take(length).collect::<String>());
    }
    let texts = Chunk::from_values(times.shape().to_vec(), texts).map_err(|error| plan_exception(error.into(), vm))?;
    small_object(texts, vm)
}

/// The coarsest unit that a time needs; hours are written with their minutes.
fn coarsest(time: &Scalar, own: TimeUnit) -> TimeUnit {
    let nanoseconds = time.as_i128().unwrap_or_default() * i128::from(own.nanoseconds());
    let is_whole = |unit: &TimeUnit| nanoseconds % i128::from(unit.nanoseconds()) == 0;
    let units = [TimeUnit::Day, TimeUnit::Minute, TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond];
    units.into_iter().find(is_whole).unwrap_or(TimeUnit::Nanosecond)
}

/// `np.datetime64(value, unit)` or `np.timedelta64(value, unit)`.
///
/// # Errors
/// `ValueError` for text that is no date and for an unknown unit.
pub(super) fn construct(dtype: DType, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let unit = match arguments.string("unit")? {
        Some(code) => Some(unit_of(&code, vm)?),
        None => None,
    };
    let of_unit = |unit| match dtype {
        DType::Datetime(_) => DType::Datetime(unit),
        _ => DType::Timedelta(unit),
    };
    let value = arguments.required("value");
    if let Some(scalar) = value.downcast_ref::<NumpyScalar>().filter(|scalar| scalar.dtype().is_time()) {
        let (DType::Datetime(own) | DType::Timedelta(own)) = scalar.dtype() else { unreachable!("it is a time") };
        let wanted = of_unit(unit.unwrap_or(own));
        return NumpyScalar::object(wanted, cast_scalar(scalar.value(), scalar.dtype(), wanted, vm)?, vm);
    }
    if let Some((own, count)) = of_python(value, vm)? {
        let (DType::Datetime(found) | DType::Timedelta(found)) = own else { unreachable!("it is a time") };
        let wanted = of_unit(unit.unwrap_or(found));
        return NumpyScalar::object(wanted, cast_scalar(&Scalar::Int(count), own, wanted, vm)?, vm);
    }
    if let Some(text) = value.downcast_ref::<PyStr>() {
        let text = text.to_string_lossy();
        if matches!(dtype, DType::Datetime(_)) || text == "NaT" {
            let (count, unit) = parse(&text, unit, vm)?;
            return NumpyScalar::object(of_unit(unit), Scalar::Int(count), vm);
        }
    }
    let count = convert::integer(value, vm)?;
    let unit =
        unit.ok_or_else(|| vm.new_value_error("a time from a number needs a unit, as in np.timedelta64(1, 'D')"))?;
    NumpyScalar::object(of_unit(unit), Scalar::Int(count), vm)
}

/// The moment or span that a `datetime`, `date` or `timedelta` of Python's is; `None` for everything else.
///
/// # Errors
/// Where it is out of range.
pub(in crate::script) fn of_python(object: &PyObject, vm: &VirtualMachine) -> PyResult<Option<(DType, i64)>> {
    if object.downcastable::<NumpyScalar>() {
        return Ok(None);
    }
    // Classes that are made of Python's, as pandas' are, count as these.
    let classes = object.class().mro_collect();
    let of_library = |name: &str| matches!(name, "datetime" | "date" | "timedelta");
    let Some(class) = classes.into_iter().find(|class| of_library(&class.name())) else { return Ok(None) };
    let module = class.as_object().get_attr("__module__", vm)?;
    if convert::string(&module, vm)? != "datetime" {
        return Ok(None);
    }
    let name = class.name().to_string();
    if name == "timedelta" {
        let part = |part: &'static str| convert::integer(&*object.get_attr(part, vm)?, vm);
        let microseconds = (part("days")? * 86_400 + part("seconds")?) * 1_000_000 + part("microseconds")?;
        return Ok(Some((DType::Timedelta(TimeUnit::Microsecond), microseconds)));
    }
    let unit = if name == "date" { TimeUnit::Day } else { TimeUnit::Microsecond };
    let text = convert::string(&*vm.call_method(object, "isoformat", ())?, vm)?;
    Ok(Some((DType::Datetime(unit), parse(&text, Some(unit), vm)?.0)))
}

/// The count of units of an ISO 8601 date or of `NaT`.
///
/// # Errors
/// `ValueError` for text that is no date.
pub(in crate::script) fn instant_of_text(text: &str, unit: TimeUnit, vm: &VirtualMachine) -> PyResult<i64> {
    Ok(parse(text, Some(unit), vm)?.0)
}

fn unit_of(code: &str, vm: &VirtualMachine) -> PyResult<TimeUnit> {
    TimeUnit::from_code(code).ok_or_else(|| {
        let known: Vec<&str> = TimeUnit::ALL.iter().map(|unit| unit.code()).collect();
        vm.new_value_error(format!(
            "time unit '{code}' is not supported by swath: expected one of {}",
            known.join(", ")
        ))
    })
}

/// The count of units of an ISO 8601 date or of `NaT`; without a unit, in the coarsest that the text needs.
///
/// # Errors
/// `ValueError` for text that is no date.
pub(super) fn parse(text: &str, unit: Option<TimeUnit>, vm: &VirtualMachine) -> PyResult<(i64, TimeUnit)> {
    let not_a_date = || vm.new_value_error(format!("Error parsing datetime string \"{text}\": expected ISO 8601"));
    if text.eq_ignore_ascii_case("NaT") {
        return Ok((DType::NOT_A_TIME, unit.unwrap_or(TimeUnit::Second)));
    }
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, ""));
    let full_date = match date.matches('-').count() {
        0 => format!("{date}-01-01"),
        1 => format!("{date}-01"),
        _ => date.to_owned(),
    };
    let full_time = match time.matches(':').count() {
        0 if time.is_empty() => "00:00:00".to_owned(),
        0 => format!("{time}:00:00"),
        1 => format!("{time}:00"),
        _ => time.to_owned(),
    };
    let day: Date = full_date.parse().map_err(|_| not_a_date())?;
    let moment: DateTime = format!("{day}T{full_time}").parse().map_err(|_| not_a_date())?;
    let needed = match (time.matches(':').count(), time.split_once('.').map(|(_, digits)| digits.len())) {
        _ if time.is_empty() => TimeUnit::Day,
        (0, _) => TimeUnit::Hour,
        (1, _) => TimeUnit::Minute,
        (_, None) => TimeUnit::Second,
        (_, Some(0..=3)) => TimeUnit::Millisecond,
        (_, Some(4..=6)) => TimeUnit::Microsecond,
        _ => TimeUnit::Nanosecond,
    };
    let unit = unit.unwrap_or(needed);
    let instant = moment.to_zoned(TimeZone::UTC).map_err(|_| not_a_date())?.timestamp();
    let count = instant.as_nanosecond().div_euclid(i128::from(unit.nanoseconds()));
    let out_of_range =
        |_| vm.new_value_error(format!("date \"{text}\" is out of the range of datetime64[{}]", unit.code()));
    Ok((i64::try_from(count).map_err(out_of_range)?, unit))
}
