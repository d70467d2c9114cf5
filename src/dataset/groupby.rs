//! `groupby`: reductions and arithmetic by groups of the positions along one dimension.
//!
//! Groups are numbered by their sorted labels. The plan does the rest: a reduction by groups, and gathers of what there
//! is for each group, which tasks look up as they go.

use super::align::align;
use super::gather::{Positions, pick};
use super::key::{Key, key};
use super::missing::missing_value;
use super::reduce::{Dims, ReduceOptions};
use super::time_fields::TimeField;
use super::{AttributeRule, Attributes, DataArray, Dataset, DatasetError, Indexer, Join, Operand, Variable};
use crate::array::{Chunk, ChunkGrid};
use crate::kernels::elementwise::BinaryOp;
use crate::plan::{Array, Evaluate, Groups};
use indexmap::IndexMap;
use std::sync::Arc;

/// What to group by.
#[derive(Debug, Clone)]
pub enum Group {
    /// A coordinate or dimension, or a field of times: `"time.month"`.
    Named(String),
    /// Values along one dimension.
    Array(Box<DataArray>),
}

/// Positions along one dimension in groups.
#[derive(Debug, Clone)]
pub struct Grouping {
    name: String,
    dimension: String,
    /// The labels, sorted, in memory.
    labels: Variable,
    /// The group of each position; negative for none.
    codes: Arc<Vec<i32>>,
    /// The groupings whose groups these are the pairs of, the last of which runs fastest; empty for groups of one key.
    levels: Vec<Grouping>,
    /// Whether the labels become a coordinate: not where they are positions along a dimension without labels.
    has_labels: bool,
    labelled_by: LabelSource,
}

/// Where groups have their labels from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LabelSource {
    /// The values of what is grouped by.
    Values,
    /// Labels that were given.
    Given,
    /// Steps of time.
    Steps,
}

impl Grouping {
    /// Groups of equal values, sorted; missing values belong to none.
    ///
    /// # Errors
    /// Where there are no values, all are missing, or they have another number of dimensions than one.
    fn new(name: &str, values: &Chunk, group: &Variable) -> Result<Grouping, DatasetError> {
        let [dimension] = &group.dims[..] else {
            return Err(DatasetError::GroupDimensions {
                name: name.to_owned(),
                dims: super::error::tuple(&group.dims),
            });
        };
        if group.levels().is_some() {
            return Err(DatasetError::LevelsUnsupported { name: name.to_owned(), operation: "grouping by it" });
        }
        if values.is_empty() {
            return Err(DatasetError::EmptyGroup { name: name.to_owned() });
        }
        let key_at = |position| values.get(position).map(|value| key(values.dtype(), value));
        let keys = (0..values.len()).filter_map(|position| Some((key_at(position)?, position)));
        let mut keys: Vec<(Key, usize)> = keys.filter(|(key, _)| !key.is_missing()).collect();
        keys.sort_by(|a, b| a.0.sort_order(&b.0));
        let mut codes = vec![-1; values.len()];
        let mut firsts: Vec<usize> = Vec::new();
        let mut last: Option<&Key> = None;
        for (key, position) in &keys {
            if last.is_none_or(|last| !last.same(key)) {
                firsts.push(*position);
                last = Some(key);
            }
            codes[*position] = firsts.len() as i32 - 1;
        }
        if firsts.is_empty() {
            return Err(DatasetError::NoGroups);
        }
        // Labels of a dimension that fall keep their order.
        let count = firsts.len();
        if name == dimension && count == values.len() && firsts.iter().rev().copied().eq(0..count) {
            firsts.reverse();
            codes = (0..count as i32).collect();
        }
        let labels = pick(&Array::in_memory(values.clone()), 0, &Positions::List(firsts))?;
        let labels = Variable::new(vec![name.to_owned()], labels)?.with_attributes(group.attributes.clone());
        Ok(Grouping::of_parts(name, dimension, labels, codes))
    }

    /// Groups whose labels, along a dimension of the group's name, and codes are known.
    pub(super) fn of_parts(name: &str, dimension: &str, labels: Variable, codes: Vec<i32>) -> Grouping {
        Grouping {
            name: name.to_owned(),
            dimension: dimension.to_owned(),
            labels,
            codes: Arc::new(codes),
            levels: Vec::new(),
            has_labels: true,
            labelled_by: LabelSource::Values,
        }
    }

    /// The same groups, of labels from elsewhere.
    pub(super) fn labelled_by(self, labelled_by: LabelSource) -> Grouping {
        Grouping { labelled_by, ..self }
    }

    /// Whether the labels were given, and not found.
    pub(super) fn is_listed(&self) -> bool {
        self.labelled_by == LabelSource::Given
    }

