//! Reductions over named dimensions.

use super::error::{quoted, tuple};
use super::{Attributes, DataArray, Dataset, DatasetError, Grouping, Variable};
use crate::array::DType;
use crate::kernels::reduction::ReductionOptions;

/// Dimensions to reduce over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dims {
    /// All: `None` and `...`.
    All,
    /// These.
    Named(Vec<String>),
}

impl Dims {
    /// Whether a dimension is meant.
    pub(super) fn contains(&self, dimension: &String) -> bool {
        match self {
            Dims::All => true,
            Dims::Named(names) => names.contains(dimension),
        }
    }

    /// Whether a variable has one of them.
    pub(super) fn touch(&self, variable: &Variable) -> bool {
        variable.dims.iter().any(|dimension| self.contains(dimension))
    }
}

/// What a reduction can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReduceOptions {
    /// Whether NaN and NaT are left out; by default (`None`) NaN is, and NaT in means only.
    pub skipna: Option<bool>,
    /// Delta degrees of freedom of `std` and `var`.
    pub ddof: i64,
    /// Whether attributes stay.
    pub keep_attrs: bool,
}

impl Default for ReduceOptions {
    fn default() -> ReduceOptions {
        ReduceOptions { skipna: None, ddof: 0, keep_attrs: true }
    }
}

/// Reductions that leave a variable as it is where they reduce none of its dimensions.
const UNCHANGED_BY_NOTHING: [&str; 6] = ["mean", "sum", "prod", "min", "max", "median"];

/// Reductions that leave text out of a dataset; of times they are, or aren't, defined.
const NUMBERS_ONLY: [&str; 6] = ["mean", "sum", "prod", "std", "var", "median"];

/// Whether a reduction leaves variables of a dtype out of a dataset.
pub(super) fn leaves_out(name: &str, dtype: DType) -> bool {
    dtype == DType::Text && NUMBERS_ONLY.contains(&name)
}

/// Whether a reduction leaves missing values out when nobody says: xarray leaves out NaN, but not NaT in extrema and sums.
fn skips_missing(name: &str, dtype: DType) -> bool {
    !dtype.is_time() || matches!(name, "mean" | "count")
}

/// Refuses dimensions that are named twice.
fn check_unique(dims: &Dims) -> Result<(), DatasetError> {
    let Dims::Named(names) = dims else { return Ok(()) };
    match names.iter().enumerate().find(|(position, name)| names[..*position].contains(name)) {
        Some((_, name)) => Err(DatasetError::RepeatedReduction { name: name.clone() }),
        None => Ok(()),
    }
}

impl Variable {
    /// A reduction over those of the dimensions that the variable has. Encoding is dropped.
    pub(super) fn reduce(&self, name: &str, dims: &Dims, options: ReduceOptions) -> Result<Variable, DatasetError> {
        self.reduce_grouped(name, dims, None, options)
    }

    /// The dimensions that a reduction leaves, that of groups in place of the one that is grouped.
    pub(super) fn kept_dims(&self, dims: &Dims, grouping: Option<&Grouping>) -> Vec<String> {
        let kept = self.dims.iter().filter_map(|dimension| match grouping {
            Some(grouping) if dimension == grouping.dimension() => Some(grouping.name().to_owned()),
            _ => (!dims.contains(dimension)).then(|| dimension.clone()),
        });
        kept.collect()
    }

