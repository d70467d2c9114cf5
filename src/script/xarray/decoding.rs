//! Which attributes of stored variables are acted upon: arguments of `open_dataset` and its kin, and `xarray.coders`.

use crate::array::TimeUnit;
use crate::dataset::{CoordinateAttributes, DecodeOptions, SpanDecoding};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::modules::Module;
use indexmap::IndexMap;
use rustpython_vm::builtins::{PyDict, PyStr};
use rustpython_vm::{PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

/// An object of `xarray.coders`.
#[pyclass(module = "xarray.coders", name = "Coder")]
#[derive(Debug, PyPayload)]
pub struct CoderObject(Coder);

#[derive(Debug, Clone, Copy)]
enum Coder {
    /// Points in time, and whether they become those of cftime.
    Points(Option<bool>),
    /// Spans of time.
    Spans(SpanDecoding, Option<TimeUnit>),
}

#[pyclass]
impl CoderObject {}

/// The module `xarray.coders`.
///
/// # Errors
/// Where the machine can't hold it.
pub(super) fn install(vm: &VirtualMachine) -> PyResult<()> {
    let mut module = Module::new("xarray.coders", vm);
    module.function("CFDatetimeCoder", "use_cftime, time_unit='ns'", |arguments| {
        let coder = Coder::Points(arguments.bool("use_cftime")?);
        Ok(CoderObject(coder).into_ref(&arguments.vm.ctx).into())
    })?;
    module.function("CFTimedeltaCoder", "time_unit, decode_via_units, decode_via_dtype=True", |arguments| {
        let by_units = arguments.bool("decode_via_units")?.unwrap_or(false);
        let unit = arguments.string("time_unit")?.map(|code| time_unit(&code, arguments.vm)).transpose()?;
        let coder = Coder::Spans(if by_units { SpanDecoding::ByUnits } else { SpanDecoding::ByDtype }, unit);
        Ok(CoderObject(coder).into_ref(&arguments.vm.ctx).into())
    })?;
    module.finish()
}

/// `"s"`, `"ms"`, `"us"` or `"ns"`.
fn time_unit(code: &str, vm: &VirtualMachine) -> PyResult<TimeUnit> {
    TimeUnit::ALL
        .into_iter()
        .find(|unit| unit.code() == code && *unit >= TimeUnit::Second)
        .ok_or_else(|| vm.new_value_error(format!("time_unit={code:?}: expected 's', 'ms', 'us' or 'ns'")))
}

/// The arguments that are the same for all variables, or said in a dict of variables; in the order in which they act.
const OF_VARIABLES: [&str; 4] = ["mask_and_scale", "decode_times", "use_cftime", "decode_timedelta"];

/// How variables are decoded, and those of some names instead.
///
/// # Errors
/// Where an argument isn't what it should be.
pub(super) fn decode_options(arguments: &Arguments<'_>) -> PyResult<(DecodeOptions, IndexMap<String, DecodeOptions>)> {
    let vm = arguments.vm;
    let mut default = DecodeOptions::default();
    let given = || OF_VARIABLES.iter().filter_map(|name| Some((*name, arguments.get(name)?)));
    for (name, value) in given().filter(|(_, value)| !value.downcastable::<PyDict>()) {
        set(&mut default, name, value, vm)?;
    }
    let mut of_names = IndexMap::new();
    for (name, values) in given().filter(|(_, value)| value.downcastable::<PyDict>()) {
        for (variable, value) in convert::string_pairs(values, vm)? {
            set(of_names.entry(variable).or_insert(default), name, &value, vm)?;
        }
    }
    Ok((default, of_names))
}

fn set(options: &mut DecodeOptions, name: &str, value: &PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    let flag = || value.clone().try_to_bool(vm);
    match (name, value.downcast_ref::<CoderObject>().map(|coder| coder.0)) {
        ("mask_and_scale", _) => options.mask_and_scale = flag()?,
        ("decode_times", Some(Coder::Points(use_cftime))) => {
            (options.decode_times, options.use_cftime) = (true, use_cftime);
            options.span_unit = Some(TimeUnit::Nanosecond);
        }
        ("decode_times", _) => {
            options.decode_times = flag()?;
            options.spans = if options.decode_times { SpanDecoding::ByDtype } else { SpanDecoding::Never };
        }
        ("use_cftime", _) => options.use_cftime = Some(flag()?),
        (_, Some(Coder::Spans(spans, unit))) => (options.spans, options.span_unit) = (spans, unit),
        _ => {
            options.spans = if flag()? { SpanDecoding::ByUnits } else { SpanDecoding::Never };
            options.span_unit = None;
        }
    }
    Ok(())
}

/// `decode_coords=`: a bool, `"coordinates"`, which is the default, or `"all"`.
///
/// # Errors
/// `ValueError` for another text.
pub(super) fn coordinate_attributes(arguments: &Arguments<'_>) -> PyResult<CoordinateAttributes> {
    let vm = arguments.vm;
    let Some(value) = arguments.get("decode_coords") else { return Ok(CoordinateAttributes::Coordinates) };
    if !value.downcastable::<PyStr>() {
        return Ok(match value.clone().try_to_bool(vm)? {
            true => CoordinateAttributes::Coordinates,
            false => CoordinateAttributes::None,
        });
    }
    match convert::string(value, vm)?.as_str() {
        "coordinates" => Ok(CoordinateAttributes::Coordinates),
        "all" => Ok(CoordinateAttributes::All),
        other => {
            Err(vm.new_value_error(format!("decode_coords={other:?}: expected True, False, 'coordinates' or 'all'")))
        }
    }
}
