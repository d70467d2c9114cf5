//! Indexes: finding the positions of labels.

use super::cf::calendar;
use super::gather::Positions;
use super::key::{Key, key};
use super::{DatasetError, Label, LabelIndexer, SelectMethod, SelectOptions, Variable};
use crate::array::{Calendar, DType, Scalar, TimeUnit};
use crate::plan::AxisSlice;
use std::cmp::Ordering;

/// What a label stands for in an index.
enum Target {
    /// One label.
    Exact(Key),
    /// Every label from the first to before the second: a date given coarser than the index.
    Within(Key, Key),
}

/// The labels of a dimension.
#[derive(Debug)]
pub(super) struct Index {
    name: String,
    dtype: DType,
    keys: Vec<Key>,
}

impl Index {
    /// The index that a one-dimensional variable in memory makes.
    pub(super) fn new(name: &str, variable: &Variable) -> Result<Index, DatasetError> {
        let not_an_index = || DatasetError::NotAnIndex { name: name.to_owned(), ndim: variable.dims.len() };
        if variable.dims.len() != 1 {
            return Err(not_an_index());
        }
        if variable.levels().is_some() {
            return Err(DatasetError::LevelsUnsupported { name: name.to_owned(), operation: "finding labels in it" });
        }
        let values = variable.values().ok_or_else(|| DatasetError::LazyIndex { name: name.to_owned() })?;
        let dtype = values.dtype();
        let keys = (0..values.len()).map(|position| {
            let scalar = values.get(position).expect("the position is below the length");
            key(dtype, scalar)
        });
        Ok(Index { name: name.to_owned(), dtype, keys: keys.collect() })
    }

    /// The labels in order.
    pub(super) fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Whether both have the same labels in the same order.
    pub(super) fn equals(&self, other: &Index) -> bool {
        self.keys.len() == other.keys.len() && self.keys.iter().zip(&other.keys).all(|(a, b)| a.same(b))
    }

    /// Whether a label is there more than once.
    pub(super) fn has_repeated_labels(&self) -> bool {
        let mut seen = std::collections::HashSet::new();
        !self.keys.iter().all(|key| seen.insert(key.identity()))
    }

    /// The positions of labels.
    pub(super) fn locate(&self, labels: &LabelIndexer, options: &SelectOptions) -> Result<Positions, DatasetError> {
        match labels {
            LabelIndexer::At(label) => self.locate_one(label, options),
            LabelIndexer::Slice { start, stop, step } => self.locate_slice(start.as_ref(), stop.as_ref(), *step),
            LabelIndexer::List(labels) => {
                if self.has_repeated_labels() {
                    return Err(DatasetError::RepeatedLabels);
                }
                let found = labels.iter().map(|label| match options.method {
                    None => self.exact(&self.instant(label)?).first().copied().ok_or_else(|| self.not_found(label, "")),
                    Some(method) => self.closest(label, method, options.tolerance.as_ref()),
                });
                Ok(Positions::List(found.collect::<Result<_, _>>()?))
            }
            LabelIndexer::Mask(mask) if mask.len() != self.keys.len() => Err(DatasetError::MaskLength {
                dimension: self.name.clone(),
                found: mask.len(),
                expected: self.keys.len(),
            }),
            LabelIndexer::Mask(mask) => Ok(Positions::List(
                mask.iter().enumerate().filter(|(_, chosen)| **chosen).map(|(position, _)| position).collect(),
            )),
        }
    }

    fn locate_one(&self, label: &Label, options: &SelectOptions) -> Result<Positions, DatasetError> {
        if let Some(method) = options.method {
            if self.has_repeated_labels() {
                return Err(DatasetError::RepeatedLabels);
            }
            let found = self.closest(label, method, options.tolerance.as_ref())?;
            return Ok(Positions::One(found));
        }
        let hint = "; method='nearest' takes the nearest label";
        match self.target(label)? {
            Target::Exact(key) => match self.exact(&key)[..] {
                [] => Err(self.not_found(label, hint)),
                [only] => Ok(Positions::One(only)),
                ref several => Ok(Positions::List(several.to_vec())),
            },
            Target::Within(start, end) => {
                let within = |key: &&Key| key.sort_order(&start).is_ge() && key.sort_order(&end).is_lt();
                let found: Vec<usize> =
                    self.keys.iter().enumerate().filter(|(_, key)| within(key)).map(|(i, _)| i).collect();
                // As in pandas: within the index, there may be nothing.
                let is_beyond = self.keys.iter().all(|key| key.sort_order(&start).is_lt())
                    || self.keys.iter().all(|key| key.sort_order(&end).is_ge());
                match is_beyond && !self.keys.is_empty() && self.is_sorted(Ordering::Less) {
                    true => Err(self.not_found(label, hint)),
                    false => Ok(Positions::List(found)),
                }
            }
        }
    }

