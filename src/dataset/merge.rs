//! Adding variables and coordinates, and taking them away: `xr.Dataset({...})`, `assign`, `assign_coords`, `drop_vars`,
//! `reset_coords`, `set_coords`.

use super::align::align;
use super::common_coordinates::{check_indexes, merge_coordinates, unite_coordinates};
use super::dataset::load_arrays;
use super::error::quoted;
use super::expand::LOADED_COORDINATE_BYTES;
use super::{Attributes, DataArray, Dataset, DatasetError, Join, Operand, Variable};
use crate::array::{DType, Scalar};
use crate::plan::{Array, Evaluate};
use indexmap::IndexMap;

/// The dtype of a Python value on its own.
pub(super) fn own_dtype(value: &Scalar) -> DType {
    match value {
        Scalar::Bool(_) => DType::Bool,
        Scalar::Int(_) | Scalar::UInt(_) => DType::Int64,
        Scalar::Float(_) => DType::Float64,
        Scalar::Text(_) => DType::Text,
    }
}

/// Whether a coordinate is held in memory.
pub(super) fn belongs_in_memory(name: &str, coordinate: &Variable) -> bool {
    (coordinate.is_index(name) && coordinate.levels().is_none())
        || coordinate.data.size_bytes() <= LOADED_COORDINATE_BYTES
}

/// Index coordinates and small ones in memory; those that are lazy are evaluated together.
pub(super) fn load_coordinates(
    coordinates: &mut IndexMap<String, Variable>,
    evaluate: &dyn Evaluate,
) -> Result<(), DatasetError> {
    let lazy =
        |(name, variable): &(&String, &mut Variable)| belongs_in_memory(name, variable) && variable.values().is_none();
    let arrays: Vec<Array> = coordinates.iter_mut().filter(lazy).map(|(_, variable)| variable.data.clone()).collect();
    let mut loaded = load_arrays(&arrays, evaluate)?.into_iter();
    for (_, variable) in coordinates.iter_mut().filter(lazy) {
        variable.data = loaded.next().expect("one array is loaded for each lazy coordinate");
    }
    Ok(())
}

/// A variable that comes with a name of its own: an array with its coordinates, or a value without dims.
fn as_dataset(name: &str, operand: Operand) -> Result<Dataset, DatasetError> {
    let variable = match operand {
        Operand::DataArray(array) if array.coordinates.contains_key(name) => {
            // A coordinate under its own name is the coordinate: its values replace it.
            let mut coordinates = array.coordinates;
            coordinates.insert(name.to_owned(), array.variable);
            return Ok(Dataset { coordinates, ..Dataset::default() });
        }
        Operand::DataArray(array) => {
            return Ok(Dataset {
                data_variables: IndexMap::from([(name.to_owned(), array.variable)]),
                coordinates: array.coordinates,
                ..Dataset::default()
            });
        }
        Operand::Dataset(_) => return Err(DatasetError::MixedOperands),
        Operand::Array(array) => Variable::new(Vec::new(), array)?,
        Operand::Scalar(value) => {
            let dtype = own_dtype(&value);
            Variable::new(Vec::new(), Array::in_memory(crate::array::Chunk::scalar(dtype, &value)?))?
        }
    };
    Ok(Dataset { data_variables: IndexMap::from([(name.to_owned(), variable)]), ..Dataset::default() })
}

impl DataArray {
    /// The array with these coordinates, which replace those of the same name.
    ///
    /// # Errors
    /// Where a coordinate has other dimensions or lengths than the array.
    pub fn assign_coords(
        &self,
        coordinates: IndexMap<String, Variable>,
        evaluate: &dyn Evaluate,
    ) -> Result<DataArray, DatasetError> {
        let mut coordinates = coordinates;
        load_coordinates(&mut coordinates, evaluate)?;
        self.clone().with_coordinates(coordinates)
    }

    /// The array without these coordinates.
    ///
    /// # Errors
    /// Where one doesn't exist, unless missing ones are ignored.
    pub fn drop_vars(&self, names: &[String], ignore_missing: bool) -> Result<DataArray, DatasetError> {
        Ok(self.like(self.as_dataset().drop_vars(names, ignore_missing)?))
    }

    /// The array without the named coordinates, or without all that are no index: `reset_coords(drop=True)`.
    ///
    /// # Errors
    /// Where one doesn't exist or is an index.
    pub fn drop_coordinates(&self, names: Option<&[String]>) -> Result<DataArray, DatasetError> {
        Ok(self.like(self.as_dataset().reset_coords(names, true)?))
    }

    /// A dataset with this array and, as data variables, the named coordinates, or all that are no index.
    ///
    /// # Errors
    /// Where the array has no name, or a coordinate doesn't exist or is an index.
    pub fn reset_coords(&self, names: Option<&[String]>) -> Result<Dataset, DatasetError> {
        let Dataset { data_variables: this, coordinates, .. } = self.to_dataset(None)?;
        let without = Dataset { coordinates, ..Dataset::default() };
        let mut reset = without.reset_coords(names, false)?;
        reset.data_variables.extend(this);
        Ok(reset)
    }
}

