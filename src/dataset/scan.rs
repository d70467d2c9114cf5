//! Functions along a dimension that keep its labels: `cumsum`, `cumprod`, `ffill`, `bfill`, `interpolate_na`.

use super::interpolate::label_numbers;
use super::reduce::{Dims, ReduceOptions};
use super::{Attributes, DataArray, Dataset, DatasetError, Interpolation, Variable};
use crate::kernels::scan::ScanKind;
use std::sync::Arc;

/// From which side missing values are filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FillFrom {
    /// With the last value before.
    Before,
    /// With the first value after.
    After,
}

/// Where values lie whose gaps are interpolated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GapPlaces {
    /// At their positions.
    Positions,
    /// At the labels of the dimension, where it has any.
    Labels,
    /// At the values of a coordinate along the dimension.
    Coordinate(String),
}

/// How gaps are interpolated.
#[derive(Debug, Clone, PartialEq)]
pub struct GapOptions {
    /// On the line or from the nearest.
    pub how: Interpolation,
    /// Most values filled in a row.
    pub limit: Option<usize>,
    /// Where values lie.
    pub places: GapPlaces,
    /// Farthest apart that values on both sides of a gap may be, in nanoseconds where they lie at times.
    pub max_gap: Option<f64>,
    /// Whether attributes stay.
    pub keep_attrs: bool,
}

impl Variable {
    /// A function along those of the dimensions that the variable has, one after the other.
    fn scan(&self, dims: &[String], kind: &ScanKind) -> Result<Variable, DatasetError> {
        let mut data = self.data.clone();
        for axis in dims.iter().filter_map(|dimension| self.axis(dimension)) {
            data = data.scan(axis, kind.clone())?;
        }
        Ok(self.with_data(data))
    }

    /// Values with missing ones filled; of dtypes that have none, as they are.
    fn filled(&self, dimension: &str, kind: &ScanKind) -> Result<Variable, DatasetError> {
        let filled = if self.dtype().is_float() { self.scan(&[dimension.to_owned()], kind)? } else { self.clone() };
        Ok(if self.axis(dimension).is_some() { filled.without_encoding() } else { filled })
    }
}

impl Dataset {
    /// Sums (or products) so far of every data variable, along some dimensions one after the other.
    ///
    /// # Errors
    /// Where a dimension doesn't exist, or a dtype has no sums.
    pub fn accumulate(&self, product: bool, dims: &Dims, options: ReduceOptions) -> Result<Dataset, DatasetError> {
        self.check_reduced(dims)?;
        let dims: Vec<String> = self.sizes().into_keys().filter(|dimension| dims.contains(dimension)).collect();
        let skip_missing = options.skipna.unwrap_or(true);
        let kind = if product { ScanKind::Product { skip_missing } } else { ScanKind::Sum { skip_missing } };
        let mut found = self.map_data(|_, variable| {
            let attributes = if options.keep_attrs { variable.attributes.clone() } else { Attributes::new() };
            let scanned = variable.scan(&dims, &kind)?;
            Ok(Variable::new(scanned.dims, scanned.data)?.with_attributes(attributes))
        })?;
        if !options.keep_attrs {
            found.attributes.clear();
        }
        Ok(found)
    }

    /// Missing values of every data variable filled from their neighbours along a dimension, so many in a row at most.
    ///
    /// # Errors
    /// Where the dimension doesn't exist.
    pub fn fill_from(&self, dimension: &str, from: FillFrom, limit: Option<usize>) -> Result<Dataset, DatasetError> {
        self.check_dimensions(std::iter::once(&dimension.to_owned()))?;
        let kind = match from {
            FillFrom::Before => ScanKind::ForwardFill { limit },
            FillFrom::After => ScanKind::BackwardFill { limit },
        };
        self.map_data(|_, variable| variable.filled(dimension, &kind))
    }

    /// Missing values of every data variable that lie between others along a dimension, interpolated.
    ///
    /// # Errors
    /// Where the dimension doesn't exist, or its labels aren't ascending numbers or times.
    pub fn interpolate_gaps(&self, dimension: &str, options: GapOptions) -> Result<Dataset, DatasetError> {
        self.check_dimensions(std::iter::once(&dimension.to_owned()))?;
        let length = self.sizes()[dimension];
        let places = match (&options.places, self.index(dimension).and_then(Variable::values)) {
            (GapPlaces::Labels, Some(labels)) => label_numbers(dimension, labels, labels)?,
            (GapPlaces::Coordinate(name), _) => {
                let no_such = || DatasetError::NoSuchCoordinate { name: name.clone() };
                let coordinate = self.coordinates.get(name).ok_or_else(no_such)?;
                if coordinate.dims != [dimension] {
                    return Err(DatasetError::NotOneDimensional);
                }
                let values = coordinate.values().ok_or_else(|| DatasetError::LazyIndex { name: name.clone() })?;
                label_numbers(name, values, values)?
            }
            _ => (0..length).map(|position| position as f64).collect(),
        };
        if options.max_gap.is_some() && !self.coordinates.contains_key(dimension) {
            return Err(DatasetError::GapOfPositions);
        }
        if !places.windows(2).all(|pair| pair[0] < pair[1]) {
            return Err(DatasetError::UnorderedLabels { name: dimension.to_owned() });
        }
        let nearest = options.how == Interpolation::Nearest;
        let (limit, max_gap) = (options.limit, options.max_gap);
        let kind = ScanKind::Interpolate { places: Arc::new(places), nearest, limit, max_gap };
        let mut filled = self.map_data(|_, variable| {
            let filled = variable.filled(dimension, &kind)?;
            Ok(if options.keep_attrs { filled } else { filled.with_attributes(Attributes::new()) })
        })?;
        if !options.keep_attrs {
            filled.attributes.clear();
        }
        Ok(filled)
    }
}

impl DataArray {
    /// Sums (or products) so far, along some dimensions one after the other.
    ///
    /// # Errors
    /// Where a dimension doesn't exist, or the dtype has no sums.
    pub fn accumulate(&self, product: bool, dims: &Dims, options: ReduceOptions) -> Result<DataArray, DatasetError> {
        self.check_reduced(dims)?;
        Ok(self.like(self.as_dataset().accumulate(product, dims, options)?))
    }

    /// Missing values filled from their neighbours along a dimension, so many in a row at most.
    ///
    /// # Errors
    /// Where the dimension doesn't exist.
    pub fn fill_from(&self, dimension: &str, from: FillFrom, limit: Option<usize>) -> Result<DataArray, DatasetError> {
        Ok(self.like(self.as_dataset().fill_from(dimension, from, limit)?))
    }

    /// Missing values between others along a dimension, interpolated.
    ///
    /// # Errors
    /// Where the dimension doesn't exist, or its labels aren't ascending numbers or times.
    pub fn interpolate_gaps(&self, dimension: &str, options: GapOptions) -> Result<DataArray, DatasetError> {
        Ok(self.like(self.as_dataset().interpolate_gaps(dimension, options)?))
    }
}
