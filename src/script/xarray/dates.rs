//! `xarray.date_range` and `xarray.cftime_range`.

use crate::array::Calendar;
use crate::dataset::{DateRange, date_range};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::errors::dataset_exception;
use crate::script::modules::Module;
use crate::script::numpy::NdArray;
use rustpython_vm::builtins::PyStr;
use rustpython_vm::{AsObject, PyObjectRef, PyPayload, PyResult};

const RANGE: &str =
    "start, end, periods, freq, tz=None, normalize=False, name~, inclusive='both', unit~, calendar, use_cftime";

/// Puts the functions into the module.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(module: &mut Module<'_>) -> PyResult<()> {
    module.function("date_range", RANGE, |arguments| range(arguments, false))?;
    module.function("cftime_range", RANGE, |arguments| range(arguments, true))
}

fn range(arguments: &Arguments<'_>, always_cftime: bool) -> PyResult {
    let vm = arguments.vm;
    let text = |value: &PyObjectRef| match value.downcastable::<PyStr>() {
        true => convert::string(value, vm),
        false => Ok(value.as_object().str(vm)?.to_string_lossy().into_owned()),
    };
    let name = arguments.string("calendar")?.unwrap_or_else(|| "standard".to_owned());
    let calendar = Calendar::from_name(&name)
        .ok_or_else(|| vm.new_value_error(format!("calendar={name:?}: expected one of the CF calendars")))?;
    let is_standard = matches!(calendar, Calendar::Standard | Calendar::ProlepticGregorian);
    let uses_cftime = arguments.bool("use_cftime")?.unwrap_or(always_cftime || !is_standard);
    if !uses_cftime && !is_standard {
        return Err(vm.new_value_error(format!("Invalid calendar {name} when use_cftime=False.")));
    }
    let points = date_range(&DateRange {
        start: arguments.get("start").map(text).transpose()?,
        end: arguments.get("end").map(text).transpose()?,
        periods: arguments.get("periods").map(|periods| convert::count(periods, vm)).transpose()?,
        frequency: arguments.string("freq")?.unwrap_or_else(|| "D".to_owned()),
        calendar: uses_cftime.then_some(calendar),
    });
    let points = points.map_err(|error| dataset_exception(error, vm))?;
    Ok(NdArray::new(points).into_ref(&vm.ctx).into())
}