impl Dataset {
    /// The dataset with small coordinates in memory; those that are lazy are evaluated together.
    ///
    /// # Errors
    /// Where evaluation fails.
    pub fn with_coordinates_in_memory(mut self, evaluate: &dyn Evaluate) -> Result<Dataset, DatasetError> {
        load_coordinates(&mut self.coordinates, evaluate)?;
        Ok(self)
    }

    /// The dataset of these variables under the labels of any of them, as `xr.Dataset({...})` makes it.
    ///
    /// # Errors
    /// [`DatasetError::MergeConflict`] where coordinates of one name differ, and where lengths don't fit.
    pub fn from_operands(
        variables: IndexMap<String, Operand>,
        coordinates: IndexMap<String, Variable>,
        evaluate: &dyn Evaluate,
    ) -> Result<Dataset, DatasetError> {
        let mut coordinates = coordinates;
        load_coordinates(&mut coordinates, evaluate)?;
        let explicit: Vec<String> = coordinates.keys().cloned().collect();
        let mut parts = vec![Dataset { coordinates, ..Dataset::default() }];
        for (name, operand) in variables {
            let mut part = as_dataset(&name, operand)?;
            // Coordinates given for the whole dataset stand above those that come with a variable; indexes are joined.
            part.coordinates.retain(|name, coordinate| coordinate.is_index(name) || !explicit.contains(name));
            parts.push(part);
        }
        let parts = align(&parts, Join::Outer)?;
        let coordinates = unite_coordinates(&parts)?;
        let mut data_variables: IndexMap<String, Variable> =
            parts.into_iter().flat_map(|part| part.data_variables).collect();
        data_variables.retain(|name, _| !coordinates.contains_key(name));
        Dataset::new(data_variables, coordinates, Attributes::new())
    }

    /// The dataset with these variables; arrays take on its labels, with missing values where they have none. Scalars
    /// become variables without dims.
    ///
    /// # Errors
    /// Where lengths don't fit.
    pub fn assign(
        &self,
        variables: IndexMap<String, Operand>,
        evaluate: &dyn Evaluate,
    ) -> Result<Dataset, DatasetError> {
        let mut assigned = self.clone();
        for (name, operand) in variables {
            let part = as_dataset(&name, operand)?;
            let replaces_coordinate = part.coordinates.contains_key(&name) && part.data_variables.is_empty();
            let aligned = match replaces_coordinate {
                true => part,
                false => align(&[assigned.clone(), part], Join::Left)?.swap_remove(1),
            };
            for (coordinate_name, coordinate) in aligned.coordinates {
                if coordinate_name == name || !assigned.coordinates.contains_key(&coordinate_name) {
                    assigned.coordinates.insert(coordinate_name, coordinate);
                }
            }
            for (variable_name, variable) in aligned.data_variables {
                match assigned.coordinates.get_mut(&variable_name) {
                    Some(coordinate) => *coordinate = variable,
                    None => {
                        assigned.data_variables.insert(variable_name, variable);
                    }
                }
            }
        }
        load_coordinates(&mut assigned.coordinates, evaluate)?;
        assigned.checked()
    }

    /// The dataset with these coordinates, which replace those of the same name.
    ///
    /// # Errors
    /// Where lengths don't fit.
    pub fn assign_coords(
        &self,
        coordinates: IndexMap<String, Variable>,
        evaluate: &dyn Evaluate,
    ) -> Result<Dataset, DatasetError> {
        let mut coordinates = coordinates;
        load_coordinates(&mut coordinates, evaluate)?;
        let mut assigned = self.clone();
        for (name, coordinate) in coordinates {
            assigned.data_variables.shift_remove(&name);
            assigned.coordinates.insert(name, coordinate);
        }
        assigned.checked()
    }

    /// Coordinates that are to be assigned to this dataset, and those that arrays among them bring along: conflicting ones
    /// left out, all on the labels that the dataset keeps.
    ///
    /// # Errors
    /// [`DatasetError::MergeConflict`] where arrays have different labels along a dimension.
    pub fn assigned_coordinates(
        &self,
        given: IndexMap<String, Variable>,
        arrays: &[DataArray],
        evaluate: &dyn Evaluate,
    ) -> Result<IndexMap<String, Variable>, DatasetError> {
        if arrays.is_empty() {
            return Ok(given);
        }
        let mut given = given;
        load_coordinates(&mut given, evaluate)?;
        let of_coordinates = |coordinates| Dataset { coordinates, ..Dataset::default() };
        let parts: Vec<Dataset> = arrays.iter().map(|array| of_coordinates(array.coordinates.clone())).collect();
        let brought = merge_coordinates(&parts)?;
        let mut unknown = brought.clone();
        unknown.retain(|name, _| !given.contains_key(name));
        check_indexes(&unknown, &parts)?;
        let mut kept = self.coordinates.clone();
        kept.retain(|name, coordinate| coordinate.is_index(name) && !given.contains_key(name));
        let mut assigned: IndexMap<String, Variable> = IndexMap::new();
        for (name, coordinate) in brought {
            let coordinate = given.get(&name).cloned().unwrap_or(coordinate);
            assigned.insert(name, coordinate);
        }
        for (name, coordinate) in given {
            assigned.entry(name).or_insert(coordinate);
        }
        let mut aligned = align(&[of_coordinates(kept), of_coordinates(assigned)], Join::Left)?;
        Ok(aligned.pop().expect("two datasets were aligned").coordinates)
    }