    /// The same groups as those of several groupings together.
    pub(super) fn with_levels(self, levels: Vec<Grouping>) -> Grouping {
        Grouping { levels, ..self }
    }

    /// The groupings that these groups are of, where they are of several.
    pub fn levels(&self) -> &[Grouping] {
        &self.levels
    }

    /// The group of each position; negative for none.
    pub(super) fn codes(&self) -> &[i32] {
        &self.codes
    }

    /// Name of the groups, and of the dimension that they make.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The dimension that is grouped.
    pub fn dimension(&self) -> &str {
        &self.dimension
    }

    /// The labels of the groups, sorted.
    pub fn labels(&self) -> &Chunk {
        self.labels.values().expect("labels of groups are in memory")
    }

    /// The labels of the groups as the coordinate that they become.
    pub(super) fn labels_variable(&self) -> &Variable {
        &self.labels
    }

    /// Whether the labels become a coordinate.
    pub(super) fn has_labels(&self) -> bool {
        self.has_labels
    }

    /// The positions of each group.
    pub fn positions(&self) -> Vec<Vec<usize>> {
        let mut positions = vec![Vec::new(); self.labels().len()];
        for (position, &code) in self.codes.iter().enumerate() {
            if let Ok(group) = usize::try_from(code) {
                positions[group].push(position);
            }
        }
        positions
    }

    /// Where each position of a dimension is a group of its own, in order and under its own label, so that its first and
    /// last are what is there: the coordinates of them, for steps of time but those along the dimension.
    pub(super) fn of_itself(&self, coordinates: &IndexMap<String, Variable>) -> Option<IndexMap<String, Variable>> {
        let count = self.labels().len();
        let own = coordinates.get(&self.dimension);
        let is_of_itself = self.name == self.dimension
            && self.levels.is_empty()
            && own.is_none_or(|own| own.values() == Some(self.labels()))
            && self.codes.iter().copied().eq(0..count as i32);
        let stays = |name: &String, coordinate: &Variable| {
            self.labelled_by != LabelSource::Steps || *name == self.name || coordinate.axis(&self.dimension).is_none()
        };
        let kept = coordinates.iter().filter(|(name, coordinate)| stays(name, coordinate));
        is_of_itself.then(|| kept.map(|(name, coordinate)| (name.clone(), coordinate.clone())).collect())
    }

    /// The groups of an axis along the grouped dimension.
    pub(super) fn groups(&self, axis: usize) -> Groups {
        Groups { axis, codes: self.codes.clone(), count: self.labels().len() }
    }

    /// The dimensions that a reduction of an object of these dimensions is over: the grouped one by default.
    pub(super) fn reduced(
        &self,
        dims: Option<&Dims>,
        sizes: &IndexMap<String, usize>,
    ) -> Result<Vec<String>, DatasetError> {
        match dims {
            None => Ok(vec![self.dimension.clone()]),
            Some(Dims::All) => Ok(sizes.keys().cloned().collect()),
            Some(Dims::Named(names)) => match names.iter().find(|name| !sizes.contains_key(*name)) {
                Some(missing) => Err(DatasetError::GroupReduction { missing: missing.clone() }),
                None => Ok(names.clone()),
            },
        }
    }

    /// A variable without the grouped dimension, the same for each group.
    pub(super) fn repeat(&self, variable: Variable, options: ReduceOptions) -> Result<Variable, DatasetError> {
        let dims = [std::slice::from_ref(&self.name), &variable.dims].concat();
        let shape = [&[self.labels().len()][..], variable.data.shape()].concat();
        let attributes = if options.keep_attrs { variable.attributes } else { Attributes::new() };
        Ok(Variable::new(dims, variable.data.broadcast_to(&shape)?)?.with_attributes(attributes))
    }

    /// What there is for each group, at every position that belongs to one.
    fn spread(&self, variable: &Variable) -> Result<Variable, DatasetError> {
        let Some(axis) = variable.axis(&self.name) else { return Ok(variable.clone()) };
        let wanted = self.codes.iter().filter_map(|&code| usize::try_from(code).ok()).collect();
        let mut dims = variable.dims.clone();
        dims[axis] = self.dimension.clone();
        let data = pick(&variable.data, axis, &Positions::List(wanted))?;
        Ok(Variable { dims, data, ..variable.clone() })
    }
}

