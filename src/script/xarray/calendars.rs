//! `convert_calendar` and `interp_calendar`.

use super::data_array::DataArrayObject;
use super::labelled::{Labelled as _, LabelledObject};
use super::methods::finish;
use crate::array::Calendar;
use crate::dataset::{AlignOn, CalendarConversion};
use crate::script::arguments::Arguments;
use crate::script::engine;
use crate::script::operand::single_value;
use crate::script::surface::Method;
use rustpython_vm::{Py, PyResult};
use std::marker::PhantomData;

/// The table of a class.
pub(super) struct Calendars<T>(PhantomData<T>);

impl<T: LabelledObject> Calendars<T> {
    /// The methods.
    pub const METHODS: &'static [Method<T>] = &[
        Method {
            name: "convert_calendar",
            parameters: "calendar!, dim, align_on, missing, use_cftime",
            body: convert_calendar::<T>,
        },
        Method { name: "interp_calendar", parameters: "target!, dim", body: interp_calendar::<T> },
    ];
}

fn dimension(arguments: &Arguments<'_>) -> PyResult<String> {
    Ok(arguments.string("dim")?.unwrap_or_else(|| "time".to_owned()))
}

fn convert_calendar<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let name = arguments.string("calendar")?.unwrap_or_default();
    let calendar = match Calendar::from_name(&name) {
        Some(calendar) => calendar,
        None => return Err(vm.new_key_error(vm.ctx.new_str(format!("{name}: expected a calendar of CF")).into())),
    };
    let align_on = match arguments.string("align_on")?.as_deref() {
        None => None,
        Some("date") => Some(AlignOn::Date),
        Some("year") => Some(AlignOn::Year),
        Some(other) => {
            let message =
                format!("convert_calendar(align_on={other:?}) is not supported by swath: only 'date' and 'year' are");
            return Err(vm.new_not_implemented_error(message));
        }
    };
    let missing = arguments.get("missing").map(|value| single_value(value, vm)).transpose()?.map(|(_, value)| value);
    let as_objects = arguments.bool("use_cftime")?;
    let how = CalendarConversion { calendar, as_objects, align_on, missing };
    finish(this.inner().convert_calendar(&dimension(arguments)?, &how, &*engine::current()), vm)
}

fn interp_calendar<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let target = arguments.required("target");
    let Some(target) = target.downcast_ref::<DataArrayObject>().map(|target| target.inner()) else {
        return Err(arguments.type_error("target", "a DataArray of times", target));
    };
    finish(this.inner().interp_calendar(&target, &dimension(arguments)?, &*engine::current()), arguments.vm)
}
