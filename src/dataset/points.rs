//! Selection of points: positions along several dimensions that go together, or that become another dimension.

use super::common_coordinates::{check_indexes, equal, merge_coordinates};
use super::gather::{Positions, pick};
use super::lookup::Index;
use super::{DataArray, Dataset, DatasetError, Label, LabelIndexer, SelectOptions, Variable};
use crate::array::{Chunk, Region};
use crate::plan::Array;
use indexmap::IndexMap;

/// Positions along one dimension, as they lie along others.
#[derive(Debug, Clone)]
pub struct Points {
    /// The dimensions that they lie along, with their lengths.
    pub sizes: IndexMap<String, usize>,
    /// The positions, row-major; negative ones count from the end.
    pub positions: Vec<i64>,
    /// The coordinates of what the positions were given by.
    pub coordinates: IndexMap<String, Variable>,
}

impl Points {
    /// The positions that an array has.
    pub fn new(array: &DataArray, positions: Vec<i64>) -> Points {
        Points { sizes: array.sizes(), positions, coordinates: array.coordinates().clone() }
    }

    /// The positions along a dimension of a length.
    fn within(&self, size: usize) -> Result<Vec<usize>, DatasetError> {
        let position = |&index: &i64| {
            let counted = if index < 0 { index + size as i64 } else { index };
            let out = DatasetError::IndexOutOfBounds { index, axis: 0, size };
            usize::try_from(counted).ok().filter(|&position| position < size).ok_or(out)
        };
        self.positions.iter().map(position).collect()
    }

    /// The positions repeated onto dimensions that include theirs, row-major.
    pub(super) fn repeated(&self, positions: &[usize], onto: &IndexMap<String, usize>) -> Vec<usize> {
        let strides = crate::array::row_major_strides(&self.sizes.values().copied().collect::<Vec<_>>());
        let mut places = vec![0];
        for (name, &length) in onto {
            let step = self.sizes.get_index_of(name).map_or(0, |axis| strides[axis]);
            places = places.iter().flat_map(|from| (0..length).map(move |at| from + at * step)).collect();
        }
        places.into_iter().map(|place| positions[place]).collect()
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
        for points in points.values() {
            for (name, &length) in &points.sizes {
                if *counts.entry(name).or_insert(length) != length {
                    return Err(DatasetError::PointCounts { dimension: name.clone() });
                }
            }
        }
        if points.values().any(|points| points.sizes.len() != 1) {
            return self.isel_point_grids(points);
        }
        for (dimension, points) in points {
            let along = points.sizes.keys().next().expect("there is one dimension");
            taken.insert(dimension.clone(), (along.clone(), points.within(sizes[dimension])?));
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
        let selected = self.map_variables(|_, variable| variable.at_points(&taken))?;
        selected.with_coordinates_of(points.values().map(|points| &points.coordinates))
    }

    /// The same of points along several dimensions: those of one variable are taken together, along all of theirs.
    fn isel_point_grids(&self, points: &IndexMap<String, Points>) -> Result<Dataset, DatasetError> {
        let sizes = self.sizes();
        let targets = points.values().flat_map(|points| points.sizes.keys());
        if let Some(name) = targets.into_iter().find(|name| sizes.contains_key(*name) && !points.contains_key(*name)) {
            return Err(DatasetError::PointsAlongOwn { dimension: name.clone() });
        }
        let mut within: IndexMap<&str, Vec<usize>> = IndexMap::new();
        for (dimension, points) in points {
            within.insert(dimension, points.within(sizes[dimension])?);
        }
        let selected = self.map_variables(|_, variable| variable.at_point_grids(points, &within))?;
        selected.with_coordinates_of(points.values().map(|points| &points.coordinates))
    }

    /// What was selected, with the coordinates of what it was selected by beside those that it has; of such that conflict
    /// with one another none.
    ///
    /// # Errors
    /// [`DatasetError::AssignedLabels`] where it was selected by something with other labels of a dimension that stays,
    /// [`DatasetError::MergeConflict`] where two such have different labels.
    pub fn with_coordinates_of<'a>(
        self,
        selectors: impl IntoIterator<Item = &'a IndexMap<String, Variable>>,
    ) -> Result<Dataset, DatasetError> {
        let of_coordinates = |coordinates: &IndexMap<String, Variable>| Dataset {
            coordinates: coordinates.clone(),
            ..Dataset::default()
        };
        let parts: Vec<Dataset> = selectors.into_iter().map(of_coordinates).collect();
        let brought = merge_coordinates(&parts)?;
        check_indexes(&brought, &parts)?;
        let mut selected = self;
        for (name, coordinate) in brought {
            match selected.index(&name) {
                Some(index) if !equal(&name, index, &coordinate)? => return Err(DatasetError::AssignedLabels { name }),
                _ if selected.variable(&name).is_some() => {}
                _ => {
                    selected.coordinates.insert(name, coordinate);
                }
            }
        }
        selected.checked()
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
    /// The elements at points along several dimensions, which stand where the first that is selected along stood.
    fn at_point_grids(
        &self,
        points: &IndexMap<String, Points>,
        within: &IndexMap<&str, Vec<usize>>,
    ) -> Result<Variable, DatasetError> {
        let axes: Vec<usize> = (0..self.dims.len()).filter(|&axis| points.contains_key(&self.dims[axis])).collect();
        let Some(&first) = axes.first() else { return Ok(self.clone()) };
        let mut onto: IndexMap<String, usize> = IndexMap::new();
        for &axis in &axes {
            onto.extend(points[&self.dims[axis]].sizes.clone());
        }
        let repeated = |&axis: &usize| {
            let name = &self.dims[axis];
            points[name].repeated(&within[name.as_str()], &onto)
        };
        let positions: Vec<Vec<usize>> = axes.iter().map(repeated).collect();
        let flat = pick_points(&self.data, &axes, &positions.iter().collect::<Vec<_>>())?;
        let lengths: Vec<usize> = onto.values().copied().collect();
        let data = match flat.in_memory_values() {
            Some(values) => {
                let mut shape = values.shape().to_vec();
                shape.splice(first..=first, lengths);
                Array::in_memory(values.as_ref().clone().reshaped(shape)?)
            }
            None => flat.split_axis(first, &lengths)?,
        };
        let mut dims: Vec<String> =
            (0..self.dims.len()).filter(|axis| !axes[1..].contains(axis)).map(|axis| self.dims[axis].clone()).collect();
        dims.splice(first..=first, onto.into_keys());
        let named = Variable::new(dims, data)?.with_attributes(self.attributes.clone());
        Ok(Variable { encoding: self.encoding.clone(), ..named })
    }

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
    if let ([axis], [list]) = (axes, positions) {
        return pick(data, *axis, &Positions::List(list.to_vec()));
    }
    Ok(data.points(axes, positions.iter().map(|list| list.to_vec()).collect())?)
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
