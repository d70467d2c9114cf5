//! Labels of several levels: what `stack` and `set_index` make of several coordinates of one dimension.
//!
//! The coordinate that has the dimension's name numbers combinations of levels, row-major; beside it the levels' own labels
//! lie along the dimension as coordinates. Selections and gathers of the dimension take both along.

use super::gather::{Positions, pick};
use super::key::{Key, key};
use super::lookup::Index;
use super::{Dataset, DatasetError, IndexRole, Label, LabelIndexer, SelectOptions, Variable};
use crate::array::{Chunk, Scalar};
use crate::plan::Array;
use indexmap::IndexMap;
use std::sync::Arc;

/// The levels of a MultiIndex: each has a name and labels in an order.
#[derive(Debug, Clone, PartialEq)]
pub struct Levels {
    /// Their names.
    pub names: Vec<String>,
    /// The labels of each, one-dimensional.
    pub labels: Vec<Arc<Chunk>>,
}

impl Levels {
    /// Number of labels of each level.
    pub fn lengths(&self) -> Vec<usize> {
        self.labels.iter().map(|labels| labels.len()).collect()
    }

    /// Positions in each level of a numbered combination.
    pub(super) fn positions(&self, mut number: usize) -> Vec<usize> {
        let mut positions = vec![0; self.labels.len()];
        for (position, labels) in positions.iter_mut().zip(&self.labels).rev() {
            *position = number % labels.len().max(1);
            number /= labels.len().max(1);
        }
        positions
    }

    /// The number of a combination of positions.
    pub(super) fn number(&self, positions: &[usize]) -> usize {
        positions.iter().zip(&self.labels).fold(0, |number, (position, labels)| number * labels.len() + position)
    }

    /// Some of the levels.
    pub(super) fn part(&self, levels: &[usize]) -> Levels {
        Levels {
            names: levels.iter().map(|&level| self.names[level].clone()).collect(),
            labels: levels.iter().map(|&level| self.labels[level].clone()).collect(),
        }
    }

    /// The same levels under other names.
    pub(super) fn renamed(&self, rename: &dyn Fn(&String) -> String) -> Levels {
        Levels { names: self.names.iter().map(rename).collect(), labels: self.labels.clone() }
    }

    /// The coordinate that numbers these combinations along a dimension.
    pub(super) fn coordinate(self: Arc<Levels>, dimension: &str, numbers: Vec<i64>) -> Result<Variable, DatasetError> {
        let data = Array::in_memory(Chunk::from_values(vec![numbers.len()], numbers)?);
        let plain = Variable::new(vec![dimension.to_owned()], data)?;
        Ok(Variable { role: IndexRole::Levels(self), ..plain })
    }

    /// The labels of a level along a dimension with these combinations, with the metadata of another variable.
    pub(super) fn along(&self, level: usize, numbers: &[i64], like: &Variable) -> Result<Variable, DatasetError> {
        let positions = numbers.iter().map(|&number| self.positions(number as usize)[level]).collect();
        let labels = Array::in_memory(self.labels[level].clone());
        Ok(like.with_data(pick(&labels, 0, &Positions::List(positions))?))
    }

    /// A combination as Python's tuple of numpy's values.
    pub(super) fn tuple_text(&self, number: usize) -> String {
        let texts =
            self.positions(number).into_iter().zip(&self.labels).map(|(position, labels)| match labels.get(position) {
                Some(Scalar::Text(text)) => format!("'{text}'"),
                Some(value) => format!("np.{}({value})", labels.dtype()),
                None => String::new(),
            });
        let texts: Vec<String> = texts.collect();
        if let [only] = &texts[..] { format!("({only},)") } else { format!("({})", texts.join(", ")) }
    }
}

/// The numbers of combinations along a dimension, of its coordinate.
pub(super) fn numbers<'a>(name: &str, variable: &'a Variable) -> Result<&'a [i64], DatasetError> {
    let values = variable.data.in_memory_values().and_then(|values| values.as_slice::<i64>());
    values.ok_or_else(|| DatasetError::LazyLevels { name: name.to_owned(), length: variable.data.len() })
}

impl Dataset {
    /// The dimension whose MultiIndex has a level of this name, and which level that is.
    pub fn level(&self, name: &str) -> Option<(&str, usize)> {
        self.coordinates.iter().find_map(|(dimension, variable)| {
            let levels = variable.levels().filter(|_| variable.is_index(dimension))?;
            Some((dimension.as_str(), levels.names.iter().position(|level| level == name)?))
        })
    }

    /// The levels of a dimension's MultiIndex.
    pub fn levels_of(&self, dimension: &str) -> Option<&Arc<Levels>> {
        self.index(dimension).and_then(Variable::levels)
    }

