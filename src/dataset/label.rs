//! Indexes: finding the positions of labels.

use super::cf::calendar;
use super::gather::Positions;
use super::{DatasetError, Variable};
use crate::array::{Chunk, DType, Region, Scalar, TimeUnit};
use crate::plan::AxisSlice;
use std::cmp::Ordering;

/// A label to look for in an index.
#[derive(Debug, Clone, PartialEq)]
pub enum Label {
    /// A Python value. Text beside an index of times is read as an ISO 8601 date.
    Value(Scalar),
    /// A point or span of time: the count of units.
    Time(i64, TimeUnit),
}

/// Labels along one dimension.
#[derive(Debug, Clone, PartialEq)]
pub enum LabelIndexer {
    /// One; the dimension leaves the shape.
    At(Label),
    /// From label to label, both included.
    Slice {
        /// First label.
        start: Option<Label>,
        /// Last label.
        stop: Option<Label>,
        /// Positions between labels.
        step: Option<i64>,
    },
    /// These, in this order.
    List(Vec<Label>),
    /// Those where the mask, as long as the dimension, is true.
    Mask(Vec<bool>),
}

/// How labels are found that the index doesn't have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelectMethod {
    /// `"nearest"`: the closest label.
    Nearest,
    /// `"pad"`, `"ffill"`: the last label before.
    Pad,
    /// `"backfill"`, `"bfill"`: the first label after.
    Backfill,
}

impl SelectMethod {
    /// xarray's name of the method.
    pub(super) fn name(self) -> &'static str {
        match self {
            SelectMethod::Nearest => "nearest",
            SelectMethod::Pad => "pad",
            SelectMethod::Backfill => "backfill",
        }
    }
}

/// What a selection by label can be told.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SelectOptions {
    /// How labels are found that the index doesn't have; by default not at all.
    pub method: Option<SelectMethod>,
    /// Farthest distance to a label found by the method.
    pub tolerance: Option<Label>,
    /// Whether no scalar coordinates remain of dimensions indexed by one label.
    pub drop: bool,
}

/// A label in a form that compares exactly: times are counted in nanoseconds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Key {
    /// A truth value, integer or time.
    Integer(i128),
    /// A float.
    Float(f64),
    /// Text.
    Text(String),
}

