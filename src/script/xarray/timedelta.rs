//! `DataArray.dt` of spans of time: components, seconds, and rounding.

use super::methods::finish;
use crate::dataset::{DataArray, SpanField, TimeRounding};
use crate::script::arguments::Arguments;
use crate::script::engine;
use crate::script::surface::{Method, Property, Surface, surface_attributes};
use rustpython_vm::types::GetAttr;
use rustpython_vm::{Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

/// The accessor of an array of spans of time.
#[pyclass(module = "xarray", name = "TimedeltaAccessor")]
#[derive(Debug, PyPayload)]
pub struct TimedeltaAccessor {
    array: DataArray,
}

impl TimedeltaAccessor {
    /// The accessor of an array of spans.
    pub(super) fn object(array: DataArray, vm: &VirtualMachine) -> PyObjectRef {
        TimedeltaAccessor { array }.into_ref(&vm.ctx).into()
    }
}

impl Surface for TimedeltaAccessor {
    const CLASS: &'static str = "TimedeltaAccessor";
    const METHODS: &'static [&'static [Method<Self>]] = &[&[
        Method { name: "floor", parameters: "freq!", body: |this, a| round(this, TimeRounding::Floor, a) },
        Method { name: "ceil", parameters: "freq!", body: |this, a| round(this, TimeRounding::Ceil, a) },
        Method { name: "round", parameters: "freq!", body: |this, a| round(this, TimeRounding::Round, a) },
        Method {
            name: "total_seconds",
            parameters: "",
            body: |this, a| finish(this.array.total_seconds(&*engine::current()), a.vm),
        },
    ]];
    const PROPERTIES: &'static [&'static [Property<Self>]] = &[&[
        Property { name: "days", get: |this, vm| field(this, SpanField::Days, vm) },
        Property { name: "seconds", get: |this, vm| field(this, SpanField::Seconds, vm) },
        Property { name: "microseconds", get: |this, vm| field(this, SpanField::Microseconds, vm) },
        Property { name: "nanoseconds", get: |this, vm| field(this, SpanField::Nanoseconds, vm) },
    ]];
}

fn field(this: &Py<TimedeltaAccessor>, field: SpanField, vm: &VirtualMachine) -> PyResult {
    finish(this.array.span_field(field, &*engine::current()), vm)
}

fn round(this: &Py<TimedeltaAccessor>, rounding: TimeRounding, arguments: &Arguments<'_>) -> PyResult {
    let frequency = arguments.string("freq")?.unwrap_or_default();
    finish(this.array.round_spans(rounding, &frequency, &*engine::current()), arguments.vm)
}

surface_attributes!(TimedeltaAccessor);

#[pyclass(with(GetAttr))]
impl TimedeltaAccessor {}
