//! Points and spans of time as counts of units, in the units they were read in or those that xarray infers.

use super::calendar::{calendar_text, date_time};
use super::time::{TimeUnits, UNITS, unit};
use crate::array::{Buffer, Calendar, Chunk, DType, Scalar, TimeUnit};
use crate::dataset::{DatasetError, Encoding, Variable};
use crate::kernels::elementwise::BinaryOp;
use crate::plan::Array;

/// Times as numbers, with the attributes that say what they are.
pub(super) struct EncodedTime {
    /// The counts.
    pub data: Array,
    /// `units`.
    pub units: String,
}

/// Why times can't be encoded.
fn unencodable(name: &str, units: &str, encoding: &Encoding, reason: &'static str) -> DatasetError {
    let calendar = encoding.calendar.clone().unwrap_or_else(|| "proleptic_gregorian".to_owned());
    DatasetError::UnencodableTime { name: name.to_owned(), units: units.to_owned(), calendar, reason }
}

/// Points in time as counts since a reference date. Those in memory keep their encoding's units where counts come out
/// whole, else have finer ones.
///
/// # Errors
/// Where the encoding's units or calendar aren't understood.
pub(super) fn encode_points(
    name: &str,
    variable: &Variable,
    resolution: TimeUnit,
) -> Result<EncodedTime, DatasetError> {
    let encoding = &variable.encoding;
    let calendar = match variable.dtype() {
        DType::CalendarTime(calendar) => Some(calendar),
        _ => None,
    };
    let own_calendar = calendar.map(Calendar::name);
    let parsed = match &encoding.units {
        Some(units) => {
            let parsed = TimeUnits::parse(units, own_calendar.or(encoding.calendar.as_deref()))
                .map_err(|reason| unencodable(name, units, encoding, reason))?;
            Some(parsed)
        }
        None => None,
    };
    let Some(values) = variable.values() else {
        return encode_lazy_points(variable, resolution, parsed);
    };
    let times = nanoseconds(values, resolution);
    let real: Vec<i128> = times.iter().copied().flatten().collect();
    let first = real.first().copied().unwrap_or(0);
    let differences: Vec<i128> = real.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let inferred = coarsest(&differences);
    let Some(TimeUnits { unit, reference, .. }) = parsed else {
        let reference_text = match real.is_empty() {
            true => "1970-01-01".to_owned(),
            false => match calendar {
                Some(calendar) => microsecond_text(calendar, first),
                None => full_text(first),
            },
        };
        let data = counts(&times, first, inferred, values.shape())?;
        return Ok(EncodedTime { data, units: format!("{} since {reference_text}", unit_name(inferred)) });
    };
    let needed = match (first - reference) % i128::from(inferred.nanoseconds()) {
        0 => inferred,
        _ => coarsest(&[first - reference]),
    };
    let floats = encoding.dtype.is_some_and(DType::is_float);
    let chosen = if unit.nanoseconds() > needed.nanoseconds() && encoding.dtype.is_some_and(DType::is_integer) {
        needed
    } else {
        unit
    };
    let units = format!("{} since {}", unit_name(chosen), reference_text(calendar, reference));
    let whole = !floats && chosen.nanoseconds() <= needed.nanoseconds();
    let data = match whole {
        true => counts(&times, reference, chosen, values.shape())?,
        false => fractions(&times, reference, chosen, values.shape())?,
    };
    Ok(EncodedTime { data, units })
}

/// Lazy points in time: in the units they were stored in where they are still as stored, which makes counts come out right;
/// otherwise in their own resolution, which always does.
fn encode_lazy_points(
    variable: &Variable,
    resolution: TimeUnit,
    stored: Option<TimeUnits>,
) -> Result<EncodedTime, DatasetError> {
    let step = i128::from(resolution.nanoseconds());
    let counted = stored.filter(|units| units.reference % step == 0 && i64::try_from(units.reference / step).is_ok());
    let reference = counted.map_or(0, |units| units.reference);
    let (chosen, floats) = match counted {
        Some(units) if variable.encoding.units == variable.encoding.stored_units => {
            (units.unit, variable.encoding.dtype.is_some_and(DType::is_float))
        }
        _ => (resolution, false),
    };
    let data = lazy_counts(&variable.data, resolution, reference, chosen, floats)?;
    let calendar = stored.and_then(|units| units.calendar);
    Ok(EncodedTime { data, units: format!("{} since {}", unit_name(chosen), reference_text(calendar, reference)) })
}

