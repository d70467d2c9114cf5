//! Names of dimensions: from netCDF's dimension scales, or invented where a plain HDF5 file has none.
//!
//! Format: NetCDF-4 file format specification, "Dimension Scales"; HDF5 dimension scale specification.

use super::attribute;
use hdf5::types::VarLenArray;
use hdf5::{Dataset, Group, IndexType, IterationOrder, LocationType, ObjectReference1, ReferencedObject};
use std::ops::ControlFlow;

/// What stands before the name of a variable that shares its name with a dimension and isn't its coordinate.
const NOT_A_COORDINATE: &str = "_nc4_non_coord_";
/// How the scale of a dimension without a variable begins its NAME.
const ONLY_A_DIMENSION: &str = "This is a netCDF dimension but not a netCDF variable";

/// What a dataset is to dimensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A variable, and no scale.
    Variable,
    /// A variable that is also the scale of its own dimension.
    Scale,
    /// A scale that stands for a dimension only.
    DimensionOnly,
}

/// What a dataset is to dimensions.
pub(super) fn role(dataset: &Dataset) -> Role {
    if attribute::text(dataset, "CLASS").as_deref() != Some("DIMENSION_SCALE") {
        return Role::Variable;
    }
    match attribute::text(dataset, "NAME") {
        Some(name) if name.starts_with(ONLY_A_DIMENSION) => Role::DimensionOnly,
        _ => Role::Scale,
    }
}

/// The name of a variable, given the name of its dataset.
pub(super) fn variable_name(dataset_name: &str) -> &str {
    dataset_name.strip_prefix(NOT_A_COORDINATE).unwrap_or(dataset_name)
}

/// A dimension of a group: its own, or invented.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Dimension {
    name: String,
    length: usize,
    is_unlimited: bool,
}

/// Names the axes of a group's datasets that have no scale.
///
/// It does what netCDF-C does, so that names agree: an axis gets the first dimension of the group that has its length and
/// that the dataset doesn't have yet, else a new one, whose number counts all dimensions of the file so far. Groups come
/// after the groups in them.
#[derive(Debug)]
pub(super) struct Namer {
    dimensions: Vec<Dimension>,
    /// The number of the next invented dimension; `None` as long as none was needed, since it takes a look at the whole
    /// file.
    next: Option<usize>,
    group: Group,
}

impl Namer {
    /// A namer for a group, which knows the dimensions that have scales there.
    pub(super) fn new(group: &Group) -> Namer {
        let scales = datasets(group).into_iter().filter(|(_, dataset)| role(dataset) != Role::Variable);
        let dimension = |(name, dataset): (String, Dataset)| {
            let (length, is_unlimited) = axes(&dataset).first().copied()?;
            Some(Dimension { name: variable_name(&name).to_owned(), length, is_unlimited })
        };
        Namer { dimensions: scales.filter_map(dimension).collect(), next: None, group: group.clone() }
    }

    fn name(&mut self, axis: (usize, bool), taken: &[String]) -> String {
        let (length, is_unlimited) = axis;
        let fits = |dimension: &&Dimension| {
            (dimension.length, dimension.is_unlimited) == axis && !taken.contains(&dimension.name)
        };
        if let Some(known) = self.dimensions.iter().find(fits) {
            return known.name.clone();
        }
        let number = self.next.unwrap_or_else(|| first_invented(&self.group));
        self.next = Some(number + 1);
        let name = format!("phony_dim_{number}");
        self.dimensions.push(Dimension { name: name.clone(), length, is_unlimited });
        name
    }

    /// The dimensions of a dataset of this name.
    pub(super) fn names(&mut self, dataset: &Dataset, name: &str, role: Role) -> Vec<String> {
        let axes = axes(dataset);
        let attached = attached(dataset, axes.len());
        let mut names: Vec<String> = Vec::new();
        for (number, axis) in axes.iter().enumerate() {
            let own = (role != Role::Variable && axes.len() == 1).then(|| name.to_owned());
            let found = attached.get(number).cloned().flatten().filter(|name| !names.contains(name)).or(own);
            names.push(found.unwrap_or_else(|| self.name(*axis, &names)));
        }
        names
    }
}

/// Length of each axis, and whether it may grow.
pub(super) fn axes(dataset: &Dataset) -> Vec<(usize, bool)> {
    let shape = dataset.shape();
    let may_grow = match dataset.space().map(|space| space.extents()) {
        Ok(Ok(extents)) => extents.iter().map(|extent| extent.max.is_none()).collect(),
        _ => vec![false; shape.len()],
    };
    shape.into_iter().zip(may_grow).collect()
}

/// The number of the first dimension that is invented for a group: after all scales of the file, and what is invented for
/// the groups before it.
fn first_invented(group: &Group) -> usize {
    let Ok(root) = group.file().and_then(|file| file.group("/")) else { return 0 };
    let mut number = count_scales(&root);
    let _ = invent_before(&root, &group.name(), &mut number);
    number
}

fn count_scales(group: &Group) -> usize {
    let own = datasets(group).iter().filter(|(_, dataset)| role(dataset) != Role::Variable).count();
    own + groups(group).iter().map(count_scales).sum::<usize>()
}

/// Counts what is invented for a group and those in it, until the wanted one is reached.
fn invent_before(group: &Group, wanted: &str, number: &mut usize) -> ControlFlow<()> {
    for below in groups(group) {
        invent_before(&below, wanted, number)?;
    }
    if group.name() == wanted {
        return ControlFlow::Break(());
    }
    let mut namer = Namer { next: Some(*number), ..Namer::new(group) };
    for (name, dataset) in datasets(group) {
        namer.names(&dataset, &name, role(&dataset));
    }
    *number = namer.next.unwrap_or(*number);
    ControlFlow::Continue(())
}

fn groups(group: &Group) -> Vec<Group> {
    let names = members(group, LocationType::Group).unwrap_or_default();
    names.iter().filter_map(|name| group.group(name).ok()).collect()
}

/// The datasets of a group, by name.
pub(super) fn datasets(group: &Group) -> Vec<(String, Dataset)> {
    let names = members(group, LocationType::Dataset).unwrap_or_default();
    names.into_iter().filter_map(|name| group.dataset(&name).ok().map(|dataset| (name, dataset))).collect()
}

/// Names of a group's members of one kind, in the order in which they were made where the file knows it, else sorted.
pub(super) fn members(group: &Group, kind: LocationType) -> hdf5::Result<Vec<String>> {
    let by_creation = group.member_names_by(IndexType::CreationOrder, IterationOrder::Increasing);
    let names = by_creation.or_else(|_| group.member_names_by(IndexType::Name, IterationOrder::Increasing))?;
    Ok(names.into_iter().filter(|name| group.loc_type_by_name(name).is_ok_and(|found| found == kind)).collect())
}

/// The names of the scales that are attached to each axis.
fn attached(dataset: &Dataset, ndim: usize) -> Vec<Option<String>> {
    let Ok(list) = dataset.attr("DIMENSION_LIST").and_then(|list| list.read_raw::<VarLenArray<ObjectReference1>>())
    else {
        return vec![None; ndim];
    };
    let name = |references: &VarLenArray<ObjectReference1>| match dataset.dereference(references.first()?) {
        Ok(ReferencedObject::Dataset(scale)) => {
            let path = scale.name();
            let name = path.rsplit('/').next().unwrap_or(&path);
            Some(variable_name(name).to_owned())
        }
        _ => None,
    };
    list.iter().map(name).collect()
}
