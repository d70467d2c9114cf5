//! Variables and dimensions in other roles: `swap_dims`, `drop_dims`, `to_dataarray`, `to_dataset(dim=...)`.

use super::combine::concatenate;
use super::error::{quoted, tuple};
use super::gather::{Positions, pick};
use super::merge::load_coordinates;
use super::{Attributes, DataArray, Dataset, DatasetError, Variable};
use crate::array::{Chunk, Scalar};
use crate::plan::{Array, Evaluate};
use indexmap::IndexMap;

impl Dataset {
    /// Dimensions under other names; where a variable along one has the new name, it becomes the index.
    ///
    /// # Errors
    /// Where a dimension doesn't exist, or a variable of a new name lies along others.
    pub fn swap_dims(
        &self,
        names: &IndexMap<String, String>,
        evaluate: &dyn Evaluate,
    ) -> Result<Dataset, DatasetError> {
        let sizes = self.sizes();
        for (old, new) in names {
            if !sizes.contains_key(old) {
                let known = tuple(&sizes.keys().collect::<Vec<_>>());
                return Err(DatasetError::SwapUnknown { name: old.clone(), known });
            }
            if self.variable(new).is_some_and(|variable| variable.dims != [old.clone()]) {
                return Err(DatasetError::SwapElsewhere { name: new.clone(), old: old.clone() });
            }
        }
        let renamed = |dims: &[String]| dims.iter().map(|name| names.get(name).unwrap_or(name).clone()).collect();
        let mut swapped = Dataset { attributes: self.attributes.clone(), ..Dataset::default() };
        for (name, variable) in &self.coordinates {
            let variable = Variable { dims: renamed(&variable.dims), ..variable.clone() };
            swapped.coordinates.insert(name.clone(), variable);
        }
        for (name, variable) in &self.data_variables {
            let variable = Variable { dims: renamed(&variable.dims), ..variable.clone() };
            match names.values().any(|new| new == name) {
                true => swapped.coordinates.insert(name.clone(), variable),
                false => swapped.data_variables.insert(name.clone(), variable),
            };
        }
        load_coordinates(&mut swapped.coordinates, evaluate)?;
        Dataset::new(swapped.data_variables, swapped.coordinates, swapped.attributes)
    }

    /// The dataset without the variables and coordinates along some dimensions.
    ///
    /// # Errors
    /// Where a dimension doesn't exist, unless missing ones are ignored.
    pub fn drop_dims(&self, dims: &[String], ignore: bool) -> Result<Dataset, DatasetError> {
        let sizes = self.sizes();
        let missing: Vec<&String> = dims.iter().filter(|name| !sizes.contains_key(*name)).collect();
        if !missing.is_empty() && !ignore {
            let expected = tuple(&sizes.keys().collect::<Vec<_>>());
            return Err(DatasetError::QuantileDimensions { missing: tuple(&missing), expected });
        }
        let mut kept = self.clone();
        let stays = |_: &String, variable: &mut Variable| !variable.dims.iter().any(|name| dims.contains(name));
        kept.data_variables.retain(stays);
        kept.coordinates.retain(stays);
        Ok(kept)
    }

    /// All data variables in one array, along a new first dimension that their names are the labels of.
    ///
    /// # Errors
    /// Where there is none, or dtypes have none in common.
    pub fn to_dataarray(&self, dimension: &str, name: Option<String>) -> Result<DataArray, DatasetError> {
        let sizes = super::common_coordinates::common_sizes(self.data_variables.values());
        let mut layers: Vec<Array> = Vec::new();
        for variable in self.data_variables.values() {
            layers.push(variable.broadcast(&sizes)?.expand_first(dimension)?.data);
        }
        if layers.is_empty() {
            return Err(DatasetError::NoVariables);
        }
        let mut dims = vec![dimension.to_owned()];
        dims.extend(sizes.into_keys());
        let variable = Variable::new(dims, concatenate(&layers, 0)?)?.with_attributes(self.attributes.clone());
        let names: Vec<String> = self.data_variables.keys().cloned().collect();
        let labels = Array::in_memory(Chunk::from_values(vec![names.len()], names)?);
        let mut coordinates = self.coordinates.clone();
        coordinates.insert(dimension.to_owned(), Variable::new(vec![dimension.to_owned()], labels)?);
        DataArray::new(name, variable, coordinates)
    }
}

impl DataArray {
    /// A dataset with a variable for each label of a dimension.
    ///
    /// # Errors
    /// Where the dimension doesn't exist, or a label is the name of a coordinate.
    pub fn split(&self, dimension: &str) -> Result<Dataset, DatasetError> {
        let missing = || DatasetError::SplitUnknown { name: dimension.to_owned(), dims: tuple(self.dims()) };
        let axis = self.variable.axis(dimension).ok_or_else(missing)?;
        let labels = self.as_dataset().get(dimension)?;
        let values = labels.variable.values().ok_or_else(|| DatasetError::LazyIndex { name: dimension.to_owned() })?;
        let mut split = Dataset { attributes: self.variable.attributes.clone(), ..Dataset::default() };
        for (name, coordinate) in &self.coordinates {
            if !coordinate.dims.iter().any(|own| own == dimension) && name != dimension {
                split.coordinates.insert(name.clone(), coordinate.clone());
            }
        }
        let mut dims = self.variable.dims.clone();
        dims.remove(axis);
        for position in 0..values.len() {
            let label = match values.get(position) {
                Some(Scalar::Text(text)) => text,
                Some(other) => other.to_string(),
                None => String::new(),
            };
            if split.coordinates.contains_key(&label) {
                return Err(DatasetError::SplitIsCoordinate {
                    dimension: dimension.to_owned(),
                    names: quoted(&[label]),
                });
            }
            let data = pick(&self.variable.data, axis, &Positions::One(position))?;
            let part = Variable { dims: dims.clone(), data, attributes: Attributes::new(), ..self.variable.clone() };
            split.data_variables.insert(label, part);
        }
        Ok(split)
    }
}