/// Lazy times as counts of units from a reference in nanoseconds, whole or as floats.
fn lazy_counts(
    times: &Array,
    resolution: TimeUnit,
    reference: i128,
    unit: TimeUnit,
    floats: bool,
) -> Result<Array, DatasetError> {
    let integer = |value: i64| Array::scalar(Scalar::Int(value), DType::Int64);
    let steps = times.cast(DType::Int64)?;
    let origin = (reference / i128::from(resolution.nanoseconds())) as i64;
    let since = steps.binary(BinaryOp::Subtract, &integer(origin)?)?;
    let length = (unit.nanoseconds() / resolution.nanoseconds()).max(1);
    let missing = steps.binary(BinaryOp::Equal, &integer(DType::NOT_A_TIME)?)?;
    if floats {
        let counts = since.binary(BinaryOp::Divide, &integer(length)?)?;
        return Ok(missing.select(&Array::scalar(Scalar::Float(f64::NAN), DType::Float64)?, &counts)?);
    }
    let counts = if length == 1 { since } else { since.binary(BinaryOp::FloorDivide, &integer(length)?)? };
    Ok(missing.select(&integer(DType::NOT_A_TIME)?, &counts)?)
}

/// Spans of time as counts of units, which are those of the encoding where counts come out whole.
///
/// # Errors
/// Where the encoding's units aren't understood.
pub(super) fn encode_spans(name: &str, variable: &Variable, resolution: TimeUnit) -> Result<EncodedTime, DatasetError> {
    let encoding = &variable.encoding;
    let Some(values) = variable.values() else {
        let stored = encoding.units.as_deref().filter(|_| encoding.units == encoding.stored_units).and_then(unit);
        let chosen = stored.filter(|_| encoding.dtype.is_some_and(DType::is_integer)).unwrap_or(resolution);
        let data = lazy_counts(&variable.data, resolution, 0, chosen, false)?;
        return Ok(EncodedTime { data, units: unit_name(chosen).to_owned() });
    };
    let spans = nanoseconds(values, resolution);
    let needed = coarsest(&spans.iter().copied().flatten().collect::<Vec<_>>());
    let wanted = match &encoding.units {
        Some(units) => unit(units).ok_or_else(|| unencodable(name, units, encoding, "the unit of time is unknown"))?,
        None => needed,
    };
    let chosen = if wanted.nanoseconds() > needed.nanoseconds() { needed } else { wanted };
    Ok(EncodedTime { data: counts(&spans, 0, chosen, values.shape())?, units: unit_name(chosen).to_owned() })
}

/// Times in nanoseconds, `None` for NaT.
fn nanoseconds(values: &Chunk, resolution: TimeUnit) -> Vec<Option<i128>> {
    let counts = values.as_slice::<i64>().unwrap_or_default();
    let length = i128::from(resolution.nanoseconds());
    counts.iter().map(|&count| (count != DType::NOT_A_TIME).then(|| i128::from(count) * length)).collect()
}

/// The coarsest unit that divides all spans.
fn coarsest(spans: &[i128]) -> TimeUnit {
    let divides = |unit: &TimeUnit| spans.iter().all(|span| span % i128::from(unit.nanoseconds()) == 0);
    TimeUnit::ALL.into_iter().find(divides).unwrap_or(TimeUnit::Nanosecond)
}

fn counts(times: &[Option<i128>], reference: i128, unit: TimeUnit, shape: &[usize]) -> Result<Array, DatasetError> {
    let length = i128::from(unit.nanoseconds());
    let count = |time: &Option<i128>| match time {
        Some(time) => (time - reference).div_euclid(length) as i64,
        None => DType::NOT_A_TIME,
    };
    let buffer = Buffer::Int64(times.iter().map(count).collect());
    Ok(Array::in_memory(Chunk::new(DType::Int64, shape.to_vec(), buffer)?))
}