    /// The elements whose labels of some levels are these. Levels that are chosen leave the MultiIndex: of one level that
    /// is left the dimension takes the name.
    ///
    /// # Errors
    /// Where no element has them.
    pub fn sel_levels(&self, dimension: &str, wanted: &[(usize, Label)], drop: bool) -> Result<Dataset, DatasetError> {
        let (Some(variable), Some(levels)) = (self.index(dimension), self.levels_of(dimension)) else {
            return Err(DatasetError::NoLabels { dimension: dimension.to_owned() });
        };
        let levels = levels.clone();
        let numbers = numbers(dimension, variable)?;
        let mut chosen: IndexMap<usize, usize> = IndexMap::new();
        for (level, label) in wanted {
            chosen.insert(*level, levels.find(*level, label)?);
        }
        let matches = |number: &i64| {
            let positions = levels.positions(*number as usize);
            chosen.iter().all(|(&level, &position)| positions[level] == position)
        };
        let found: Vec<usize> =
            numbers.iter().enumerate().filter(|(_, number)| matches(number)).map(|(at, _)| at).collect();
        if found.is_empty() {
            let labels: Vec<String> = wanted.iter().map(|(_, label)| label.to_string()).collect();
            let label = labels.join(", ");
            return Err(DatasetError::LabelNotFound { index: dimension.to_owned(), label, hint: "" });
        }
        if chosen.len() == levels.names.len() {
            let at = if let [only] = found[..] { Positions::One(only) } else { Positions::List(found) };
            return self.pick(&IndexMap::from([(dimension.to_owned(), at)]), drop);
        }
        let first = IndexMap::from([(dimension.to_owned(), Positions::One(found[0]))]);
        let mut selected = self.pick(&IndexMap::from([(dimension.to_owned(), Positions::List(found))]), false)?;
        for &level in chosen.keys() {
            let name = &levels.names[level];
            if drop {
                selected.coordinates.shift_remove(name);
            } else if let Some(own) = self.coordinates.get(name) {
                selected.coordinates.insert(name.clone(), own.pick(&first)?);
            }
        }
        let left: Vec<usize> = (0..levels.names.len()).filter(|level| !chosen.contains_key(level)).collect();
        selected.keep_levels(dimension, &left)
    }

    /// The dataset with only some levels in the MultiIndex of a dimension; of a single one the dimension takes the name.
    fn keep_levels(mut self, dimension: &str, left: &[usize]) -> Result<Dataset, DatasetError> {
        let (Some(variable), Some(levels)) = (self.index(dimension), self.levels_of(dimension)) else {
            return Ok(self);
        };
        if let [only] = left {
            let name = levels.names[*only].clone();
            self.coordinates.shift_remove(dimension);
            return self.rename(&IndexMap::from([(dimension.to_owned(), name)]));
        }
        let part = Arc::new(levels.part(left));
        let renumbered = numbers(dimension, variable)?.iter().map(|&number| {
            let positions = levels.positions(number as usize);
            part.number(&left.iter().map(|&level| positions[level]).collect::<Vec<_>>()) as i64
        });
        let coordinate = part.clone().coordinate(dimension, renumbered.collect())?;
        self.coordinates.insert(dimension.to_owned(), coordinate);
        Ok(self)
    }

    /// Positions along a dimension of combinations of labels, one label a level each.
    ///
    /// # Errors
    /// Where a combination isn't there.
    pub fn positions_of_combinations(
        &self,
        dimension: &str,
        combinations: &[Vec<Label>],
    ) -> Result<Vec<i64>, DatasetError> {
        let (Some(variable), Some(levels)) = (self.index(dimension), self.levels_of(dimension)) else {
            return Err(DatasetError::NoLabels { dimension: dimension.to_owned() });
        };
        let numbers = numbers(dimension, variable)?;
        let position = |labels: &Vec<Label>| {
            let missing = || DatasetError::LabelNotFound {
                index: dimension.to_owned(),
                label: labels.iter().map(Label::to_string).collect::<Vec<_>>().join(", "),
                hint: "",
            };
            if labels.len() != levels.names.len() {
                return Err(missing());
            }
            let found = labels.iter().enumerate().map(|(level, label)| levels.find(level, label));
            let number = levels.number(&found.collect::<Result<Vec<_>, _>>()?) as i64;
            numbers.iter().position(|&other| other == number).map(|at| at as i64).ok_or_else(missing)
        };
        combinations.iter().map(position).collect()
    }
}

impl Levels {
    /// The position of a label in a level.
    fn find(&self, level: usize, label: &Label) -> Result<usize, DatasetError> {
        let name = &self.names[level];
        let labels = Variable::new(vec![name.clone()], Array::in_memory(self.labels[level].clone()))?;
        match Index::new(name, &labels)?.locate(&LabelIndexer::At(label.clone()), &SelectOptions::default())? {
            Positions::One(position) => Ok(position),
            _ => Err(DatasetError::LabelNotFound { index: name.clone(), label: label.to_string(), hint: "" }),
        }
    }
}

/// The labels of some values in rising order, each once, and where each value is among them.
pub(super) fn factorized(values: &Chunk) -> (Chunk, Vec<usize>) {
    let keys: Vec<Key> =
        (0..values.len()).filter_map(|at| values.get(at)).map(|value| key(values.dtype(), value)).collect();
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by(|&a, &b| keys[a].sort_order(&keys[b]));
    let (mut firsts, mut codes): (Vec<usize>, Vec<usize>) = (Vec::new(), vec![0; keys.len()]);
    for at in order {
        if firsts.last().is_none_or(|&last| !keys[last].same(&keys[at])) {
            firsts.push(at);
        }
        codes[at] = firsts.len() - 1;
    }
    (values.gather(&firsts, vec![firsts.len()]), codes)
}
