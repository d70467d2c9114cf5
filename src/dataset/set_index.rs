//! Which coordinates label dimensions: `set_index`, `reset_index`, `drop_indexes`, `set_xindex`.

use super::error::{quoted, tuple};
use super::merge::load_coordinates;
use super::multi_index::{factorized, numbers};
use super::{Dataset, DatasetError, IndexRole, Levels, Variable};
use crate::plan::Evaluate;
use indexmap::IndexMap;
use std::sync::Arc;

impl Dataset {
    /// Dimensions labelled by other coordinates or variables: by one, or by the combinations of several; with `append`, of
    /// these behind what labels a dimension already.
    ///
    /// # Errors
    /// Where a variable doesn't exist, or lies along another dimension.
    pub fn set_index(
        &self,
        indexes: &IndexMap<String, Vec<String>>,
        append: bool,
        evaluate: &dyn Evaluate,
    ) -> Result<Dataset, DatasetError> {
        let mut result = self.clone();
        for (dimension, names) in indexes {
            let missing: Vec<&String> = names.iter().filter(|name| result.variable(name).is_none()).collect();
            if !missing.is_empty() {
                return Err(DatasetError::SetIndexUnknown { names: quoted(&missing) });
            }
            let mut taken = if append { result.take_index(dimension) } else { IndexMap::new() };
            if let Some(name) = names.iter().find(|name| append && (*name == dimension || taken.contains_key(*name))) {
                return Err(DatasetError::LevelTwice { dimension: dimension.clone(), name: name.clone() });
            }
            for name in names {
                let of_data = result.data_variables.shift_remove(name);
                let variable = of_data.or_else(|| result.coordinates.shift_remove(name));
                let Some(variable) = variable else { continue };
                if variable.dims != [dimension.clone()] {
                    let (dimension, name, dims) = (dimension.clone(), name.clone(), tuple(&variable.dims));
                    return Err(DatasetError::SetIndexElsewhere { dimension, name, dims });
                }
                taken.insert(name.clone(), variable);
            }
            result.coordinates.shift_remove(dimension);
            if let [only] = &names[..]
                && taken.len() == 1
                && let Some(variable) = taken.shift_remove(only)
            {
                let labels = Variable { role: IndexRole::Labels, ..variable };
                let mut own = IndexMap::from([(dimension.clone(), labels)]);
                load_coordinates(&mut own, evaluate)?;
                result.coordinates.extend(own);
                continue;
            }
            result.set_levels(dimension, taken, evaluate)?;
        }
        Dataset::new(result.data_variables, result.coordinates, result.attributes)
    }

    /// Takes out what labels a dimension: the levels of its MultiIndex, or its labels as those of a first level.
    fn take_index(&mut self, dimension: &str) -> IndexMap<String, Variable> {
        let names = match self.levels_of(dimension) {
            Some(levels) => levels.names.iter().map(|name| (name.clone(), name.clone())).collect(),
            None if self.index(dimension).is_some() => vec![(dimension.to_owned(), format!("{dimension}_level_0"))],
            None => Vec::new(),
        };
        let taken = names.into_iter().filter_map(|(old, new)| Some((new, self.coordinates.shift_remove(&old)?)));
        taken.collect()
    }

    /// Labels a dimension by the combinations of some variables along it.
    fn set_levels(
        &mut self,
        dimension: &str,
        variables: IndexMap<String, Variable>,
        evaluate: &dyn Evaluate,
    ) -> Result<(), DatasetError> {
        let arrays: Vec<_> = variables.values().map(|variable| variable.data.clone()).collect();
        let loaded = super::dataset::load_arrays(&arrays, evaluate)?;
        let mut levels = Levels { names: variables.keys().cloned().collect(), labels: Vec::new() };
        let mut codes: Vec<Vec<usize>> = Vec::new();
        for array in &loaded {
            let (labels, own) = factorized(array.in_memory_values().expect("the values were loaded"));
            levels.labels.push(Arc::new(labels));
            codes.push(own);
        }
        let count = codes.first().map_or(0, Vec::len);
        let number = |at: usize| levels.number(&codes.iter().map(|codes| codes[at]).collect::<Vec<_>>()) as i64;
        let numbers: Vec<i64> = (0..count).map(number).collect();
        self.coordinates.insert(dimension.to_owned(), Arc::new(levels).coordinate(dimension, numbers)?);
        for ((name, variable), data) in variables.into_iter().zip(loaded) {
            self.coordinates.insert(name, Variable { data, role: IndexRole::default(), ..variable });
        }
        Ok(())
    }

