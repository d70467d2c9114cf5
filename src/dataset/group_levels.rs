//! Groups of several keys: pairs of the groups of each, which get a dimension for every key again; groups of given labels
//! and of seasons.

use super::groupby::no_such_group;
use super::instants::Instants;
use super::key::{KeyIdentity, key};
use super::time_fields::TimeField;
use super::{DataArray, Dataset, DatasetError, Grouping, Operand, Variable};
use crate::array::{Chunk, DType, Scalar};
use crate::plan::{Array, Window, WindowAxis, WindowSummary};
use std::collections::HashMap;

/// First letters of the months.
const MONTHS: &str = "JFMAMJJASOND";

/// Most groups of several keys together, whose numbers are held in memory and fit `i32`.
const MOST_COMBINATIONS: usize = 1 << 24;

impl Grouping {
    /// Groups of several groupings of one dimension together: one for each combination of theirs.
    ///
    /// # Errors
    /// Where they are of different dimensions, or their combinations are too many.
    ///
    /// # Panics
    /// Where there is none.
    pub fn together(groupings: Vec<Grouping>) -> Result<Grouping, DatasetError> {
        let first = groupings.first().expect("groups are of at least one key");
        if let Some(other) = groupings.iter().find(|grouping| grouping.dimension() != first.dimension()) {
            return Err(DatasetError::GroupsElsewhere {
                first: first.name().to_owned(),
                first_dim: first.dimension().to_owned(),
                second: other.name().to_owned(),
                second_dim: other.dimension().to_owned(),
            });
        }
        if groupings.len() == 1 {
            return Ok(first.clone());
        }
        let lengths: Vec<usize> = groupings.iter().map(|grouping| grouping.labels().len()).collect();
        let count = lengths.iter().try_fold(1_usize, |count, &length| count.checked_mul(length));
        let Some(count) = count.filter(|count| *count <= MOST_COMBINATIONS) else {
            let counts = lengths.iter().map(usize::to_string).collect::<Vec<_>>().join(" x ");
            return Err(DatasetError::TooManyGroups { counts, most: MOST_COMBINATIONS });
        };
        let mut codes = vec![0; first.codes().len()];
        for (grouping, length) in groupings.iter().zip(lengths) {
            for (code, own) in codes.iter_mut().zip(grouping.codes()) {
                *code = if *code < 0 || *own < 0 { -1 } else { *code * length as i32 + own };
            }
        }
        let name = groupings.iter().map(Grouping::name).collect::<Vec<_>>().join(" and ");
        let labels = super::dataset::positions(&name, count)?;
        let dimension = first.dimension().to_owned();
        Ok(Grouping::of_parts(&name, &dimension, labels, codes).with_levels(groupings))
    }

    /// Groups of given labels, in their order; other values belong to none.
    ///
    /// # Errors
    /// Where a label is of another kind than the values.
    pub fn with_labels(&self, labels: &Chunk) -> Result<Grouping, DatasetError> {
        let identities = |chunk: &Chunk| -> Vec<KeyIdentity> {
            (0..chunk.len()).filter_map(|at| Some(key(chunk.dtype(), chunk.get(at)?).identity())).collect()
        };
        let wanted: HashMap<KeyIdentity, i32> = identities(labels).into_iter().zip(0..).collect();
        let renumbered: Vec<i32> =
            identities(self.labels()).iter().map(|own| wanted.get(own).copied().unwrap_or(-1)).collect();
        let codes = self.codes().iter().map(|code| usize::try_from(*code).map_or(-1, |own| renumbered[own])).collect();
        let variable = Variable::new(vec![self.name().to_owned()], Array::in_memory(labels.clone()))?;
        let variable = variable.with_attributes(self.labels_variable().attributes.clone());
        Ok(Grouping::of_parts(self.name(), self.dimension(), variable, codes)
            .labelled_by(super::groupby::LabelSource::Given))
    }

    /// A result of an object's groups with a dimension for each key in place of that of the pairs, or behind all others, as in
    /// datasets always where there was the grouped dimension; results of one key are as they are.
    ///
    /// # Errors
    /// None that is known.
    pub fn unstacked(&self, object: &Operand, result: Operand, last: bool) -> Result<Operand, DatasetError> {
        if self.levels().is_empty() {
            return Ok(result);
        }
        match result {
            Operand::DataArray(array) => {
                let split = self.split_all(&array.as_dataset(), &|_| last)?;
                Ok(array.like(split).into())
            }
            Operand::Dataset(dataset) => {
                let is_last = |name: &str| match object {
                    Operand::Dataset(original) => {
                        original.variable(name).is_none_or(|variable| variable.axis(self.dimension()).is_some())
                    }
                    _ => true,
                };
                Ok(self.split_all(&dataset, &is_last)?.into())
            }
            other => Ok(other),
        }
    }