    /// The same by groups: their dimension takes the place of the one that is grouped.
    pub(super) fn reduce_grouped(
        &self,
        name: &str,
        dims: &Dims,
        grouping: Option<&Grouping>,
        options: ReduceOptions,
    ) -> Result<Variable, DatasetError> {
        let axes: Vec<usize> = (0..self.dims.len()).filter(|&axis| dims.contains(&self.dims[axis])).collect();
        let attributes = if options.keep_attrs { self.attributes.clone() } else { Attributes::new() };
        if axes.is_empty() && !self.dims.is_empty() && UNCHANGED_BY_NOTHING.contains(&name) {
            return Ok(Variable::new(self.dims.clone(), self.data.clone())?.with_attributes(attributes));
        }
        let kept = self.kept_dims(dims, grouping);
        let groups = grouping.and_then(|grouping| Some(grouping.groups(self.axis(grouping.dimension())?)));
        let options_of_kernel = ReductionOptions {
            skip_missing: options.skipna.unwrap_or(skips_missing(name, self.dtype())),
            ddof: options.ddof,
        };
        let reduced = Variable::new(kept, self.data.reduce_groups(name, &axes, groups, options_of_kernel)?)?;
        Ok(reduced.with_attributes(attributes))
    }
}

impl DataArray {
    /// Whether there are the dimensions to reduce, each named once.
    pub(super) fn check_reduced(&self, dims: &Dims) -> Result<(), DatasetError> {
        check_unique(dims)?;
        if let Dims::Named(names) = dims
            && let Some(missing) = names.iter().find(|name| !self.dims().contains(name))
        {
            return Err(DatasetError::NotInArrayDimensions {
                missing: format!("'{missing}'"),
                expected: tuple(self.dims()),
            });
        }
        Ok(())
    }

    /// A reduction by its registered name: `"mean"`, `"sum"`, `"count"`, `"any"`, ... The dimensions leave the shape, and
    /// with them their coordinates.
    ///
    /// # Errors
    /// Where a dimension doesn't exist or is named twice, or the reduction isn't defined for the dtype.
    pub fn reduce(&self, name: &str, dims: &Dims, options: ReduceOptions) -> Result<DataArray, DatasetError> {
        self.check_reduced(dims)?;
        let variable = self.variable.reduce(name, dims, options)?;
        let mut coordinates = self.coordinates.clone();
        coordinates.retain(|_, coordinate| !dims.touch(coordinate));
        Ok(DataArray { name: self.name.clone(), variable, coordinates })
    }
}

impl Dataset {
    /// Whether there are the dimensions to reduce, each named once.
    pub(super) fn check_reduced(&self, dims: &Dims) -> Result<(), DatasetError> {
        check_unique(dims)?;
        if let Dims::Named(names) = dims {
            let sizes = self.sizes();
            let missing: Vec<&String> = names.iter().filter(|name| !sizes.contains_key(*name)).collect();
            if !missing.is_empty() {
                let known: Vec<&String> = sizes.keys().collect();
                return Err(DatasetError::ReducedDimension { missing: quoted(&missing), expected: quoted(&known) });
            }
        }
        Ok(())
    }

    /// A reduction of every data variable by its registered name. Text is left out of sums, means and the like.
    ///
    /// # Errors
    /// Where a dimension doesn't exist or is named twice, or the reduction isn't defined for a dtype.
    pub fn reduce(&self, name: &str, dims: &Dims, options: ReduceOptions) -> Result<Dataset, DatasetError> {
        self.check_reduced(dims)?;
        self.reduce_each(name, dims, options, &|variable| variable.reduce(name, dims, options))
    }

    /// Each data variable that a reduction doesn't leave out, reduced by `reduce`, and the coordinates that stay.
    pub(super) fn reduce_each(
        &self,
        name: &str,
        dims: &Dims,
        options: ReduceOptions,
        reduce: &dyn Fn(&Variable) -> Result<Variable, DatasetError>,
    ) -> Result<Dataset, DatasetError> {
        let mut reduced = Dataset { coordinates: self.coordinates.clone(), ..Dataset::default() };
        for (variable_name, variable) in &self.data_variables {
            if !(dims.touch(variable) && leaves_out(name, variable.dtype())) {
                reduced.data_variables.insert(variable_name.clone(), reduce(variable)?);
            }
        }
        reduced.coordinates.retain(|_, coordinate| !dims.touch(coordinate));
        if options.keep_attrs {
            reduced.attributes = self.attributes.clone();
        }
        Ok(reduced)
    }
}
