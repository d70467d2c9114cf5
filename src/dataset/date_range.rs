//! `date_range`: points in time from one date on, or to another, by a frequency.

use super::DatasetError;
use super::cf::calendar::parse_period_of;
use super::frequency::Frequency;
use super::instants::Instants;
use crate::array::{Calendar, Chunk, DType, TimeUnit};

/// Two of a first date, a last date and a number of points; a frequency; a calendar, if not that of `datetime64`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateRange {
    /// The first date.
    pub start: Option<String>,
    /// The last date.
    pub end: Option<String>,
    /// Number of points.
    pub periods: Option<usize>,
    /// pandas' name of the frequency.
    pub frequency: String,
    /// The calendar whose objects the points are.
    pub calendar: Option<Calendar>,
}

/// The points of a range, as `datetime64[ns]` or as points in time of the calendar.
///
/// # Errors
/// Where a date or the frequency can't be read, or not two of three are given.
pub fn date_range(range: &DateRange) -> Result<Chunk, DatasetError> {
    let calendar = range.calendar.unwrap_or(Calendar::ProlepticGregorian);
    let frequency = Frequency::parse(&range.frequency)?;
    let point = |text: &String| match parse_period_of(calendar, text) {
        Some(period) => Ok(period.start),
        None => Err(DatasetError::NotADate { text: text.clone() }),
    };
    let start = range.start.as_ref().map(point).transpose()?;
    let end = range.end.as_ref().map(point).transpose()?;
    let points = match (start, end, range.periods) {
        (Some(start), Some(end), None) => frequency.range(calendar, start, end),
        (Some(start), None, Some(count)) => {
            let far = frequency.shift(calendar, start, count as i64);
            let mut points = frequency.range(calendar, start, far);
            points.truncate(count);
            points
        }
        (None, Some(end), Some(count)) => {
            let last = match frequency.span() {
                Some(_) => end,
                None => frequency.roll_back(calendar, end) + end.rem_euclid(super::frequency::DAY),
            };
            (0..count as i64).rev().map(|step| frequency.shift(calendar, last, -step)).collect()
        }
        _ => return Err(DatasetError::DateRange),
    };
    let dtype = range.calendar.map_or(DType::Datetime(TimeUnit::Nanosecond), DType::CalendarTime);
    Instants::chunk(dtype, points.into_iter().map(Some))
}

/// The point in time of a date in a calendar, in microseconds from its 1970-01-01; `None` where the calendar doesn't have
/// it.
pub fn calendar_instant(calendar: Calendar, date: [i64; 3], microseconds: i64) -> Option<i64> {
    let [year, month, day] = date;
    let days = calendar.days(crate::array::CalendarDate { year, month, day })?;
    Some(days * 86_400_000_000 + microseconds)
}
