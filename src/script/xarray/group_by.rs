//! What `groupby` and `groupby_bins` give: reductions and arithmetic by groups.

use super::coordinates;
use super::data_array::DataArrayObject;
use super::group_map::GroupMaps;
use super::groupers::{GroupBy, grouper};
use super::indexers;
use super::methods::{least_count, quantile_arguments, reduce_options};
use crate::array::Scalar;
use crate::dataset::{BinOptions, Bins, DatasetError, Group, Grouping, Indexer, Operand as Labelled};
use crate::kernels::elementwise::BinaryOp;
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::engine;
use crate::script::errors::dataset_exception;
use crate::script::numpy::NumpyScalar;
use crate::script::operand::{self, Operand};
use crate::script::options;
use crate::script::surface::{Method, Property, Surface, reductions, surface_attributes};
use indexmap::IndexMap;
use rustpython_vm::builtins::{PyDict, PyStr};
use rustpython_vm::protocol::{PyMappingMethods, PyNumberMethods};
use rustpython_vm::types::{AsMapping, AsNumber, GetAttr, Iterable, Representable};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};
use std::marker::PhantomData;

/// A labelled array or dataset, and groups of the positions along one of its dimensions.
#[derive(Debug)]
pub(super) struct Grouped {
    pub(super) object: Labelled,
    pub(super) grouping: Grouping,
}

/// A class around such a pair.
pub(super) trait GroupedObject: Surface {
    /// The pair.
    fn grouped(&self) -> &Grouped;
}

/// Groups of equal values, or of values in one bin.
#[pyclass(module = "xarray", name = "GroupBy")]
#[derive(Debug, PyPayload)]
pub struct GroupByObject {
    grouped: Grouped,
    /// xarray's name of what has made the groups.
    grouper: &'static str,
}

impl GroupedObject for GroupByObject {
    fn grouped(&self) -> &Grouped {
        &self.grouped
    }
}

/// `object.groupby(group)`: of a key, of several, or of what groups by them.
///
/// # Errors
/// Where a group isn't one of the object's, has no values, or several are of different dimensions.
pub(super) fn group_by(object: Labelled, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let keys = grouped_by(arguments)?;
    let kind = if keys.len() == 1 { keys[0].1.grouper() } else { "UniqueGrouper" };
    let mut groupings = Vec::new();
    for (group, by) in &keys {
        groupings.push(by.grouping(&object, group, vm)?);
    }
    let grouping = Grouping::together(groupings).map_err(|error| dataset_exception(error, vm))?;
    Ok(GroupByObject { grouped: Grouped { object, grouping }, grouper: kind }.into_ref(&vm.ctx).into())
}

/// What to group by, and how: of `group=`, or of keywords that name groupers.
fn grouped_by(arguments: &Arguments<'_>) -> PyResult<Vec<(Group, GroupBy)>> {
    let vm = arguments.vm;
    let of_pair = |(name, value): (String, PyObjectRef)| {
        let by = grouper(&value).ok_or_else(|| {
            let class = value.class().name().to_string();
            vm.new_type_error(format!("groupby({name}=...) expects an object of xarray.groupers, found {class}"))
        })?;
        Ok((Group::Named(name), by))
    };
    if arguments.get("group").is_some() && !arguments.keywords.is_empty() {
        return Err(vm.new_value_error("Providing a combination of `group` and **groupers is not supported."));
    }
    let keys: Vec<(Group, GroupBy)> = match arguments.get("group") {
        Some(dict) if dict.downcastable::<PyDict>() => {
            convert::string_pairs(dict, vm)?.into_iter().map(of_pair).collect::<PyResult<_>>()?
        }
        Some(several) if convert::is_sequence(several) => {
            let of_key = |key: &PyObjectRef| Ok((group(key, vm)?, GroupBy::unique()));
            convert::one_or_more(several, vm)?.iter().map(of_key).collect::<PyResult<_>>()?
        }
        Some(key) => vec![(group(key, vm)?, GroupBy::unique())],
        None if arguments.keywords.is_empty() => {
            return Err(vm.new_value_error("Either `group` or `**groupers` must be provided."));
        }
        None => arguments.keywords.clone().into_iter().map(of_pair).collect::<PyResult<_>>()?,
    };
    match keys.is_empty() {
        true => Err(vm.new_index_error("groupby(group=...) names nothing to group by")),
        false => Ok(keys),
    }
}

