//! What attributes say about stored values, put into effect: missing values, packing, times, truth values.

use super::number::{fill_scalar, scalar};
use super::time::{TimeUnits, UNITS, decode_datetime, decode_timedelta, unit};
use super::{DecodeOptions, SpanDecoding};
use crate::array::{DType, Scalar, TimeUnit};
use crate::dataset::missing::missing_value;
use crate::dataset::{DatasetError, Variable};
use crate::kernels::elementwise::BinaryOp;
use crate::plan::Array;
use serde_json::Value;

/// How a variable's `units` will be acted upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TimeKind {
    Point,
    Span,
    Number,
}

/// A stored variable decoded: its CF attributes become lazy operations and encoding.
///
/// Dtypes are xarray's: integers of at most 16 bits with a fill value become `float32`, wider ones `float64`; packed values
/// become `float64`; points in time `datetime64[ns]`.
///
/// # Errors
/// Where an attribute isn't what it should be, or times can't be decoded.
pub(in crate::dataset) fn decode_variable(
    name: &str,
    stored: Variable,
    options: DecodeOptions,
) -> Result<Variable, DatasetError> {
    let stored_dtype = stored.dtype();
    let mut variable = stored;
    let mut masked = false;
    let kind = time_kind(&variable, options);
    if options.mask_and_scale {
        masked = mask(name, &mut variable, kind, options)?;
        scale(name, &mut variable, kind)?;
    }
    match kind {
        TimeKind::Point => decode_points(name, &mut variable, masked, options.use_cftime)?,
        TimeKind::Span => decode_spans(&mut variable, masked, options.span_unit)?,
        TimeKind::Number => {}
    }
    if variable.dtype() == DType::Text {
        // Of characters, which have become text.
        variable.attributes.shift_remove("_Encoding");
    }
    variable.encoding.stored_units = variable.encoding.units.clone();
    variable.encoding.dtype.get_or_insert(stored_dtype);
    if variable.attributes.get("dtype").and_then(Value::as_str) == Some("bool") && variable.dtype().is_integer() {
        variable.attributes.shift_remove("dtype");
        variable.encoding.dtype = Some(DType::Bool);
        variable.data = variable.data.cast(DType::Bool)?;
    }
    Ok(variable)
}

fn time_kind(variable: &Variable, options: DecodeOptions) -> TimeKind {
    let text = |key: &str| variable.attributes.get(key).and_then(Value::as_str);
    match text("units") {
        Some(units) if options.decode_times && units.contains(" since ") && variable.dtype().is_numeric() => {
            TimeKind::Point
        }
        Some(units)
            if options.spans != SpanDecoding::Never
                && unit(units).is_some()
                && text("dtype").is_some_and(|dtype| dtype.starts_with("timedelta64")) =>
        {
            TimeKind::Span
        }
        Some(units)
            if options.spans == SpanDecoding::ByUnits
                && UNITS.iter().any(|(name, _)| *name == units)
                && variable.dtype().is_numeric() =>
        {
            TimeKind::Span
        }
        _ => TimeKind::Number,
    }
}

