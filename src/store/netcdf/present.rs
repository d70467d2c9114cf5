//! What lies in a file that is added to: the dimensions that a group knows, and its variables.

use super::dimensions::{Namer, Role, axes, datasets, members, role, variable_name};
use crate::store::{ArraySpec, StoreError};
use hdf5::{File, Group, LocationType};
use indexmap::IndexMap;
use std::path::Path;

/// A dimension that has a scale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KnownDimension {
    pub(super) length: usize,
    pub(super) is_unlimited: bool,
    /// Path of its scale, from the root.
    pub(super) scale: String,
    /// Whether it is of the group itself, and not of one around it.
    pub(super) is_own: bool,
    /// Whether the scale stands for the dimension only, so that there is no coordinate.
    is_bare: bool,
}

/// A variable of the group.
#[derive(Debug, Clone, PartialEq, Eq)]
struct KnownVariable {
    dataset_name: String,
    dims: Vec<String>,
    shape: Vec<usize>,
}

/// What a group of a file has already.
#[derive(Debug, Clone, Default)]
pub(super) struct Present {
    store: String,
    /// Its dimensions and those of the groups around it.
    pub(super) dimensions: IndexMap<String, KnownDimension>,
    variables: IndexMap<String, KnownVariable>,
    /// The number that the next dimension of the file has.
    pub(super) next_number: i32,
}

impl Present {
    /// Looks at a group of a file; what isn't there has nothing.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub(super) fn in_file(path: &Path, group: &str) -> Result<Present, StoreError> {
        let store = path.display().to_string();
        let told = |error: hdf5::Error| StoreError::InvalidMetadata { file: store.clone(), reason: error.to_string() };
        let file = super::open_file(path)?;
        let found = hdf5::sync::sync(|| Present::of(&file, group)).map_err(told)?;
        Ok(Present { store, ..found })
    }

    /// The same of an open file.
    ///
    /// # Errors
    /// What the library says.
    pub(super) fn of(file: &File, path: &str) -> hdf5::Result<Present> {
        let root = file.group("/")?;
        let mut present = Present { next_number: next_number(&root), ..Present::default() };
        let mut group = root;
        present.add_dimensions(&group, path.is_empty());
        let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
        for (depth, name) in names.iter().enumerate() {
            if !group.link_exists(name) {
                return Ok(present);
            }
            group = group.group(name)?;
            present.add_dimensions(&group, depth + 1 == names.len());
        }
        let mut namer = Namer::new(&group);
        for (dataset_name, dataset) in datasets(&group) {
            let (name, role) = (variable_name(&dataset_name).to_owned(), role(&dataset));
            let dims = namer.names(&dataset, &name, role);
            if role != Role::DimensionOnly {
                present.variables.insert(name, KnownVariable { dataset_name, dims, shape: dataset.shape() });
            }
        }
        Ok(present)
    }

    /// Inner dimensions hide those of the same name around them.
    fn add_dimensions(&mut self, group: &Group, is_own: bool) {
        for (name, dataset) in datasets(group) {
            let role = role(&dataset);
            if role == Role::Variable {
                continue;
            }
            let Some(&(length, is_unlimited)) = axes(&dataset).first() else { continue };
            let (scale, is_bare) = (dataset.name(), role == Role::DimensionOnly);
            self.dimensions.insert(
                variable_name(&name).to_owned(),
                KnownDimension { length, is_unlimited, scale, is_own, is_bare },
            );
        }
    }

    /// The name of a variable's dataset, where it is there.
    pub(super) fn dataset_name(&self, variable: &str) -> Option<&str> {
        self.variables.get(variable).map(|known| known.dataset_name.as_str())
    }

    /// The dimension of a name that an array of this length along it has, where there is one: its own dimensions bind a
    /// group, those around it serve where their length fits.
    pub(super) fn dimension(&self, name: &str, length: usize) -> Option<&KnownDimension> {
        self.dimensions.get(name).filter(|known| known.is_own || known.length == length)
    }

    /// Names of the dimensions of an array that may grow.
    pub(super) fn unlimited<'a>(&self, spec: &'a ArraySpec) -> impl Iterator<Item = &'a String> {
        let may_grow =
            |(name, length): &(&String, &usize)| self.dimension(name, **length).is_some_and(|known| known.is_unlimited);
        spec.dimension_names.iter().zip(&spec.shape).filter(may_grow).map(|(name, _)| name)
    }

    /// Whether an array can be added, or its values put in the place of those that are there.
    ///
    /// # Errors
    /// Where its dimensions have other lengths there, or the variable other dimensions.
    pub(super) fn check(&self, spec: &ArraySpec) -> Result<(), StoreError> {
        for (name, &found) in spec.dimension_names.iter().zip(&spec.shape) {
            if let Some(expected) = self.dimension(name, found).map(|known| known.length)
                && expected != found
            {
                let (store, dimension) = (self.store.clone(), name.clone());
                return Err(StoreError::DimensionLength { store, dimension, expected, found });
            }
        }
        let unsupported = |feature: String| {
            let array = format!("{}/{}", self.store, spec.name);
            Err(StoreError::UnsupportedFeature { array, feature })
        };
        match self.variables.get(&spec.name) {
            Some(known) if known.dims != spec.dimension_names || known.shape != spec.shape => unsupported(format!(
                "values of dimensions {:?} in the place of those of {:?}: write the file anew with mode=\"w\"",
                spec.dimension_names, known.dims
            )),
            None if self.dimensions.get(&spec.name).is_some_and(|known| known.is_own && known.is_bare)
                && spec.dimension_names.as_slice() == std::slice::from_ref(&spec.name) =>
            {
                unsupported(
                    "labels for a dimension that the file has without: write the file anew with mode=\"w\"".to_owned(),
                )
            }
            _ => Ok(()),
        }
    }
}

/// One more than the largest number of a dimension in a group and those in it.
fn next_number(group: &Group) -> i32 {
    let number = |dataset: &hdf5::Dataset| dataset.attr("_Netcdf4Dimid").and_then(|number| number.read_scalar::<i32>());
    let scales: Vec<_> = datasets(group).into_iter().filter(|(_, dataset)| role(dataset) != Role::Variable).collect();
    let own = scales.iter().filter_map(|(_, dataset)| number(dataset).ok()).map(|number| number + 1).max().unwrap_or(0);
    let below = members(group, LocationType::Group).unwrap_or_default();
    let below = below.iter().filter_map(|name| group.group(name).ok()).map(|group| next_number(&group)).max();
    own.max(scales.len() as i32).max(below.unwrap_or(0))
}
