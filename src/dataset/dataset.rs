//! Several variables on shared dimensions and coordinates.

use super::variable::{Attributes, Variable};
use super::{DataArray, DatasetError};
use crate::array::{Chunk, DType};
use crate::plan::{Array, Evaluate};
use indexmap::IndexMap;

/// Data variables and coordinates whose common dimensions have common lengths.
#[derive(Debug, Clone, Default)]
pub struct Dataset {
    pub(super) data_variables: IndexMap<String, Variable>,
    pub(super) coordinates: IndexMap<String, Variable>,
    pub(super) attributes: Attributes,
    /// Arrays of the opened store that can't be read, and why: asking for one says so.
    pub(super) unreadable: IndexMap<String, String>,
    /// What the opened store says of itself, and how the dataset will be written.
    pub(super) encoding: DatasetEncoding,
}

/// Where a dataset comes from, and what its file is to have beside variables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DatasetEncoding {
    /// Absolute location of the store that was opened.
    pub source: Option<String>,
    /// Dimensions that may grow in a NetCDF file.
    pub unlimited: Vec<String>,
}

impl Dataset {
    /// A dataset of variables and coordinates, without alignment: labels of one dimension are given once.
    ///
    /// # Errors
    /// Where two variables disagree on the length of a dimension, or an index coordinate isn't in memory.
    pub fn new(
        data_variables: IndexMap<String, Variable>,
        coordinates: IndexMap<String, Variable>,
        attributes: Attributes,
    ) -> Result<Dataset, DatasetError> {
        Dataset { data_variables, coordinates, attributes, ..Dataset::default() }.checked()
    }

    /// A changed dataset with variables that index their dimension as coordinates, where everything fits.
    pub(super) fn checked(mut self) -> Result<Dataset, DatasetError> {
        let indexes: Vec<String> = self
            .data_variables
            .iter()
            .filter(|(name, variable)| variable.is_index(name))
            .map(|(name, _)| name.clone())
            .collect();
        for name in indexes {
            if let Some(variable) = self.data_variables.shift_remove(&name) {
                self.coordinates.insert(name, variable);
            }
        }
        self.check()?;
        Ok(self)
    }

    /// Whether lengths agree and indexes are in memory.
    fn check(&self) -> Result<(), DatasetError> {
        let mut lengths: IndexMap<&str, (usize, &str)> = IndexMap::new();
        for (name, variable) in self.variables() {
            for (dimension, &found) in variable.dims.iter().zip(variable.data.shape()) {
                let (expected, other) = *lengths.entry(dimension).or_insert((found, name));
                if expected != found {
                    return Err(DatasetError::ConflictingSizes {
                        dimension: dimension.clone(),
                        name: name.to_owned(),
                        found,
                        other: other.to_owned(),
                        expected,
                    });
                }
            }
        }
        let is_lazy = |(name, variable): &(&String, &Variable)| {
            variable.is_index(name) && variable.levels().is_none() && variable.values().is_none()
        };
        match self.coordinates.iter().find(is_lazy) {
            Some((name, _)) => Err(DatasetError::LazyIndex { name: name.clone() }),
            None => Ok(()),
        }
    }

    /// This dataset, as [`DataArray::as_anonymous`] makes one of an array.
    pub fn as_anonymous(&self) -> Dataset {
        self.clone()
    }

    /// The dataset that such a one has become.
    pub fn from_anonymous(&self, dataset: Dataset) -> Dataset {
        dataset
    }

    /// The variables that aren't coordinates.
    pub fn data_variables(&self) -> &IndexMap<String, Variable> {
        &self.data_variables
    }

    /// The coordinates.
    pub fn coordinates(&self) -> &IndexMap<String, Variable> {
        &self.coordinates
    }

    /// The attributes of the dataset.
    pub fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// The attributes of the dataset.
    pub fn attributes_mut(&mut self) -> &mut Attributes {
        &mut self.attributes
    }

    /// The encoding of the dataset as a whole.
    pub fn encoding(&self) -> &DatasetEncoding {
        &self.encoding
    }

    /// The encoding of the dataset as a whole.
    pub fn encoding_mut(&mut self) -> &mut DatasetEncoding {
        &mut self.encoding
    }

    /// Coordinates, then data variables.
    pub fn variables(&self) -> impl Iterator<Item = (&str, &Variable)> {
        self.coordinates.iter().chain(&self.data_variables).map(|(name, variable)| (name.as_str(), variable))
    }

