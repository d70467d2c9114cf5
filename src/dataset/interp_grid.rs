//! `interp` to points along several dimensions, as onto a curvilinear grid: in a row first, then brought into their shape.

use super::gather::{Positions, pick};
use super::interp::{Beyond, brought_coordinates};
use super::{Dataset, DatasetError, Interpolation, InterpolationPoints, Points, Variable};
use crate::plan::Array;
use indexmap::IndexMap;

/// The dimension that all points lie along meanwhile.
const ALONG: &str = "<points>";

impl Dataset {
    /// As [`Dataset::interp`], where some points lie along several dimensions: all such are taken together.
    pub(super) fn interp_at_grid(
        &self,
        points: &IndexMap<String, InterpolationPoints>,
        how: Interpolation,
        beyond: Beyond,
    ) -> Result<Dataset, DatasetError> {
        let mut sizes: IndexMap<String, usize> = IndexMap::new();
        for wanted in points.values().filter(|wanted| wanted.points.dims.len() > 1) {
            for (name, length) in wanted.points.sizes() {
                if *sizes.entry(name.clone()).or_insert(length) != length {
                    return Err(DatasetError::PointCounts { dimension: name });
                }
            }
        }
        let own = self.sizes();
        if let Some(name) = sizes.keys().find(|name| own.contains_key(*name) && !points.contains_key(*name)) {
            return Err(DatasetError::PointsAlongOwn { dimension: name.clone() });
        }
        let is_gridded = |dimension: &String, wanted: &InterpolationPoints| match &wanted.points.dims[..] {
            [] => false,
            [one] => one != dimension && sizes.contains_key(one),
            _ => true,
        };
        let mut row: IndexMap<String, InterpolationPoints> = IndexMap::new();
        for (dimension, wanted) in points {
            row.insert(
                dimension.clone(),
                match is_gridded(dimension, wanted) {
                    true => InterpolationPoints {
                        points: in_a_row(&wanted.points, &sizes)?,
                        labels: None,
                        coordinates: IndexMap::new(),
                    },
                    false => wanted.clone(),
                },
            );
        }
        let mut found = self.interp(&row, how, beyond)?.map_variables(|_, variable| variable.out_of_row(&sizes))?;
        found.take_points(points, brought_coordinates(points)?);
        found.checked()
    }
}

/// Points repeated onto dimensions that include theirs, row-major.
fn in_a_row(points: &Variable, sizes: &IndexMap<String, usize>) -> Result<Variable, DatasetError> {
    let lazy = || DatasetError::LazyIndex { name: points.dims.join(", ") };
    let values = points.values().ok_or_else(lazy)?.clone();
    let count = values.len();
    let places = Points { sizes: points.sizes(), positions: Vec::new(), coordinates: IndexMap::new() };
    let order = places.repeated(&(0..count).collect::<Vec<usize>>(), sizes);
    let flat = pick(&Array::in_memory(values.reshaped(vec![count])?), 0, &Positions::List(order))?;
    Variable::new(vec![ALONG.to_owned()], flat)
}

impl Variable {
    /// The same with the dimensions of the points in place of the one that they lay along.
    fn out_of_row(&self, sizes: &IndexMap<String, usize>) -> Result<Variable, DatasetError> {
        let Some(axis) = self.axis(ALONG) else { return Ok(self.clone()) };
        let lengths: Vec<usize> = sizes.values().copied().collect();
        let mut dims = self.dims.clone();
        dims.splice(axis..=axis, sizes.keys().cloned());
        Ok(Variable { dims, data: self.data.split_axis(axis, &lengths)?, ..self.clone() })
    }
}
