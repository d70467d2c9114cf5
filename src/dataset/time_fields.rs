//! Fields of points in time (`.dt.month`), and points rounded to multiples of a span of time (`.dt.floor("D")`).
//!
//! Values are computed at once, and are in memory: time coordinates are small.

use super::frequency::DAY;
use super::instants::Instants;
use super::{DataArray, Dataset, DatasetError, Variable};
use crate::array::{Calendar, CalendarDate, Chunk, DType, Scalar, TimeUnit};
use crate::plan::{Array, Evaluate};

/// A field of a date, by xarray's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each variant is the field of its name")]
pub enum TimeField {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Microsecond,
    Nanosecond,
    DayOfYear,
    DayOfWeek,
    Week,
    DecimalYear,
    DaysInMonth,
    DaysInYear,
    Quarter,
    Season,
    IsLeapYear,
    IsMonthStart,
    IsMonthEnd,
    IsQuarterStart,
    IsQuarterEnd,
    IsYearStart,
    IsYearEnd,
}

/// Which multiple of a span of time a point is moved to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeRounding {
    /// The last before.
    Floor,
    /// The first after.
    Ceil,
    /// The nearest; of two, the even one.
    Round,
}

impl TimeField {
    /// The field of a name, as xarray's `.dt` has it.
    pub fn from_name(name: &str) -> Option<TimeField> {
        Some(match name {
            "year" => TimeField::Year,
            "month" => TimeField::Month,
            "day" => TimeField::Day,
            "hour" => TimeField::Hour,
            "minute" => TimeField::Minute,
            "second" => TimeField::Second,
            "microsecond" => TimeField::Microsecond,
            "nanosecond" => TimeField::Nanosecond,
            "days_in_year" => TimeField::DaysInYear,
            "is_leap_year" => TimeField::IsLeapYear,
            "is_month_start" => TimeField::IsMonthStart,
            "is_month_end" => TimeField::IsMonthEnd,
            "is_quarter_start" => TimeField::IsQuarterStart,
            "is_quarter_end" => TimeField::IsQuarterEnd,
            "is_year_start" => TimeField::IsYearStart,
            "is_year_end" => TimeField::IsYearEnd,
            "week" | "weekofyear" => TimeField::Week,
            "decimal_year" => TimeField::DecimalYear,
            "dayofyear" | "day_of_year" => TimeField::DayOfYear,
            "dayofweek" | "day_of_week" | "weekday" => TimeField::DayOfWeek,
            "days_in_month" | "daysinmonth" => TimeField::DaysInMonth,
            "quarter" => TimeField::Quarter,
            "season" => TimeField::Season,
            _ => return None,
        })
    }

    /// The field of a point in time, given in nanoseconds since 1970-01-01 of its calendar.
    pub fn of(self, calendar: Calendar, nanoseconds: i128) -> Scalar {
        let days = nanoseconds.div_euclid(DAY) as i64;
        let date = calendar.date(days);
        let of_day = nanoseconds.rem_euclid(DAY) as i64;
        let is_last = date.day == calendar.days_in_month(date.year, date.month);
        let december = CalendarDate { year: date.year, month: 12, day: calendar.days_in_month(date.year, 12) };
        let days_in_year = calendar.day_of_year(december);
        Scalar::Int(match self {
            TimeField::Year => date.year,
            TimeField::Month => date.month,
            TimeField::Day => date.day,
            TimeField::Hour => of_day / 3_600_000_000_000,
            TimeField::Minute => of_day / 60_000_000_000 % 60,
            TimeField::Second => of_day / 1_000_000_000 % 60,
            TimeField::Microsecond => of_day / 1_000 % 1_000_000,
            TimeField::Nanosecond => of_day % 1_000,
            TimeField::DayOfYear => calendar.day_of_year(date),
            TimeField::DayOfWeek => calendar.weekday(days),
            TimeField::Week => iso_week(calendar, days).1,
            TimeField::DecimalYear => {
                let since = (i128::from(calendar.day_of_year(date)) - 1) * DAY + i128::from(of_day);
                return Scalar::Float(date.year as f64 + since as f64 / (i128::from(days_in_year) * DAY) as f64);
            }
            TimeField::DaysInMonth => calendar.days_in_month(date.year, date.month),
            TimeField::DaysInYear => days_in_year,
            TimeField::Quarter => (date.month + 2) / 3,
            TimeField::Season => {
                let season = ["DJF", "MAM", "JJA", "SON"][date.month as usize % 12 / 3];
                return Scalar::Text(season.to_owned());
            }
            TimeField::IsLeapYear => return Scalar::Bool(days_in_year == 366),
            TimeField::IsMonthStart => return Scalar::Bool(date.day == 1),
            TimeField::IsMonthEnd => return Scalar::Bool(is_last),
            TimeField::IsQuarterStart => return Scalar::Bool(date.day == 1 && date.month % 3 == 1),
            TimeField::IsQuarterEnd => return Scalar::Bool(is_last && date.month % 3 == 0),
            TimeField::IsYearStart => return Scalar::Bool(date.day == 1 && date.month == 1),
            TimeField::IsYearEnd => return Scalar::Bool(is_last && date.month == 12),
        })
    }
}

