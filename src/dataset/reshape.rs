//! The same values along other dimensions: `transpose`, `squeeze`, `expand_dims`.

use super::error::{quoted, tuple};
use super::merge::load_coordinates;
use super::{DataArray, Dataset, DatasetError, IndexRole, Indexer, Variable};
use crate::plan::{Array, Evaluate};
use indexmap::IndexMap;

/// The order of dimensions that is asked for: reversed where none is named, `"..."` standing for those not named.
fn order(
    dims: &[String],
    asked: &[String],
    ignore_missing: bool,
    expected: impl Fn() -> String,
) -> Result<Vec<String>, DatasetError> {
    if asked.is_empty() {
        return Ok(dims.iter().rev().cloned().collect());
    }
    let named: Vec<&String> = asked.iter().filter(|name| *name != "...").collect();
    let missing: Vec<&String> = named.iter().copied().filter(|name| !dims.contains(name)).collect();
    if !missing.is_empty() && !ignore_missing {
        return Err(DatasetError::NoSuchDimension { missing: quoted(&missing), expected: expected() });
    }
    let mut ordered = Vec::new();
    for name in asked {
        if name == "..." {
            ordered.extend(dims.iter().filter(|dimension| !named.contains(dimension)).cloned());
        } else if dims.contains(name) {
            ordered.push(name.clone());
        }
    }
    let distinct = ordered.iter().enumerate().all(|(position, name)| !ordered[..position].contains(name));
    if ordered.len() != dims.len() || !distinct {
        return Err(DatasetError::NotAPermutation { found: tuple(asked), expected: tuple(dims) });
    }
    Ok(ordered)
}

impl Variable {
    /// Dimensions in another order; a view, no data moves.
    pub(super) fn transpose(&self, order: &[String]) -> Result<Variable, DatasetError> {
        let axes: Vec<usize> = order.iter().filter_map(|name| self.axis(name)).collect();
        Ok(Variable { dims: order.to_vec(), data: self.data.transpose(&axes)?, ..self.clone() })
    }

    /// Dimensions in their order, but one of them first.
    pub(super) fn with_first(&self, dimension: &str) -> Result<Variable, DatasetError> {
        let mut order = self.dims.clone();
        order.sort_by_key(|name| name != dimension);
        self.transpose(&order)
    }

    /// A new first dimension of length 1; in memory where the variable is.
    pub(super) fn expand_first(&self, dimension: &str) -> Result<Variable, DatasetError> {
        let mut shape = vec![1];
        shape.extend_from_slice(self.data.shape());
        let data = match self.values() {
            Some(values) => Array::in_memory(values.clone().reshaped(shape)?),
            None => self.data.insert_axis(0)?,
        };
        let mut dims = vec![dimension.to_owned()];
        dims.extend_from_slice(&self.dims);
        Ok(Variable { dims, data, ..self.clone() })
    }
}

impl DataArray {
    /// Dimensions in another order, reversed where none is given; `"..."` stands for those not named. Coordinates of
    /// several dimensions follow.
    ///
    /// # Errors
    /// Where the names aren't a permutation of the dimensions.
    pub fn transpose(&self, dims: &[String], ignore_missing: bool) -> Result<DataArray, DatasetError> {
        let mut transposed = self.transpose_values(dims, ignore_missing)?;
        let order = transposed.dims().to_vec();
        for coordinate in transposed.coordinates.values_mut().filter(|coordinate| coordinate.dims.len() > 1) {
            *coordinate = coordinate.in_order(&order);
        }
        Ok(transposed)
    }

    /// The same, but coordinates stay as they are.
    ///
    /// # Errors
    /// As [`DataArray::transpose`].
    pub fn transpose_values(&self, dims: &[String], ignore_missing: bool) -> Result<DataArray, DatasetError> {
        let order = order(self.dims(), dims, ignore_missing, || tuple(self.dims()))?;
        Ok(DataArray { variable: self.variable.transpose(&order)?, ..self.clone() })
    }

