//! Other names for variables, coordinates and dimensions.

use super::{DataArray, Dataset, DatasetError, IndexRole, Variable};
use indexmap::IndexMap;
use std::sync::Arc;

impl DataArray {
    /// Other names for dimensions and coordinates; see [`DataArray::with_name`] for the array's own.
    ///
    /// # Errors
    /// Where a name doesn't exist, or the new one does.
    pub fn rename(&self, names: &IndexMap<String, String>) -> Result<DataArray, DatasetError> {
        Ok(self.like(self.as_dataset().rename(names)?))
    }
}

impl Dataset {
    /// Other names for variables, coordinates and dimensions.
    ///
    /// # Errors
    /// Where a name doesn't exist, or the new one does.
    pub fn rename(&self, names: &IndexMap<String, String>) -> Result<Dataset, DatasetError> {
        let sizes = self.sizes();
        if let Some(name) = names.keys().find(|name| self.variable(name).is_none() && !sizes.contains_key(*name)) {
            return Err(DatasetError::RenameUnknown { name: name.clone() });
        }
        let renamed = |name: &String| names.get(name).unwrap_or(name).clone();
        let mut taken: Vec<String> = Vec::new();
        for name in self.coordinates.keys().chain(self.data_variables.keys()) {
            if taken.contains(&renamed(name)) {
                return Err(DatasetError::RenameConflict { name: renamed(name) });
            }
            taken.push(renamed(name));
        }
        let mut dimensions: Vec<String> = Vec::new();
        for dimension in sizes.keys() {
            if dimensions.contains(&renamed(dimension)) {
                return Err(DatasetError::RenameConflict { name: renamed(dimension) });
            }
            dimensions.push(renamed(dimension));
        }
        let rename_all = |variables: &IndexMap<String, Variable>| -> IndexMap<String, Variable> {
            let rename_one = |(name, variable): (&String, &Variable)| {
                let dims = variable.dims.iter().map(renamed).collect();
                let role = match variable.levels() {
                    Some(levels) => IndexRole::Levels(Arc::new(levels.renamed(&renamed))),
                    None => variable.role.clone(),
                };
                (renamed(name), Variable { dims, role, ..variable.clone() })
            };
            variables.iter().map(rename_one).collect()
        };
        Dataset::new(rename_all(&self.data_variables), rename_all(&self.coordinates), self.attributes.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::test_data::counted;

    #[test]
    fn a_dimension_takes_its_coordinates_along() {
        let names = IndexMap::from([("x".to_owned(), "lon".to_owned())]);
        let renamed = counted().rename(&names).unwrap();
        assert_eq!(renamed.dims(), ["lon", "y"]);
        assert_eq!(renamed.coordinates()["lab"].dims, ["lon"]);
        assert!(renamed.coordinates()["lon"].is_index("lon"));
    }

    #[test]
    fn names_must_exist_and_be_free() {
        let rename = |from: &str, to: &str| counted().rename(&IndexMap::from([(from.to_owned(), to.to_owned())]));
        assert_eq!(rename("foo", "q").unwrap_err().to_string(), "there is no variable or dimension 'foo' to rename");
        assert_eq!(rename("s", "x").unwrap_err().to_string(), "the new name 'x' is taken: choose another");
    }
}
