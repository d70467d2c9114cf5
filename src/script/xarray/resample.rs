//! What `resample` gives: reductions by steps of time, and values between times.

use super::group_by::{SharedByGroups, object};
use super::group_map::GroupMaps;
use super::grouped::{Grouped, GroupedObject};
use super::indexers;
use crate::dataset::{
    DatasetError, Fill, Interpolation, Operand as Labelled, Origin, ReduceOptions, ResampleOptions, SelectMethod, Side,
};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::errors::dataset_exception;
use crate::script::options;
use crate::script::surface::{Method, Property, Surface, surface_attributes};
use rustpython_vm::builtins::PySlice;
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::protocol::PyMappingMethods;
use rustpython_vm::types::{AsMapping, GetAttr, Iterable, Representable};
use rustpython_vm::{AsObject, Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

/// A labelled array or dataset, and steps of time along one of its dimensions.
#[pyclass(module = "xarray", name = "Resample")]
#[derive(Debug, PyPayload)]
pub struct ResampleObject {
    grouped: Grouped,
}

impl GroupedObject for ResampleObject {
    fn grouped(&self) -> &Grouped {
        &self.grouped
    }
}

/// `object.resample(time="MS")`.
///
/// # Errors
/// Where the dimension isn't one of sorted times, or the frequency is unknown.
pub(super) fn resample(object: Labelled, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let pairs = indexers::named(arguments, "indexer")?;
    let [(dimension, frequency)] = &pairs[..] else {
        return Err(vm.new_value_error("resample takes one dimension at a time, as in time='1D'"));
    };
    let options = resample_options(convert::string(frequency, vm)?, arguments)?;
    let grouping = match &object {
        Labelled::DataArray(array) => array.resample(dimension, &options),
        Labelled::Dataset(dataset) => dataset.resample(dimension, &options),
        Labelled::Array(_) | Labelled::Scalar(_) => Err(DatasetError::GroupOperand),
    };
    let grouping = grouping.map_err(|error| dataset_exception(error, vm))?;
    Ok(ResampleObject { grouped: Grouped { object, grouping, is_stacked: false } }.into_ref(&vm.ctx).into())
}

/// `closed=`, `label=` and `origin=` beside a frequency.
///
/// # Errors
/// Where they are none.
pub(super) fn resample_options(frequency: String, arguments: &Arguments<'_>) -> PyResult<ResampleOptions> {
    let vm = arguments.vm;
    let side = |name: &str| match arguments.string(name)?.as_deref() {
        None => Ok(None),
        Some("left") => Ok(Some(Side::Left)),
        Some("right") => Ok(Some(Side::Right)),
        Some(other) => Err(vm.new_value_error(format!("{name}={other:?}: expected 'left' or 'right'"))),
    };
    let origin = match arguments.string("origin")?.as_deref() {
        None | Some("start_day") => Origin::StartDay,
        Some("start") => Origin::Start,
        Some("epoch") => Origin::Epoch,
        Some(other) => {
            let message =
                format!("resample(origin={other:?}) is not supported by swath: only start_day, start and epoch are");
            return Err(vm.new_not_implemented_error(message));
        }
    };
    let offset = arguments.get("offset").map_or(Ok(0), |offset| indexers::time_span(offset, vm))?;
    Ok(ResampleOptions { frequency, closed: side("closed")?, label: side("label")?, origin, offset })
}

impl Surface for ResampleObject {
    const CLASS: &'static str = "Resample";
    const METHODS: &'static [&'static [Method<Self>]] = &[
        SharedByGroups::<Self>::REDUCTIONS,
        SharedByGroups::<Self>::METHODS,
        GroupMaps::<Self>::METHODS,
        &[
            Method { name: "ffill", parameters: "tolerance", body: |this, a| found(this, SelectMethod::Pad, a) },
            Method { name: "pad", parameters: "tolerance", body: |this, a| found(this, SelectMethod::Pad, a) },
            Method { name: "bfill", parameters: "tolerance", body: |this, a| found(this, SelectMethod::Backfill, a) },
            Method {
                name: "backfill",
                parameters: "tolerance",
                body: |this, a| found(this, SelectMethod::Backfill, a),
            },
            Method { name: "nearest", parameters: "tolerance", body: |this, a| found(this, SelectMethod::Nearest, a) },
            Method { name: "asfreq", parameters: "", body: as_frequency },
            Method { name: "interpolate", parameters: "kind", body: interpolate },
        ],
    ];
    const PROPERTIES: &'static [&'static [Property<Self>]] =
        &[&[Property { name: "groups", get: groups }], GroupMaps::<Self>::PROPERTIES];
}

