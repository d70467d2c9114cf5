//! What `groupby` and `groupby_bins` give: reductions and arithmetic by groups.

use super::coordinates;
use super::data_array::DataArrayObject;
use super::group_map::GroupMaps;
use super::grouped::{Grouped, GroupedObject, groups};
use super::groupers::{GroupBy, grouper};
use super::indexers;
use super::methods::{least_count, quantile_arguments, reduce_options};
use crate::dataset::{BinOptions, Bins, DatasetError, Group, Grouping, Operand as Labelled};
use crate::kernels::elementwise::BinaryOp;
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::engine;
use crate::script::errors::dataset_exception;
use crate::script::numbers::comparison;
use crate::script::operand::{self, Operand};
use crate::script::options;
use crate::script::surface::{Method, Property, Surface, reductions, surface_attributes};
use rustpython_vm::builtins::{PyDict, PyStr};
use rustpython_vm::function::{Either, PyComparisonValue};
use rustpython_vm::protocol::{PyMappingMethods, PyNumberMethods};
use rustpython_vm::types::{AsMapping, AsNumber, Comparable, GetAttr, Iterable, PyComparisonOp, Representable};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};
use std::marker::PhantomData;

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
    let (mut object, mut keys) = (object, grouped_by(arguments)?);
    let kind = if keys.len() == 1 { keys[0].1.grouper() } else { "UniqueGrouper" };
    let mut is_stacked = false;
    if keys.iter().all(|(_, by)| by.is_of_values()) {
        let groups: Vec<Group> = keys.iter().map(|(group, _)| group.clone()).collect();
        if let Some((stacked, groups)) = stacked(&object, &groups, vm)? {
            (object, is_stacked) = (stacked, true);
            keys.iter_mut().zip(groups).for_each(|(key, group)| key.0 = group);
        }
    }
    let mut groupings = Vec::new();
    for (group, by) in &keys {
        groupings.push(by.grouping(&object, group, vm)?);
    }
    let grouping = Grouping::together(groupings).map_err(|error| dataset_exception(error, vm))?;
    Ok(GroupByObject { grouped: Grouped { object, grouping, is_stacked }, grouper: kind }.into_ref(&vm.ctx).into())
}

/// An object with the dimensions of groups as one, and the groups along that, where they are along several.
fn stacked(object: &Labelled, groups: &[Group], vm: &VirtualMachine) -> PyResult<Option<(Labelled, Vec<Group>)>> {
    let engine = engine::current();
    let found = match object {
        Labelled::DataArray(array) => array.stacked_by(groups, &*engine).map(|found| {
            let (stacked, groups) = found?;
            Some((Labelled::DataArray(stacked), groups))
        }),
        Labelled::Dataset(dataset) => dataset.stacked_by(groups, &*engine).map(|found| {
            let (stacked, groups) = found?;
            Some((Labelled::Dataset(stacked), groups))
        }),
        Labelled::Array(_) | Labelled::Scalar(_) => Ok(None),
    };
    found.map_err(|error| dataset_exception(error, vm))
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
        return Err(vm.new_value_error("groups are given by `group` or by names, not by both"));
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
            return Err(vm.new_value_error("there is nothing to group by: give `group`, or names with groupers"));
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
    let (mut group, engine) = (group(arguments.required("group"), vm)?, engine::current());
    let (mut object, mut is_stacked) = (object, false);
    if let Some((stacked, mut groups)) = stacked(&object, std::slice::from_ref(&group), vm)? {
        (object, group, is_stacked) = (stacked, groups.remove(0), true);
    }
    let options = bin_options(arguments)?;
    let grouping = match &object {
        Labelled::DataArray(array) => array.groupby_bins(&group, &options, &*engine),
        Labelled::Dataset(dataset) => dataset.groupby_bins(&group, &options, &*engine),
        Labelled::Array(_) | Labelled::Scalar(_) => Err(DatasetError::GroupOperand),
    };
    let grouping = grouping.map_err(|error| dataset_exception(error, vm))?;
    let grouped = Grouped { object, grouping, is_stacked };
    Ok(GroupByObject { grouped, grouper: "BinGrouper" }.into_ref(&vm.ctx).into())
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
        return Err(vm.new_type_error(format!("groups are given by a name or a DataArray, and groupers as keywords, as in x=BinGrouper(...): found {class}")));
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
    let Grouped { object: of, grouping, .. } = this.grouped();
    let found = match of {
        Labelled::DataArray(array) => {
            array.quantile_groups(grouping, &probabilities, method, dims.as_ref(), options).map(Labelled::DataArray)
        }
        Labelled::Dataset(dataset) => {
            dataset.quantile_groups(grouping, &probabilities, method, dims.as_ref(), options).map(Labelled::Dataset)
        }
        Labelled::Array(_) | Labelled::Scalar(_) => Err(DatasetError::GroupOperand),
    };
    object(found.and_then(|found| grouping.unstacked(of, found, false)), vm)
}