    /// Without dimensions of length 1: those named, or all.
    ///
    /// # Errors
    /// Where a named dimension doesn't exist or is longer.
    pub fn squeeze(&self, dims: Option<&[String]>, drop: bool) -> Result<DataArray, DatasetError> {
        Ok(self.like(self.as_dataset().squeeze(dims, drop)?))
    }
}

impl Dataset {
    /// Dimensions of every variable in another order, reversed where none is given; `"..."` stands for those not named.
    ///
    /// # Errors
    /// Where the names aren't a permutation of the dimensions.
    pub fn transpose(&self, dims: &[String], ignore_missing: bool) -> Result<Dataset, DatasetError> {
        let all: Vec<String> = self.sizes().into_keys().collect();
        order(&all, dims, ignore_missing, || self.sizes_text())?;
        let own_order = |variable: &Variable| {
            let mut wanted: Vec<String> =
                dims.iter().filter(|name| *name == "..." || variable.dims.contains(name)).cloned().collect();
            if !dims.is_empty() && wanted.is_empty() {
                wanted.push("...".to_owned());
            }
            order(&variable.dims, &wanted, true, || self.sizes_text())
        };
        let mut transposed = self.map_data(|_, variable| variable.transpose(&own_order(variable)?))?;
        for coordinate in transposed.coordinates.values_mut().filter(|coordinate| coordinate.dims.len() > 1) {
            *coordinate = coordinate.in_order(&own_order(coordinate)?);
        }
        Ok(transposed)
    }

    /// Without dimensions of length 1: those named, or all.
    ///
    /// # Errors
    /// Where a named dimension doesn't exist or is longer.
    pub fn squeeze(&self, dims: Option<&[String]>, drop: bool) -> Result<Dataset, DatasetError> {
        let sizes = self.sizes();
        let squeezed: Vec<String> = match dims {
            Some(names) => names.to_vec(),
            None => sizes.iter().filter(|(_, size)| **size == 1).map(|(name, _)| name.clone()).collect(),
        };
        self.check_dimensions(squeezed.iter())?;
        if squeezed.iter().any(|name| sizes[name] > 1) {
            return Err(DatasetError::SqueezeLongDimension);
        }
        let indexers: IndexMap<String, Indexer> = squeezed.into_iter().map(|name| (name, Indexer::At(0))).collect();
        self.isel(&indexers, drop)
    }

    /// With new dimensions on every data variable, of any length, with labels or without: along these axes of the result,
    /// or first. Values are repeated along them; no data moves. A scalar coordinate of the name becomes the index, unless
    /// that isn't wanted.
    ///
    /// # Errors
    /// Where a dimension exists already, a variable has its name, or axes are wrong.
    pub fn expand_dims(
        &self,
        dims: &IndexMap<String, NewDim>,
        axes: Option<&[i64]>,
        indexed: bool,
        evaluate: &dyn Evaluate,
    ) -> Result<Dataset, DatasetError> {
        let sizes = self.sizes();
        if let Some(name) = dims.keys().find(|name| sizes.contains_key(*name)) {
            return Err(DatasetError::DimensionExists { name: name.clone() });
        }
        let of_variables: Vec<String> =
            dims.keys().filter(|name| self.data_variables.contains_key(*name)).cloned().collect();
        if let Some(name) = of_variables.iter().find(|name| !self.data_variables[*name].dims.is_empty()) {
            return Err(DatasetError::NewDimIsVariable { name: name.clone() });
        }
        if !of_variables.is_empty() {
            return self.set_coords(&of_variables, evaluate)?.expand_dims(dims, axes, indexed, evaluate);
        }
        if let Some(axes) = axes.filter(|axes| axes.len() != dims.len()) {
            return Err(DatasetError::NewAxes { axes: axes.len(), dims: dims.len() });
        }
        let mut expanded = self.map_data(|_, variable| variable.expand_at(dims, axes))?;
        for (name, dim) in dims {
            if let Some(labels) = &dim.labels {
                expanded.coordinates.insert(name.clone(), labels.clone());
            } else if let Some(coordinate) = expanded.coordinates.get_mut(name) {
                *coordinate = coordinate.expand_at(&IndexMap::from([(name.clone(), dim.clone())]), None)?;
                if !indexed {
                    coordinate.role = IndexRole::None;
                }
            }
        }
        load_coordinates(&mut expanded.coordinates, evaluate)?;
        Dataset::new(expanded.data_variables, expanded.coordinates, expanded.attributes)
    }
}