/// The first times of steps that have any, with slices of the positions of each.
fn groups(this: &Py<ResampleObject>, vm: &VirtualMachine) -> PyResult {
    let labels = this.grouped.labels(vm)?.into_iter().zip(this.grouped.grouping.positions());
    let filled: Vec<(PyObjectRef, usize)> =
        labels.filter_map(|(label, positions)| Some((label, *positions.first()?))).collect();
    let dict = vm.ctx.new_dict();
    for (place, (label, first)) in filled.iter().enumerate() {
        let stop = filled.get(place + 1).map(|(_, next)| *next);
        let slice = PySlice { start: Some(first.to_pyobject(vm)), stop: stop.to_pyobject(vm), step: None };
        dict.set_item(&**label, slice.into_ref(&vm.ctx).into(), vm)?;
    }
    Ok(dict.into())
}

fn found(this: &Py<ResampleObject>, method: SelectMethod, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let tolerance = match arguments.get("tolerance") {
        None => None,
        Some(tolerance) => Some(indexers::time_span(tolerance, vm)?),
    };
    upsample(this, Fill::Method(method, tolerance), vm)
}

fn interpolate(this: &Py<ResampleObject>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let kind = arguments.string("kind")?.unwrap_or_else(|| "linear".to_owned());
    match Interpolation::from_name(&kind) {
        Some(how) => upsample(this, Fill::Interpolated(how), vm),
        None => Err(vm.new_not_implemented_error(format!(
            "interpolate(kind={kind:?}) is not supported by swath: only 'linear' and 'nearest' are"
        ))),
    }
}

fn upsample(this: &Py<ResampleObject>, fill: Fill, vm: &VirtualMachine) -> PyResult {
    let Grouped { object: of, grouping, .. } = &this.grouped;
    let filled = match of {
        Labelled::DataArray(array) => array.upsample(grouping, fill).map(Labelled::DataArray),
        Labelled::Dataset(dataset) => dataset.upsample(grouping, fill).map(Labelled::Dataset),
        Labelled::Array(_) | Labelled::Scalar(_) => Err(DatasetError::GroupOperand),
    };
    object(filled, vm)
}

/// Values at the steps that have times, missing at others: as in xarray, means of what is in a step.
fn as_frequency(this: &Py<ResampleObject>, arguments: &Arguments<'_>) -> PyResult {
    let options = ReduceOptions { keep_attrs: options::keep_attrs(), ..ReduceOptions::default() };
    let Grouped { object: of, grouping, .. } = &this.grouped;
    let reduced = match of {
        Labelled::DataArray(array) => array.reduce_groups(grouping, "mean", None, options).map(Labelled::DataArray),
        Labelled::Dataset(dataset) => dataset.reduce_groups(grouping, "mean", None, options).map(Labelled::Dataset),
        Labelled::Array(_) | Labelled::Scalar(_) => Err(DatasetError::GroupOperand),
    };
    object(reduced, arguments.vm)
}

surface_attributes!(ResampleObject);

#[pyclass(with(AsMapping, GetAttr, Iterable, Representable))]
impl ResampleObject {}

impl AsMapping for ResampleObject {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: Some(|mapping, _vm| Ok(ResampleObject::mapping_downcast(mapping).grouped.grouping.labels().len())),
            ..PyMappingMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

impl Iterable for ResampleObject {
    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        Ok(zelf.grouped.pairs(vm)?.as_object().get_iter(vm)?.into())
    }
}

impl Representable for ResampleObject {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        Ok(zelf.grouped.text("Resample", "__resample_dim__", "TimeResampler"))
    }
}
