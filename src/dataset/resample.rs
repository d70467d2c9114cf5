//! `resample`: groups of the positions along a dimension of times, one for each step of a frequency.
//!
//! Bins are those of pandas' `resample`: their edges are cut from the calendar (months, weeks) or counted from the midnight
//! before the first time (days, hours). Steps without data have a label too, and missing values.

use super::frequency::{DAY, Frequency};
use super::instants::Instants;
use super::interpolate::Interpolation;
use super::{DataArray, Dataset, DatasetError, Grouping, SelectMethod, Variable};
use crate::array::Calendar;
use crate::plan::Array;

/// The side of a bin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Where it begins.
    Left,
    /// Where it ends.
    Right,
}

/// From where bins of a fixed length are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Origin {
    /// The midnight before the first time.
    #[default]
    StartDay,
    /// The first time.
    Start,
    /// 1970-01-01.
    Epoch,
}

/// How time is cut into steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResampleOptions {
    /// pandas' name of the frequency.
    pub frequency: String,
    /// Which end of a bin belongs to it.
    pub closed: Option<Side>,
    /// Which end labels it.
    pub label: Option<Side>,
    /// From where bins are counted.
    pub origin: Origin,
    /// Nanoseconds by which bins of a fixed length are moved.
    pub offset: i128,
}

/// What values new times between old ones have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fill {
    /// Those of the time that a method finds, no farther than so many nanoseconds.
    Method(SelectMethod, Option<i128>),
    /// Those on the line, or the nearest, between the times around.
    Interpolated(Interpolation),
}

/// Bins along a sorted axis of times.
struct Bins {
    labels: Vec<i128>,
    codes: Vec<i32>,
}

impl Bins {
    fn new(times: &[i128], calendar: Calendar, frequency: Frequency, options: &ResampleOptions) -> Bins {
        let (Some(&first), Some(&last)) = (times.first(), times.last()) else {
            return Bins { labels: Vec::new(), codes: Vec::new() };
        };
        let default = if frequency.is_labelled_right() { Side::Right } else { Side::Left };
        let (closed, label) = (options.closed.unwrap_or(default), options.label.unwrap_or(default));
        let (start, end) = match frequency.span() {
            Some(span) => anchored([first, last], span, closed, options),
            None => {
                let midnight = |time: i128| time.div_euclid(DAY) * DAY;
                let start = match closed {
                    Side::Left => frequency.roll_back(calendar, midnight(first)),
                    Side::Right => frequency.shift(calendar, midnight(first), -1),
                };
                (start, frequency.shift(calendar, midnight(last), 1))
            }
        };
        let mut labels = frequency.range(calendar, start, end);
        let mut edges = labels.clone();
        if frequency.is_labelled_right() && closed == Side::Right {
            // A bin that ends on a day ends with the day.
            edges.iter_mut().for_each(|edge| *edge += DAY - 1);
            if edges.len() >= 2 && edges[edges.len() - 2] > last {
                edges.pop();
                labels.pop();
            }
        }
        let code = |time: &i128| match closed {
            Side::Left => edges.partition_point(|edge| edge <= time) as i32 - 1,
            Side::Right => edges.partition_point(|edge| edge < time) as i32 - 1,
        };
        let codes = times.iter().map(code).collect();
        if label == Side::Right {
            labels.remove(0);
        }
        labels.truncate(edges.len().saturating_sub(1));
        Bins { labels, codes }
    }
}

/// The first and last edge of bins of a fixed length.
fn anchored([first, last]: [i128; 2], span: i128, closed: Side, options: &ResampleOptions) -> (i128, i128) {
    let origin = match options.origin {
        Origin::StartDay => first.div_euclid(DAY) * DAY,
        Origin::Start => first,
        Origin::Epoch => 0,
    };
    let origin = origin + options.offset;
    let (before_first, before_last) = ((first - origin).rem_euclid(span), (last - origin).rem_euclid(span));
    match closed {
        Side::Left => (first - before_first, last + span - before_last),
        Side::Right => {
            let start = if before_first > 0 { first - before_first } else { first - span };
            (start, if before_last > 0 { last + span - before_last } else { last })
        }
    }
}

