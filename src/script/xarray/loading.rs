//! `xr.load_dataset`, `xr.open_dataarray`, `xr.load_dataarray`: `open_dataset`, and what is usually done next.

use super::data_array::DataArrayObject;
use super::dataset_object::DatasetObject;
use crate::dataset::DataArray;
use crate::script::arguments::Arguments;
use crate::script::errors::dataset_exception;
use crate::script::modules::Module;
use crate::script::operand::expect_object;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyPayload, PyResult};

/// The name that an array without one has in a store.
const UNNAMED: &str = "__xarray_dataarray_variable__";

/// Puts the functions into the module.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(module: &mut Module<'_>) -> PyResult<()> {
    module.function("load_dataset", "*filename, **kwargs", |arguments| {
        let opened = opened(arguments)?;
        arguments.vm.call_method(&opened, "load", ())
    })?;
    module.function("open_dataarray", "*filename, **kwargs", |arguments| {
        Ok(DataArrayObject::new(only_array(arguments)?).into_ref(&arguments.vm.ctx).into())
    })?;
    module.function("load_dataarray", "*filename, **kwargs", |arguments| {
        let array = DataArrayObject::new(only_array(arguments)?).into_ref(&arguments.vm.ctx);
        arguments.vm.call_method(array.as_object(), "load", ())
    })
}

/// What `open_dataset` gives for the arguments of a call.
fn opened(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    if arguments.keywords.contains_key("cache") && arguments.function.contains("load") {
        return Err(vm.new_type_error(
            "load_dataset and load_dataarray hold all values, so that cache= says nothing: leave it out",
        ));
    }
    let passed = FuncArgs { args: arguments.rest.clone(), kwargs: arguments.keywords.clone().into_iter().collect() };
    vm.import("xarray", 0)?.get_attr("open_dataset", vm)?.call(passed, vm)
}

/// The one data variable that was opened.
fn only_array(arguments: &Arguments<'_>) -> PyResult<DataArray> {
    let vm = arguments.vm;
    let dataset = expect_object::<DatasetObject>(&*opened(arguments)?, "a Dataset", vm)?.inner();
    let mut names = dataset.data_variables().keys();
    let (Some(name), None) = (names.next(), names.next()) else {
        return Err(vm.new_value_error(format!(
            "the file has {} data variables, not one: open it by xr.open_dataset and take the one that is wanted",
            dataset.data_variables().len()
        )));
    };
    let array = dataset.get(name).map_err(|error| dataset_exception(error, vm))?;
    Ok(if name == UNNAMED { array.with_name(None) } else { array })
}
