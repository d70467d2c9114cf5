//! The module `cftime`: points in time of the CF calendars.

use super::arguments::Arguments;
use super::convert;
use super::modules::Module;
use super::numbers::operators;
use super::surface::{Method, Property, Surface, surface_attributes};
use crate::array::{Calendar, DType, Scalar};
use crate::dataset::{TimeField, calendar_instant, calendar_object_text, calendar_text, format_instant_of};
use rustpython_vm::builtins::PyStr;
use rustpython_vm::class::PyClassImpl;
use rustpython_vm::common::hash::PyHash;
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::types::{AsNumber, Comparable, GetAttr, Hashable, Representable};
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

/// A point in time of a calendar.
#[pyclass(module = "cftime", name = "datetime")]
#[derive(Debug, Clone, PyPayload)]
pub struct CalendarInstant {
    calendar: Calendar,
    microseconds: i64,
}

impl CalendarInstant {
    /// The Python object of a count of microseconds since the calendar's 1970-01-01.
    pub fn object(calendar: Calendar, microseconds: i64, vm: &VirtualMachine) -> PyObjectRef {
        CalendarInstant { calendar, microseconds }.into_ref(&vm.ctx).into()
    }

    /// The point as a value of an array.
    pub fn value(&self) -> (DType, Scalar) {
        (DType::CalendarTime(self.calendar), Scalar::Int(self.microseconds))
    }

    fn nanoseconds(&self) -> i128 {
        i128::from(self.microseconds) * 1000
    }

    fn field(&self, field: TimeField, vm: &VirtualMachine) -> PyObjectRef {
        convert::plain_object(&field.of(self.calendar, self.nanoseconds()), vm)
    }
}

/// Makes the class; before any object of it.
pub(super) fn register_classes() {
    CalendarInstant::make_static_type();
}

const DATE: &str =
    "year!, month!, day!, hour, minute, second, microsecond, dayofwk~, dayofyr~, calendar, has_year_zero~";

/// The module.
///
/// # Errors
/// Where the machine can't hold it.
pub(super) fn install(vm: &VirtualMachine) -> PyResult<()> {
    let mut module = Module::new("cftime", vm);
    module.function("datetime", DATE, |arguments| instant(Calendar::Standard, arguments))?;
    for (calendar, _) in Calendar::ALL {
        module.function(calendar.class_name(), DATE, move |arguments| instant(calendar, arguments))?;
    }
    module.finish()
}

/// The point that a call names, in its calendar or the given one.
fn instant(default: Calendar, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let calendar = match arguments.string("calendar")? {
        Some(name) => Calendar::from_name(&name).ok_or_else(|| {
            vm.new_value_error(format!(
                "there is no calendar '{name}' in CF: 'standard', 'noleap' and '360_day' are some that there are"
            ))
        })?,
        None => default,
    };
    let number = |name: &str| arguments.get(name).map_or(Ok(0), |value| convert::integer(value, vm));
    let (hour, minute, second, fraction) =
        (number("hour")?, number("minute")?, number("second")?, number("microsecond")?);
    let in_range = [(hour, 24), (minute, 60), (second, 60), (fraction, 1_000_000)];
    let of_day = ((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction;
    let found = calendar_instant(calendar, [number("year")?, number("month")?, number("day")?], of_day);
    match found.filter(|_| in_range.iter().all(|(value, end)| (0..*end).contains(value))) {
        Some(microseconds) => Ok(CalendarInstant::object(calendar, microseconds, vm)),
        None => Err(vm.new_value_error(format!("invalid date or time for the {} calendar", calendar.name()))),
    }
}

macro_rules! fields {
    ($($name:literal $field:ident),* $(,)?) => {
        &[$(Property { name: $name, get: |this, vm| Ok(this.field(TimeField::$field, vm)) }),*]
    };
}

impl Surface for CalendarInstant {
    const CLASS: &'static str = "cftime.datetime";
    const METHODS: &'static [&'static [Method<Self>]] = &[&[
        Method {
            name: "strftime",
            parameters: "format",
            body: |this, a| {
                let format = a.string("format")?.unwrap_or_else(|| "%Y-%m-%d %H:%M:%S".to_owned());
                let text = format_instant_of(this.calendar, this.nanoseconds(), &format);
                let text = text.map_err(|error| super::errors::dataset_exception(error, a.vm))?;
                Ok(a.vm.ctx.new_str(text).into())
            },
        },
        Method {
            name: "isoformat",
            parameters: "",
            body: |this, a| {
                let text = calendar_text(this.calendar, this.nanoseconds()).replacen(' ', "T", 1);
                Ok(a.vm.ctx.new_str(text).into())
            },
        },
    ]];
    const PROPERTIES: &'static [&'static [Property<Self>]] = &[
        fields![
            "year" Year, "month" Month, "day" Day, "hour" Hour, "minute" Minute, "second" Second,
            "microsecond" Microsecond, "dayofyr" DayOfYear, "dayofwk" DayOfWeek, "daysinmonth" DaysInMonth,
        ],
        &[
            Property { name: "calendar", get: |this, vm| Ok(vm.ctx.new_str(this.calendar.name()).into()) },
            Property { name: "has_year_zero", get: |this, vm| Ok(this.calendar.has_year_zero().to_pyobject(vm)) },
        ],
    ];
}

surface_attributes!(CalendarInstant);
operators!(CalendarInstant, METHODS);

#[pyclass(with(AsNumber, Comparable, GetAttr, Hashable, Representable))]
impl CalendarInstant {
    #[pyslot]
    fn slot_str(zelf: &PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
        let instant = super::operand::expect_object::<CalendarInstant>(zelf, "a cftime.datetime", vm)?;
        Ok(vm.ctx.new_str(calendar_text(instant.calendar, instant.nanoseconds())))
    }

    #[pymethod]
    fn __format__(zelf: &Py<Self>, specification: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let format = convert::string(&specification, vm)?;
        let text = match format.is_empty() {
            true => calendar_text(zelf.calendar, zelf.nanoseconds()),
            false => format_instant_of(zelf.calendar, zelf.nanoseconds(), &format)
                .map_err(|error| super::errors::dataset_exception(error, vm))?,
        };
        Ok(vm.ctx.new_str(text).into())
    }
}

impl Hashable for CalendarInstant {
    fn hash(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyHash> {
        convert::plain_object(&Scalar::Int(zelf.microseconds), vm).hash(vm)
    }
}

impl Representable for CalendarInstant {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        Ok(calendar_object_text(zelf.calendar, zelf.microseconds))
    }
}