/// Takes `_FillValue`, `missing_value` and `_Unsigned` out of the attributes and masks what they name. Returns whether
/// there is anything to mask.
fn mask(name: &str, variable: &mut Variable, kind: TimeKind, options: DecodeOptions) -> Result<bool, DatasetError> {
    let mut fills: Vec<Scalar> = Vec::new();
    for key in ["missing_value", "_FillValue"] {
        let Some(value) = variable.attributes.shift_remove(key) else { continue };
        let found = fill_scalar(&value, variable.dtype()).ok_or_else(|| bad(name, key, &value, "a number"))?;
        let real: Vec<Scalar> = found.iter().filter(|value| !is_nan(value)).cloned().collect();
        if real.is_empty() && variable.dtype().is_integer() {
            // NaN can't be among integers: as in xarray, the attribute is dropped.
            continue;
        }
        let first = found.into_iter().next();
        if key == "_FillValue" {
            variable.encoding.fill_value = first;
        } else {
            variable.encoding.missing_value = first;
        }
        fills.extend(real);
    }
    if let Some(value) = variable.attributes.shift_remove("_Unsigned") {
        let unsigned = match value.as_str() {
            Some("true") => true,
            Some("false") => false,
            _ => return Err(bad(name, "_Unsigned", &value, "\"true\" or \"false\"")),
        };
        variable.encoding.unsigned = Some(unsigned);
        reinterpret(variable, unsigned, &mut fills)?;
    }
    if fills.is_empty() || !variable.dtype().is_numeric() || variable.dtype() == DType::Bool {
        return Ok(false);
    }
    let packed = ["scale_factor", "add_offset"].iter().any(|key| variable.attributes.contains_key(*key));
    let (dtype, missing) = match kind {
        _ if packed => (unpacked_dtype(variable), Scalar::Float(f64::NAN)),
        _ if variable.dtype().is_integer() && (kind != TimeKind::Number || may_be_span(variable, options)) => {
            (DType::Int64, Scalar::Int(DType::NOT_A_TIME))
        }
        _ => missing_value(variable.dtype()).expect("numbers have missing values"),
    };
    let data = variable.data.cast(dtype)?;
    let mut is_fill: Option<Array> = None;
    for fill in &fills {
        // A fill value that the dtype doesn't have is the value of nothing.
        let Ok(fill) = Array::scalar(fill.clone(), dtype) else { continue };
        let equal = data.binary(BinaryOp::Equal, &fill)?;
        is_fill = Some(match is_fill {
            Some(others) => others.binary(BinaryOp::LogicalOr, &equal)?,
            None => equal,
        });
    }
    variable.data = match is_fill {
        Some(is_fill) => is_fill.select(&Array::scalar(missing, dtype)?, &data)?,
        None => data,
    };
    Ok(true)
}

/// Whether a variable counts units of time where spans are decoded at all: xarray masks it as one of spans even if it isn't
/// decoded.
fn may_be_span(variable: &Variable, options: DecodeOptions) -> bool {
    let units = variable.attributes.get("units").and_then(Value::as_str);
    options.spans != SpanDecoding::Never && units.is_some_and(|units| UNITS.iter().any(|(name, _)| *name == units))
}

/// Reads stored integers with or without sign, whatever their dtype says.
fn reinterpret(variable: &mut Variable, unsigned: bool, fills: &mut [Scalar]) -> Result<(), DatasetError> {
    use DType::{Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64};
    let pairs = [(Int8, UInt8), (Int16, UInt16), (Int32, UInt32), (Int64, UInt64)];
    let wanted = pairs.iter().find_map(|&(signed, plain)| match (unsigned, variable.dtype()) {
        (true, found) if found == signed => Some(plain),
        (false, found) if found == plain => Some(signed),
        _ => None,
    });
    let Some(wanted) = wanted else { return Ok(()) };
    variable.encoding.dtype = Some(variable.dtype());
    variable.data = variable.data.cast(wanted)?;
    let width = 1_i128 << (8 * wanted.size_bytes());
    for fill in fills.iter_mut() {
        let Some(value) = fill.as_i128() else { continue };
        let wrapped =
            if unsigned { value.rem_euclid(width) } else { (value + width / 2).rem_euclid(width) - width / 2 };
        *fill = match i64::try_from(wrapped) {
            Ok(small) => Scalar::Int(small),
            Err(_) => Scalar::UInt(wrapped as u64),
        };
    }
    Ok(())
}