/// A dimension to be added.
#[derive(Debug, Clone)]
pub struct NewDim {
    /// Its length.
    pub length: usize,
    /// Its labels.
    pub labels: Option<Variable>,
}

impl NewDim {
    /// One without labels.
    pub fn of_length(length: usize) -> NewDim {
        NewDim { length, labels: None }
    }
}

impl Variable {
    /// With new dimensions along axes of the result, or first.
    fn expand_at(&self, dims: &IndexMap<String, NewDim>, axes: Option<&[i64]>) -> Result<Variable, DatasetError> {
        let ndim = self.dims.len() + dims.len();
        let mut places: Vec<usize> = Vec::new();
        for &axis in axes.unwrap_or(&(0..dims.len() as i64).collect::<Vec<_>>()) {
            let counted = if axis < 0 { axis + ndim as i64 } else { axis };
            let out = DatasetError::NewAxisOutOfRange { axis, ndim };
            places.push(usize::try_from(counted).ok().filter(|&place| place < ndim).ok_or(out)?);
        }
        if places.iter().enumerate().any(|(at, place)| places[..at].contains(place)) {
            return Err(DatasetError::RepeatedNewAxes);
        }
        let mut placed: Vec<(usize, &String, usize)> =
            places.into_iter().zip(dims).map(|(place, (name, dim))| (place, name, dim.length)).collect();
        placed.sort_unstable();
        let mut sizes: Vec<(String, usize)> = self.sizes().into_iter().collect();
        for (place, name, length) in placed {
            sizes.insert(place, (name.clone(), length));
        }
        let sizes: IndexMap<String, usize> = sizes.into_iter().collect();
        let is_plain = dims.values().all(|dim| dim.length == 1);
        let data = match self.data.in_memory_values().filter(|_| is_plain) {
            Some(values) => Array::in_memory(values.as_ref().clone().reshaped(sizes.values().copied().collect())?),
            None => self.expand(&sizes),
        };
        Ok(Variable { dims: sizes.into_keys().collect(), data, ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::NewDim;
    use crate::dataset::test_data::{InMemory, counted};
    use indexmap::IndexMap;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn an_ellipsis_stands_for_the_other_dimensions() {
        assert_eq!(counted().transpose(&[], false).unwrap().dims(), ["y", "x"]);
        assert_eq!(counted().transpose(&names(&["y", "..."]), false).unwrap().dims(), ["y", "x"]);
        let error = counted().transpose(&names(&["x"]), false).unwrap_err();
        assert_eq!(
            error.to_string(),
            "('x',) doesn't name each of the dimensions ('x', 'y') once: add `...` for those left out"
        );
        let error = counted().transpose(&names(&["x", "z"]), false).unwrap_err();
        assert_eq!(error.to_string(), "there is no dimension 'z': found ('x', 'y')");
    }

    #[test]
    fn a_scalar_coordinate_becomes_the_index_of_its_new_dimension() {
        let dims = IndexMap::from([("s".to_owned(), NewDim::of_length(1))]);
        let expanded = counted().as_dataset().expand_dims(&dims, None, true, &InMemory).unwrap();
        let expanded = counted().like(expanded);
        assert_eq!((expanded.dims(), expanded.shape()), (&names(&["s", "x", "y"])[..], &[1, 2, 3][..]));
        assert!(expanded.coordinates()["s"].is_index("s"));
        let back = expanded.squeeze(None, false).unwrap();
        assert_eq!(back.dims(), ["x", "y"]);
        assert!(back.coordinates()["s"].dims.is_empty());
        assert!(counted().squeeze(Some(&names(&["x"])), false).is_err());
    }
}