/// `object.groupby_bins(group, bins)`.
///
/// # Errors
/// Where the group isn't one of the object's, or nothing of it is in a bin.
pub(super) fn group_by_bins(object: Labelled, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let (group, engine) = (group(arguments.required("group"), vm)?, engine::current());
    let options = bin_options(arguments)?;
    let grouping = match &object {
        Labelled::DataArray(array) => array.groupby_bins(&group, &options, &*engine),
        Labelled::Dataset(dataset) => dataset.groupby_bins(&group, &options, &*engine),
        Labelled::Array(_) | Labelled::Scalar(_) => Err(DatasetError::GroupOperand),
    };
    let grouping = grouping.map_err(|error| dataset_exception(error, vm))?;
    Ok(GroupByObject { grouped: Grouped { object, grouping }, grouper: "BinGrouper" }.into_ref(&vm.ctx).into())
}

/// `bins=`, `right=`, `labels=`, `precision=` and `include_lowest=`.
///
/// # Errors
/// Where bins are no numbers.
pub(super) fn bin_options(arguments: &Arguments<'_>) -> PyResult<BinOptions> {
    let vm = arguments.vm;
    let bins = coordinates::array(arguments.required("bins"), vm)?;
    let edges = operand::evaluate(&bins, vm)?;
    let numbers = (0..edges.len())
        .filter_map(|at| edges.get(at))
        .map(|edge| edge.as_f64().ok_or_else(|| arguments.type_error("bins", "numbers", arguments.required("bins"))));
    let numbers = numbers.collect::<PyResult<Vec<f64>>>()?;
    let labels = arguments.get("labels").map(|labels| coordinates::array(labels, vm)).transpose()?;
    Ok(BinOptions {
        whole: edges.dtype().is_integer() && bins.ndim() > 0,
        bins: match (bins.ndim(), &numbers[..]) {
            (0, [count]) => Bins::Count(*count as usize),
            _ => Bins::Edges(numbers),
        },
        right: arguments.bool("right")?.unwrap_or(true),
        labels: labels.map(|labels| operand::evaluate(&labels, vm)).transpose()?,
        precision: arguments.get("precision").map_or(Ok(3), |precision| convert::count(precision, vm))?,
        include_lowest: arguments.bool("include_lowest")?.unwrap_or(false),
    })
}

/// What `group=` names.
fn group(argument: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Group> {
    Ok(if let Some(array) = argument.downcast_ref::<DataArrayObject>() {
        Group::Array(Box::new(array.inner()))
    } else if argument.downcastable::<PyStr>() {
        Group::Named(convert::string(argument, vm)?)
    } else {
        let class = argument.class().name().to_string();
        return Err(vm.new_type_error(format!("`group` must be a DataArray. Received '{class}' instead")));
    })
}

const REDUCTION: &str = "dim, *, skipna, keep_attrs, numeric_only~, min_count=None, engine~, method~";
const SUM: &str = "dim, *, skipna, min_count, keep_attrs, numeric_only~, engine~, method~";
const REDUCTION_WITH_DDOF: &str = "dim, *, skipna, ddof, keep_attrs, numeric_only~, engine~, method~";
const LOGICAL: &str = "dim, *, keep_attrs, engine~, method~";
const FIRST: &str = "skipna, keep_attrs";

impl Surface for GroupByObject {
    const CLASS: &'static str = "GroupBy";
    const METHODS: &'static [&'static [Method<Self>]] =
        &[SharedByGroups::<Self>::REDUCTIONS, SharedByGroups::<Self>::METHODS, GroupMaps::<Self>::METHODS];
    const PROPERTIES: &'static [&'static [Property<Self>]] =
        &[&[Property { name: "groups", get: groups }], GroupMaps::<Self>::PROPERTIES];
}

/// The tables of a class with groups.
pub(super) struct SharedByGroups<T>(PhantomData<T>);

impl<T: GroupedObject> SharedByGroups<T> {
    /// Reductions, by their registered names.
    pub const REDUCTIONS: &'static [Method<T>] = reductions!(reduce::<T>;
        "mean" REDUCTION, "sum" SUM, "prod" SUM, "min" REDUCTION, "max" REDUCTION, "median" REDUCTION,
        "std" REDUCTION_WITH_DDOF, "var" REDUCTION_WITH_DDOF, "count" LOGICAL, "any" LOGICAL, "all" LOGICAL,
        "first" FIRST, "last" FIRST,
    );

    /// Everything else.
    pub const METHODS: &'static [Method<T>] = &[Method {
        name: "quantile",
        parameters: "q!, dim, *, method, keep_attrs, skipna, interpolation",
        body: quantile::<T>,
    }];
}

