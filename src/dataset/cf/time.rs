//! Stored counts of time units, as points and spans of time.
//!
//! As xarray does by default, points in time become `datetime64[ns]`; where nanoseconds can't hold them, decoding is
//! refused. Those of calendars other than the standard one stay in their calendar.

use super::calendar::parse_period_of;
use crate::array::{Calendar, Chunk, DType, Scalar, TimeUnit};
use crate::dataset::DatasetError;
use crate::kernels::elementwise::{BinaryOp, UnaryOp};
use crate::plan::Array;

/// Nanoseconds from 1970-01-01 back to 1582-10-15, the first day of the Gregorian calendar.
const GREGORIAN_START: i128 = -141_427 * 86_400_000_000_000;

/// CF time units by the names that xarray decodes.
pub(super) const UNITS: [(&str, TimeUnit); 7] = [
    ("days", TimeUnit::Day),
    ("hours", TimeUnit::Hour),
    ("minutes", TimeUnit::Minute),
    ("seconds", TimeUnit::Second),
    ("milliseconds", TimeUnit::Millisecond),
    ("microseconds", TimeUnit::Microsecond),
    ("nanoseconds", TimeUnit::Nanosecond),
];

/// The unit of a CF name, plural or not; `h`, `s`, `sec` and the like too.
pub(super) fn unit(name: &str) -> Option<TimeUnit> {
    let name = name.trim().to_lowercase();
    let plural = if name.ends_with('s') { name.clone() } else { format!("{name}s") };
    let known = UNITS.iter().find(|(unit, _)| *unit == plural).map(|(_, unit)| *unit);
    known.or(match name.as_str() {
        "d" => Some(TimeUnit::Day),
        "h" | "hr" | "hrs" => Some(TimeUnit::Hour),
        "min" | "mins" => Some(TimeUnit::Minute),
        "s" | "sec" | "secs" => Some(TimeUnit::Second),
        "ms" | "msec" | "msecs" | "millisec" | "millisecs" => Some(TimeUnit::Millisecond),
        "microsec" | "microsecs" => Some(TimeUnit::Microsecond),
        _ => None,
    })
}

/// Unit and reference of stored points in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TimeUnits {
    /// What is counted.
    pub unit: TimeUnit,
    /// Nanoseconds from 1970-01-01T00:00 to where counting starts.
    pub reference: i128,
    /// The calendar that both are of, where it isn't the standard one.
    pub calendar: Option<Calendar>,
}

impl TimeUnits {
    /// Reads units and calendar, or says what is wrong with them.
    pub(super) fn parse(units: &str, calendar: Option<&str>) -> Result<TimeUnits, &'static str> {
        TimeUnits::parse_as(units, calendar, false)
    }

    /// The same for points in time that stay in their calendar, the standard one too.
    pub(super) fn parse_for_cftime(units: &str, calendar: Option<&str>) -> Result<TimeUnits, &'static str> {
        TimeUnits::parse_as(units, calendar, true)
    }

    fn parse_as(units: &str, calendar: Option<&str>, stays: bool) -> Result<TimeUnits, &'static str> {
        let (name, date) = units.split_once(" since ").ok_or("there is no reference date")?;
        let unit = unit(name).ok_or("the unit of time is unknown")?;
        let known = Calendar::from_name(calendar.unwrap_or("standard")).ok_or("the calendar is unknown")?;
        let start = |calendar| parse_period_of(calendar, date).map(|period| period.start);
        let unreadable = "the reference date is unreadable";
        match known {
            Calendar::ProlepticGregorian | Calendar::Standard if !stays => {
                let reference = start(Calendar::ProlepticGregorian).ok_or(unreadable)?;
                let is_julian = known == Calendar::Standard && reference < GREGORIAN_START;
                let reference = if is_julian { from_julian(reference) } else { reference };
                Ok(TimeUnits { unit, reference, calendar: None })
            }
            _ if unit == TimeUnit::Nanosecond => Err("times of this calendar have microseconds at the finest"),
            calendar => Ok(TimeUnits { unit, reference: start(calendar).ok_or(unreadable)?, calendar: Some(calendar) }),
        }
    }

    /// Nanoseconds of one unit.
    fn length(&self) -> i64 {
        self.unit.nanoseconds()
    }
}

/// A date of the Julian calendar, read as if it were of the proleptic Gregorian one, moved to where it belongs.
fn from_julian(nanoseconds: i128) -> i128 {
    const DAY: i128 = 86_400_000_000_000;
    let Some(date) = super::calendar::date_time(nanoseconds) else { return nanoseconds };
    // Every century that is a leap year in the Julian calendar only sets it back by a day; from 200-03-01 to 300-02-28
    // both agree.
    let year = i128::from(if date.month() <= 2 { date.year() - 1 } else { date.year() });
    nanoseconds + (year.div_euclid(100) - year.div_euclid(400) - 2) * DAY
}

fn integer(value: i64) -> Result<Array, DatasetError> {
    Ok(Array::scalar(Scalar::Int(value), DType::Int64)?)
}

