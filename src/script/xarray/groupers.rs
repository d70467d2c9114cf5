//! `xarray.groupers`: how values are put into groups.

use super::coordinates;
use super::group_by::bin_options;
use super::indexers;
use super::resample::resample_options;
use crate::array::Chunk;
use crate::dataset::{BinOptions, DatasetError, Group, Grouping, Operand as Labelled, ResampleOptions};
use crate::script::engine;
use crate::script::errors::dataset_exception;
use crate::script::modules::Module;
use crate::script::operand;
use rustpython_vm::types::Representable;
use rustpython_vm::{Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

/// A way to put values into groups.
#[derive(Debug, Clone)]
pub(super) enum GroupBy {
    /// By equal values; by these only, in their order.
    Unique(Option<Chunk>),
    /// By bins.
    Bins(BinOptions),
    /// By steps of time.
    Steps(ResampleOptions),
    /// By seasons.
    Seasons(Vec<String>),
}

/// An object of `xarray.groupers`.
#[pyclass(module = "xarray.groupers", name = "Grouper")]
#[derive(Debug, PyPayload)]
pub struct GrouperObject {
    by: GroupBy,
}

/// How an object of `xarray.groupers` groups; nothing for any other.
pub(super) fn grouper(object: &PyObjectRef) -> Option<GroupBy> {
    Some(object.downcast_ref::<GrouperObject>()?.by.clone())
}

impl GroupBy {
    /// By equal values.
    pub(super) fn unique() -> GroupBy {
        GroupBy::Unique(None)
    }

    /// Whether groups are of values alone, wherever these lie.
    pub(super) fn is_of_values(&self) -> bool {
        matches!(self, GroupBy::Unique(_) | GroupBy::Bins(_))
    }

    /// xarray's name of the class.
    pub(super) fn grouper(&self) -> &'static str {
        match self {
            GroupBy::Unique(_) => "UniqueGrouper",
            GroupBy::Bins(_) => "BinGrouper",
            GroupBy::Steps(_) => "TimeResampler",
            GroupBy::Seasons(_) => "SeasonGrouper",
        }
    }

    /// The groups of an object by a group of it.
    ///
    /// # Errors
    /// Where the group isn't one of the object's, or can't be grouped so.
    pub(super) fn grouping(&self, object: &Labelled, group: &Group, vm: &VirtualMachine) -> PyResult<Grouping> {
        let dataset = match object {
            Labelled::DataArray(array) => array.as_anonymous(),
            Labelled::Dataset(dataset) => dataset.clone(),
            Labelled::Array(_) | Labelled::Scalar(_) => {
                return Err(dataset_exception(DatasetError::GroupOperand, vm));
            }
        };
        let engine = engine::current();
        let along = || match group {
            Group::Named(name) => Ok(name.as_str()),
            Group::Array(_) => Err(DatasetError::NotTimes),
        };
        let grouping = match self {
            GroupBy::Unique(None) => dataset.groupby(group, &*engine),
            GroupBy::Unique(Some(labels)) => {
                dataset.groupby(group, &*engine).and_then(|grouping| grouping.with_labels(labels))
            }
            GroupBy::Bins(options) => dataset.groupby_bins(group, options, &*engine),
            GroupBy::Steps(options) => along().and_then(|name| dataset.resample(name, options)),
            GroupBy::Seasons(seasons) => along().and_then(|name| dataset.group_seasons(name, seasons)),
        };
        grouping.map_err(|error| dataset_exception(error, vm))
    }
}

/// Puts the module together.
///
/// # Errors
/// Where the machine can't hold it.
pub(super) fn install(vm: &VirtualMachine) -> PyResult<()> {
    let mut module = Module::new("xarray.groupers", vm);
    let object = |by: GroupBy, vm: &VirtualMachine| -> PyResult { Ok(GrouperObject { by }.into_ref(&vm.ctx).into()) };
    module.function("UniqueGrouper", "labels", move |arguments| {
        let vm = arguments.vm;
        let labels = arguments.get("labels").map(|labels| coordinates::array(labels, vm)).transpose()?;
        let labels = labels.map(|labels| operand::evaluate(&labels, vm)).transpose()?;
        object(GroupBy::Unique(labels), vm)
    })?;
    module.function(
        "BinGrouper",
        "bins!, right, labels, precision, include_lowest, duplicates='raise'",
        move |arguments| object(GroupBy::Bins(bin_options(arguments)?), arguments.vm),
    )?;
    module.function("TimeResampler", "freq!, closed, label, origin, offset", move |arguments| {
        let frequency = arguments.string("freq")?.unwrap_or_default();
        object(GroupBy::Steps(resample_options(frequency, arguments)?), arguments.vm)
    })?;
    module.function("SeasonGrouper", "seasons!", move |arguments| {
        let vm = arguments.vm;
        object(GroupBy::Seasons(indexers::names(arguments.required("seasons"), vm)?), vm)
    })?;
    module.finish()
}

#[pyclass(with(Representable))]
impl GrouperObject {}

impl Representable for GrouperObject {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        Ok(format!("{}(...)", zelf.by.grouper()))
    }
}