    fn split_all(&self, dataset: &Dataset, is_last: &dyn Fn(&str) -> bool) -> Result<Dataset, DatasetError> {
        if !dataset.sizes().contains_key(self.name()) {
            return Ok(dataset.clone());
        }
        let mut plain = dataset.clone();
        plain.coordinates.shift_remove(self.name());
        let mut split = plain.map_variables(|name, variable| self.split(variable, is_last(name)))?;
        for level in self.levels() {
            split.coordinates.insert(level.name().to_owned(), level.labels_variable().clone());
        }
        Ok(split)
    }

    /// A variable with a dimension for each key, in place of the pairs' one or behind the others.
    fn split(&self, variable: &Variable, last: bool) -> Result<Variable, DatasetError> {
        let Some(axis) = variable.axis(self.name()) else { return Ok(variable.clone()) };
        let lengths: Vec<usize> = self.levels().iter().map(|level| level.labels().len()).collect();
        let mut data = variable.data.clone();
        let mut at = axis;
        for number in 0..lengths.len() - 1 {
            let size: usize = lengths[number + 1..].iter().product();
            let window = WindowAxis { axis: at, size, step: size, before: 0, count: lengths[number] };
            // No window lacks a value.
            let fill = match data.dtype() {
                dtype if dtype.is_float() || dtype.is_time() => None,
                DType::Bool => Some(Scalar::Bool(false)),
                DType::Text => Some(Scalar::Text(String::new())),
                _ => Some(Scalar::Int(0)),
            };
            data = data.window(Window { axes: vec![window], summary: WindowSummary::Values { fill } })?;
            at = data.ndim() - 1;
        }
        let mut dims = variable.dims.clone();
        let names: Vec<String> = self.levels().iter().map(|level| level.name().to_owned()).collect();
        dims[axis] = names[0].clone();
        dims.extend(names[1..].iter().cloned());
        let split = Variable { dims, data, ..variable.clone() };
        let mut order: Vec<String> = variable.dims.iter().filter(|name| *name != self.name()).cloned().collect();
        let place = if last { order.len() } else { axis };
        order.splice(place..place, names);
        split.transpose(&order)
    }
}

/// The first and the number of months that a name of a season has: `"DJF"` is December and two more.
fn season_months(name: &str) -> Option<Vec<usize>> {
    let twice = MONTHS.repeat(2);
    let first = twice.find(name).filter(|_| (1..=12).contains(&name.len()))?;
    Some((first..first + name.len()).map(|month| month % 12).collect())
}

impl Dataset {
    /// Groups of the times along a coordinate by the seasons that their months are in, in the order of the seasons; times of
    /// other months belong to none. The groups are called `season`.
    ///
    /// # Errors
    /// Where there is no such coordinate of times, or names are no seasons or share months.
    pub fn group_seasons(&self, coordinate: &str, seasons: &[String]) -> Result<Grouping, DatasetError> {
        let variable = self.coordinates.get(coordinate).ok_or_else(|| no_such_group(coordinate))?;
        let [dimension] = &variable.dims[..] else { return Err(DatasetError::NotOneDimensional) };
        let lazy = || DatasetError::LazyIndex { name: coordinate.to_owned() };
        let Instants { calendar, times } =
            Instants::of(variable.values().ok_or_else(lazy)?).ok_or(DatasetError::NotTimes)?;
        let mut of_month = [-1; 12];
        for (season, name) in seasons.iter().enumerate() {
            for month in season_months(name).ok_or_else(|| DatasetError::UnknownSeason { name: name.clone() })? {
                if of_month[month] >= 0 {
                    return Err(DatasetError::SharedMonths { seasons: format!("{seasons:?}") });
                }
                of_month[month] = season as i32;
            }
        }
        let code = |time: Option<i128>| match time.map(|time| TimeField::Month.of(calendar, time)) {
            Some(Scalar::Int(month)) => of_month[month as usize - 1],
            _ => -1,
        };
        let codes: Vec<i32> = times.into_iter().map(code).collect();
        let labels = Array::in_memory(Chunk::from_values(vec![seasons.len()], seasons.to_vec())?);
        let labels = Variable::new(vec!["season".to_owned()], labels)?;
        Ok(Grouping::of_parts("season", dimension, labels, codes))
    }
}

impl DataArray {
    /// Groups of the times along a coordinate by seasons, as [`Dataset::group_seasons`] has them.
    ///
    /// # Errors
    /// As [`Dataset::group_seasons`].
    pub fn group_seasons(&self, coordinate: &str, seasons: &[String]) -> Result<Grouping, DatasetError> {
        self.as_dataset().group_seasons(coordinate, seasons)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seasons_are_runs_of_months() {
        assert_eq!(season_months("DJF"), Some(vec![11, 0, 1]));
        assert_eq!(season_months("JJA"), Some(vec![5, 6, 7]));
        assert_eq!(season_months("NDJFM").map(|months| months[0]), Some(10));
        assert!(season_months("XYZ").is_none() && season_months("").is_none());
    }
}
