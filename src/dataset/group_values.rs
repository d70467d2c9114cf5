//! Reductions by groups: one value for each group, missing ones where a group has no positions.

use super::missing::missing_value;
use super::quantile::Probabilities;
use super::reduce::{Dims, ReduceOptions};
use super::{DataArray, Dataset, DatasetError, Grouping, Variable};
use crate::array::{Chunk, DType, Scalar};
use crate::kernels::quantile::{QuantileKind, QuantileMethod};
use crate::plan::Array;

/// What becomes of a variable with the grouped dimension.
type Summary<'a> = dyn Fn(&Variable, &Dims) -> Result<Variable, DatasetError> + 'a;

impl Grouping {
    /// For each group, whether it has positions; `None` where all have.
    fn filled(&self) -> Option<Vec<bool>> {
        let filled: Vec<bool> = self.positions().iter().map(|positions| !positions.is_empty()).collect();
        filled.contains(&false).then_some(filled)
    }

    /// A reduction by groups with missing values where groups have no positions, for which integers become `float64`.
    fn mask(&self, name: &str, reduced: Variable, filled: &[bool]) -> Result<Variable, DatasetError> {
        let dtype = reduced.dtype();
        let (dtype, missing) = match dtype {
            DType::Text => return Ok(reduced),
            dtype if matches!(name, "first" | "last") && dtype != DType::Bool => {
                missing_value(dtype).ok_or(DatasetError::NoMissingValue { operation: "a group of nothing", dtype })?
            }
            dtype if dtype.is_float() => (dtype, Scalar::Float(f64::NAN)),
            dtype if dtype.is_time() => (dtype, Scalar::Int(DType::NOT_A_TIME)),
            _ => (DType::Float64, Scalar::Float(f64::NAN)),
        };
        // As in xarray, given labels that have no positions have what there is of nothing: their sums where values are lazy,
        // their counts and truths where these are in memory.
        match name {
            "count" | "any" | "all" if self.is_listed() && reduced.data.is_unchunked() => return Ok(reduced),
            "sum" | "prod" if self.is_listed() && !reduced.data.is_unchunked() => {
                return Ok(reduced.with_data(reduced.data.cast(dtype)?));
            }
            _ => {}
        }
        let values = reduced.data.cast(dtype)?;
        let axis = reduced.axis(self.name()).expect("a reduction by groups has their dimension");
        let mut shape = vec![1; reduced.dims.len()];
        shape[axis] = filled.len();
        let mut mask = Array::in_memory(Chunk::from_values(shape, filled.to_vec())?);
        if name == "count" {
            // xarray counts to NaN wherever there is nothing, beside groups without positions.
            mask = values.cast(DType::Bool)?;
        }
        Ok(reduced.with_data(mask.select(&values, &Array::scalar(missing, dtype)?)?))
    }
}

impl Dataset {
    /// A reduction of every data variable by groups, over the grouped dimension or those named. A new first dimension has
    /// the groups; variables without the dimension are repeated along it. Medians are `"median"`.
    ///
    /// # Errors
    /// Where a dimension doesn't exist or the reduction isn't defined for a dtype.
    pub fn reduce_groups(
        &self,
        grouping: &Grouping,
        name: &str,
        dims: Option<&Dims>,
        options: ReduceOptions,
    ) -> Result<Dataset, DatasetError> {
        if matches!(name, "first" | "last")
            && let Some(coordinates) = grouping.of_itself(&self.coordinates)
        {
            return Ok(Dataset { coordinates, ..self.clone() });
        }
        self.summarise_groups(grouping, name, dims, options, &|variable, dims| match name {
            "median" => variable.quantiles(&QuantileKind::Median, dims, true, Some(grouping), options),
            _ => variable.reduce_grouped(name, dims, Some(grouping), options),
        })
    }

    /// Quantiles of every data variable by groups; several lie along a last dimension.
    ///
    /// # Errors
    /// Where a dimension doesn't exist, a probability isn't one, or a dtype has no quantiles.
    pub fn quantile_groups(
        &self,
        grouping: &Grouping,
        probabilities: &Probabilities,
        method: QuantileMethod,
        dims: Option<&Dims>,
        options: ReduceOptions,
    ) -> Result<Dataset, DatasetError> {
        probabilities.check()?;
        let kind = QuantileKind::Quantiles(probabilities.values().to_vec(), method);
        let is_one = matches!(probabilities, Probabilities::One(_));
        let mut found = self.summarise_groups(grouping, "quantile", dims, options, &|variable, dims| {
            let found = variable.quantiles(&kind, dims, is_one, Some(grouping), options)?;
            match is_one {
                true => Ok(found),
                false => found.transpose(&[&found.dims[1..], &found.dims[..1]].concat()),
            }
        })?;
        let labels = found.coordinates.shift_remove(grouping.name());
        found.coordinates.insert("quantile".to_owned(), probabilities.coordinate()?);
        found.coordinates.extend(labels.map(|labels| (grouping.name().to_owned(), labels)));
        Ok(found)
    }