impl Dataset {
    /// Steps of a frequency along a dimension of times. Times are computed where they aren't in memory.
    ///
    /// # Errors
    /// Where there is no such dimension, it isn't one of sorted times, or the frequency is unknown.
    pub fn resample(&self, dimension: &str, options: &ResampleOptions) -> Result<Grouping, DatasetError> {
        let frequency = Frequency::parse(&options.frequency)?;
        let no_such = || DatasetError::NoSuchCoordinate { name: dimension.to_owned() };
        let coordinate = self.coordinates.get(dimension).ok_or_else(no_such)?;
        if coordinate.dims.len() != 1 {
            return Err(DatasetError::NotOneDimensional);
        }
        let values = coordinate.values().ok_or_else(|| DatasetError::LazyIndex { name: dimension.to_owned() })?;
        let Instants { calendar, times } = Instants::of(values)
            .ok_or_else(|| DatasetError::NotATimeIndex { name: dimension.to_owned(), dtype: values.dtype() })?;
        if times.is_empty() {
            return Err(DatasetError::EmptyGroup { name: dimension.to_owned() });
        }
        let known: Option<Vec<i128>> = times.into_iter().collect();
        let times = known.filter(|times| times.is_sorted()).ok_or(DatasetError::UnsortedTimes)?;
        let bins = Bins::new(&times, calendar, frequency, options);
        let labels = Instants::chunk(values.dtype(), bins.labels.into_iter().map(Some))?;
        let labels = Variable::new(vec![dimension.to_owned()], Array::in_memory(labels))?;
        let labels = labels.with_attributes(coordinate.attributes.clone());
        let steps = Grouping::of_parts(dimension, &coordinate.dims[0], labels, bins.codes);
        Ok(steps.labelled_by(super::groupby::LabelSource::Steps))
    }

    /// The dataset at every step of a frequency, those between times filled; other coordinates along the dimension are
    /// dropped.
    ///
    /// # Errors
    /// Where values can't be missing, or have nothing between them.
    pub fn upsample(&self, grouping: &Grouping, fill: Fill) -> Result<Dataset, DatasetError> {
        let dimension = grouping.dimension();
        let mut plain = self.clone();
        plain.coordinates.retain(|name, coordinate| name == dimension || coordinate.axis(dimension).is_none());
        let labels = grouping.labels_variable();
        match fill {
            Fill::Method(method, tolerance) => {
                // As in xarray, indexes come first.
                plain.coordinates.sort_by_cached_key(|name, coordinate| !coordinate.is_index(name));
                plain.reindex_times(dimension, labels, method, tolerance)
            }
            Fill::Interpolated(how) => plain.interpolate_at(dimension, labels, how),
        }
    }
}

impl DataArray {
    /// Steps of a frequency along a dimension of times.
    ///
    /// # Errors
    /// As [`Dataset::resample`].
    pub fn resample(&self, dimension: &str, options: &ResampleOptions) -> Result<Grouping, DatasetError> {
        self.as_dataset().resample(dimension, options)
    }

    /// The array at every step of a frequency, those between times filled.
    ///
    /// # Errors
    /// As [`Dataset::upsample`].
    pub fn upsample(&self, grouping: &Grouping, fill: Fill) -> Result<DataArray, DatasetError> {
        Ok(self.like(self.as_dataset().upsample(grouping, fill)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bins(times: &[i128], frequency: &str) -> Bins {
        let options = ResampleOptions {
            frequency: frequency.to_owned(),
            closed: None,
            label: None,
            origin: Origin::StartDay,
            offset: 0,
        };
        Bins::new(times, Calendar::ProlepticGregorian, Frequency::parse(frequency).unwrap(), &options)
    }

    #[test]
    fn bins_of_hours_count_from_midnight_and_those_of_months_from_their_first_day() {
        let times = [DAY / 2, DAY, 40 * DAY];
        let daily = bins(&times, "2D");
        assert_eq!((daily.labels.len(), &daily.codes[..]), (21, &[0, 0, 20][..]));
        assert_eq!(bins(&times, "MS").labels, [0, 31 * DAY]);
        assert_eq!(bins(&times, "ME").labels, [30 * DAY, 58 * DAY]);
        assert!(bins(&[], "D").labels.is_empty());
    }
}