fn fractions(times: &[Option<i128>], reference: i128, unit: TimeUnit, shape: &[usize]) -> Result<Array, DatasetError> {
    let length = unit.nanoseconds() as f64;
    let count = |time: &Option<i128>| time.map_or(f64::NAN, |time| (time - reference) as f64 / length);
    let buffer = Buffer::Float64(times.iter().map(count).collect());
    Ok(Array::in_memory(Chunk::new(DType::Float64, shape.to_vec(), buffer)?))
}

fn unit_name(unit: TimeUnit) -> &'static str {
    UNITS.iter().find(|(_, known)| *known == unit).map_or("nanoseconds", |(name, _)| name)
}

/// A reference date, the time of day left out at midnight.
fn reference_text(calendar: Option<Calendar>, nanoseconds: i128) -> String {
    let full = calendar.map_or_else(|| full_text(nanoseconds), |calendar| calendar_text(calendar, nanoseconds));
    match full.split_once(' ') {
        Some((date, "00:00:00")) => date.to_owned(),
        Some((date, time)) => format!("{date}T{time}"),
        None => full,
    }
}

/// A date and time with microseconds, as xarray writes those of cftime.
fn microsecond_text(calendar: Calendar, nanoseconds: i128) -> String {
    let text = calendar_text(calendar, nanoseconds);
    if text.contains('.') { text } else { format!("{text}.000000") }
}

/// A date and time as pandas prints it.
fn full_text(nanoseconds: i128) -> String {
    let Some(instant) = date_time(nanoseconds) else { return format!("{nanoseconds} ns") };
    let text = format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
        instant.year(),
        instant.month(),
        instant.day(),
        instant.hour(),
        instant.minute(),
        instant.second()
    );
    match instant.subsec_nanosecond() {
        0 => text,
        fraction if fraction % 1_000 == 0 => format!("{text}.{:06}", fraction / 1_000),
        fraction => format!("{text}.{fraction:09}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::test_data::values;

    fn times(seconds: &[i64]) -> Variable {
        let chunk = Chunk::from_values(vec![seconds.len()], seconds.to_vec()).unwrap();
        let data = Array::in_memory(chunk.reinterpreted(DType::Datetime(TimeUnit::Second)).unwrap());
        Variable::new(vec!["t".to_owned()], data).unwrap()
    }

    fn encoded(variable: &Variable) -> (String, Vec<Scalar>) {
        let encoded = encode_points("t", variable, TimeUnit::Second).unwrap();
        (encoded.units, values(&encoded.data))
    }

    #[test]
    fn units_are_inferred_as_xarray_infers_them() {
        let daily = times(&[946_684_800, 946_684_800 + 86_400]);
        assert_eq!(
            encoded(&daily),
            ("days since 2000-01-01 00:00:00".to_owned(), vec![Scalar::Int(0), Scalar::Int(1)])
        );
        let shifted = times(&[946_690_200, 946_690_200 + 86_400]);
        assert_eq!(encoded(&shifted).0, "days since 2000-01-01 01:30:00");
        assert_eq!(encoded(&times(&[])).0, "days since 1970-01-01");
    }

    #[test]
    fn units_of_the_encoding_are_kept_or_made_finer() {
        let mut daily = times(&[946_684_800, 946_684_800 + 86_400]);
        daily.encoding.units = Some("hours since 2000-01-01 00:00:00".to_owned());
        assert_eq!(encoded(&daily), ("hours since 2000-01-01".to_owned(), vec![Scalar::Int(0), Scalar::Int(24)]));
        let mut hourly = times(&[946_684_800, 946_684_800 + 3_600]);
        hourly.encoding.units = Some("days since 2000-01-01".to_owned());
        assert_eq!(encoded(&hourly).1, [Scalar::Float(0.0), Scalar::Float(1.0 / 24.0)]);
        hourly.encoding.dtype = Some(DType::Int64);
        assert_eq!(encoded(&hourly), ("hours since 2000-01-01".to_owned(), vec![Scalar::Int(0), Scalar::Int(1)]));
    }
}