/// Year and week of ISO 8601: those of the Thursday of the week.
fn iso_week(calendar: Calendar, days: i64) -> (i64, i64) {
    let thursday = calendar.date(days + 3 - calendar.weekday(days));
    (thursday.year, (calendar.day_of_year(thursday) - 1) / 7 + 1)
}

/// Nanoseconds of a fixed frequency of pandas: a unit, maybe with a count before it.
///
/// # Errors
/// [`DatasetError::NotAFrequency`].
pub fn fixed_frequency(text: &str) -> Result<i128, DatasetError> {
    let digits = text.len() - text.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
    let count = if digits == 0 { Some(1) } else { text[..digits].parse::<i128>().ok() };
    let unit = match &text[digits..] {
        "min" => Some(TimeUnit::Minute),
        "m" => None,
        code => TimeUnit::from_code(code),
    };
    match (count.filter(|count| *count > 0), unit) {
        (Some(count), Some(unit)) => Ok(count * i128::from(unit.nanoseconds())),
        _ => Err(DatasetError::NotAFrequency { text: text.to_owned() }),
    }
}

impl TimeRounding {
    /// xarray's name of the rounding.
    pub(super) fn name(self) -> &'static str {
        match self {
            TimeRounding::Floor => "floor",
            TimeRounding::Ceil => "ceil",
            TimeRounding::Round => "round",
        }
    }

    pub(super) fn round(self, nanoseconds: i128, step: i128) -> i128 {
        let (below, rest) = (nanoseconds.div_euclid(step), nanoseconds.rem_euclid(step));
        let up = match self {
            TimeRounding::Floor => false,
            TimeRounding::Ceil => rest > 0,
            TimeRounding::Round => 2 * rest > step || (2 * rest == step && below % 2 != 0),
        };
        (below + i128::from(up)) * step
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// A point in time, in nanoseconds since 1970-01-01 of its calendar, as `strftime` writes it.
///
/// # Errors
/// [`DatasetError::TimeFormat`] of directives that aren't known.
pub fn format_instant_of(calendar: Calendar, time: i128, format: &str) -> Result<String, DatasetError> {
    let of = |field: TimeField| field.of(calendar, time).as_i128().unwrap_or(0);
    let month = || MONTHS[of(TimeField::Month) as usize - 1];
    let weekday = || WEEKDAYS[of(TimeField::DayOfWeek) as usize];
    let mut text = String::new();
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            text.push(letter);
            continue;
        }
        let directive = letters.next();
        let hour = of(TimeField::Hour);
        text += &match directive {
            Some('Y') => format!("{:04}", of(TimeField::Year)),
            Some('y') => format!("{:02}", of(TimeField::Year).rem_euclid(100)),
            Some('m') => format!("{:02}", of(TimeField::Month)),
            Some('d') => format!("{:02}", of(TimeField::Day)),
            Some('H') => format!("{hour:02}"),
            Some('I') => format!("{:02}", (hour + 11) % 12 + 1),
            Some('p') => if hour < 12 { "AM" } else { "PM" }.to_owned(),
            Some('M') => format!("{:02}", of(TimeField::Minute)),
            Some('S') => format!("{:02}", of(TimeField::Second)),
            Some('f') => format!("{:06}", of(TimeField::Microsecond)),
            Some('j') => format!("{:03}", of(TimeField::DayOfYear)),
            Some('B') => month().to_owned(),
            Some('b') => month()[..3].to_owned(),
            Some('A') => weekday().to_owned(),
            Some('a') => weekday()[..3].to_owned(),
            Some('F') => format_instant_of(calendar, time, "%Y-%m-%d")?,
            Some('T') => format_instant_of(calendar, time, "%H:%M:%S")?,
            Some('%') => "%".to_owned(),
            other => {
                let directive = other.map_or("%".to_owned(), |letter| format!("%{letter}"));
                return Err(DatasetError::TimeFormat { directive });
            }
        };
    }
    Ok(text)
}