/// Counts of units as spans or points of time in a resolution of `step` nanoseconds: floats are truncated to whole
/// steps, NaN and the smallest integer become NaT.
fn scaled(data: &Array, length: i64, reference: i128, masked: bool) -> Result<Array, DatasetError> {
    let missing = integer(DType::NOT_A_TIME)?;
    if data.dtype().is_float() {
        let float = |value: f64| Array::scalar(Scalar::Float(value), DType::Float64);
        let counts = data.cast(DType::Float64)?;
        let steps = match i64::try_from(reference) {
            Ok(reference) => {
                let scaled = counts.binary(BinaryOp::Multiply, &float(length as f64)?)?.cast(DType::Int64)?;
                scaled.binary(BinaryOp::Add, &integer(reference)?)?
            }
            // A reference beyond what nanoseconds hold: move it while counts are small.
            Err(_) => counts
                .binary(BinaryOp::Add, &float(reference as f64 / length as f64)?)?
                .binary(BinaryOp::Multiply, &float(length as f64)?)?
                .cast(DType::Int64)?,
        };
        return Ok(data.unary(UnaryOp::IsNan)?.select(&missing, &steps)?);
    }
    let counts = data.cast(DType::Int64)?;
    // Integers wrap, so that a far reference and a large count still meet at the right place.
    let steps =
        counts.binary(BinaryOp::Multiply, &integer(length)?)?.binary(BinaryOp::Add, &integer(reference as i64)?)?;
    match masked {
        true => Ok(counts.binary(BinaryOp::Equal, &missing)?.select(&missing, &steps)?),
        false => Ok(steps),
    }
}

/// Stored counts as `datetime64[ns]`, or as points in time of their calendar, lazily. `masked` says that the smallest
/// integer stands for NaT.
pub(super) fn decode_datetime(data: &Array, units: TimeUnits, masked: bool) -> Result<Array, DatasetError> {
    if let Some(calendar) = units.calendar {
        let (length, reference) = (units.length() / 1000, units.reference / 1000);
        if data.dtype().is_float() {
            // As cftime has it, to the nearest microsecond.
            let float = Array::scalar(Scalar::Float(length as f64), DType::Float64)?;
            let steps = data.cast(DType::Float64)?.binary(BinaryOp::Multiply, &float)?.unary(UnaryOp::Rint)?;
            let steps = steps.cast(DType::Int64)?.binary(BinaryOp::Add, &integer(reference as i64)?)?;
            let steps = data.unary(UnaryOp::IsNan)?.select(&integer(DType::NOT_A_TIME)?, &steps)?;
            return Ok(steps.cast(DType::CalendarTime(calendar))?);
        }
        return Ok(scaled(data, length, reference, masked)?.cast(DType::CalendarTime(calendar))?);
    }
    let steps = scaled(data, units.length(), units.reference, masked)?;
    Ok(steps.cast(DType::Datetime(TimeUnit::Nanosecond))?)
}

/// Stored counts as spans of time of a resolution, lazily; one finer than a second where units are. `masked` as before.
pub(super) fn decode_timedelta(
    data: &Array,
    unit: TimeUnit,
    resolution: TimeUnit,
    masked: bool,
) -> Result<Array, DatasetError> {
    let resolution = resolution.max(unit).max(TimeUnit::Second);
    let steps = scaled(data, unit.nanoseconds() / resolution.nanoseconds(), 0, masked)?;
    Ok(steps.cast(DType::Timedelta(resolution))?)
}

/// Whether nanoseconds can hold the points in time that stored counts stand for.
///
/// # Errors
/// [`DatasetError::UndecodableTime`] where one lies before 1677-09-21 or after 2262-04-11.
pub(in crate::dataset) fn check_range(
    name: &str,
    stored: &Chunk,
    units: &str,
    calendar: Option<&str>,
) -> Result<(), DatasetError> {
    let undecodable = |reason| DatasetError::UndecodableTime {
        name: name.to_owned(),
        units: units.to_owned(),
        calendar: calendar.unwrap_or("standard").to_owned(),
        reason,
    };
    let parsed = TimeUnits::parse(units, calendar).map_err(undecodable)?;
    for position in 0..stored.len() {
        let count = stored.get(position).and_then(|value| value.as_f64()).filter(|count| !count.is_nan());
        let Some(count) = count.filter(|&count| count != DType::NOT_A_TIME as f64) else { continue };
        let nanoseconds = count * parsed.length() as f64 + parsed.reference as f64;
        if nanoseconds.abs() > i64::MAX as f64 {
            return Err(undecodable("datetime64[ns] holds the years 1678 to 2262 only, and use_cftime=True has all"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_in_their_calendar() {
        let days =
            |units, calendar| TimeUnits::parse(units, calendar).map(|units| units.reference / 86_400_000_000_000);
        assert_eq!(days("days since 2000-01-01", None), Ok(10_957));
        // cftime.num2date(0, "days since 0001-01-01", "standard") is 0001-01-01 Julian, two days before the Gregorian.
        assert_eq!(days("days since 0001-01-01", Some("standard")), Ok(-719_164));
        assert_eq!(days("days since 0001-01-01", Some("proleptic_gregorian")), Ok(-719_162));
        assert_eq!(days("days since 2000-01-01", Some("noleap")), Ok(30 * 365));
        assert_eq!(days("days since 2000-02-30", Some("360_day")), Ok(30 * 360 + 59));
        assert!(days("days since 2000-02-29", Some("noleap")).is_err());
        assert!(days("days since 2000-01-01", Some("lunar")).is_err());
        assert!(days("fortnights since 2000-01-01", None).is_err());
    }

    #[test]
    fn counts_beyond_nanoseconds_are_refused() {
        let stored = Chunk::from_values(vec![2], vec![0_i64, 200_000]).unwrap();
        assert!(check_range("t", &stored, "days since 2000-01-01", None).is_err());
        assert!(check_range("t", &stored, "hours since 2000-01-01", None).is_ok());
    }
}
