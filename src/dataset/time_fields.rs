//! Fields of points in time (`.dt.month`), and points rounded to multiples of a span of time (`.dt.floor("D")`).
//!
//! Values are computed at once, and are in memory: time coordinates are small.

use super::cf::calendar::date_time;
use super::{DataArray, DatasetError, Variable};
use crate::array::{Chunk, DType, Scalar, TimeUnit};
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
    DayOfYear,
    DayOfWeek,
    DaysInMonth,
    Quarter,
    Season,
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
            "dayofyear" => TimeField::DayOfYear,
            "dayofweek" | "weekday" => TimeField::DayOfWeek,
            "days_in_month" | "daysinmonth" => TimeField::DaysInMonth,
            "quarter" => TimeField::Quarter,
            "season" => TimeField::Season,
            _ => return None,
        })
    }

    /// The field of a point in time, given in nanoseconds since 1970; `None` beyond the years -9999 to 9999.
    fn of(self, nanoseconds: i128) -> Option<Scalar> {
        let time = date_time(nanoseconds)?;
        Some(Scalar::Int(match self {
            TimeField::Year => time.year().into(),
            TimeField::Month => time.month().into(),
            TimeField::Day => time.day().into(),
            TimeField::Hour => time.hour().into(),
            TimeField::Minute => time.minute().into(),
            TimeField::Second => time.second().into(),
            TimeField::DayOfYear => time.day_of_year().into(),
            TimeField::DayOfWeek => time.weekday().to_monday_zero_offset().into(),
            TimeField::DaysInMonth => time.days_in_month().into(),
            TimeField::Quarter => (i64::from(time.month()) + 2) / 3,
            TimeField::Season => {
                let season = ["DJF", "MAM", "JJA", "SON"][time.month() as usize % 12 / 3];
                return Some(Scalar::Text(season.to_owned()));
            }
        }))
    }
}

/// Nanoseconds of a fixed frequency of pandas: a unit, maybe with a count before it.
fn frequency(text: &str) -> Result<i128, DatasetError> {
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
    fn round(self, nanoseconds: i128, step: i128) -> i128 {
        let (below, rest) = (nanoseconds.div_euclid(step), nanoseconds.rem_euclid(step));
        let up = match self {
            TimeRounding::Floor => false,
            TimeRounding::Ceil => rest > 0,
            TimeRounding::Round => 2 * rest > step || (2 * rest == step && below % 2 != 0),
        };
        (below + i128::from(up)) * step
    }
}

impl DataArray {
    /// A field of every point in time: `int64`, text for seasons, `float64` with NaN where there is NaT.
    ///
    /// # Errors
    /// [`DatasetError::NotTimes`] of other values, and whatever evaluation fails with.
    pub fn time_field(&self, name: &str, field: TimeField, evaluate: &dyn Evaluate) -> Result<DataArray, DatasetError> {
        let (times, unit) = self.times(evaluate)?;
        let fields: Vec<Option<Scalar>> = times
            .iter()
            .map(|&count| match count {
                DType::NOT_A_TIME => None,
                count => field.of(i128::from(count) * i128::from(unit.nanoseconds())),
            })
            .collect();
        let shape = self.shape().to_vec();
        let chunk = if field == TimeField::Season {
            let text = |season| match season {
                Some(Scalar::Text(text)) => text,
                _ => "nan".to_owned(),
            };
            Chunk::from_values(shape, fields.into_iter().map(text).collect::<Vec<String>>())?
        } else if fields.iter().any(Option::is_none) {
            let number = |field: Option<Scalar>| field.and_then(|field| field.as_f64()).unwrap_or(f64::NAN);
            Chunk::from_values(shape, fields.into_iter().map(number).collect::<Vec<f64>>())?
        } else {
            let number = |field: Scalar| field.as_i128().map_or(0, |number| number as i64);
            Chunk::from_values(shape, fields.into_iter().flatten().map(number).collect::<Vec<i64>>())?
        };
        self.renamed_values(name, chunk)
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
        let (times, unit) = self.times(evaluate)?;
        let (step, unit_nanoseconds) = (frequency(text)?, i128::from(unit.nanoseconds()));
        let moved = times.into_iter().map(|count| match count {
            DType::NOT_A_TIME => count,
            count => (rounding.round(i128::from(count) * unit_nanoseconds, step) / unit_nanoseconds) as i64,
        });
        let data = crate::array::Buffer::Int64(moved.collect());
        let name = match rounding {
            TimeRounding::Floor => "floor",
            TimeRounding::Ceil => "ceil",
            TimeRounding::Round => "round",
        };
        self.renamed_values(name, Chunk::new(self.dtype(), self.shape().to_vec(), data)?)
    }

    fn times(&self, evaluate: &dyn Evaluate) -> Result<(Vec<i64>, TimeUnit), DatasetError> {
        let DType::Datetime(unit) = self.dtype() else { return Err(DatasetError::NotTimes) };
        let values = self.values(evaluate)?;
        Ok((values.as_slice::<i64>().unwrap_or_default().to_vec(), unit))
    }

    fn renamed_values(&self, name: &str, values: Chunk) -> Result<DataArray, DatasetError> {
        let variable = Variable::new(self.dims().to_vec(), Array::in_memory(values))?;
        let variable = variable.with_attributes(self.attributes().clone());
        Ok(DataArray { name: Some(name.to_owned()), variable, coordinates: self.coordinates.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert_eq!(field.of(leap_day), Some(Scalar::Int(expected)), "{field:?}");
        }
        assert_eq!(TimeField::Season.of(leap_day), Some(Scalar::Text("DJF".to_owned())));
    }

    #[test]
    fn times_are_rounded_down_before_1970_too() {
        let hour = frequency("h").unwrap();
        assert_eq!(frequency("6h").unwrap(), 6 * hour);
        assert_eq!(TimeRounding::Floor.round(-1, hour), -hour);
        assert_eq!(TimeRounding::Ceil.round(1, hour), hour);
        assert_eq!(TimeRounding::Round.round(hour / 2, hour), 0);
        assert_eq!(TimeRounding::Round.round(3 * hour / 2, hour), 2 * hour);
        assert!(frequency("ME").is_err() && frequency("0h").is_err());
    }
}