impl DataArray {
    /// A field of every point in time: `int64`, text for seasons, `float64` with NaN where there is NaT.
    ///
    /// # Errors
    /// [`DatasetError::NotTimes`] of other values, and whatever evaluation fails with.
    pub fn time_field(&self, name: &str, field: TimeField, evaluate: &dyn Evaluate) -> Result<DataArray, DatasetError> {
        let Instants { calendar, times } = self.instants(evaluate)?;
        if field == TimeField::Week && !matches!(self.dtype(), DType::Datetime(_)) {
            // Other calendars have none in xarray.
            return Err(DatasetError::NoSuchTimeField { name: name.to_owned() });
        }
        let fields: Vec<Option<Scalar>> =
            times.into_iter().map(|time| time.map(|time| field.of(calendar, time))).collect();
        let shape = self.shape().to_vec();
        let chunk = if field == TimeField::Season {
            let text = |season| match season {
                Some(Scalar::Text(text)) => text,
                _ => "nan".to_owned(),
            };
            Chunk::from_values(shape, fields.into_iter().map(text).collect::<Vec<String>>())?
        } else if fields.iter().flatten().any(|field| matches!(field, Scalar::Bool(_))) {
            let truth = |field: Option<Scalar>| field == Some(Scalar::Bool(true));
            Chunk::from_values(shape, fields.into_iter().map(truth).collect::<Vec<bool>>())?
        } else if fields.iter().any(Option::is_none) || field == TimeField::DecimalYear {
            let number = |field: Option<Scalar>| field.and_then(|field| field.as_f64()).unwrap_or(f64::NAN);
            Chunk::from_values(shape, fields.into_iter().map(number).collect::<Vec<f64>>())?
        } else {
            let number = |field: Scalar| field.as_i128().map_or(0, |number| number as i64);
            Chunk::from_values(shape, fields.into_iter().flatten().map(number).collect::<Vec<i64>>())?
        };
        self.renamed_values(name, chunk)
    }

    /// Year, week and weekday of ISO 8601 of every point in time, `int64`.
    ///
    /// # Errors
    /// [`DatasetError::NotTimes`] of other values and of other calendars, and whatever evaluation fails with.
    pub fn iso_calendar(&self, evaluate: &dyn Evaluate) -> Result<Dataset, DatasetError> {
        let Instants { calendar, times } = self.instants(evaluate)?;
        if !matches!(self.dtype(), DType::Datetime(_)) {
            return Err(DatasetError::NoSuchTimeField { name: "isocalendar".to_owned() });
        }
        let mut parts: [Vec<Option<i64>>; 3] = Default::default();
        for time in times {
            let days = time.map(|time| time.div_euclid(DAY) as i64);
            let week = days.map(|days| iso_week(calendar, days));
            parts[0].push(week.map(|week| week.0));
            parts[1].push(week.map(|week| week.1));
            parts[2].push(days.map(|days| calendar.weekday(days) + 1));
        }
        let mut dataset = Dataset { coordinates: self.coordinates.clone(), ..Dataset::default() };
        for (name, part) in ["year", "week", "weekday"].into_iter().zip(parts) {
            let values = match part.iter().copied().collect::<Option<Vec<i64>>>() {
                Some(whole) => Chunk::from_values(self.shape().to_vec(), whole)?,
                None => {
                    let number = |number: Option<i64>| number.map_or(f64::NAN, |number| number as f64);
                    Chunk::from_values(self.shape().to_vec(), part.into_iter().map(number).collect::<Vec<f64>>())?
                }
            };
            let variable = Variable::new(self.dims().to_vec(), Array::in_memory(values))?;
            dataset.data_variables.insert(name.to_owned(), variable);
        }
        Ok(dataset)
    }

