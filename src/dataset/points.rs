//! Selection of points: positions along several dimensions that go together, or that become another dimension.

use super::gather::{Positions, pick};
use super::lookup::Index;
use super::{DataArray, Dataset, DatasetError, Label, LabelIndexer, SelectOptions, Variable};
use crate::array::{Chunk, Region};
use crate::plan::{Array, View, ViewAxis};
use indexmap::IndexMap;

/// Positions along one dimension, as they lie along another one.
#[derive(Debug, Clone)]
pub struct Points {
    /// The dimension that they lie along.
    pub dimension: String,
    /// The positions; negative ones count from the end.
    pub positions: Vec<i64>,
    /// The coordinates of what the positions were given by.
    pub coordinates: IndexMap<String, Variable>,
}

impl Points {
    /// The positions that an array of one dimension has.
    ///
    /// # Errors
    /// Where it has another number of dimensions.
    pub fn new(array: &DataArray, positions: Vec<i64>) -> Result<Points, DatasetError> {
        let [dimension] = array.dims() else { return Err(DatasetError::PointDimensions { ndim: array.dims().len() }) };
        Ok(Points { dimension: dimension.clone(), positions, coordinates: array.coordinates().clone() })
    }
}

impl Dataset {
    /// The elements at points: positions of several dimensions that lie along one other are taken together, element by
    /// element. The dimension of the points stands where the first of theirs stood.
    ///
    /// # Errors
    /// Where a dimension or position doesn't exist, or points of one dimension differ in number.
    pub fn isel_points(&self, points: &IndexMap<String, Points>) -> Result<Dataset, DatasetError> {
        self.check_dimensions(points.keys())?;
        let sizes = self.sizes();
        let mut counts: IndexMap<&str, usize> = IndexMap::new();
        let mut taken: IndexMap<String, (String, Vec<usize>)> = IndexMap::new();
        for (dimension, points) in points {
            let count = points.positions.len();
            if *counts.entry(&points.dimension).or_insert(count) != count {
                return Err(DatasetError::PointCounts { dimension: points.dimension.clone() });
            }
            let size = sizes[dimension];
            let position = |&index: &i64| {
                let counted = if index < 0 { index + size as i64 } else { index };
                let out = DatasetError::IndexOutOfBounds { index, axis: 0, size };
                usize::try_from(counted).ok().filter(|&position| position < size).ok_or(out)
            };
            let positions = points.positions.iter().map(position).collect::<Result<Vec<_>, _>>()?;
            taken.insert(dimension.clone(), (points.dimension.clone(), positions));
        }
        // A dimension that points lie along and that is there already goes along with them.
        for (&dimension, &count) in &counts {
            if let Some(&size) = sizes.get(dimension)
                && !taken.contains_key(dimension)
            {
                if size != count {
                    return Err(DatasetError::PointCounts { dimension: dimension.to_owned() });
                }
                taken.insert(dimension.to_owned(), (dimension.to_owned(), (0..count).collect()));
            }
        }
        let mut selected = self.map_variables(|_, variable| variable.at_points(&taken))?;
        for points in points.values() {
            for (name, coordinate) in &points.coordinates {
                if self.variable(name).is_none() {
                    selected.coordinates.insert(name.clone(), coordinate.clone());
                }
            }
        }
        Dataset::new(selected.data_variables, selected.coordinates, selected.attributes)
    }

    /// The positions of labels, for points.
    ///
    /// # Errors
    /// Where a dimension has no labels or not these.
    pub fn positions_of_labels(
        &self,
        dimension: &str,
        labels: Vec<Label>,
        options: &SelectOptions,
    ) -> Result<Vec<i64>, DatasetError> {
        let missing =
            || DatasetError::NoSuchDimensionOrCoordinate { name: dimension.to_owned(), expected: self.sizes_text() };
        let index = Index::new(dimension, self.index(dimension).ok_or_else(missing)?)?;
        match index.locate(&LabelIndexer::List(labels), options)? {
            Positions::List(found) => Ok(found.into_iter().map(|position| position as i64).collect()),
            Positions::One(found) => Ok(vec![found as i64]),
            Positions::Slice(_) => Ok(Vec::new()),
        }
    }
}