impl Dataset {
    /// Groups of the positions along the one dimension of a coordinate, a variable, a field of times, or other values.
    /// Values are computed where they aren't in memory.
    ///
    /// # Errors
    /// Where there is no such variable, it has another number of dimensions than one, or no value that isn't missing.
    pub fn groupby(&self, group: &Group, evaluate: &dyn Evaluate) -> Result<Grouping, DatasetError> {
        let is_labelled =
            !matches!(group, Group::Named(name) if self.variable(name).is_none() && self.sizes().contains_key(name));
        let (name, group) = self.group_values(group, evaluate)?;
        let grouping = Grouping::new(&name, &group.values(evaluate)?, group.variable())?;
        Ok(Grouping { has_labels: is_labelled, ..grouping })
    }

    /// A field of the times of a variable, by a name like `"time.month"`, and the name that the field has; nothing for the
    /// name of a variable, or of none.
    ///
    /// # Errors
    /// Where times have no such field, or the variable holds none.
    pub fn named_field(
        &self,
        name: &str,
        evaluate: &dyn Evaluate,
    ) -> Result<Option<(String, DataArray)>, DatasetError> {
        let (None, Some((times, field))) = (self.variable(name), name.split_once('.')) else { return Ok(None) };
        let Ok(times) = self.get(times) else { return Ok(None) };
        let known = TimeField::from_name(field);
        let known = known.ok_or_else(|| DatasetError::NoSuchTimeField { name: field.to_owned() })?;
        let mut fields = times.time_field(field, known, evaluate)?;
        fields.attributes_mut().clear();
        Ok(Some((field.to_owned(), fields)))
    }

    /// The name of a group and its values, which have dimensions of the dataset.
    pub(super) fn group_values(
        &self,
        group: &Group,
        evaluate: &dyn Evaluate,
    ) -> Result<(String, DataArray), DatasetError> {
        let (name, group) = match group {
            Group::Array(array) => (array.name().unwrap_or("group").to_owned(), (**array).clone()),
            Group::Named(name) => match self.named_field(name, evaluate)? {
                Some((field, fields)) => (field, fields),
                None => (name.clone(), self.get(name).map_err(|_| no_such_group(name))?),
            },
        };
        let sizes = self.sizes();
        for (dimension, length) in group.sizes() {
            match sizes.get(&dimension) {
                Some(&expected) if expected == length => {}
                _ => return Err(DatasetError::GroupLength),
            }
        }
        Ok((name, group))
    }

    /// The positions that belong to a group; where that isn't all, integers become floats, as `where` has it.
    fn grouped_positions(&self, grouping: &Grouping) -> Result<Dataset, DatasetError> {
        let member = |position: usize| grouping.codes[position] >= 0;
        if (0..grouping.codes.len()).all(member) {
            return Ok(self.clone());
        }
        let kept = (0..grouping.codes.len()).filter(|&position| member(position)).map(|position| position as i64);
        let indexers = IndexMap::from([(grouping.dimension.clone(), Indexer::List(kept.collect()))]);
        self.isel(&indexers, false)?.map_data(|_, variable| match missing_value(variable.dtype()) {
            Some((dtype, _)) => Ok(variable.with_data(variable.data.cast(dtype)?)),
            None => Ok(variable.clone()),
        })
    }
}

impl DataArray {
    /// Groups of the positions along the one dimension of a coordinate, a field of times, or other values. Values are
    /// computed where they aren't in memory.
    ///
    /// # Errors
    /// Where there is no such coordinate, it has another number of dimensions than one, or no value that isn't missing.
    pub fn groupby(&self, group: &Group, evaluate: &dyn Evaluate) -> Result<Grouping, DatasetError> {
        self.as_dataset().groupby(group, evaluate)
    }
}

impl Grouping {
    /// `object <op> other`, or reflected: at each position with what `other` has for its group.
    ///
    /// # Errors
    /// Where `other` isn't labelled, or has no dimension of the groups' name; where dtypes don't fit.
    pub fn binary(
        &self,
        object: &Operand,
        operation: BinaryOp,
        other: &Operand,
        reflected: bool,
        rule: AttributeRule,
    ) -> Result<Operand, DatasetError> {
        if !self.levels.is_empty() {
            return Err(DatasetError::GroupedBySeveral);
        }
        self.with_spread(object, other, &|members, spread| match members {
            Operand::DataArray(array) => array.binary_with(operation, spread, reflected, Join::Inner, rule),
            Operand::Dataset(dataset) => {
                dataset.binary_with(operation, spread, reflected, Join::Inner, rule).map(Operand::Dataset)
            }
            Operand::Array(_) | Operand::Scalar(_) => Err(DatasetError::GroupOperand),
        })
    }