impl Key {
    /// Order of two keys; `None` between text and numbers and beside NaN.
    fn compare(&self, other: &Key) -> Option<Ordering> {
        match (self, other) {
            (Key::Integer(a), Key::Integer(b)) => Some(a.cmp(b)),
            (Key::Float(a), Key::Float(b)) => a.partial_cmp(b),
            (Key::Integer(a), Key::Float(b)) => (*a as f64).partial_cmp(b),
            (Key::Float(a), Key::Integer(b)) => a.partial_cmp(&(*b as f64)),
            (Key::Text(a), Key::Text(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }

    /// Whether two labels are the same one; NaN is itself.
    pub(super) fn same(&self, other: &Key) -> bool {
        match (self, other) {
            (Key::Float(a), Key::Float(b)) if a.is_nan() && b.is_nan() => true,
            _ => self.compare(other) == Some(Ordering::Equal),
        }
    }

    /// A hashable form, equal for the same labels.
    pub(super) fn identity(&self) -> KeyIdentity {
        match self {
            Key::Integer(value) => KeyIdentity::Integer(*value),
            Key::Float(value) if value.fract() == 0.0 && value.abs() < 1e30 => KeyIdentity::Integer(*value as i128),
            Key::Float(value) if value.is_nan() => KeyIdentity::Float(f64::NAN.to_bits()),
            Key::Float(value) => KeyIdentity::Float(value.to_bits()),
            Key::Text(value) => KeyIdentity::Text(value.clone()),
        }
    }

    /// Order for sorting: numbers before text, NaN last among numbers.
    pub(super) fn sort_order(&self, other: &Key) -> Ordering {
        self.compare(other).unwrap_or_else(|| match (self, other) {
            (Key::Text(_), _) => Ordering::Greater,
            (_, Key::Text(_)) => Ordering::Less,
            (Key::Float(a), _) if a.is_nan() => Ordering::Greater,
            _ => Ordering::Less,
        })
    }

    fn distance(&self, other: &Key) -> Option<f64> {
        match (self, other) {
            (Key::Integer(a), Key::Integer(b)) => Some((a - b).unsigned_abs() as f64),
            (Key::Text(_), _) | (_, Key::Text(_)) => None,
            _ => Some((self.number() - other.number()).abs()),
        }
    }

    fn number(&self) -> f64 {
        match self {
            Key::Integer(value) => *value as f64,
            Key::Float(value) => *value,
            Key::Text(_) => f64::NAN,
        }
    }
}

/// A [`Key`] for hash maps.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum KeyIdentity {
    /// A whole number.
    Integer(i128),
    /// The bits of a float.
    Float(u64),
    /// Text.
    Text(String),
}

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
        let remedy = "Please explicitly set the index using `set_xindex`.";
        let not_an_index = || DatasetError::NotAnIndex { name: name.to_owned(), ndim: variable.dims.len(), remedy };
        if variable.dims.len() != 1 {
            return Err(not_an_index());
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
                    None => self.exact(&self.instant(label)?).first().copied().ok_or_else(|| self.not_found("")),
                    Some(method) => self.closest(&self.instant(label)?, method, options.tolerance.as_ref()),
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
            let found = self.closest(&self.instant(label)?, method, options.tolerance.as_ref())?;
            return Ok(Positions::One(found));
        }
        let hint = ". Try setting the `method` keyword argument (example: method='nearest').";
        match self.target(label)? {
            Target::Exact(key) => match self.exact(&key)[..] {
                [] => Err(self.not_found(hint)),
                [only] => Ok(Positions::One(only)),
                ref several => Ok(Positions::List(several.to_vec())),
            },
            Target::Within(start, end) => {
                let within = |key: &&Key| key.sort_order(&start).is_ge() && key.sort_order(&end).is_lt();
                let found: Vec<usize> =
                    self.keys.iter().enumerate().filter(|(_, key)| within(key)).map(|(i, _)| i).collect();
                if found.is_empty() { Err(self.not_found(hint)) } else { Ok(Positions::List(found)) }
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
        if let (DType::Datetime(_), Label::Value(Scalar::Text(text))) = (self.dtype, label) {
            let date = parse(text)?;
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

    fn is_sorted(&self, order: Ordering) -> bool {
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
    fn closest(&self, key: &Key, method: SelectMethod, tolerance: Option<&Label>) -> Result<usize, DatasetError> {
        let before = self.keys.iter().enumerate().filter(|(_, label)| label.sort_order(key).is_le());
        let before = before.max_by(|a, b| a.1.sort_order(b.1)).map(|(position, _)| position);
        let after = self.keys.iter().enumerate().filter(|(_, label)| label.sort_order(key).is_ge());
        let after = after.min_by(|a, b| a.1.sort_order(b.1)).map(|(position, _)| position);
        let no_distance =
            || DatasetError::NoDistance { index: self.name.clone(), dtype: self.dtype, method: method.name() };
        let distance = |position: usize| self.keys[position].distance(key).ok_or_else(no_distance);
        let found = match (method, before, after) {
            (SelectMethod::Pad, before, _) => before,
            (SelectMethod::Backfill, _, after) => after,
            (SelectMethod::Nearest, Some(before), Some(after)) => {
                // pandas: of two labels equally far the larger wins in a rising index, the smaller in a falling one.
                let (low, high) = (distance(before)?, distance(after)?);
                let prefer_low = if self.is_sorted(Ordering::Less) { low < high } else { low <= high };
                Some(if prefer_low { before } else { after })
            }
            (SelectMethod::Nearest, before, after) => before.or(after),
        };
        let found = found.ok_or_else(|| self.not_found(""))?;
        if let Some(tolerance) = tolerance {
            let limit = self.span(tolerance)?;
            if distance(found)? > limit {
                return Err(self.not_found(""));
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

    fn not_found(&self, hint: &'static str) -> DatasetError {
        DatasetError::LabelNotFound { index: self.name.clone(), hint }
    }

    /// What a single label stands for: pandas takes a date that is coarser than the index as all that lies within it.
    fn target(&self, label: &Label) -> Result<Target, DatasetError> {
        if let (DType::Datetime(_), Label::Value(Scalar::Text(text))) = (self.dtype, label) {
            let date = parse(text)?;
            if date.end - date.start > self.resolution_nanoseconds() {
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
            (DType::Datetime(_), Label::Value(Scalar::Text(text))) => Ok(Key::Integer(parse(text)?.start)),
            (_, Label::Time(count, unit)) => Ok(key(DType::Datetime(*unit), Scalar::Int(*count))),
            (_, Label::Value(Scalar::Float(value))) => Ok(Key::Float(*value)),
            (dtype, Label::Value(value)) => Ok(key(dtype, value.clone())),
        }
    }
}

impl std::fmt::Display for Label {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Label::Value(value) => write!(formatter, "{value}"),
            Label::Time(count, unit) => formatter.write_str(&calendar::format_instant(*count, *unit)),
        }
    }
}

/// The key of a value of a dtype.
pub(super) fn key(dtype: DType, value: Scalar) -> Key {
    match (dtype, value) {
        (DType::Datetime(unit) | DType::Timedelta(unit), Scalar::Int(count)) => {
            Key::Integer(i128::from(count) * i128::from(unit.nanoseconds()))
        }
        (_, Scalar::Bool(value)) => Key::Integer(value.into()),
        (_, Scalar::Int(value)) => Key::Integer(value.into()),
        (_, Scalar::UInt(value)) => Key::Integer(value.into()),
        (_, Scalar::Float(value)) => Key::Float(value),
        (_, Scalar::Text(value)) => Key::Text(value),
    }
}

fn parse(text: &str) -> Result<calendar::Period, DatasetError> {
    calendar::parse_period(text).ok_or_else(|| DatasetError::NotADate { text: text.to_owned() })
}

/// Labels in another numeric or time dtype, for joining indexes of different dtypes.
pub(super) fn cast_labels(labels: &Chunk, dtype: DType) -> Result<Chunk, DatasetError> {
    if labels.dtype() == dtype {
        return Ok(labels.clone());
    }
    let mut cast = Chunk::zeros(dtype, labels.shape().to_vec());
    for position in 0..labels.len() {
        let scalar = labels.get(position).expect("the position is below the length");
        let scalar = match (key(labels.dtype(), scalar), dtype) {
            (Key::Integer(nanoseconds), DType::Datetime(unit) | DType::Timedelta(unit)) => {
                Scalar::Int((nanoseconds / i128::from(unit.nanoseconds())) as i64)
            }
            (Key::Integer(value), _) => Scalar::Int(value as i64),
            (Key::Float(value), _) => Scalar::Float(value),
            (Key::Text(value), _) => Scalar::Text(value),
        };
        let one = Chunk::filled(dtype, vec![1], &scalar)?;
        let region = Region::new(vec![position], vec![1]);
        cast.copy_from(&region, &one.reshaped(vec![1])?, &[0]);
    }
    Ok(cast)
}
