//! Frequencies by pandas' names: `"6h"`, `"D"`, `"2MS"`, `"QS-DEC"`, `"YE"`. What is regular in a calendar, and what is in
//! time alone.
//!
//! Points in time are nanoseconds from 1970-01-01T00:00 of their calendar.

use super::DatasetError;
use crate::array::{Calendar, CalendarDate, TimeUnit};

/// Nanoseconds of a day.
pub(super) const DAY: i128 = 86_400_000_000_000;

/// A frequency: so many steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frequency {
    count: i64,
    step: Step,
}

/// One step of a frequency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// A span of time, in nanoseconds.
    Span(i128),
    /// From a day of the week to the next one; Monday is 0.
    Week { weekday: i64 },
    /// From the first (or last) day of a month to that of the month so many later. Months from January of the year 0 on,
    /// divided by `months`, leave `anchor`.
    Months { months: i64, anchor: i64, end: bool },
}

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];

/// Names that pandas has given up, and what it has instead.
const RENAMED: [(&str, &str); 11] = [
    ("M", "ME"),
    ("Q", "QE"),
    ("Y", "YE"),
    ("A", "YE"),
    ("AS", "YS"),
    ("H", "h"),
    ("T", "min"),
    ("S", "s"),
    ("L", "ms"),
    ("U", "us"),
    ("N", "ns"),
];

impl Frequency {
    /// Reads a frequency.
    ///
    /// # Errors
    /// [`DatasetError::UnknownFrequency`] of what is none that is known.
    pub(super) fn parse(text: &str) -> Result<Frequency, DatasetError> {
        let unknown = |hint: String| DatasetError::UnknownFrequency { text: text.to_owned(), hint };
        let digits = text.len() - text.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
        let count = if digits == 0 { Some(1) } else { text[..digits].parse().ok().filter(|count| *count > 0) };
        let count = count.ok_or_else(|| unknown("the count must be positive".to_owned()))?;
        let (code, anchor) = match text[digits..].split_once('-') {
            Some((code, anchor)) => (code, Some(anchor)),
            None => (&text[digits..], None),
        };
        if let Some((_, now)) = RENAMED.iter().find(|(old, _)| *old == code) {
            return Err(unknown(format!("did you mean {now}?")));
        }
        let step = Step::parse(code, anchor).ok_or_else(|| {
            unknown("expected a count and one of ns, us, ms, s, min, h, D, W, MS, ME, QS, QE, YS, YE".to_owned())
        })?;
        Ok(Frequency { count, step })
    }

    /// The length of a frequency that has one.
    pub(super) fn span(self) -> Option<i128> {
        match self.step {
            Step::Span(length) => Some(length * i128::from(self.count)),
            _ => None,
        }
    }

    /// Whether bins of it are closed, and labelled, on their right side by default.
    pub(super) fn is_labelled_right(self) -> bool {
        matches!(self.step, Step::Week { .. } | Step::Months { end: true, .. })
    }

    /// Points from one to another, both included where the frequency has them: the first not before the start.
    pub(super) fn range(self, calendar: Calendar, start: i128, end: i128) -> Vec<i128> {
        match self.span() {
            Some(length) => {
                let count = if end < start { 0 } else { (end - start) / length + 1 };
                (0..count).map(|position| start + position * length).collect()
            }
            None => {
                let of_day = start.rem_euclid(DAY);
                let before = self.index_at_most(calendar, day_of(start));
                let first = if self.day(calendar, before) == day_of(start) { before } else { before + 1 };
                let points =
                    (0_i64..).map(|step| i128::from(self.day(calendar, first + step * self.count)) * DAY + of_day);
                points.take_while(|point| *point <= end).collect()
            }
        }
    }

    /// A point moved by so many of the frequency, as pandas adds offsets: one that the frequency doesn't have is moved to
    /// the next that it has first.
    pub(super) fn shift(self, calendar: Calendar, point: i128, steps: i64) -> i128 {
        match self.span() {
            Some(length) => point + length * i128::from(steps),
            None => {
                let before = self.index_at_most(calendar, day_of(point));
                let is_on = self.day(calendar, before) == day_of(point);
                let moved = before + steps * self.count + i64::from(steps < 0 && !is_on);
                i128::from(self.day(calendar, moved)) * DAY + point.rem_euclid(DAY)
            }
        }
    }

    /// The last point of the frequency that isn't after another, at midnight.
    pub(super) fn roll_back(self, calendar: Calendar, point: i128) -> i128 {
        match self.step {
            Step::Span(_) => point,
            _ => i128::from(self.day(calendar, self.index_at_most(calendar, day_of(point)))) * DAY,
        }
    }

