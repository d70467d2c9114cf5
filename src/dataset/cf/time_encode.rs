//! Points and spans of time as counts of units, in the units they were read in or those that xarray infers.

use super::calendar::date_time;
use super::time::{TimeUnits, UNITS, unit};
use crate::array::{Buffer, Chunk, DType, Scalar, TimeUnit};
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
/// whole, else have finer ones; lazy ones count their own resolution from the reference date.
///
/// # Errors
/// Where the encoding's units or calendar aren't understood.
pub(super) fn encode_points(
    name: &str,
    variable: &Variable,
    resolution: TimeUnit,
) -> Result<EncodedTime, DatasetError> {
    let encoding = &variable.encoding;
    let parsed = match &encoding.units {
        Some(units) => {
            let parsed = TimeUnits::parse(units, encoding.calendar.as_deref())
                .map_err(|reason| unencodable(name, units, encoding, reason))?;
            Some(parsed)
        }
        None => None,
    };
    let Some(values) = variable.values() else {
        let reference = parsed.map_or(0, |units| units.reference);
        let step = i128::from(resolution.nanoseconds());
        let reference = if reference % step == 0 { reference } else { 0 };
        let origin = i64::try_from(reference / step).unwrap_or(0);
        let counts = variable.data.cast(DType::Int64)?;
        let data = counts.binary(BinaryOp::Subtract, &Array::scalar(Scalar::Int(origin), DType::Int64)?)?;
        return Ok(EncodedTime {
            data,
            units: format!("{} since {}", unit_name(resolution), reference_text(i128::from(origin) * step, 'T')),
        });
    };
    let times = nanoseconds(values, resolution);
    let real: Vec<i128> = times.iter().copied().flatten().collect();
    let first = real.first().copied().unwrap_or(0);
    let differences: Vec<i128> = real.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let inferred = coarsest(&differences);
    let Some(TimeUnits { unit, reference }) = parsed else {
        let reference_text = match real.is_empty() {
            true => "1970-01-01".to_owned(),
            false => full_text(first),
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
    let units = format!("{} since {}", unit_name(chosen), reference_text(reference, 'T'));
    let whole = !floats && chosen.nanoseconds() <= needed.nanoseconds();
    let data = match whole {
        true => counts(&times, reference, chosen, values.shape())?,
        false => fractions(&times, reference, chosen, values.shape())?,
    };
    Ok(EncodedTime { data, units })
}

/// Spans of time as counts of units, which are those of the encoding where counts come out whole.
///
/// # Errors
/// Where the encoding's units aren't understood.
pub(super) fn encode_spans(name: &str, variable: &Variable, resolution: TimeUnit) -> Result<EncodedTime, DatasetError> {
    let encoding = &variable.encoding;
    let Some(values) = variable.values() else {
        return Ok(EncodedTime { data: variable.data.cast(DType::Int64)?, units: unit_name(resolution).to_owned() });
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
fn reference_text(nanoseconds: i128, separator: char) -> String {
    let full = full_text(nanoseconds);
    match full.split_once(' ') {
        Some((date, "00:00:00")) => date.to_owned(),
        Some((date, time)) => format!("{date}{separator}{time}"),
        None => full,
    }
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
