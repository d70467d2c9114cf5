//! `convert_calendar` and `interp_calendar`: a time axis in another calendar.

use super::frequency::DAY;
use super::instants::Instants;
use super::interp::{Beyond, InterpolationPoints};
use super::interpolate::Interpolation;
use super::time_fields::TimeField;
use super::{DataArray, Dataset, DatasetError, FillValue, Indexer, ReindexOptions, Variable};
use crate::array::{Calendar, CalendarDate, DType, Scalar, TimeUnit};
use crate::plan::{Array, Evaluate};
use indexmap::IndexMap;
use std::collections::HashSet;

/// How dates of a calendar with months of 30 days become dates of another, or the other way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlignOn {
    /// Dates stay what they are; those that the other calendar doesn't have are dropped.
    Date,
    /// The part of the year that has passed stays about the same.
    Year,
}

/// What `convert_calendar` is told.
#[derive(Debug, Clone)]
pub struct CalendarConversion {
    /// The calendar.
    pub calendar: Calendar,
    /// Whether times are those of cftime, not `datetime64`; by default where the calendar isn't a standard one.
    pub as_objects: Option<bool>,
    /// How dates are found, where one of the calendars has months of 30 days.
    pub align_on: Option<AlignOn>,
    /// What stands at times of the other calendar that there are none of; they aren't put in by default.
    pub missing: Option<Scalar>,
}

/// Whether `datetime64` counts in a calendar.
fn is_standard(calendar: Calendar) -> bool {
    matches!(calendar, Calendar::Standard | Calendar::ProlepticGregorian)
}

/// The point in time with the same date and time of day in another calendar; nothing where that lacks the date.
fn same_date(from: Calendar, to: Calendar, time: i128) -> Option<i128> {
    let days = to.days(from.date(time.div_euclid(DAY) as i64))?;
    Some(i128::from(days) * DAY + time.rem_euclid(DAY))
}

/// The point in time about as far into the same year in another calendar.
fn same_part_of_year(from: Calendar, to: Calendar, time: i128) -> Option<i128> {
    let date = from.date(time.div_euclid(DAY) as i64);
    let days_in_year = |calendar: Calendar| {
        let day = calendar.days_in_month(date.year, 12);
        calendar.day_of_year(CalendarDate { year: date.year, month: 12, day }) as f64
    };
    let day = (days_in_year(to) * from.day_of_year(date) as f64 / days_in_year(from)).round_ties_even() as i64;
    let first = to.days(CalendarDate { year: date.year, month: 1, day: 1 })?;
    let moved = to.date(first + day - 1);
    let days = to.days(CalendarDate { year: date.year, ..moved })?;
    Some(i128::from(days) * DAY + time.rem_euclid(DAY))
}

impl Dataset {
    /// The dataset with the times along a dimension in another calendar.
    ///
    /// # Errors
    /// Where there are no times along the dimension, it isn't said how to find dates, or times at which values are missing
    /// aren't evenly spaced.
    pub fn convert_calendar(
        &self,
        dimension: &str,
        how: &CalendarConversion,
        evaluate: &dyn Evaluate,
    ) -> Result<Dataset, DatasetError> {
        let no_times = || DatasetError::NoTimesAlong { dimension: dimension.to_owned() };
        let index = self.index(dimension).ok_or_else(no_times)?;
        let values = index.values().ok_or_else(no_times)?;
        let Instants { calendar: from, times } = Instants::of(values).ok_or_else(no_times)?;
        let as_objects = how.as_objects.unwrap_or(!is_standard(how.calendar));
        let to = match how.calendar {
            Calendar::Standard if !as_objects => Calendar::ProlepticGregorian,
            other => other,
        };
        if from == to && matches!(values.dtype(), DType::CalendarTime(_)) == as_objects {
            return Ok(self.clone());
        }
        let align_on = match how.align_on {
            None if from == Calendar::Day360 || to == Calendar::Day360 => return Err(DatasetError::AlignOn),
            Some(given) if from == Calendar::Day360 || to == Calendar::Day360 => given,
            _ => AlignOn::Date,
        };
        let moved: Vec<Option<i128>> = times
            .iter()
            .map(|time| match align_on {
                AlignOn::Date => time.and_then(|time| same_date(from, to, time)),
                AlignOn::Year => time.and_then(|time| same_part_of_year(from, to, time)),
            })
            .collect();
        let mut seen = HashSet::new();
        let kept = moved.into_iter().enumerate().filter_map(|(at, time)| Some((at, time?)));
        let kept: Vec<(usize, i128)> =
            kept.filter(|(_, time)| align_on == AlignOn::Date || seen.insert(*time)).collect();
        let dtype = if as_objects { DType::CalendarTime(to) } else { DType::Datetime(TimeUnit::Nanosecond) };
        let labels = |times: Vec<i128>| -> Result<Variable, DatasetError> {
            let chunk = Instants::chunk(dtype, times.into_iter().map(Some))?;
            let mut attributes = index.attributes.clone();
            attributes.shift_remove("calendar");
            Ok(Variable::new(vec![dimension.to_owned()], Array::in_memory(chunk))?.with_attributes(attributes))
        };
        let positions = Indexer::List(kept.iter().map(|(at, _)| *at as i64).collect());
        let selected = self.isel(&IndexMap::from([(dimension.to_owned(), positions)]), false)?;
        let named = |labels: Variable| IndexMap::from([(dimension.to_owned(), labels)]);
        let converted =
            selected.assign_coords(named(labels(kept.iter().map(|(_, time)| *time).collect())?), evaluate)?;
        let Some(missing) = &how.missing else { return Ok(converted) };
        let known: Vec<i128> = times.into_iter().flatten().collect();
        let all = evenly(&known, from, to, align_on).ok_or(DatasetError::UnevenTimes)?;
        let options = ReindexOptions { fill_value: FillValue::Value(missing.clone()), ..ReindexOptions::default() };
        converted.reindex(&named(labels(all)?), &options)
    }

