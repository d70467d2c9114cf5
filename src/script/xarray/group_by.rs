//! What `groupby` gives: reductions and arithmetic by groups.

use super::data_array::DataArrayObject;
use super::indexers;
use super::methods::reduce_options;
use crate::array::Scalar;
use crate::dataset::{DatasetError, Group, Grouping, Indexer, Operand as Labelled};
use crate::kernels::elementwise::BinaryOp;
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::engine;
use crate::script::errors::dataset_exception;
use crate::script::numpy::NumpyScalar;
use crate::script::operand::Operand;
use crate::script::options;
use crate::script::surface::{Method, Property, Surface, reductions, surface_attributes};
use indexmap::IndexMap;
use rustpython_vm::builtins::PyStr;
use rustpython_vm::protocol::{PyMappingMethods, PyNumberMethods};
use rustpython_vm::types::{AsMapping, AsNumber, GetAttr, Iterable, Representable};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

/// A labelled array or dataset, and groups of the positions along one of its dimensions.
#[pyclass(module = "xarray", name = "GroupBy")]
#[derive(Debug, PyPayload)]
pub struct GroupByObject {
    object: Labelled,
    grouping: Grouping,
}

/// `object.groupby(group)`.
///
/// # Errors
/// Where the group isn't one of the object's, or has no values.
pub(super) fn group_by(object: Labelled, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let argument = arguments.required("group");
    let group = if let Some(array) = argument.downcast_ref::<DataArrayObject>() {
        Group::Array(Box::new(array.inner()))
    } else if argument.downcastable::<PyStr>() {
        Group::Named(convert::string(argument, vm)?)
    } else {
        let class = argument.class().name().to_string();
        return Err(vm.new_type_error(format!("`group` must be a DataArray. Received '{class}' instead")));
    };
    let engine = engine::current();
    let grouping = match &object {
        Labelled::DataArray(array) => array.groupby(&group, &*engine),
        Labelled::Dataset(dataset) => dataset.groupby(&group, &*engine),
        Labelled::Array(_) | Labelled::Scalar(_) => Err(DatasetError::GroupOperand),
    };
    let grouping = grouping.map_err(|error| dataset_exception(error, vm))?;
    Ok(GroupByObject { object, grouping }.into_ref(&vm.ctx).into())
}

const REDUCTION: &str = "dim, *, skipna, keep_attrs, numeric_only~, min_count=None, engine~, method~";
const REDUCTION_WITH_DDOF: &str = "dim, *, skipna, ddof, keep_attrs, numeric_only~, engine~, method~";
const LOGICAL: &str = "dim, *, keep_attrs, engine~, method~";

impl Surface for GroupByObject {
    const CLASS: &'static str = "GroupBy";
    const METHODS: &'static [&'static [Method<Self>]] = &[reductions![reduce;
        "mean" REDUCTION, "sum" REDUCTION, "prod" REDUCTION, "min" REDUCTION, "max" REDUCTION,
        "std" REDUCTION_WITH_DDOF, "var" REDUCTION_WITH_DDOF, "count" LOGICAL, "any" LOGICAL, "all" LOGICAL,
    ]];
    const PROPERTIES: &'static [&'static [Property<Self>]] = &[&[Property { name: "groups", get: groups }]];
}

fn reduce(this: &Py<GroupByObject>, name: &str, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let dims = arguments.get("dim").map(|dim| indexers::dims(Some(dim), vm)).transpose()?;
    let options = reduce_options(arguments)?;
    let grouping = &this.grouping;
    let reduced = match &this.object {
        Labelled::DataArray(array) => {
            array.reduce_groups(grouping, name, dims.as_ref(), options).map(Labelled::DataArray)
        }
        Labelled::Dataset(dataset) => {
            dataset.reduce_groups(grouping, name, dims.as_ref(), options).map(Labelled::Dataset)
        }
        Labelled::Array(_) | Labelled::Scalar(_) => Err(DatasetError::GroupOperand),
    };
    object(reduced, vm)
}

fn object(result: Result<Labelled, DatasetError>, vm: &VirtualMachine) -> PyResult {
    Operand::from(result.map_err(|error| dataset_exception(error, vm))?).into_object(vm)
}

/// Labels with the positions of their groups.
fn groups(this: &Py<GroupByObject>, vm: &VirtualMachine) -> PyResult {
    let dict = vm.ctx.new_dict();
    for (label, positions) in this.labels(vm)?.into_iter().zip(this.grouping.positions()) {
        let positions = positions.into_iter().map(|position| vm.ctx.new_int(position).into()).collect();
        dict.set_item(&*label, vm.ctx.new_list(positions).into(), vm)?;
    }
    Ok(dict.into())
}

impl GroupByObject {
    fn labels(&self, vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
        let labels = self.grouping.labels();
        let label = |position| NumpyScalar::object(labels.dtype(), labels.get(position).unwrap_or(Scalar::Int(0)), vm);
        (0..labels.len()).map(label).collect()
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
    object(this.grouping.binary(&this.object, operation, &other, reflected, rule), vm)
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
            length: Some(|mapping, _vm| Ok(GroupByObject::mapping_downcast(mapping).grouping.labels().len())),
            ..PyMappingMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

impl Iterable for GroupByObject {
    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        let parts = zelf.labels(vm)?.into_iter().zip(zelf.grouping.positions());
        let pairs = parts.map(|(label, positions)| Ok(vm.ctx.new_tuple(vec![label, zelf.part(positions, vm)?]).into()));
        let pairs: PyObjectRef = vm.ctx.new_list(pairs.collect::<PyResult<_>>()?).into();
        Ok(pairs.get_iter(vm)?.into())
    }
}

impl Representable for GroupByObject {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        let class = if matches!(zelf.object, Labelled::Dataset(_)) { "DatasetGroupBy" } else { "DataArrayGroupBy" };
        let (name, count) = (zelf.grouping.name(), zelf.grouping.labels().len());
        Ok(format!(
            "<{class}, grouped over 1 grouper(s), {count} groups in total:\n    '{name}': UniqueGrouper('{name}'), {count}/{count} groups>"
        ))
    }
}