impl Variable {
    /// The elements at points; each dimension has the one that they lie along, and the positions.
    fn at_points(&self, taken: &IndexMap<String, (String, Vec<usize>)>) -> Result<Variable, DatasetError> {
        let mut selected = self.clone();
        let mut along: Vec<&String> = Vec::new();
        for dimension in &self.dims {
            if let Some((target, _)) = taken.get(dimension)
                && !along.contains(&target)
            {
                along.push(target);
            }
        }
        for target in along {
            let own = |name: &String| taken.get(name).filter(|(other, _)| other == target);
            let axes: Vec<usize> =
                (0..selected.dims.len()).filter(|&axis| own(&selected.dims[axis]).is_some()).collect();
            if axes.iter().all(|&axis| selected.dims[axis] == *target) {
                // Nothing but the points' own dimension: it stays as it is, unless points are taken along it.
                let is_whole = own(target).is_none_or(|(_, list)| list.iter().copied().eq(0..list.len()));
                if is_whole {
                    continue;
                }
            }
            let positions: Vec<&Vec<usize>> =
                axes.iter().filter_map(|&axis| own(&selected.dims[axis]).map(|(_, list)| list)).collect();
            let data = pick_points(&selected.data, &axes, &positions)?;
            selected.data = data;
            for &axis in axes.iter().skip(1).rev() {
                selected.dims.remove(axis);
            }
            selected.dims[axes[0]] = target.clone();
        }
        Ok(selected)
    }
}

/// The elements at positions along several axes that are taken together: they lie along the first of them.
fn pick_points(data: &Array, axes: &[usize], positions: &[&Vec<usize>]) -> Result<Array, DatasetError> {
    if axes.len() > 1
        && let Some(values) = data.in_memory_values()
    {
        return Ok(Array::in_memory(points_of(values, axes, positions)));
    }
    let mut picked = data.clone();
    for (&axis, &list) in axes.iter().zip(positions) {
        picked = pick(&picked, axis, &Positions::List(list.clone()))?;
    }
    if axes.len() == 1 {
        return Ok(picked);
    }
    // The diagonal of what was picked along each axis.
    let mut shape = Vec::new();
    let mut entries = Vec::new();
    for axis in 0..picked.ndim() {
        if axis != axes[0] && axes.contains(&axis) {
            entries.push(None);
            continue;
        }
        entries.push(Some(shape.len()));
        shape.push(picked.shape()[axis]);
    }
    let diagonal = entries[axes[0]].expect("the first axis stays");
    let entries = entries.into_iter().map(|entry| ViewAxis::whole(entry.unwrap_or(diagonal))).collect();
    Ok(picked.view(View { axes: entries, shape }))
}

/// The same of values in memory.
fn points_of(values: &Chunk, axes: &[usize], positions: &[&Vec<usize>]) -> Chunk {
    let count = positions.first().map_or(0, |list| list.len());
    let kept: Vec<usize> = (0..values.ndim()).filter(|axis| *axis == axes[0] || !axes.contains(axis)).collect();
    let shape: Vec<usize> =
        kept.iter().map(|&axis| if axis == axes[0] { count } else { values.shape()[axis] }).collect();
    let mut picked = Chunk::zeros(values.dtype(), shape.clone());
    let place = kept.iter().position(|&axis| axis == axes[0]).expect("the first axis is kept");
    for point in 0..count {
        let mut source = Region::whole(values.shape());
        for (&axis, list) in axes.iter().zip(positions) {
            source.start[axis] = list[point];
            source.shape[axis] = 1;
        }
        let mut one_shape = shape.clone();
        one_shape[place] = 1;
        let one = values.extract(&source).reshaped(one_shape.clone()).expect("the other axes have length 1");
        let mut target = Region::whole(&one_shape);
        target.start[place] = point;
        picked.copy_from(&target, &one, &vec![0; one_shape.len()]);
    }
    picked
}
