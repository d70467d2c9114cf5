//! Dates as text and as counts of nanoseconds since 1970, in the proleptic Gregorian calendar.

use crate::array::{Calendar, CalendarDate, DType, TimeUnit};
use jiff::civil::{Date, DateTime};

const SECOND: i128 = 1_000_000_000;
const DAY: i128 = 86_400 * SECOND;

/// What a date stands for: from the first nanosecond to before the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::dataset) struct Period {
    /// Nanoseconds since 1970-01-01T00:00 at which it begins.
    pub start: i128,
    /// Nanoseconds since 1970-01-01T00:00 before which it ends.
    pub end: i128,
}

/// Reads a date as ISO 8601 and CF have it: a year, then as much of month, day, hour, minute and second as is given, with
/// `T` or a space before the hour, and maybe `Z` or an offset from UTC behind.
/// Nanoseconds are counted from the calendar's 1970-01-01.
pub(in crate::dataset) fn parse_period_of(calendar: Calendar, text: &str) -> Option<Period> {
    let midnight = |year: i64, month: i64, day: i64| midnight(calendar, year, month, day);
    let text = text.trim();
    let split = text.find(['T', ' ']);
    let (date, time) = split.map_or((text, ""), |position| (&text[..position], text[position + 1..].trim()));
    let negative = date.starts_with('-');
    let fields: Vec<i64> = date.trim_start_matches(['-', '+']).split('-').map(digits).collect::<Option<_>>()?;
    let (year, month, day) = match fields[..] {
        [year] => (year, None, None),
        [year, month] => (year, Some(month), None),
        [year, month, day] => (year, Some(month), Some(day)),
        _ => return None,
    };
    let year = if negative { -year } else { year };
    let first = midnight(year, month.unwrap_or(1), day.unwrap_or(1))?;
    if !time.is_empty() {
        day?;
        let (offset, length) = parse_time(time)?;
        return Some(Period { start: first + offset, end: first + offset + length });
    }
    let end = match (month, day) {
        (_, Some(_)) => first + DAY,
        (Some(12), None) | (None, _) => midnight(year + 1, 1, 1)?,
        (Some(month), None) => midnight(year, month + 1, 1)?,
    };
    Some(Period { start: first, end })
}

