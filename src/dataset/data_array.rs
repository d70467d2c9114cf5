//! One variable with its coordinates.

use super::dataset::load_arrays;
use super::variable::{Attributes, Encoding, Variable};
use super::{Dataset, DatasetError, FillValue};
use crate::array::{Chunk, DType};
use crate::plan::{Array, Evaluate};
use indexmap::IndexMap;

/// The name that an array goes by while it is treated as a dataset of one variable.
pub(super) const THIS_ARRAY: &str = "<this-array>";

/// A named n-dimensional array whose dimensions have names and coordinates.
#[derive(Debug, Clone)]
pub struct DataArray {
    pub(super) name: Option<String>,
    pub(super) variable: Variable,
    pub(super) coordinates: IndexMap<String, Variable>,
}

impl DataArray {
    /// An array with coordinates along its dimensions.
    ///
    /// # Errors
    /// Where a coordinate has other dimensions or lengths than the array, or an index coordinate isn't in memory.
    pub fn new(
        name: Option<String>,
        variable: Variable,
        coordinates: IndexMap<String, Variable>,
    ) -> Result<DataArray, DatasetError> {
        let array = DataArray { name, variable, coordinates: IndexMap::new() };
        array.with_coordinates(coordinates)
    }

    /// Adds or replaces coordinates, which must fit.
    pub(super) fn with_coordinates(
        mut self,
        coordinates: IndexMap<String, Variable>,
    ) -> Result<DataArray, DatasetError> {
        let sizes = self.variable.sizes();
        for (name, coordinate) in coordinates {
            for (dimension, found) in coordinate.sizes() {
                match sizes.get(&dimension) {
                    None => {
                        return Err(DatasetError::CoordinateDimensions {
                            name,
                            dims: super::error::tuple(&coordinate.dims),
                            expected: super::error::tuple(&self.variable.dims),
                        });
                    }
                    Some(&data) if data != found => {
                        return Err(DatasetError::CoordinateLength { dimension, name, data, coordinate: found });
                    }
                    Some(_) => {}
                }
            }
            if coordinate.is_index(&name) && coordinate.levels().is_none() && coordinate.values().is_none() {
                return Err(DatasetError::LazyIndex { name });
            }
            self.coordinates.insert(name, coordinate);
        }
        Ok(self)
    }

    /// Its name.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The same array under another name.
    pub fn with_name(mut self, name: Option<String>) -> DataArray {
        self.name = name;
        self
    }

    /// Dims, values and attributes.
    pub fn variable(&self) -> &Variable {
        &self.variable
    }

    /// The coordinates.
    pub fn coordinates(&self) -> &IndexMap<String, Variable> {
        &self.coordinates
    }

    /// A coordinate whose attributes or encoding are to change. Its dims and data must stay.
    pub fn coordinate_mut(&mut self, name: &str) -> Option<&mut Variable> {
        self.coordinates.get_mut(name)
    }

    /// Names of the dimensions.
    pub fn dims(&self) -> &[String] {
        &self.variable.dims
    }

    /// Length along each dimension.
    pub fn shape(&self) -> &[usize] {
        self.variable.data.shape()
    }

    /// Dimensions and their lengths.
    pub fn sizes(&self) -> IndexMap<String, usize> {
        self.variable.sizes()
    }

    /// Element type.
    pub fn dtype(&self) -> DType {
        self.variable.dtype()
    }

    /// The values, lazy.
    pub fn data(&self) -> &Array {
        &self.variable.data
    }

    /// The attributes.
    pub fn attributes(&self) -> &Attributes {
        &self.variable.attributes
    }

    /// The attributes.
    pub fn attributes_mut(&mut self) -> &mut Attributes {
        &mut self.variable.attributes
    }

    /// How the array lay in its store.
    pub fn encoding(&self) -> &Encoding {
        &self.variable.encoding
    }

    /// How the array lay in its store, and so how it will be written.
    pub fn encoding_mut(&mut self) -> &mut Encoding {
        &mut self.variable.encoding
    }