    /// What a function makes of the positions that belong to a group and of what `other` has for the group of each.
    ///
    /// # Errors
    /// Where `other` isn't labelled, or has no dimension of the groups' name, and whatever the function fails with.
    pub(super) fn with_spread(
        &self,
        object: &Operand,
        other: &Operand,
        function: &dyn Fn(&Operand, &Operand) -> Result<Operand, DatasetError>,
    ) -> Result<Operand, DatasetError> {
        let spread = match other {
            Operand::DataArray(array) => self.spread_dataset(&array.as_dataset())?,
            Operand::Dataset(dataset) => self.spread_dataset(dataset)?,
            Operand::Array(_) | Operand::Scalar(_) => return Err(DatasetError::GroupOperand),
        };
        let spread_over = |members: &Dataset| {
            let spread = self.chunked_as(&spread, members)?;
            Ok::<_, DatasetError>(match other {
                Operand::DataArray(array) => Operand::DataArray(array.like(spread)),
                _ => Operand::Dataset(spread),
            })
        };
        match object {
            Operand::DataArray(array) => {
                let members = self.members(&array.as_dataset(), &spread)?;
                let spread = spread_over(&members)?;
                function(&array.like(members).into(), &spread)
            }
            Operand::Dataset(dataset) => {
                let members = self.members(dataset, &spread)?;
                let spread = spread_over(&members)?;
                let result: Dataset = function(&members.into(), &spread)?.try_into()?;
                let gained = |name: &str| dataset.variable(name).is_some_and(|own| own.axis(&self.dimension).is_none());
                let ordered = result.map_data(|name, variable| match gained(name) {
                    true => variable.with_first(&self.dimension),
                    false => Ok(variable.clone()),
                });
                ordered.map(Operand::Dataset)
            }
            Operand::Array(_) | Operand::Scalar(_) => Err(DatasetError::GroupOperand),
        }
    }

    /// What a dataset has for each group, at every position that belongs to one; missing where it lacks the group.
    fn spread_dataset(&self, other: &Dataset) -> Result<Dataset, DatasetError> {
        let Some(&length) = other.sizes().get(&self.name) else {
            let dims: Vec<String> = other.sizes().into_keys().collect();
            return Err(DatasetError::GroupedBinary { name: self.name.clone(), dims: super::error::tuple(&dims) });
        };
        let mut other = other.clone();
        for coordinate in other.coordinates.values_mut().filter(|coordinate| coordinate.dims.is_empty()) {
            *coordinate = repeat_scalar(coordinate, &self.name, length)?;
        }
        if !self.has_labels {
            return other.map_variables(|_, variable| self.spread(variable));
        }
        let labels = IndexMap::from([(self.name.clone(), self.labels.clone())]);
        let labels = Dataset { coordinates: labels, ..Dataset::default() };
        align(&[other, labels], Join::Right)?[0].map_variables(|_, variable| self.spread(variable))
    }

    /// What there is at every position, chunked along the dimension as what it meets there: else each would cut the
    /// other's chunks, into uneven ones, which no store takes.
    fn chunked_as(&self, spread: &Dataset, members: &Dataset) -> Result<Dataset, DatasetError> {
        let chunks_of = |variable: &Variable| {
            let axis = variable.axis(&self.dimension).filter(|_| variable.values().is_none())?;
            Some(variable.data.grid().axes()[axis].clone())
        };
        let Some(chunks) = members.data_variables.values().find_map(chunks_of) else { return Ok(spread.clone()) };
        spread.map_data(|_, variable| match (variable.axis(&self.dimension), variable.values()) {
            (Some(axis), None) => {
                let mut axes = variable.data.grid().axes().to_vec();
                axes[axis] = chunks.clone();
                Ok(variable.with_data(variable.data.rechunk(ChunkGrid::new(axes))))
            }
            _ => Ok(variable.clone()),
        })
    }

    /// The positions of an object that belong to a group; its scalar coordinates lie along the dimension where those of
    /// the other side do.
    fn members(&self, object: &Dataset, spread: &Dataset) -> Result<Dataset, DatasetError> {
        let mut members = object.grouped_positions(self)?;
        let coordinates = &spread.coordinates;
        for (name, coordinate) in &mut members.coordinates {
            if coordinate.dims.is_empty()
                && coordinates.get(name).is_some_and(|other| other.dims == [self.dimension.as_str()])
            {
                *coordinate = repeat_scalar(coordinate, &self.dimension, coordinates[name].data.shape()[0])?;
            }
        }
        Ok(members)
    }
}

/// A scalar at every position along a dimension.
fn repeat_scalar(scalar: &Variable, dimension: &str, length: usize) -> Result<Variable, DatasetError> {
    let data = pick(&scalar.expand_first(dimension)?.data, 0, &Positions::List(vec![0; length]))?;
    Ok(Variable { dims: vec![dimension.to_owned()], data, ..scalar.clone() })
}

pub(super) fn no_such_group(name: &str) -> DatasetError {
    DatasetError::NoSuchCoordinate { name: name.to_owned() }
}