/// Nanoseconds after midnight UTC, and for how long the text is right.
fn parse_time(text: &str) -> Option<(i128, i128)> {
    let text = text.trim_end_matches('Z').trim_end_matches("UTC").trim();
    let (clock, shift) = match text.rfind(['+', '-']) {
        Some(position) => {
            let hours_minutes: Vec<&str> = text[position + 1..].split(':').collect();
            let (hours, minutes) = match hours_minutes[..] {
                [both] if both.len() == 4 => (digits(&both[..2])?, digits(&both[2..])?),
                [hours] => (digits(hours)?, 0),
                [hours, minutes] => (digits(hours)?, digits(minutes)?),
                _ => return None,
            };
            let sign = if text.as_bytes()[position] == b'-' { -1 } else { 1 };
            (text[..position].trim(), sign * i128::from(hours * 60 + minutes) * 60 * SECOND)
        }
        None => (text, 0),
    };
    let (whole, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let fields: Vec<i64> = whole.split(':').map(digits).collect::<Option<_>>()?;
    let in_range = fields.iter().zip([23, 59, 59]).all(|(&field, highest)| field <= highest);
    if !in_range || fields.len() > 3 || (!fraction.is_empty() && (fields.len() < 3 || fraction.len() > 9)) {
        return None;
    }
    let units = [3_600 * SECOND, 60 * SECOND, SECOND];
    let whole: i128 = fields.iter().zip(units).map(|(&field, unit)| i128::from(field) * unit).sum();
    if fraction.is_empty() {
        return Some((whole - shift, units[fields.len() - 1]));
    }
    let length = SECOND / 10_i128.pow(fraction.len() as u32);
    Some((whole + i128::from(digits(fraction)?) * length - shift, length))
}

fn digits(text: &str) -> Option<i64> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn midnight(calendar: Calendar, year: i64, month: i64, day: i64) -> Option<i128> {
    let days = calendar.days(CalendarDate { year, month, day }).filter(|_| year.abs() <= 9999)?;
    Some(i128::from(days) * DAY)
}

/// A point in time of a calendar, in nanoseconds from its 1970-01-01, as cftime prints it.
pub fn calendar_text(calendar: Calendar, nanoseconds: i128) -> String {
    let CalendarDate { year, month, day } = calendar.date(nanoseconds.div_euclid(DAY) as i64);
    let seconds = nanoseconds.rem_euclid(DAY) / SECOND;
    let text =
        format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    match nanoseconds.rem_euclid(SECOND) / 1000 {
        0 => text,
        fraction => format!("{text}.{fraction:06}"),
    }
}

/// The object that cftime has for a count of microseconds since a calendar's 1970-01-01, as Python's `repr`.
pub fn calendar_object_text(calendar: Calendar, microseconds: i64) -> String {
    if microseconds == DType::NOT_A_TIME {
        return "nan".to_owned();
    }
    let nanoseconds = i128::from(microseconds) * 1000;
    let CalendarDate { year, month, day } = calendar.date(nanoseconds.div_euclid(DAY) as i64);
    let (seconds, fraction) = (nanoseconds.rem_euclid(DAY) / SECOND, nanoseconds.rem_euclid(SECOND) / 1000);
    let year_zero = if calendar.has_year_zero() { "True" } else { "False" };
    format!(
        "cftime.{}({year}, {month}, {day}, {}, {}, {}, {fraction}, has_year_zero={year_zero})",
        calendar.class_name(),
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// The date and time of a count of nanoseconds since 1970; `None` beyond the years -9999 to 9999.
pub(in crate::dataset) fn date_time(nanoseconds: i128) -> Option<DateTime> {
    let (days, rest) = (nanoseconds.div_euclid(DAY), nanoseconds.rem_euclid(DAY));
    let span = jiff::Span::new().try_days(i64::try_from(days).ok()?).ok()?;
    let date = Date::constant(1970, 1, 1).checked_add(span).ok()?;
    let midnight = date.at(0, 0, 0, 0);
    midnight.checked_add(jiff::Span::new().nanoseconds(rest as i64)).ok()
}

/// A point in time as numpy prints it: in full down to its unit.
pub(in crate::dataset) fn format_instant(count: i64, unit: TimeUnit) -> String {
    if count == DType::NOT_A_TIME {
        return "NaT".to_owned();
    }
    let nanoseconds = i128::from(count) * i128::from(unit.nanoseconds());
    let Some(instant) = date_time(nanoseconds) else { return format!("{count} {} since 1970-01-01", unit.code()) };
    let day = format!("{:04}-{:02}-{:02}", instant.year(), instant.month(), instant.day());
    let clock = (instant.hour(), instant.minute(), instant.second());
    let fraction = instant.subsec_nanosecond();
    match unit {
        TimeUnit::Day => day,
        TimeUnit::Hour => format!("{day}T{:02}", clock.0),
        TimeUnit::Minute => format!("{day}T{:02}:{:02}", clock.0, clock.1),
        TimeUnit::Second => format!("{day}T{:02}:{:02}:{:02}", clock.0, clock.1, clock.2),
        TimeUnit::Millisecond => {
            format!("{day}T{:02}:{:02}:{:02}.{:03}", clock.0, clock.1, clock.2, fraction / 1_000_000)
        }
        TimeUnit::Microsecond => format!("{day}T{:02}:{:02}:{:02}.{:06}", clock.0, clock.1, clock.2, fraction / 1_000),
        TimeUnit::Nanosecond => format!("{day}T{:02}:{:02}:{:02}.{:09}", clock.0, clock.1, clock.2, fraction),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_stand_for_as_long_as_they_are_exact() {
        let period =
            |text| parse_period_of(Calendar::ProlepticGregorian, text).unwrap_or_else(|| panic!("{text} is a date"));
        assert_eq!(period("1970"), Period { start: 0, end: 365 * DAY });
        assert_eq!(period("2000-02"), Period { start: 10_988 * DAY, end: 11_017 * DAY });
        assert_eq!(period("1970-01-02"), Period { start: DAY, end: 2 * DAY });
        assert_eq!(period("1970-01-01T12"), Period { start: DAY / 2, end: DAY / 2 + 3_600 * SECOND });
        assert_eq!(period("1970-1-1 0:0:1.5").start, 1_500_000_000);
        assert_eq!(period("1970-01-01 01:00:00+01:00").start, 0);
        assert_eq!(period("1970-01-01T00:00:00Z").start, 0);
        for text in ["", "soon", "2000-13", "2000-02-30", "2000-01-01T25", "2000-01T10", "1/2/2000"] {
            assert_eq!(parse_period_of(Calendar::ProlepticGregorian, text), None, "{text}");
        }
    }

    #[test]
    fn instants_print_in_full() {
        assert_eq!(format_instant(0, TimeUnit::Nanosecond), "1970-01-01T00:00:00.000000000");
        assert_eq!(format_instant(-1, TimeUnit::Second), "1969-12-31T23:59:59");
        assert_eq!(format_instant(i64::MIN, TimeUnit::Day), "NaT");
    }
}