    fn locate_slice(
        &self,
        start: Option<&Label>,
        stop: Option<&Label>,
        step: Option<i64>,
    ) -> Result<Positions, DatasetError> {
        let count = self.keys.len();
        // Backwards, the slice ends where it would start forwards.
        let (start, stop) = if step.is_some_and(|step| step < 0) { (stop, start) } else { (start, stop) };
        let (low, high) = if self.is_sorted(Ordering::Less) {
            (
                start.map(|label| self.first_at_least(label, |order| order.is_lt())).transpose()?.unwrap_or(0),
                stop.map(|label| self.first_past(label, |order| order.is_lt())).transpose()?.unwrap_or(count),
            )
        } else if self.is_sorted(Ordering::Greater) {
            (
                start.map(|label| self.first_at_least(label, |order| order.is_gt())).transpose()?.unwrap_or(0),
                stop.map(|label| self.first_past(label, |order| order.is_gt())).transpose()?.unwrap_or(count),
            )
        } else {
            (
                start.map(|label| self.only(label)).transpose()?.unwrap_or(0),
                stop.map(|label| self.only(label)).transpose()?.map_or(count, |last| last + 1),
            )
        };
        let within = super::index::slice(None, None, step, high.saturating_sub(low))?;
        Ok(Positions::Slice(AxisSlice { start: low + within.start, ..within }))
    }

    /// The first position whose key isn't before the label.
    fn first_at_least(&self, label: &Label, before: impl Fn(Ordering) -> bool) -> Result<usize, DatasetError> {
        let ascending = before(Ordering::Less);
        let key = match self.bounds(label)? {
            (first, _) if ascending => first,
            (_, last) => last,
        };
        Ok(self.keys.partition_point(|candidate| before(candidate.sort_order(&key))))
    }

    /// The first position whose key is past the label.
    fn first_past(&self, label: &Label, before: impl Fn(Ordering) -> bool) -> Result<usize, DatasetError> {
        let ascending = before(Ordering::Less);
        let key = match self.bounds(label)? {
            (_, last) if ascending => last,
            (first, _) => first,
        };
        Ok(self.keys.partition_point(|candidate| {
            let order = candidate.sort_order(&key);
            before(order) || order.is_eq()
        }))
    }

    /// First and last key that a label stands for.
    fn bounds(&self, label: &Label) -> Result<(Key, Key), DatasetError> {
        if let (Some(calendar), Label::Value(Scalar::Text(text))) = (calendar_of(self.dtype), label) {
            let date = parse(calendar, text).map_err(|error| match self.dtype {
                DType::Datetime(_) => DatasetError::SliceOfNoDate { text: text.clone() },
                _ => error,
            })?;
            return Ok((Key::Integer(date.start), Key::Integer(date.end - 1)));
        }
        let key = self.instant(label)?;
        Ok((key.clone(), key))
    }

    /// The position of a label in an index without order.
    fn only(&self, label: &Label) -> Result<usize, DatasetError> {
        let key = self.instant(label)?;
        self.exact(&key).first().copied().ok_or_else(|| DatasetError::UnorderedIndex { label: format!("{label}") })
    }

    /// Whether labels follow one another in an order, or are the same.
    pub(super) fn is_sorted(&self, order: Ordering) -> bool {
        self.keys.windows(2).all(|pair| {
            let found = pair[0].sort_order(&pair[1]);
            found == order || found.is_eq()
        })
    }

    fn exact(&self, key: &Key) -> Vec<usize> {
        self.keys
            .iter()
            .enumerate()
            .filter(|(_, candidate)| candidate.same(key))
            .map(|(position, _)| position)
            .collect()
    }

