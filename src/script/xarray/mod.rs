//! The module `xarray`: labelled arrays over `dataset`.

mod apply;
mod attributes;
mod calculus;
mod calendars;
mod coarsen;
mod coarsen_construct;
mod combine;
mod combine_nested;
mod combining;
mod construction;
mod coordinates;
mod data_array;
mod dataset_object;
mod dates;
mod datetime;
mod decoding;
mod dictionary;
mod encoding;
mod extremes;
mod functions;
mod group_by;
mod group_map;
mod grouped;
mod groupers;
mod indexers;
mod indexes;
mod interpolating;
mod labelled;
mod loading;
mod mapping;
mod members;
mod metadata;
mod methods;
mod opening;
mod opening_many;
mod patching;
mod rearranging;
mod reducing;
mod resample;
mod restructuring;
mod rolling;
mod rolling_functions;
mod scans;
mod selecting;
mod stacking;
mod tables;
mod testing;
mod timedelta;
mod values;
mod weighted;

pub(super) use apply::looks_beyond_blocks;
pub(super) use data_array::DataArrayObject;
pub(super) use dataset_object::DatasetObject;

use super::convert;
use super::modules::Module;
use rustpython_vm::class::{PyClassImpl, StaticType};
use rustpython_vm::{PyResult, VirtualMachine};

/// Makes the classes; before any object of theirs.
pub(super) fn register_classes() {
    attributes::AttributesObject::make_static_type();
    DataArrayObject::make_static_type();
    DatasetObject::make_static_type();
    datetime::DatetimeAccessor::make_static_type();
    timedelta::TimedeltaAccessor::make_static_type();
    decoding::CoderObject::make_static_type();
    group_by::GroupByObject::make_static_type();
    groupers::GrouperObject::make_static_type();
    resample::ResampleObject::make_static_type();
    rolling::RollingObject::make_static_type();
    coarsen::CoarsenObject::make_static_type();
    weighted::WeightedObject::make_static_type();
    mapping::Mapping::make_static_type();
    functions::OptionsContext::make_static_type();
    selecting::LocIndexer::make_static_type();
}

/// The module.
///
/// # Errors
/// Where the machine can't hold it.
pub(super) fn install(vm: &VirtualMachine) -> PyResult<()> {
    let mut module = Module::new("xarray", vm);
    module.value("DataArray", DataArrayObject::static_type().to_owned())?;
    module.value("Dataset", DatasetObject::static_type().to_owned())?;
    for (name, class) in super::errors::register_exceptions(vm) {
        module.value(name, class)?;
    }
    functions::install(&mut module)?;
    combine::install(&mut module)?;
    apply::install(&mut module)?;
    dates::install(&mut module)?;
    calculus::install(&mut module)?;
    restructuring::install(&mut module)?;
    opening::install(&mut module)?;
    opening_many::install(&mut module)?;
    loading::install(&mut module)?;
    module.function("_set_accessor", "cls!, name!, accessor!", |arguments| {
        let vm = arguments.vm;
        let class = convert::class(arguments.required("cls"), vm)?;
        let name = convert::string(arguments.required("name"), vm)?;
        class.set_attr(vm.ctx.intern_str(name), arguments.required("accessor").clone());
        Ok(vm.ctx.none())
    })?;
    module.composed(&[("xarray/composed.py", include_str!("composed.py"))]);
    module.finish()?;
    decoding::install(vm)?;
    groupers::install(vm)?;
    testing::install(vm)
}