    /// A variable or coordinate.
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.data_variables.get(name).or_else(|| self.coordinates.get(name))
    }

    /// A variable or coordinate whose attributes or encoding are to change. Its dims and data must stay.
    pub fn variable_mut(&mut self, name: &str) -> Option<&mut Variable> {
        match self.data_variables.get_mut(name) {
            Some(variable) => Some(variable),
            None => self.coordinates.get_mut(name),
        }
    }

    /// The index of a dimension.
    pub(super) fn index(&self, dimension: &str) -> Option<&Variable> {
        self.coordinates.get(dimension).filter(|variable| variable.is_index(dimension))
    }

    /// Dimensions and their lengths, in order of appearance among the data variables, then the coordinates.
    pub fn sizes(&self) -> IndexMap<String, usize> {
        let variables = self.data_variables.values().chain(self.coordinates.values());
        let mut sizes = IndexMap::new();
        for (dimension, length) in variables.flat_map(Variable::sizes) {
            sizes.entry(dimension).or_insert(length);
        }
        sizes
    }

    /// One variable with the coordinates along its dimensions; for a dimension without coordinate, its positions.
    ///
    /// # Errors
    /// [`DatasetError::NoSuchVariable`].
    pub fn get(&self, name: &str) -> Result<DataArray, DatasetError> {
        let variable = match self.variable(name) {
            Some(variable) => variable.clone(),
            None => match self.sizes().get(name) {
                Some(&length) => positions(name, length)?,
                None => return Err(self.no_such_variable(name)),
            },
        };
        let coordinates = self
            .coordinates
            .iter()
            .filter(|(_, coordinate)| coordinate.dims.iter().all(|dimension| variable.dims.contains(dimension)))
            .map(|(name, coordinate)| (name.clone(), coordinate.clone()))
            .collect();
        Ok(DataArray { name: Some(name.to_owned()), variable, coordinates })
    }

    /// The named variables with the coordinates along their dimensions.
    ///
    /// # Errors
    /// [`DatasetError::NoSuchVariable`].
    pub fn select_variables(&self, names: &[String]) -> Result<Dataset, DatasetError> {
        let (attributes, encoding) = (self.attributes.clone(), self.encoding.clone());
        let mut selected = Dataset { attributes, encoding, ..Dataset::default() };
        for name in names {
            let array = self.get(name)?;
            match self.coordinates.contains_key(name) {
                true => selected.coordinates.insert(name.clone(), array.variable),
                false => selected.data_variables.insert(name.clone(), array.variable),
            };
        }
        let dimensions = selected.sizes();
        for (name, coordinate) in &self.coordinates {
            if coordinate.dims.iter().all(|dimension| dimensions.contains_key(dimension)) {
                selected.coordinates.insert(name.clone(), coordinate.clone());
            }
        }
        Ok(selected)
    }

    /// Says which names there are, the similar ones where there are any.
    pub(super) fn no_such_variable(&self, name: &str) -> DatasetError {
        if let Some(reason) = self.unreadable.get(name) {
            return DatasetError::Unreadable { name: name.to_owned(), reason: reason.clone() };
        }
        let names: Vec<&str> = self.variables().map(|(name, _)| name).collect();
        let similar: Vec<&str> =
            names.iter().copied().filter(|candidate| strsim::normalized_levenshtein(candidate, name) > 0.49).collect();
        let hint = match similar.is_empty() {
            false => format!("Did you mean one of {}?", super::error::tuple(&similar)),
            true => format!("Variables on the dataset include [{}]", super::error::quoted(&names)),
        };
        DatasetError::NoSuchVariable { name: name.to_owned(), hint }
    }

    /// Every lazy or in-memory array of the dataset, data variables first.
    pub fn arrays(&self) -> Vec<Array> {
        self.data_variables.values().chain(self.coordinates.values()).map(|variable| variable.data.clone()).collect()
    }

    /// The same dataset over other arrays of the same shapes, in the order of [`Dataset::arrays`]: what `persist` and
    /// `load` put in place.
    ///
    /// # Panics
    /// Where there are fewer arrays than variables.
    pub fn replace_arrays(&self, arrays: Vec<Array>) -> Dataset {
        let mut replaced = self.clone();
        let mut arrays = arrays.into_iter();
        for variable in replaced.data_variables.values_mut().chain(replaced.coordinates.values_mut()) {
            variable.data = arrays.next().expect("there is one array a variable");
        }
        replaced
    }

    /// The dataset with all its values in memory.
    ///
    /// # Errors
    /// Whatever evaluation fails with.
    pub fn load(&self, evaluate: &dyn Evaluate) -> Result<Dataset, DatasetError> {
        Ok(self.replace_arrays(load_arrays(&self.arrays(), evaluate)?))
    }

    /// Applies a function to every data variable of which it gives a result; coordinates and attributes stay.
    pub(super) fn map_data(
        &self,
        mut function: impl FnMut(&str, &Variable) -> Result<Variable, DatasetError>,
    ) -> Result<Dataset, DatasetError> {
        let mut mapped = Dataset { data_variables: IndexMap::new(), ..self.clone() };
        for (name, variable) in &self.data_variables {
            mapped.data_variables.insert(name.clone(), function(name, variable)?);
        }
        Ok(mapped)
    }

    /// Applies a function to every variable and coordinate.
    pub(super) fn map_variables(
        &self,
        mut function: impl FnMut(&str, &Variable) -> Result<Variable, DatasetError>,
    ) -> Result<Dataset, DatasetError> {
        let mut mapped = self.map_data(&mut function)?;
        for (name, variable) in &mut mapped.coordinates {
            *variable = function(name, variable)?;
        }
        Ok(mapped)
    }
}

/// The positions along a dimension, in memory.
pub(super) fn positions(dimension: &str, length: usize) -> Result<Variable, DatasetError> {
    let values = Chunk::from_values(vec![length], (0..length as i64).collect())?;
    debug_assert_eq!(values.dtype(), DType::Int64);
    Variable::new(vec![dimension.to_owned()], Array::in_memory(values))
}

/// The arrays in memory; those that are lazy are evaluated together.
pub(super) fn load_arrays(arrays: &[Array], evaluate: &dyn Evaluate) -> Result<Vec<Array>, DatasetError> {
    let lazy: Vec<Array> = arrays.iter().filter(|array| array.in_memory_values().is_none()).cloned().collect();
    if lazy.is_empty() {
        return Ok(arrays.to_vec());
    }
    let mut values = evaluate.evaluate(&lazy)?.into_iter();
    Ok(arrays
        .iter()
        .map(|array| match array.in_memory_values() {
            Some(_) => array.clone(),
            None => Array::in_memory(values.next().expect("evaluation gives one chunk an array")),
        })
        .collect())
}