    /// The position of the label that a method finds.
    fn closest(&self, label: &Label, method: SelectMethod, tolerance: Option<&Label>) -> Result<usize, DatasetError> {
        let key = &self.instant(label)?;
        let before = self.keys.iter().enumerate().filter(|(_, candidate)| candidate.sort_order(key).is_le());
        let before = before.max_by(|a, b| a.1.sort_order(b.1)).map(|(position, _)| position);
        let after = self.keys.iter().enumerate().filter(|(_, candidate)| candidate.sort_order(key).is_ge());
        let after = after.min_by(|a, b| a.1.sort_order(b.1)).map(|(position, _)| position);
        let no_distance =
            || DatasetError::NoDistance { index: self.name.clone(), dtype: self.dtype, method: method.name() };
        let distance = |position: usize| self.keys[position].distance(key).ok_or_else(no_distance);
        // pandas goes by position: in a falling index the label before is the larger one.
        let falling = self.is_sorted(Ordering::Greater) && !self.is_sorted(Ordering::Less);
        let (before, after) = if falling { (after, before) } else { (before, after) };
        let found = match (method, before, after) {
            (SelectMethod::Pad, before, _) => before,
            (SelectMethod::Backfill, _, after) => after,
            (SelectMethod::Nearest, Some(before), Some(after)) => {
                // Of two labels equally far the larger wins, wherever it stands.
                let (first, second) = (distance(before)?, distance(after)?);
                let prefer_first = if falling { first <= second } else { first < second };
                Some(if prefer_first { before } else { after })
            }
            (SelectMethod::Nearest, before, after) => before.or(after),
        };
        let found = found.ok_or_else(|| self.not_found(label, ""))?;
        if let Some(tolerance) = tolerance {
            let limit = self.span(tolerance)?;
            if distance(found)? > limit {
                return Err(self.not_found(label, ""));
            }
        }
        Ok(found)
    }

    /// A tolerance in the unit of the keys.
    fn span(&self, tolerance: &Label) -> Result<f64, DatasetError> {
        match tolerance {
            Label::Time(count, unit) => Ok(*count as f64 * unit.nanoseconds() as f64),
            Label::Value(value) => value.as_f64().ok_or_else(|| DatasetError::NoDistance {
                index: self.name.clone(),
                dtype: self.dtype,
                method: "tolerance",
            }),
        }
    }

    fn not_found(&self, label: &Label, hint: &'static str) -> DatasetError {
        DatasetError::LabelNotFound { index: self.name.clone(), label: label.to_string(), hint }
    }

    /// Text that is no date, as the index says it: pandas doesn't find it, cftime can't read it.
    fn not_a_date(&self, label: &Label, error: DatasetError) -> DatasetError {
        match self.dtype {
            DType::Datetime(_) => self.not_found(label, ": a date is written as in '2000-02-28'"),
            _ => error,
        }
    }

    /// What a single label stands for: pandas takes a date that is coarser than the index as all that lies within it.
    fn target(&self, label: &Label) -> Result<Target, DatasetError> {
        if let (Some(calendar), Label::Value(Scalar::Text(text))) = (calendar_of(self.dtype), label) {
            let date = parse(calendar, text).map_err(|error| self.not_a_date(label, error))?;
            // An index of cftime's objects takes every text as all that lies within it.
            let is_object = matches!(self.dtype, DType::CalendarTime(_));
            if is_object || date.end - date.start > self.resolution_nanoseconds() {
                return Ok(Target::Within(Key::Integer(date.start), Key::Integer(date.end)));
            }
        }
        self.instant(label).map(Target::Exact)
    }

    /// The coarsest unit, from days down, that every label is a whole number of.
    fn resolution_nanoseconds(&self) -> i128 {
        let whole = |unit: &TimeUnit| {
            let length = i128::from(unit.nanoseconds());
            self.keys.iter().all(|key| matches!(key, Key::Integer(value) if value % length == 0))
        };
        TimeUnit::ALL.iter().find(|unit| whole(unit)).map_or(1, |unit| i128::from(unit.nanoseconds()))
    }

    /// The key of a label; a date's is its beginning.
    fn instant(&self, label: &Label) -> Result<Key, DatasetError> {
        match (self.dtype, label) {
            (dtype, Label::Value(Scalar::Text(text))) if calendar_of(dtype).is_some() => {
                let calendar = calendar_of(dtype).unwrap_or(Calendar::ProlepticGregorian);
                let date = parse(calendar, text).map_err(|error| self.not_a_date(label, error))?;
                Ok(Key::Integer(date.start))
            }
            (_, Label::Time(count, unit)) => Ok(key(DType::Datetime(*unit), Scalar::Int(*count))),
            (_, Label::Value(Scalar::Float(value))) => Ok(Key::Float(*value)),
            // To Python True equals 1, but pandas doesn't look for 1 then.
            (dtype, Label::Value(Scalar::Bool(_))) if dtype != DType::Bool => Err(self.not_found(label, "")),
            (dtype, Label::Value(value)) => Ok(key(dtype, value.clone())),
        }
    }
}

/// The calendar of an index of points in time.
fn calendar_of(dtype: DType) -> Option<Calendar> {
    match dtype {
        DType::Datetime(_) => Some(Calendar::ProlepticGregorian),
        DType::CalendarTime(calendar) => Some(calendar),
        _ => None,
    }
}

fn parse(calendar: Calendar, text: &str) -> Result<calendar::Period, DatasetError> {
    calendar::parse_period_of(calendar, text).ok_or_else(|| DatasetError::NotADate { text: text.to_owned() })
}
