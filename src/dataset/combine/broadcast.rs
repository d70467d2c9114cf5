//! `xr.broadcast`: labelled arrays on all dimensions of all of them.

use crate::dataset::data_array::THIS_ARRAY;
use crate::dataset::{AlignOptions, Dataset, DatasetError, Join, Variable, align_with};
use indexmap::IndexMap;

/// The datasets on common labels (of any of them) and on all dimensions of all that aren't excluded. Views: no data moves.
///
/// # Errors
/// Where indexes can't be joined or lengths differ.
pub fn broadcast(datasets: &[Dataset], exclude: &[String]) -> Result<Vec<Dataset>, DatasetError> {
    let align = AlignOptions { join: Join::Outer, exclude: exclude.to_vec(), ..AlignOptions::default() };
    let aligned = align_with(datasets, &align)?;
    let mut sizes: IndexMap<String, usize> = IndexMap::new();
    let mut labels: IndexMap<String, Variable> = IndexMap::new();
    for dataset in &aligned {
        for (dimension, size) in dataset.sizes() {
            if exclude.contains(&dimension) {
                continue;
            }
            if let Some(index) = dataset.coordinates.get(&dimension) {
                labels.entry(dimension.clone()).or_insert_with(|| index.clone());
            }
            sizes.entry(dimension).or_insert(size);
        }
    }
    aligned.into_iter().map(|dataset| broadcast_one(dataset, &sizes, &labels)).collect()
}

fn broadcast_one(
    dataset: Dataset,
    sizes: &IndexMap<String, usize>,
    labels: &IndexMap<String, Variable>,
) -> Result<Dataset, DatasetError> {
    let mut wide = dataset.map_data(|name, variable| {
        let wide = variable.broadcast(sizes)?;
        // As in xarray, where an array is made anew and variables of datasets aren't.
        Ok(if name == THIS_ARRAY { wide.without_encoding() } else { wide })
    })?;
    for (name, index) in labels {
        // A coordinate of that name along another dimension is none of it.
        if wide.coordinates.get(name).is_none_or(|own| own.dims != index.dims) {
            wide.coordinates.insert(name.clone(), index.clone());
        }
    }
    Ok(wide)
}

impl Variable {
    /// The variable with all these dimensions first, in their order, then its own others.
    pub(in crate::dataset) fn broadcast(&self, sizes: &IndexMap<String, usize>) -> Result<Variable, DatasetError> {
        let mut all = sizes.clone();
        for (dimension, size) in self.sizes() {
            all.entry(dimension).or_insert(size);
        }
        if self.dims.iter().eq(all.keys()) {
            return Ok(self.clone());
        }
        let data = self.expand(&all);
        Ok(Variable { dims: all.into_keys().collect(), data, ..self.clone() })
    }
}