fn quantile<T: GroupedObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let (probabilities, method) = quantile_arguments(arguments)?;
    let dims = arguments.get("dim").map(|dim| indexers::dims(Some(dim), vm)).transpose()?;
    let options = reduce_options(arguments)?;
    let Grouped { object: of, grouping } = this.grouped();
    let found = match of {
        Labelled::DataArray(array) => {
            array.quantile_groups(grouping, &probabilities, method, dims.as_ref(), options).map(Labelled::DataArray)
        }
        Labelled::Dataset(dataset) => {
            dataset.quantile_groups(grouping, &probabilities, method, dims.as_ref(), options).map(Labelled::Dataset)
        }
        Labelled::Array(_) | Labelled::Scalar(_) => Err(DatasetError::GroupOperand),
    };
    object(found.and_then(|found| grouping.unstacked(found, false)), vm)
}

fn reduce<T: GroupedObject>(this: &Py<T>, name: &str, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let dims = arguments.get("dim").map(|dim| indexers::dims(Some(dim), vm)).transpose()?;
    let options = reduce_options(arguments)?;
    let Grouped { object: of, grouping } = this.grouped();
    let least = least_count(arguments)?;
    let reduced = match of {
        Labelled::DataArray(array) => {
            let reduced_by = |name: &str| array.reduce_groups(grouping, name, dims.as_ref(), options);
            match least {
                Some(least) => {
                    reduced_by(name).and_then(|found| found.where_counted(array, &reduced_by("count")?, least))
                }
                None => reduced_by(name),
            }
            .map(Labelled::DataArray)
        }
        Labelled::Dataset(dataset) => {
            let reduced_by = |name: &str| dataset.reduce_groups(grouping, name, dims.as_ref(), options);
            match least {
                Some(least) => {
                    reduced_by(name).and_then(|found| found.where_counted(dataset, &reduced_by("count")?, least))
                }
                None => reduced_by(name),
            }
            .map(Labelled::Dataset)
        }
        Labelled::Array(_) | Labelled::Scalar(_) => Err(DatasetError::GroupOperand),
    };
    object(reduced.and_then(|reduced| grouping.unstacked(reduced, false)), vm)
}

/// The Python object of a result.
///
/// # Errors
/// The Python exception of a failure.
pub(super) fn object(result: Result<Labelled, DatasetError>, vm: &VirtualMachine) -> PyResult {
    Operand::from(result.map_err(|error| dataset_exception(error, vm))?).into_object(vm)
}

/// Labels with the positions of their groups.
pub(super) fn groups<T: GroupedObject>(this: &Py<T>, vm: &VirtualMachine) -> PyResult {
    let dict = vm.ctx.new_dict();
    let grouped = this.grouped();
    let is_paired = !grouped.grouping.levels().is_empty();
    for (label, positions) in grouped.labels(vm)?.into_iter().zip(grouped.grouping.positions()) {
        if is_paired && positions.is_empty() {
            continue;
        }
        let positions = positions.into_iter().map(|position| vm.ctx.new_int(position).into()).collect();
        dict.set_item(&*label, vm.ctx.new_list(positions).into(), vm)?;
    }
    Ok(dict.into())
}

impl Grouped {
    /// Labels of the groups; tuples of the labels of each key, where there are several.
    fn labels(&self, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        let levels = self.grouping.levels();
        if levels.is_empty() {
            return Grouped::labels_of(&self.grouping, vm);
        }
        let of_levels = levels.iter().map(|level| Grouped::plain_labels(level, vm)).collect::<PyResult<Vec<_>>>()?;
        let label = |mut group: usize| {
            let mut parts = Vec::new();
            for labels in of_levels.iter().rev() {
                parts.insert(0, labels[group % labels.len()].clone());
                group /= labels.len();
            }
            vm.ctx.new_tuple(parts).into()
        };
        Ok((0..self.grouping.labels().len()).map(label).collect())
    }

    /// Labels as Python has them, but for times.
    fn plain_labels(grouping: &Grouping, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        let labels = grouping.labels();
        match labels.dtype().is_time() {
            true => Grouped::labels_of(grouping, vm),
            false => Ok((0..labels.len())
                .filter_map(|position| labels.get(position))
                .map(|label| convert::plain_object(&label, vm))
                .collect()),
        }
    }