/// Takes `scale_factor` and `add_offset` out of the attributes and unpacks: `stored * scale_factor + add_offset`.
fn scale(name: &str, variable: &mut Variable, kind: TimeKind) -> Result<(), DatasetError> {
    let mut take = |key: &str| -> Result<Option<Scalar>, DatasetError> {
        let Some(value) = variable.attributes.shift_remove(key) else { return Ok(None) };
        scalar(&value).map(Some).ok_or_else(|| bad(name, key, &value, "a number"))
    };
    let (factor, offset) = (take("scale_factor")?, take("add_offset")?);
    if factor.is_none() && offset.is_none() {
        return Ok(());
    }
    let unpacked = packing_dtype(variable, factor.is_some(), offset.is_some());
    let filled = variable.encoding.fill_value.is_some() || variable.encoding.missing_value.is_some();
    let dtype = match (&factor, &offset) {
        _ if filled && kind == TimeKind::Number => variable.dtype(),
        (Some(Scalar::Int(_)), None) if !filled => variable.encoding.scale_dtype.unwrap_or(DType::Int64),
        _ => unpacked,
    };
    let mut data = variable.data.cast(dtype)?;
    for (operation, value) in [(BinaryOp::Multiply, &factor), (BinaryOp::Add, &offset)] {
        if let Some(value) = value {
            data = data.binary(operation, &Array::scalar(value.clone(), dtype)?)?;
        }
    }
    variable.data = data;
    variable.encoding.scale_factor = factor;
    variable.encoding.add_offset = offset;
    Ok(())
}

/// The dtype of packed values once unpacked, by the attributes that are still there.
fn unpacked_dtype(variable: &Variable) -> DType {
    let has = |key: &str| variable.attributes.contains_key(key);
    packing_dtype(variable, has("scale_factor"), has("add_offset"))
}

/// `float32` where scale factor and offset, or the scale factor alone, are so, and the packed values are no longer than 16
/// bits or floats; an offset alone needs `float64` (xarray's `CFScaleOffsetCoder`).
fn packing_dtype(variable: &Variable, has_factor: bool, has_offset: bool) -> DType {
    let [factor, offset] = [variable.encoding.scale_dtype, variable.encoding.offset_dtype];
    let wide_integer = variable.dtype().is_integer() && variable.dtype().size_bytes() == 4;
    match (has_factor, has_offset) {
        (true, true) if factor == offset && factor == Some(DType::Float32) && !wide_integer => DType::Float32,
        (true, false) if factor == Some(DType::Float32) => DType::Float32,
        _ => DType::Float64,
    }
}

fn decode_points(
    name: &str,
    variable: &mut Variable,
    masked: bool,
    use_cftime: Option<bool>,
) -> Result<(), DatasetError> {
    let mut take = |key: &str| match variable.attributes.shift_remove(key) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    };
    let (units, calendar) = (take("units").unwrap_or_default(), take("calendar"));
    let undecodable = |reason| DatasetError::UndecodableTime {
        name: name.to_owned(),
        units: units.clone(),
        calendar: calendar.clone().unwrap_or_else(|| "standard".to_owned()),
        reason,
    };
    let parsed = match use_cftime {
        Some(true) => TimeUnits::parse_for_cftime(&units, calendar.as_deref()),
        _ => TimeUnits::parse(&units, calendar.as_deref()),
    };
    let parsed = parsed.map_err(undecodable)?;
    if use_cftime == Some(false) && parsed.calendar.is_some() {
        return Err(undecodable("numpy has no times of this calendar, and use_cftime is False"));
    }
    variable.data = decode_datetime(&variable.data, parsed, masked)?;
    variable.encoding.units = Some(units);
    variable.encoding.calendar = calendar;
    Ok(())
}

fn decode_spans(variable: &mut Variable, masked: bool, wanted: Option<TimeUnit>) -> Result<(), DatasetError> {
    let dtype = variable.attributes.shift_remove("dtype");
    let resolution = match dtype.as_ref().and_then(Value::as_str).and_then(|name| name.parse().ok()) {
        _ if wanted.is_some() => wanted.unwrap_or(TimeUnit::Nanosecond),
        Some(DType::Timedelta(resolution)) => resolution,
        _ => TimeUnit::Nanosecond,
    };
    if let Some(Value::String(units)) = variable.attributes.shift_remove("units") {
        if let Some(unit) = unit(&units) {
            variable.data = decode_timedelta(&variable.data, unit, resolution, masked)?;
        }
        variable.encoding.units = Some(units);
    }
    Ok(())
}

fn is_nan(value: &Scalar) -> bool {
    matches!(value, Scalar::Float(value) if value.is_nan())
}

fn bad(name: &str, key: &str, value: &Value, expected: &'static str) -> DatasetError {
    DatasetError::BadAttribute { name: name.to_owned(), key: key.to_owned(), value: value.to_string(), expected }
}