    /// Every point in time moved to a multiple of a fixed frequency: `"D"`, `"h"`, `"min"`, `"s"`, `"6h"`.
    ///
    /// # Errors
    /// [`DatasetError::NotTimes`] of other values, [`DatasetError::NotAFrequency`], and whatever evaluation fails with.
    pub fn round_times(
        &self,
        rounding: TimeRounding,
        text: &str,
        evaluate: &dyn Evaluate,
    ) -> Result<DataArray, DatasetError> {
        let step = fixed_frequency(text)?;
        let times = self.instants(evaluate)?.times.into_iter();
        let moved = Instants::chunk(self.dtype(), times.map(|time| time.map(|time| rounding.round(time, step))))?;
        self.renamed_values(rounding.name(), moved.reshaped(self.shape().to_vec())?)
    }

    /// Every point in time as text, as Python's `strftime` writes it.
    ///
    /// # Errors
    /// [`DatasetError::NotTimes`] of other values, [`DatasetError::TimeFormat`] of directives that aren't known, and
    /// whatever evaluation fails with.
    pub fn format_times(&self, format: &str, evaluate: &dyn Evaluate) -> Result<DataArray, DatasetError> {
        let Instants { calendar, times } = self.instants(evaluate)?;
        let text = |time: Option<i128>| match time {
            Some(time) => format_instant_of(calendar, time, format),
            None => Ok("nan".to_owned()),
        };
        let texts = times.into_iter().map(text).collect::<Result<Vec<String>, _>>()?;
        self.renamed_values("strftime", Chunk::from_values(self.shape().to_vec(), texts)?)
    }

    fn instants(&self, evaluate: &dyn Evaluate) -> Result<Instants, DatasetError> {
        Instants::of(&self.values(evaluate)?).ok_or(DatasetError::NotTimes)
    }

    pub(super) fn renamed_values(&self, name: &str, values: Chunk) -> Result<DataArray, DatasetError> {
        let variable = Variable::new(self.dims().to_vec(), Array::in_memory(values))?;
        let variable = variable.with_attributes(self.attributes().clone());
        Ok(DataArray { name: Some(name.to_owned()), variable, coordinates: self.coordinates.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALENDAR: Calendar = Calendar::ProlepticGregorian;

    #[test]
    fn fields_are_those_of_the_calendar() {
        // 2000-02-29T13:00
        let leap_day = 951_829_200_000_000_000;
        let fields = [
            (TimeField::Year, 2000),
            (TimeField::Month, 2),
            (TimeField::DayOfYear, 60),
            (TimeField::DayOfWeek, 1),
            (TimeField::DaysInMonth, 29),
            (TimeField::Quarter, 1),
            (TimeField::Hour, 13),
        ];
        for (field, expected) in fields {
            assert_eq!(field.of(CALENDAR, leap_day), Scalar::Int(expected), "{field:?}");
        }
        assert_eq!(TimeField::Season.of(CALENDAR, leap_day), Scalar::Text("DJF".to_owned()));
        assert_eq!(TimeField::IsLeapYear.of(CALENDAR, leap_day), Scalar::Bool(true));
        assert_eq!(format_instant_of(CALENDAR, leap_day, "%Y-%m-%d %j %a %I%p").unwrap(), "2000-02-29 060 Tue 01PM");
        assert!(format_instant_of(CALENDAR, leap_day, "%Q").is_err());
    }

    #[test]
    fn times_are_rounded_down_before_1970_too() {
        let hour = fixed_frequency("h").unwrap();
        assert_eq!(fixed_frequency("6h").unwrap(), 6 * hour);
        assert_eq!(TimeRounding::Floor.round(-1, hour), -hour);
        assert_eq!(TimeRounding::Ceil.round(1, hour), hour);
        assert_eq!(TimeRounding::Round.round(hour / 2, hour), 0);
        assert_eq!(TimeRounding::Round.round(3 * hour / 2, hour), 2 * hour);
        assert!(fixed_frequency("ME").is_err() && fixed_frequency("0h").is_err());
    }
}
