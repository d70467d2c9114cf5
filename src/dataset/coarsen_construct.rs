//! `coarsen(...).construct`: windows side by side as a dimension of windows and one of the values of each.

use super::coarsen::Coarsening;
use super::merge::load_coordinates;
use super::missing::missing_value;
use super::{Attributes, DataArray, Dataset, DatasetError, Variable};
use crate::array::{DType, Scalar};
use crate::plan::{Evaluate, Window, WindowSummary};
use indexmap::IndexMap;

/// Names of the dimension of windows and of that of their values, by the dimension that both replace.
pub type BlockDims = IndexMap<String, (String, String)>;

impl Coarsening {
    /// A variable whose windows have dimensions of their own.
    fn construct(&self, variable: &Variable, names: &BlockDims, keep_attrs: bool) -> Result<Variable, DatasetError> {
        let mut built = variable.clone();
        for block in self.blocks() {
            let Some(axis) = built.axis(&block.dimension) else { continue };
            let (windows, within) = &names[&block.dimension];
            let trimmed = block.trimmed(&built.data, axis)?;
            let window = block.window(axis, trimmed.shape()[axis])?;
            let dtype = trimmed.dtype();
            let is_padded = window.count * window.size > trimmed.shape()[axis];
            let (data, fill) = match dtype {
                dtype if dtype.is_float() || dtype.is_time() => (trimmed, None),
                _ if is_padded => {
                    let missing = DatasetError::NoMissingValue { operation: "coarsen(boundary='pad')", dtype };
                    (trimmed.cast(missing_value(dtype).ok_or(missing)?.0)?, None)
                }
                // No window lacks a value.
                DType::Bool => (trimmed, Some(Scalar::Bool(false))),
                DType::Text => (trimmed, Some(Scalar::Text(String::new()))),
                _ => (trimmed, Some(Scalar::Int(0))),
            };
            let data = data.window(Window { axes: vec![window], summary: WindowSummary::Values { fill } })?;
            let mut dims = built.dims.clone();
            dims[axis] = windows.clone();
            dims.push(within.clone());
            let mut order = dims.clone();
            order.rotate_right(1);
            let last = order.remove(0);
            order.insert(axis + 1, last);
            built = Variable { dims, data, ..built }.transpose(&order)?;
        }
        if built.dims != variable.dims {
            built.encoding = Default::default();
            if !keep_attrs {
                built.attributes = Attributes::new();
            }
        }
        Ok(built)
    }
}

impl Dataset {
    /// Every variable and coordinate with its windows as a dimension of windows and one of the values of each.
    ///
    /// # Errors
    /// Where windows don't fit, or a dtype has no missing values to fill them with.
    ///
    /// # Panics
    /// Where a dimension of windows has no names.
    pub fn construct_blocks(
        &self,
        coarsening: &Coarsening,
        names: &BlockDims,
        keep_attrs: bool,
        evaluate: &dyn Evaluate,
    ) -> Result<Dataset, DatasetError> {
        let mut built = self.map_variables(|_, variable| coarsening.construct(variable, names, keep_attrs))?;
        load_coordinates(&mut built.coordinates, evaluate)?;
        if !keep_attrs {
            built.attributes.clear();
        }
        Dataset::new(built.data_variables, built.coordinates, built.attributes)
    }
}

impl DataArray {
    /// The array with its windows as a dimension of windows and one of the values of each.
    ///
    /// # Errors
    /// As [`Dataset::construct_blocks`].
    ///
    /// # Panics
    /// Where a dimension of windows has no names.
    pub fn construct_blocks(
        &self,
        coarsening: &Coarsening,
        names: &BlockDims,
        keep_attrs: bool,
        evaluate: &dyn Evaluate,
    ) -> Result<DataArray, DatasetError> {
        Ok(self.like(self.as_dataset().construct_blocks(coarsening, names, keep_attrs, evaluate)?))
    }
}