    /// Dimensions, or levels of a MultiIndex, without index: what labelled them stays as coordinates, or goes too.
    ///
    /// # Errors
    /// Where a name is no index.
    pub fn reset_index(&self, names: &[String], drop: bool) -> Result<Dataset, DatasetError> {
        let mut result = self.clone();
        let unknown: Vec<&String> =
            names.iter().filter(|name| result.index(name).is_none() && result.level(name).is_none()).collect();
        if !unknown.is_empty() {
            return Err(DatasetError::NotIndexes { names: tuple(&unknown) });
        }
        for name in names {
            let level = result.level(name).map(|(dimension, level)| (dimension.to_owned(), level));
            if let Some((dimension, level)) = level {
                result.without_level(&dimension, level)?;
                if drop {
                    result.coordinates.shift_remove(name);
                }
                continue;
            }
            let levels = result.levels_of(name).cloned();
            match (levels, result.coordinates.get_mut(name)) {
                (Some(levels), _) => {
                    result.coordinates.shift_remove(name);
                    if drop {
                        levels.names.iter().for_each(|level| drop_coordinate(&mut result, level));
                    }
                }
                (None, Some(_)) if drop => drop_coordinate(&mut result, name),
                (None, Some(variable)) => variable.role = IndexRole::None,
                (None, None) => {}
            }
        }
        Ok(result)
    }

    /// Takes a level out of a MultiIndex: its labels stay as a coordinate, and a single level that is left labels the
    /// dimension.
    fn without_level(&mut self, dimension: &str, level: usize) -> Result<(), DatasetError> {
        let (Some(variable), Some(levels)) = (self.index(dimension), self.levels_of(dimension)) else { return Ok(()) };
        let (levels, found) = (levels.clone(), numbers(dimension, variable)?.to_vec());
        let left: Vec<usize> = (0..levels.names.len()).filter(|other| *other != level).collect();
        self.coordinates.shift_remove(dimension);
        if let [only] = left[..] {
            if let Some(own) = self.coordinates.shift_remove(&levels.names[only]) {
                self.coordinates.insert(dimension.to_owned(), levels.along(only, &found, &own)?);
            }
            return Ok(());
        }
        let kept = levels.part(&left);
        let renumbered = found.iter().map(|&number| {
            let positions = levels.positions(number as usize);
            kept.number(&left.iter().map(|&level| positions[level]).collect::<Vec<_>>()) as i64
        });
        let renumbered = renumbered.collect();
        self.coordinates.insert(dimension.to_owned(), Arc::new(kept).coordinate(dimension, renumbered)?);
        Ok(())
    }

    /// Coordinates that no longer label their dimensions.
    ///
    /// # Errors
    /// Where one is no index, or part of a MultiIndex.
    pub fn drop_indexes(&self, names: &[String], ignore: bool) -> Result<Dataset, DatasetError> {
        let mut result = self.clone();
        for name in names {
            if self.levels_of(name).is_some() || self.level(name).is_some() {
                return Err(DatasetError::DropLevels { name: name.clone() });
            }
            match result.coordinates.get_mut(name) {
                Some(variable) if variable.is_index(name) => variable.role = IndexRole::None,
                Some(_) if ignore => {}
                Some(_) => return Err(DatasetError::NoIndexToDrop { name: name.clone() }),
                None if ignore => {}
                None => return Err(DatasetError::NotACoordinate { name: name.clone() }),
            }
        }
        Ok(result)
    }

    /// A coordinate that labels the dimension whose name it has.
    ///
    /// # Errors
    /// Where it doesn't exist, or has another name than its dimension.
    pub fn set_xindex(&self, name: &str, evaluate: &dyn Evaluate) -> Result<Dataset, DatasetError> {
        let mut result = self.clone();
        let Some(variable) = result.coordinates.get_mut(name) else {
            return Err(DatasetError::NotACoordinate { name: name.to_owned() });
        };
        if variable.is_index(name) {
            return Ok(result);
        }
        if variable.dims != [name.to_owned()] {
            return Err(DatasetError::IndexOfOtherName { name: name.to_owned(), dims: tuple(&variable.dims) });
        }
        variable.role = IndexRole::Labels;
        load_coordinates(&mut result.coordinates, evaluate)?;
        Ok(result)
    }
}

fn drop_coordinate(dataset: &mut Dataset, name: &str) {
    dataset.coordinates.shift_remove(name);
}
