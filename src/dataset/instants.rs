//! Points in time as nanoseconds from 1970-01-01T00:00 of their calendar, whatever they are stored as.

use super::DatasetError;
use crate::array::{Buffer, Calendar, Chunk, DType};

/// Points in time, `None` for NaT, and the calendar that they are of.
pub(super) struct Instants {
    pub(super) calendar: Calendar,
    pub(super) times: Vec<Option<i128>>,
}

/// Calendar and nanoseconds of one unit of a dtype of points in time.
fn unit_of(dtype: DType) -> Option<(Calendar, i128)> {
    match dtype {
        DType::Datetime(unit) => Some((Calendar::ProlepticGregorian, unit.nanoseconds().into())),
        DType::CalendarTime(calendar) => Some((calendar, 1000)),
        _ => None,
    }
}

impl Instants {
    /// The points in time that a chunk holds; `None` where its dtype has none.
    pub(super) fn of(values: &Chunk) -> Option<Instants> {
        let (calendar, unit) = unit_of(values.dtype())?;
        let counts = values.as_slice::<i64>()?;
        let time = |&count: &i64| (count != DType::NOT_A_TIME).then(|| i128::from(count) * unit);
        Some(Instants { calendar, times: counts.iter().map(time).collect() })
    }

    /// Points in time along one axis, in a dtype of them; those between its units are rounded down.
    pub(super) fn chunk(dtype: DType, times: impl IntoIterator<Item = Option<i128>>) -> Result<Chunk, DatasetError> {
        let (_, unit) = unit_of(dtype).ok_or(DatasetError::NotTimes)?;
        let count = |time: Option<i128>| time.map_or(DType::NOT_A_TIME, |time| time.div_euclid(unit) as i64);
        let counts: Vec<i64> = times.into_iter().map(count).collect();
        Ok(Chunk::new(dtype, vec![counts.len()], Buffer::Int64(counts))?)
    }
}