fn reduce<T: GroupedObject>(this: &Py<T>, name: &str, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let dims = arguments.get("dim").map(|dim| indexers::dims(Some(dim), vm)).transpose()?;
    let options = reduce_options(arguments)?;
    let Grouped { object: of, grouping, .. } = this.grouped();
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
    object(reduced.and_then(|reduced| grouping.unstacked(of, reduced, false)), vm)
}

/// The Python object of a result.
///
/// # Errors
/// The Python exception of a failure.
pub(super) fn object(result: Result<Labelled, DatasetError>, vm: &VirtualMachine) -> PyResult {
    Operand::from(result.map_err(|error| dataset_exception(error, vm))?).into_object(vm)
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
    this.grouped.refuse_stacked(vm)?;
    let Grouped { object: of, grouping, .. } = &this.grouped;
    object(grouping.binary(of, operation, &other, reflected, rule), vm)
}

static NUMBERS: PyNumberMethods = PyNumberMethods {
    add: Some(|a, b, vm| operator(BinaryOp::Add, a, b, vm)),
    subtract: Some(|a, b, vm| operator(BinaryOp::Subtract, a, b, vm)),
    multiply: Some(|a, b, vm| operator(BinaryOp::Multiply, a, b, vm)),
    remainder: Some(|a, b, vm| operator(BinaryOp::Remainder, a, b, vm)),
    floor_divide: Some(|a, b, vm| operator(BinaryOp::FloorDivide, a, b, vm)),
    true_divide: Some(|a, b, vm| operator(BinaryOp::Divide, a, b, vm)),
    power: Some(|a, b, _modulus, vm| operator(BinaryOp::Power, a, b, vm)),
    and: Some(|a, b, vm| operator(BinaryOp::BitwiseAnd, a, b, vm)),
    or: Some(|a, b, vm| operator(BinaryOp::BitwiseOr, a, b, vm)),
    xor: Some(|a, b, vm| operator(BinaryOp::BitwiseXor, a, b, vm)),
    ..PyNumberMethods::NOT_IMPLEMENTED
};

surface_attributes!(GroupByObject);

#[pyclass(with(AsMapping, AsNumber, Comparable, GetAttr, Iterable, Representable))]
impl GroupByObject {}

impl Comparable for GroupByObject {
    fn slot_richcompare(
        zelf: &PyObject,
        other: &PyObject,
        operation: PyComparisonOp,
        vm: &VirtualMachine,
    ) -> PyResult<Either<PyObjectRef, PyComparisonValue>> {
        operator(comparison(operation), zelf, other, vm).map(Either::A)
    }

    fn cmp(
        _zelf: &Py<Self>,
        _other: &PyObject,
        _operation: PyComparisonOp,
        _vm: &VirtualMachine,
    ) -> PyResult<PyComparisonValue> {
        Ok(PyComparisonValue::NotImplemented)
    }
}

impl AsNumber for GroupByObject {
    fn as_number() -> &'static PyNumberMethods {
        &NUMBERS
    }
}

impl AsMapping for GroupByObject {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: Some(|mapping, _vm| Ok(GroupByObject::mapping_downcast(mapping).grouped.grouping.labels().len())),
            subscript: Some(|mapping, key, vm| GroupByObject::mapping_downcast(mapping).grouped.of_label(key, vm)),
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
