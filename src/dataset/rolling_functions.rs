//! `rolling` beyond registered reductions: positions of extremes in windows, results of functions of windows, windows one
//! by one.

use super::reduce::{Dims, ReduceOptions};
use super::{Construction, DataArray, Dataset, DatasetError, Indexer, Operand, Rolling};
use crate::array::{DType, Scalar};
use crate::kernels::elementwise::BinaryOp;
use indexmap::IndexMap;

impl Rolling {
    /// Names that no dimension has, one for each axis of windows.
    pub fn window_dims(&self) -> Vec<String> {
        self.windows().iter().map(|window| format!("_window of {}", window.dimension)).collect()
    }

    /// What a function made of windows, missing where a window has too few values that aren't.
    ///
    /// # Errors
    /// Where results have other labels than what they were made of.
    pub fn where_enough(&self, of: &DataArray, found: &DataArray) -> Result<DataArray, DatasetError> {
        let how = Construction { dims: self.window_dims(), fill: Some(Scalar::Bool(false)), keep_attrs: false };
        let options = ReduceOptions { keep_attrs: false, ..ReduceOptions::default() };
        let counts = of.notnull()?.construct_windows(self, &how)?;
        let counts = counts.reduce("sum", &Dims::Named(how.dims), options)?;
        let least = Operand::from(Scalar::Int(self.min_count() as i64));
        let enough = counts.binary(BinaryOp::GreaterEqual, &least, false)?;
        found.where_(&enough, None)
    }

    /// The windows along one dimension one by one: the label of each, and its values, missing where it has too few.
    ///
    /// # Errors
    /// Where windows lie along several dimensions.
    pub fn each(&self, of: &DataArray) -> Result<Vec<(DataArray, DataArray)>, DatasetError> {
        let [window] = self.windows() else { return Err(DatasetError::SeveralWindows) };
        let labels = of.coordinate(&window.dimension)?;
        let length = of.sizes()[&window.dimension];
        let at = |indexer: Indexer| IndexMap::from([(window.dimension.clone(), indexer)]);
        let mut found = Vec::with_capacity(length);
        for position in 0..length {
            let stop = position + if window.center { window.size.div_ceil(2) } else { 1 };
            let start = stop.saturating_sub(window.size);
            let slice = Indexer::Slice { start: Some(start as i64), stop: Some(stop as i64), step: None };
            let values = of.isel(&at(slice), false)?;
            let counts =
                values.reduce("count", &Dims::Named(vec![window.dimension.clone()]), ReduceOptions::default())?;
            let least = Operand::from(Scalar::Int(self.min_count() as i64));
            let enough = counts.binary(BinaryOp::GreaterEqual, &least, false)?;
            found.push((labels.isel(&at(Indexer::At(position as i64)), false)?, values.where_(&enough, None)?));
        }
        Ok(found)
    }
}

impl DataArray {
    /// The position of the largest (or smallest) value in every window, `float64`; missing where it has too few values.
    ///
    /// # Errors
    /// Where the values are no numbers.
    pub fn position_in_windows(
        &self,
        rolling: &Rolling,
        largest: bool,
        keep_attrs: bool,
    ) -> Result<DataArray, DatasetError> {
        let dtype = self.dtype();
        if !dtype.is_numeric() {
            let name = self.name().unwrap_or_default().to_owned();
            return Err(DatasetError::UnsupportedDtype { name, dtype, operation: "rolling" });
        }
        let worst = Scalar::Float(if largest { f64::NEG_INFINITY } else { f64::INFINITY });
        let numbers = if dtype.is_float() { self.clone() } else { self.astype(DType::Float64)? };
        let numbers = numbers.fillna(&worst.clone().into())?;
        let how = Construction { dims: rolling.window_dims(), fill: Some(worst), keep_attrs };
        let windows = numbers.construct_windows(rolling, &how)?;
        let options = ReduceOptions { skipna: Some(false), ddof: 0, keep_attrs };
        let found = windows.position_of_extreme(largest, &Dims::Named(how.dims), options)?;
        rolling.where_enough(self, &found)
    }
}

impl Dataset {
    /// The position of the largest (or smallest) value in every window of every data variable that has one.
    ///
    /// # Errors
    /// Where values are no numbers.
    pub fn position_in_windows(
        &self,
        rolling: &Rolling,
        largest: bool,
        keep_attrs: bool,
    ) -> Result<Dataset, DatasetError> {
        self.map_data(|name, variable| {
            let is_rolled = rolling.windows().iter().any(|window| variable.axis(&window.dimension).is_some());
            match is_rolled {
                true => Ok(self.get(name)?.position_in_windows(rolling, largest, keep_attrs)?.variable),
                false => Ok(variable.clone()),
            }
        })
    }
}
