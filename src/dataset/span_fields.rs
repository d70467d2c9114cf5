//! Fields of spans of time (`.dt.days`), and spans rounded to multiples of another (`.dt.floor("D")`).
//!
//! Values are computed at once, and are in memory.

use super::frequency::DAY;
use super::time_fields::{TimeRounding, fixed_frequency};
use super::{DataArray, DatasetError};
use crate::array::{Buffer, Chunk, DType};
use crate::plan::Evaluate;

/// A component of a span of time, by xarray's name; but for days none is negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each variant is the field of its name")]
pub enum SpanField {
    Days,
    Seconds,
    Microseconds,
    Nanoseconds,
}

impl SpanField {
    /// xarray's name of the field.
    pub fn name(self) -> &'static str {
        match self {
            SpanField::Days => "days",
            SpanField::Seconds => "seconds",
            SpanField::Microseconds => "microseconds",
            SpanField::Nanoseconds => "nanoseconds",
        }
    }

    fn of(self, nanoseconds: i128) -> i128 {
        let of_day = nanoseconds.rem_euclid(DAY);
        match self {
            SpanField::Days => nanoseconds.div_euclid(DAY),
            SpanField::Seconds => of_day / 1_000_000_000,
            SpanField::Microseconds => of_day / 1_000 % 1_000_000,
            SpanField::Nanoseconds => of_day % 1_000,
        }
    }
}

impl DataArray {
    /// Nanoseconds of every span, `None` for NaT, and those of one unit of the dtype.
    fn spans(&self, evaluate: &dyn Evaluate) -> Result<(Vec<Option<i128>>, i128), DatasetError> {
        let DType::Timedelta(unit) = self.dtype() else { return Err(DatasetError::NotTimes) };
        let (values, unit) = (self.values(evaluate)?, i128::from(unit.nanoseconds()));
        let span = |&count: &i64| (count != DType::NOT_A_TIME).then(|| i128::from(count) * unit);
        Ok((values.as_slice::<i64>().unwrap_or_default().iter().map(span).collect(), unit))
    }

    /// A component of every span of time: `int64`, `float64` with NaN where there is NaT.
    ///
    /// # Errors
    /// [`DatasetError::NotTimes`] of other values, and whatever evaluation fails with.
    pub fn span_field(&self, field: SpanField, evaluate: &dyn Evaluate) -> Result<DataArray, DatasetError> {
        let (spans, _) = self.spans(evaluate)?;
        let fields: Vec<Option<i128>> = spans.into_iter().map(|span| span.map(|span| field.of(span))).collect();
        let shape = self.shape().to_vec();
        let chunk = match fields.iter().any(Option::is_none) {
            true => {
                let number = |field: Option<i128>| field.map_or(f64::NAN, |field| field as f64);
                Chunk::from_values(shape, fields.into_iter().map(number).collect::<Vec<f64>>())?
            }
            false => {
                Chunk::from_values(shape, fields.into_iter().flatten().map(|field| field as i64).collect::<Vec<i64>>())?
            }
        };
        self.renamed_values(field.name(), chunk)
    }

    /// Every span of time in seconds, `float64`.
    ///
    /// # Errors
    /// [`DatasetError::NotTimes`] of other values, and whatever evaluation fails with.
    pub fn total_seconds(&self, evaluate: &dyn Evaluate) -> Result<DataArray, DatasetError> {
        let (spans, _) = self.spans(evaluate)?;
        let seconds = |span: Option<i128>| span.map_or(f64::NAN, |span| span as f64 / 1e9);
        let chunk = Chunk::from_values(self.shape().to_vec(), spans.into_iter().map(seconds).collect::<Vec<f64>>())?;
        self.renamed_values("total_seconds", chunk)
    }

    /// Every span of time moved to a multiple of a fixed frequency.
    ///
    /// # Errors
    /// [`DatasetError::NotTimes`] of other values, [`DatasetError::NotAFrequency`], and whatever evaluation fails with.
    pub fn round_spans(
        &self,
        rounding: TimeRounding,
        text: &str,
        evaluate: &dyn Evaluate,
    ) -> Result<DataArray, DatasetError> {
        let step = fixed_frequency(text)?;
        let (spans, unit) = self.spans(evaluate)?;
        let count = |span: Option<i128>| match span {
            Some(span) => rounding.round(span, step).div_euclid(unit) as i64,
            None => DType::NOT_A_TIME,
        };
        let counts = Buffer::Int64(spans.into_iter().map(count).collect());
        self.renamed_values(rounding.name(), Chunk::new(self.dtype(), self.shape().to_vec(), counts)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_are_negative() {
        let fields = [SpanField::Days, SpanField::Seconds, SpanField::Microseconds, SpanField::Nanoseconds];
        assert_eq!(fields.map(|field| field.of(-1)), [-1, 86_399, 999_999, 999]);
        assert_eq!(fields.map(|field| field.of(DAY + 1_002_003)), [1, 0, 1002, 3]);
    }
}