    /// A coordinate with the coordinates along its dimensions; for a dimension without coordinate, its positions.
    ///
    /// # Errors
    /// [`DatasetError::NoSuchCoordinate`].
    pub fn coordinate(&self, name: &str) -> Result<DataArray, DatasetError> {
        self.as_dataset().get(name).map_err(|_| DatasetError::NoSuchCoordinate { name: name.to_owned() })
    }

    /// A dataset with this array as its only variable.
    ///
    /// # Errors
    /// Where there is no name, or it is that of a coordinate.
    pub fn to_dataset(&self, name: Option<&str>) -> Result<Dataset, DatasetError> {
        let name = name.or(self.name()).ok_or(DatasetError::Unnamed)?;
        if self.coordinates.contains_key(name) {
            return Err(DatasetError::NameIsCoordinate);
        }
        Ok(Dataset {
            data_variables: IndexMap::from([(name.to_owned(), self.variable.clone())]),
            coordinates: self.coordinates.clone(),
            ..Dataset::default()
        })
    }

    /// Every lazy or in-memory array: the values, then the coordinates.
    pub fn arrays(&self) -> Vec<Array> {
        self.as_dataset().arrays()
    }

    /// The same array over other values of the same shapes, in the order of [`DataArray::arrays`].
    ///
    /// # Panics
    /// Where there are fewer arrays than coordinates and one.
    pub fn replace_arrays(&self, arrays: Vec<Array>) -> DataArray {
        self.like(self.as_dataset().replace_arrays(arrays))
    }

    /// The array with values and coordinates in memory.
    ///
    /// # Errors
    /// Whatever evaluation fails with.
    pub fn load(&self, evaluate: &dyn Evaluate) -> Result<DataArray, DatasetError> {
        Ok(self.replace_arrays(load_arrays(&self.arrays(), evaluate)?))
    }

    /// The values.
    ///
    /// # Errors
    /// Whatever evaluation fails with.
    pub fn values(&self, evaluate: &dyn Evaluate) -> Result<Chunk, DatasetError> {
        match self.variable.values() {
            Some(values) => Ok(values.clone()),
            None => {
                let mut chunks = evaluate.evaluate(std::slice::from_ref(self.data()))?;
                Ok(chunks.pop().expect("evaluation gives one chunk an array"))
            }
        }
    }

    /// A dataset with this array as its only variable, under a name that no other variable has.
    pub fn as_anonymous(&self) -> Dataset {
        self.as_dataset()
    }

    /// The array that a dataset made by [`DataArray::as_anonymous`] has become, under this one's name.
    ///
    /// # Panics
    /// Where the dataset was made of something else.
    pub fn from_anonymous(&self, dataset: Dataset) -> DataArray {
        self.like(dataset)
    }

    /// Values that fill by name, with that of this array for the array itself.
    pub fn fill_value(&self, fill_value: FillValue) -> FillValue {
        match (fill_value, self.name()) {
            (FillValue::PerVariable(mut values), Some(name)) => {
                if let Some(value) = values.get(name).cloned() {
                    values.insert(THIS_ARRAY.to_owned(), value);
                }
                FillValue::PerVariable(values)
            }
            (other, _) => other,
        }
    }

    /// This array as a dataset of one variable, for operations that treat coordinates and data alike.
    pub(super) fn as_dataset(&self) -> Dataset {
        Dataset {
            data_variables: IndexMap::from([(THIS_ARRAY.to_owned(), self.variable.clone())]),
            coordinates: self.coordinates.clone(),
            ..Dataset::default()
        }
    }

    /// The array that a dataset made by [`DataArray::as_dataset`] has become.
    pub(super) fn like(&self, dataset: Dataset) -> DataArray {
        let Dataset { mut data_variables, coordinates, .. } = dataset;
        let variable = data_variables.shift_remove(THIS_ARRAY).expect("the dataset was made of this array");
        DataArray { name: self.name.clone(), variable, coordinates }
    }
}