    /// Number of the last day of the frequency's steps that isn't after another.
    fn index_at_most(self, calendar: Calendar, day: i64) -> i64 {
        match self.step {
            Step::Span(_) => day,
            Step::Week { weekday } => (day + calendar.weekday(0) - weekday).div_euclid(7),
            Step::Months { months, anchor, .. } => {
                let date = calendar.date(day);
                let index = (date.year * 12 + date.month - 1 - anchor).div_euclid(months);
                if self.day(calendar, index) <= day { index } else { index - 1 }
            }
        }
    }

    /// The day of a number.
    fn day(self, calendar: Calendar, index: i64) -> i64 {
        match self.step {
            Step::Span(_) => index,
            Step::Week { weekday } => index * 7 + weekday - calendar.weekday(0),
            Step::Months { months, anchor, end } => {
                let month = index * months + anchor + i64::from(end);
                let first = CalendarDate { year: month.div_euclid(12), month: month.rem_euclid(12) + 1, day: 1 };
                calendar.days(first).expect("every month of every calendar has a first day") - i64::from(end)
            }
        }
    }
}

impl Step {
    fn parse(code: &str, anchor: Option<&str>) -> Option<Step> {
        let months = |months: i64, default: i64, end| {
            let anchor = match anchor {
                None => default,
                Some(name) if months > 1 => MONTHS.iter().position(|month| *month == name)? as i64,
                Some(_) => return None,
            };
            Some(Step::Months { months, anchor: anchor.rem_euclid(months), end })
        };
        match code {
            "MS" => months(1, 0, false),
            "ME" => months(1, 0, true),
            "QS" => months(3, 0, false),
            "QE" => months(3, 11, true),
            "YS" => months(12, 0, false),
            "YE" => months(12, 11, true),
            "W" => {
                let weekday = WEEKDAYS.iter().position(|day| *day == anchor.unwrap_or("SUN"))?;
                Some(Step::Week { weekday: weekday as i64 })
            }
            _ if anchor.is_some() => None,
            "min" => Some(Step::Span(TimeUnit::Minute.nanoseconds().into())),
            "m" => None,
            code => TimeUnit::from_code(code).map(|unit| Step::Span(unit.nanoseconds().into())),
        }
    }
}

/// The day on which a point lies.
fn day_of(point: i128) -> i64 {
    point.div_euclid(DAY) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALENDAR: Calendar = Calendar::ProlepticGregorian;

    fn point(year: i64, month: i64, day: i64) -> i128 {
        i128::from(CALENDAR.days(CalendarDate { year, month, day }).unwrap()) * DAY
    }

    #[test]
    fn frequencies_are_those_of_pandas() {
        let cases = [
            ("MS", (2001, 1, 15), (2001, 1, 1), (2001, 2, 1), (2001, 1, 1)),
            ("ME", (2001, 1, 31), (2001, 1, 31), (2001, 2, 28), (2000, 12, 31)),
            ("2ME", (2001, 1, 15), (2000, 12, 31), (2001, 2, 28), (2000, 11, 30)),
            ("QS-DEC", (2001, 1, 15), (2000, 12, 1), (2001, 3, 1), (2000, 12, 1)),
            ("QE", (2001, 4, 1), (2001, 3, 31), (2001, 6, 30), (2001, 3, 31)),
            ("YS-JUL", (2001, 1, 15), (2000, 7, 1), (2001, 7, 1), (2000, 7, 1)),
            ("YE", (2001, 12, 31), (2001, 12, 31), (2002, 12, 31), (2000, 12, 31)),
            ("W", (2001, 1, 15), (2001, 1, 14), (2001, 1, 21), (2001, 1, 14)),
            ("W-MON", (2001, 1, 15), (2001, 1, 15), (2001, 1, 22), (2001, 1, 8)),
        ];
        for (text, at, back, next, previous) in cases {
            let frequency = Frequency::parse(text).unwrap();
            let [at, back, next, previous] = [at, back, next, previous].map(|(y, m, d)| point(y, m, d));
            assert_eq!(frequency.roll_back(CALENDAR, at), back, "{text}");
            assert_eq!(frequency.shift(CALENDAR, at, 1), next, "{text}");
            assert_eq!(frequency.shift(CALENDAR, at, -1), previous, "{text}");
        }
        assert_eq!(Frequency::parse("6h").unwrap().span(), Some(DAY / 4));
        for text in ["", "M", "H", "3X", "0D", "MS-JAN", "QS-FOO", "D-MON", "m"] {
            assert!(Frequency::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn months_of_thirty_days_end_on_the_thirtieth() {
        let frequency = Frequency::parse("ME").unwrap();
        let days = frequency.range(Calendar::Day360, 0, 100 * DAY);
        assert_eq!(days, [29 * DAY, 59 * DAY, 89 * DAY]);
    }
}
