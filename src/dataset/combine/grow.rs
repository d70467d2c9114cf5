//! Variables of one name one after another along a dimension.

use super::AttributeMerge;
use super::merge::attributes_of;
use crate::array::{Chunk, DType};
use crate::dataset::align::{concatenate_values, filled};
use crate::dataset::{DatasetError, FillValue, Variable};
use crate::kernels::KernelError;
use crate::plan::Array;
use indexmap::IndexMap;

/// Arrays one after another along an axis: in memory where all are, else lazily.
pub(in crate::dataset) fn concatenate(arrays: &[Array], axis: usize) -> Result<Array, DatasetError> {
    let in_memory: Option<Vec<&Chunk>> =
        arrays.iter().map(|array| array.in_memory_values().map(|values| &**values)).collect();
    let Some(values) = in_memory.filter(|values| !values.is_empty()) else {
        return Ok(Array::concatenate(arrays, axis)?);
    };
    let mut dtype = values[0].dtype();
    for other in &values[1..] {
        dtype = dtype.promote(other.dtype()).ok_or_else(|| KernelError::UndefinedFor {
            operation: "concatenate",
            dtypes: vec![dtype, other.dtype()],
        })?;
    }
    Ok(Array::in_memory(concatenate_values(&values, axis, dtype)?))
}

/// How variables of one name become one that is longer.
pub(super) struct Growth<'a> {
    /// The dimension.
    pub dimension: &'a str,
    /// What each dataset has of it.
    pub lengths: &'a [usize],
    /// Lengths of all other dimensions.
    pub sizes: &'a IndexMap<String, usize>,
    /// Whose attributes the result has.
    pub attributes: AttributeMerge,
    /// What stands for datasets that lack the variable.
    pub fill_value: &'a FillValue,
}

impl Growth<'_> {
    /// The variable of a name, from what each dataset has of that name. Its encoding is that of the first.
    pub fn grow(&self, name: &str, parts: &[Option<&Variable>]) -> Result<Variable, DatasetError> {
        let present: Vec<&Variable> = parts.iter().copied().flatten().collect();
        let mut dims: Vec<String> = Vec::new();
        for dimension in present.iter().flat_map(|variable| &variable.dims) {
            if !dims.contains(dimension) {
                dims.push(dimension.clone());
            }
        }
        if !dims.iter().any(|dimension| dimension == self.dimension) {
            dims.insert(0, self.dimension.to_owned());
        }
        let shape_of = |length: usize| -> IndexMap<String, usize> {
            let size = |dimension: &String| self.sizes.get(dimension).copied().unwrap_or(length);
            dims.iter().map(|dimension| (dimension.clone(), size(dimension))).collect()
        };
        let mut arrays = Vec::with_capacity(parts.len());
        for (part, &length) in parts.iter().zip(self.lengths) {
            let sizes = shape_of(length);
            arrays.push(match part {
                Some(variable) => set_dims(variable, &sizes)?,
                None => self.absent(name, &present, &sizes)?,
            });
        }
        let axis = dims.iter().position(|dimension| dimension == self.dimension).expect("it was put in");
        let mut encoding = present[0].encoding.clone();
        if present.iter().any(|variable| variable.encoding.stored_units != encoding.stored_units) {
            encoding.stored_units = None;
        }
        let data = concatenate(&arrays, axis)?;
        let attributes = attributes_of(&present, self.attributes)?;
        Ok(Variable { dims, data, attributes, encoding, role: present[0].role.clone() })
    }

    /// What stands for a dataset without the variable.
    fn absent(
        &self,
        name: &str,
        present: &[&Variable],
        sizes: &IndexMap<String, usize>,
    ) -> Result<Array, DatasetError> {
        let dtype = present.iter().try_fold(present[0].dtype(), |dtype, one| dtype.promote(one.dtype()));
        let dtype: DType = dtype.unwrap_or(present[0].dtype());
        let (dtype, fill) = self.fill_value.of(name, dtype)?;
        let in_memory = present.iter().all(|variable| variable.values().is_some());
        filled(dtype, &fill, &sizes.values().copied().collect::<Vec<_>>(), in_memory)
    }
}

/// The values of a variable on dimensions that include its own; in memory where they are and nothing is repeated.
fn set_dims(variable: &Variable, sizes: &IndexMap<String, usize>) -> Result<Array, DatasetError> {
    if variable.dims.iter().eq(sizes.keys()) {
        return Ok(variable.data.clone());
    }
    let shape: Vec<usize> = sizes.values().copied().collect();
    let added_are_single = sizes.iter().all(|(name, size)| *size == 1 || variable.dims.contains(name));
    let in_order = variable.dims.iter().map(|name| sizes.get_index_of(name)).is_sorted();
    match variable.values() {
        Some(values) if added_are_single && in_order => Ok(Array::in_memory(values.clone().reshaped(shape)?)),
        _ => Ok(variable.expand(sizes)),
    }
}