    /// The dataset at times of another calendar, by linear interpolation between years as numbers.
    ///
    /// # Errors
    /// Where there are no times along the dimension or in the target.
    pub fn interp_calendar(
        &self,
        target: &DataArray,
        dimension: &str,
        evaluate: &dyn Evaluate,
    ) -> Result<Dataset, DatasetError> {
        let no_times = || DatasetError::NoTimesAlong { dimension: dimension.to_owned() };
        let source = self.get(dimension).map_err(|_| no_times())?;
        let years = |times: &DataArray| -> Result<Variable, DatasetError> {
            let years = times.time_field("decimal_year", TimeField::DecimalYear, evaluate).map_err(|_| no_times())?;
            Ok(Variable { dims: vec![dimension.to_owned()], attributes: Default::default(), ..years.variable })
        };
        let named = |labels: Variable| IndexMap::from([(dimension.to_owned(), labels)]);
        let counted = self.assign_coords(named(years(&source)?), evaluate)?;
        let points = InterpolationPoints { points: years(target)?, labels: None, coordinates: IndexMap::new() };
        let points = IndexMap::from([(dimension.to_owned(), points)]);
        let found = counted.interp(&points, Interpolation::Linear, Beyond::Missing)?;
        let times = Variable { dims: vec![dimension.to_owned()], ..target.variable.clone() };
        found.assign_coords(named(times), evaluate)
    }
}

/// Times of another calendar, as far apart as those of this one and from the first to the last of them; nothing where these
/// aren't evenly spaced.
fn evenly(times: &[i128], from: Calendar, to: Calendar, align_on: AlignOn) -> Option<Vec<i128>> {
    let convert = |time: i128| match align_on {
        AlignOn::Date => same_date(from, to, time),
        AlignOn::Year => same_date(from, to, time).or_else(|| same_part_of_year(from, to, time)),
    };
    let (first, last) = (*times.first()?, *times.last()?);
    let step = times.get(1)? - first;
    if step <= 0 || !times.windows(2).all(|pair| pair[1] - pair[0] == step) {
        return None;
    }
    let start = convert(first)?;
    let date = from.date(last.div_euclid(DAY) as i64);
    // What ends with a month ends with it in the other calendar too.
    let end = match step % DAY == 0 && date.day == from.days_in_month(date.year, date.month) {
        true => {
            let day = to.days_in_month(date.year, date.month);
            i128::from(to.days(CalendarDate { day, ..date })?) * DAY + last.rem_euclid(DAY)
        }
        false => convert(last)?,
    };
    Some((0..).map(|number| start + number * step).take_while(|time| *time <= end).collect())
}

impl DataArray {
    /// The array with the times along a dimension in another calendar, as [`Dataset::convert_calendar`] has it.
    ///
    /// # Errors
    /// As [`Dataset::convert_calendar`].
    pub fn convert_calendar(
        &self,
        dimension: &str,
        how: &CalendarConversion,
        evaluate: &dyn Evaluate,
    ) -> Result<DataArray, DatasetError> {
        Ok(self.like(self.as_dataset().convert_calendar(dimension, how, evaluate)?))
    }

    /// The array at times of another calendar, as [`Dataset::interp_calendar`] has it.
    ///
    /// # Errors
    /// As [`Dataset::interp_calendar`].
    pub fn interp_calendar(
        &self,
        target: &DataArray,
        dimension: &str,
        evaluate: &dyn Evaluate,
    ) -> Result<DataArray, DatasetError> {
        Ok(self.like(self.as_dataset().interp_calendar(target, dimension, evaluate)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_that_a_calendar_lacks_are_dropped_or_moved() {
        let standard = Calendar::ProlepticGregorian;
        let leap_day = i128::from(standard.days(CalendarDate { year: 2000, month: 2, day: 29 }).unwrap()) * DAY;
        assert_eq!(same_date(standard, Calendar::NoLeap, leap_day), None);
        let moved = same_part_of_year(standard, Calendar::Day360, leap_day + 5).unwrap();
        let date = Calendar::Day360.date(moved.div_euclid(DAY) as i64);
        assert_eq!((date.year, date.month, date.day, moved.rem_euclid(DAY)), (2000, 2, 29, 5));
    }

    #[test]
    fn even_times_stay_even_in_another_calendar() {
        let standard = Calendar::ProlepticGregorian;
        let day = |day| standard.days(CalendarDate { year: 2001, month: 2, day }).map(|days| i128::from(days) * DAY);
        let times: Vec<i128> = (1..=28).filter_map(day).collect();
        let all = evenly(&times, standard, Calendar::Day360, AlignOn::Date).unwrap();
        assert_eq!(all.len(), 30);
        assert!(evenly(&[0, DAY, 3 * DAY], standard, standard, AlignOn::Date).is_none());
    }
}