    /// Every data variable summarised by groups.
    fn summarise_groups(
        &self,
        grouping: &Grouping,
        name: &str,
        dims: Option<&Dims>,
        options: ReduceOptions,
        summary: &Summary<'_>,
    ) -> Result<Dataset, DatasetError> {
        let dims = grouping.reduced(dims, &self.sizes())?;
        if !dims.contains(&grouping.dimension().to_owned()) {
            return match name {
                "median" => self.median(&Dims::Named(dims), options),
                "quantile" => Err(DatasetError::GroupReduction { missing: super::error::tuple(&dims) }),
                _ => self.reduce(name, &Dims::Named(dims), options),
            };
        }
        let (dims, filled) = (Dims::Named(dims), grouping.filled());
        let is_grouped = |variable: &Variable| variable.axis(grouping.dimension()).is_some();
        let mut reduced = self.reduce_each(name, &dims, options, &|variable| {
            if is_grouped(variable) {
                let reduced = summary(variable, &dims)?.with_first(grouping.name())?;
                return match &filled {
                    Some(filled) => grouping.mask(name, reduced, filled),
                    None => Ok(reduced),
                };
            }
            let reduced = match dims.touch(variable) {
                true if name == "median" => variable.quantiles(&QuantileKind::Median, &dims, true, None, options)?,
                true => variable.reduce(name, &dims, options)?,
                false => variable.clone(),
            };
            grouping.repeat(reduced, options)
        })?;
        // As in xarray, repeated ones come last.
        reduced.data_variables.sort_by_cached_key(|name, _| !self.data_variables.get(name).is_some_and(is_grouped));
        reduced.coordinates.shift_remove(grouping.name());
        if grouping.has_labels() {
            reduced.coordinates.insert(grouping.name().to_owned(), grouping.labels_variable().clone());
        }
        Ok(reduced)
    }
}

impl DataArray {
    /// A reduction by groups, over the grouped dimension or those named; the groups take its place.
    ///
    /// # Errors
    /// Where a dimension doesn't exist or the reduction isn't defined for the dtype.
    pub fn reduce_groups(
        &self,
        grouping: &Grouping,
        name: &str,
        dims: Option<&Dims>,
        options: ReduceOptions,
    ) -> Result<DataArray, DatasetError> {
        if matches!(name, "first" | "last")
            && let Some(coordinates) = grouping.of_itself(&self.coordinates)
        {
            return Ok(DataArray { coordinates, ..self.clone() });
        }
        self.in_place_of_groups(grouping, self.as_dataset().reduce_groups(grouping, name, dims, options)?)
    }

    /// Quantiles by groups; several lie along a last dimension.
    ///
    /// # Errors
    /// Where a dimension doesn't exist, a probability isn't one, or the dtype has no quantiles.
    pub fn quantile_groups(
        &self,
        grouping: &Grouping,
        probabilities: &Probabilities,
        method: QuantileMethod,
        dims: Option<&Dims>,
        options: ReduceOptions,
    ) -> Result<DataArray, DatasetError> {
        let found = self.as_dataset().quantile_groups(grouping, probabilities, method, dims, options)?;
        self.in_place_of_groups(grouping, found)
    }

    /// An array whose groups lie where the grouped dimension was.
    fn in_place_of_groups(&self, grouping: &Grouping, reduced: Dataset) -> Result<DataArray, DatasetError> {
        let reduced = self.like(reduced);
        let own = self.dims().iter().map(|name| if name == grouping.dimension() { grouping.name() } else { name });
        let mut order: Vec<String> =
            own.filter(|name| reduced.dims().iter().any(|dim| dim == name)).map(str::to_owned).collect();
        order.extend(reduced.dims().iter().filter(|name| !order.contains(name)).cloned().collect::<Vec<_>>());
        reduced.transpose(&order, true)
    }
}