    fn labels_of(grouping: &Grouping, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        let labels = grouping.labels();
        let label = |position| NumpyScalar::object(labels.dtype(), labels.get(position).unwrap_or(Scalar::Int(0)), vm);
        (0..labels.len()).map(label).collect()
    }

    /// Labels with the part of the object of each group that has one.
    ///
    /// # Errors
    /// Where the machine can't hold them.
    pub(super) fn pairs(&self, vm: &VirtualMachine) -> PyResult {
        let parts = self.labels(vm)?.into_iter().zip(self.grouping.positions());
        let parts = parts.filter(|(_, positions)| !positions.is_empty());
        let pairs = parts.map(|(label, positions)| Ok(vm.ctx.new_tuple(vec![label, self.part(positions, vm)?]).into()));
        Ok(vm.ctx.new_list(pairs.collect::<PyResult<_>>()?).into())
    }

    /// What the groups are, as xarray says it.
    pub(super) fn text(&self, kind: &str, name: &str, grouper: &str) -> String {
        let class = if matches!(self.object, Labelled::Dataset(_)) { "Dataset" } else { "DataArray" };
        let count = self.grouping.labels().len();
        format!(
            "<{class}{kind}, grouped over 1 grouper(s), {count} groups in total:\n    '{name}': {grouper}('{name}'), {count}/{count} groups>"
        )
    }

    /// The part of the object at some positions.
    fn part(&self, positions: Vec<usize>, vm: &VirtualMachine) -> PyResult {
        let positions = Indexer::List(positions.into_iter().map(|position| position as i64).collect());
        let indexers = IndexMap::from([(self.grouping.dimension().to_owned(), positions)]);
        object(
            match &self.object {
                Labelled::DataArray(array) => array.isel(&indexers, false).map(Labelled::DataArray),
                Labelled::Dataset(dataset) => dataset.isel(&indexers, false).map(Labelled::Dataset),
                other => Ok(other.clone()),
            },
            vm,
        )
    }
}

/// An operator between groups and what there is for each of them.
fn operator(operation: BinaryOp, left: &PyObject, right: &PyObject, vm: &VirtualMachine) -> PyResult {
    let (this, other, reflected) = match (left.downcast_ref::<GroupByObject>(), right.downcast_ref::<GroupByObject>()) {
        (Some(this), None) => (this, right, false),
        (None, Some(this)) => (this, left, true),
        _ => return Ok(vm.ctx.not_implemented()),
    };
    let Some(other) = Operand::of(other, vm)? else { return Ok(vm.ctx.not_implemented()) };
    let (other, rule) = (other.into_dataset_operand(), options::attribute_rule());
    let Grouped { object: of, grouping } = &this.grouped;
    object(grouping.binary(of, operation, &other, reflected, rule), vm)
}

static NUMBERS: PyNumberMethods = PyNumberMethods {
    add: Some(|a, b, vm| operator(BinaryOp::Add, a, b, vm)),
    subtract: Some(|a, b, vm| operator(BinaryOp::Subtract, a, b, vm)),
    multiply: Some(|a, b, vm| operator(BinaryOp::Multiply, a, b, vm)),
    remainder: Some(|a, b, vm| operator(BinaryOp::Remainder, a, b, vm)),
    floor_divide: Some(|a, b, vm| operator(BinaryOp::FloorDivide, a, b, vm)),
    true_divide: Some(|a, b, vm| operator(BinaryOp::Divide, a, b, vm)),
    ..PyNumberMethods::NOT_IMPLEMENTED
};

surface_attributes!(GroupByObject);

#[pyclass(with(AsMapping, AsNumber, GetAttr, Iterable, Representable))]
impl GroupByObject {}

impl AsNumber for GroupByObject {
    fn as_number() -> &'static PyNumberMethods {
        &NUMBERS
    }
}

impl AsMapping for GroupByObject {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: Some(|mapping, _vm| Ok(GroupByObject::mapping_downcast(mapping).grouped.grouping.labels().len())),
            ..PyMappingMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

impl Iterable for GroupByObject {
    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        Ok(zelf.grouped.pairs(vm)?.get_iter(vm)?.into())
    }
}

impl Representable for GroupByObject {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        Ok(zelf.grouped.text("GroupBy", zelf.grouped.grouping.name(), zelf.grouper))
    }
}
