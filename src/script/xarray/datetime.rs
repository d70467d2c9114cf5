//! `DataArray.dt`: fields of points in time, and rounding.

use super::methods::finish;
use super::timedelta::TimedeltaAccessor;
use crate::array::DType;
use crate::dataset::{DataArray, DatasetError, TimeField, TimeRounding};
use crate::script::arguments::Arguments;
use crate::script::engine;
use crate::script::errors::dataset_exception;
use crate::script::surface::{Method, Property, Surface, surface_attributes};
use rustpython_vm::types::GetAttr;
use rustpython_vm::{Py, PyPayload, PyResult, VirtualMachine, pyclass};

/// The accessor of an array of times.
#[pyclass(module = "xarray", name = "DatetimeAccessor")]
#[derive(Debug, PyPayload)]
pub struct DatetimeAccessor {
    array: DataArray,
}

impl DatetimeAccessor {
    /// The accessor.
    ///
    /// # Errors
    /// `AttributeError` for an array of anything but times.
    pub(super) fn object(array: DataArray, vm: &VirtualMachine) -> PyResult {
        match array.dtype() {
            DType::Timedelta(_) => Ok(TimedeltaAccessor::object(array, vm)),
            DType::Datetime(_) | DType::CalendarTime(_) => Ok(DatetimeAccessor { array }.into_ref(&vm.ctx).into()),
            _ => Err(dataset_exception(DatasetError::NotTimes, vm)),
        }
    }
}

macro_rules! fields {
    ($($name:literal),* $(,)?) => {
        &[$(Property { name: $name, get: |this, vm| field(this, $name, vm) }),*]
    };
}

impl Surface for DatetimeAccessor {
    const CLASS: &'static str = "DatetimeAccessor";
    const METHODS: &'static [&'static [Method<Self>]] = &[&[
        Method { name: "floor", parameters: "freq!", body: |this, a| round(this, TimeRounding::Floor, a) },
        Method { name: "ceil", parameters: "freq!", body: |this, a| round(this, TimeRounding::Ceil, a) },
        Method {
            name: "strftime",
            parameters: "date_format!",
            body: |this, a| {
                let format = a.string("date_format")?.unwrap_or_default();
                finish(this.array.format_times(&format, &*engine::current()), a.vm)
            },
        },
        Method {
            name: "isocalendar",
            parameters: "",
            body: |this, a| finish(this.array.iso_calendar(&*engine::current()), a.vm),
        },
        Method { name: "round", parameters: "freq!", body: |this, a| round(this, TimeRounding::Round, a) },
    ]];
    const PROPERTIES: &'static [&'static [Property<Self>]] = &[
        fields![
            "year",
            "month",
            "day",
            "hour",
            "minute",
            "second",
            "dayofyear",
            "dayofweek",
            "day_of_week",
            "day_of_year",
            "week",
            "weekofyear",
            "decimal_year",
            "weekday",
            "days_in_month",
            "daysinmonth",
            "quarter",
            "season",
            "microsecond",
            "nanosecond",
            "days_in_year",
            "is_leap_year",
            "is_month_start",
            "is_month_end",
            "is_quarter_start",
            "is_quarter_end",
            "is_year_start",
            "is_year_end",
        ],
        &[Property { name: "calendar", get: calendar }],
    ];
}

fn field(this: &Py<DatetimeAccessor>, name: &str, vm: &VirtualMachine) -> PyResult {
    let field = TimeField::from_name(name).ok_or(DatasetError::NoSuchTimeField { name: name.to_owned() });
    finish(field.and_then(|field| this.array.time_field(name, field, &*engine::current())), vm)
}

fn calendar(this: &Py<DatetimeAccessor>, vm: &VirtualMachine) -> PyResult {
    let name = match this.array.dtype() {
        DType::CalendarTime(calendar) => calendar.name(),
        _ => "proleptic_gregorian",
    };
    Ok(vm.ctx.new_str(name).into())
}

fn round(this: &Py<DatetimeAccessor>, rounding: TimeRounding, arguments: &Arguments<'_>) -> PyResult {
    let frequency = arguments.string("freq")?.unwrap_or_default();
    finish(this.array.round_times(rounding, &frequency, &*engine::current()), arguments.vm)
}

surface_attributes!(DatetimeAccessor);

#[pyclass(with(GetAttr))]
impl DatetimeAccessor {}