    /// The dataset without these variables and coordinates.
    ///
    /// # Errors
    /// Where one doesn't exist, unless missing ones are ignored.
    pub fn drop_vars(&self, names: &[String], ignore_missing: bool) -> Result<Dataset, DatasetError> {
        let missing: Vec<&String> = names.iter().filter(|name| self.variable(name).is_none()).collect();
        if !missing.is_empty() && !ignore_missing {
            return Err(DatasetError::DropUnknown { names: format!("[{}]", quoted(&missing)) });
        }
        let mut kept = self.clone();
        kept.data_variables.retain(|name, _| !names.contains(name));
        kept.coordinates.retain(|name, _| !names.contains(name));
        Ok(kept)
    }

    /// The named coordinates, or all that are no index, as data variables, or dropped.
    ///
    /// # Errors
    /// Where one doesn't exist or is an index.
    pub fn reset_coords(&self, names: Option<&[String]>, drop: bool) -> Result<Dataset, DatasetError> {
        let plain = self.coordinates.iter().filter(|(name, coordinate)| !coordinate.is_index(name));
        let names: Vec<String> = match names {
            Some(names) => names.to_vec(),
            None => plain.map(|(name, _)| name.clone()).collect(),
        };
        if let Some(missing) = names.iter().find(|name| !self.coordinates.contains_key(*name)) {
            return Err(self.no_such_variable(missing));
        }
        let indexes: Vec<&String> = names.iter().filter(|name| self.index(name).is_some()).collect();
        if !indexes.is_empty() {
            return Err(DatasetError::ResetIndex { names: quoted(&indexes) });
        }
        let mut reset = self.clone();
        for name in names {
            if let Some(variable) = reset.coordinates.shift_remove(&name)
                && !drop
            {
                reset.data_variables.insert(name, variable);
            }
        }
        Ok(reset)
    }

    /// The named data variables as coordinates.
    ///
    /// # Errors
    /// Where one doesn't exist.
    pub fn set_coords(&self, names: &[String], evaluate: &dyn Evaluate) -> Result<Dataset, DatasetError> {
        let mut set = self.clone();
        for name in names {
            match set.data_variables.shift_remove(name) {
                Some(variable) => {
                    set.coordinates.insert(name.clone(), variable);
                }
                None if set.coordinates.contains_key(name) => {}
                None => {
                    return Err(DatasetError::DropUnknown {
                        names: format!("[{}]", quoted(std::slice::from_ref(name))),
                    });
                }
            }
        }
        load_coordinates(&mut set.coordinates, evaluate)?;
        Ok(set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::PythonErrorKind;
    use crate::dataset::test_data::{InMemory, counted, values, variable};

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn conflicting_coordinates_are_a_merge_error() {
        let other = counted()
            .assign_coords(IndexMap::from([("s".to_owned(), variable(&[], &[], vec![2.5]))]), &InMemory)
            .unwrap();
        let variables =
            IndexMap::from([("a".to_owned(), Operand::from(counted())), ("b".to_owned(), Operand::from(other))]);
        let error = Dataset::from_operands(variables, IndexMap::new(), &InMemory).unwrap_err();
        assert_eq!(error.python_kind(), PythonErrorKind::MergeError);
    }

    #[test]
    fn scalars_are_assigned_without_dims() {
        let dataset = counted().to_dataset(None).unwrap();
        let assigned =
            dataset.assign(IndexMap::from([("n".to_owned(), Operand::from(Scalar::Int(5)))]), &InMemory).unwrap();
        assert_eq!(values(&assigned.variable("n").unwrap().data), [Scalar::Int(5)]);
        assert!(
            assigned
                .assign(
                    IndexMap::from([(
                        "c".to_owned(),
                        Operand::from(
                            DataArray::new(None, variable(&["x"], &[3], vec![1, 2, 3]), IndexMap::new()).unwrap()
                        )
                    )]),
                    &InMemory
                )
                .is_err()
        );
    }

    #[test]
    fn coordinates_come_and_go() {
        let array = counted();
        let dataset = array.reset_coords(None).unwrap();
        assert_eq!(dataset.data_variables().keys().collect::<Vec<_>>(), ["s", "lab", "a"]);
        assert!(array.reset_coords(Some(&names(&["x"]))).is_err());
        assert_eq!(array.drop_coordinates(None).unwrap().coordinates().len(), 2);
        let error = array.drop_vars(&names(&["foo", "lab"]), false).unwrap_err();
        assert_eq!(error.to_string(), "there are no variables ['foo']");
        let set = dataset.set_coords(&names(&["lab"]), &InMemory).unwrap();
        assert!(set.coordinates().contains_key("lab"));
    }
}
