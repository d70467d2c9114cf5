//! Text representations of arrays and datasets, in the form of xarray's.

use super::cf::calendar::{calendar_text, date_time, format_instant};
use super::numpy_text::{format_values, text_width};
use super::{Attributes, DataArray, Dataset, Levels, Variable};
use crate::array::{Chunk, DType, Scalar, TimeUnit};
use indexmap::IndexMap;
use serde_json::Value;
use std::fmt;

/// Characters of a line.
const DISPLAY_WIDTH: usize = 80;
/// Lines of values that are printed.
const VALUE_LINES: usize = 40;

impl fmt::Display for DataArray {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name().map(|name| format!("'{name}' ")).unwrap_or_default();
        let size = size_text(value_bytes(&self.variable));
        writeln!(formatter, "<xarray.DataArray {name}({})> Size: {size}", sizes_text(&self.sizes()))?;
        match self.variable.values() {
            None if self.variable.levels().is_some() => {
                write!(formatter, "[{} values with dtype=object]", self.variable.data.len())?;
            }
            Some(values) => write!(formatter, "{}", limit_lines(&format_values(values)))?,
            None => write!(formatter, "{}", lazy_text(&self.variable, true))?,
        }
        let dims: Vec<&String> = self.dims().iter().collect();
        let width = name_width(self.coordinates.keys());
        write_coordinates(formatter, &self.coordinates, &dims, width)?;
        write_attributes(formatter, self.attributes())
    }
}

impl fmt::Display for Dataset {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size: u64 = self.variables().map(|(_, variable)| value_bytes(variable)).sum();
        let sizes = self.sizes();
        let width = name_width(self.variables().map(|(name, _)| name));
        writeln!(formatter, "<xarray.Dataset> Size: {}", size_text(size))?;
        write!(formatter, "{:width$}({})", "Dimensions:", sizes_text(&sizes))?;
        write_coordinates(formatter, &self.coordinates, &sizes.keys().collect::<Vec<_>>(), width)?;
        write!(formatter, "\nData variables:")?;
        if self.data_variables.is_empty() {
            write!(formatter, "\n    *empty*")?;
        }
        for (name, variable) in &self.data_variables {
            write!(formatter, "\n{}", variable_line(name, variable, false, width))?;
        }
        write_attributes(formatter, &self.attributes)
    }
}

/// Width of the column of names.
fn name_width(names: impl Iterator<Item = impl AsRef<str>>) -> usize {
    names.map(|name| name.as_ref().chars().count()).max().unwrap_or(0).max(7) + 6
}

fn write_coordinates(
    formatter: &mut fmt::Formatter<'_>,
    coordinates: &IndexMap<String, Variable>,
    dims: &[&String],
    width: usize,
) -> fmt::Result {
    if !coordinates.is_empty() {
        write!(formatter, "\nCoordinates:")?;
        let axis = |name: &String| dims.iter().position(|dimension| *dimension == name);
        let rank = |name: &String, variable: &Variable| match (axis(name), variable.dims.iter().rev().find_map(axis)) {
            (Some(position), _) => (position, 0),
            (None, Some(position)) => (position, 1),
            (None, None) => (dims.len(), 1),
        };
        let mut ordered: Vec<(&String, &Variable)> = coordinates.iter().collect();
        ordered.sort_by_key(|(name, variable)| rank(name, variable));
        let levels: Vec<&String> = coordinates
            .iter()
            .filter(|(name, variable)| variable.is_index(name))
            .filter_map(|(_, variable)| Some(&variable.levels()?.names))
            .flatten()
            .collect();
        for (name, variable) in ordered {
            let is_index = variable.is_index(name) || levels.contains(&name);
            write!(formatter, "\n{}", variable_line(name, variable, is_index, width))?;
        }
    }
    let unlabelled: Vec<&str> =
        dims.iter().filter(|name| !coordinates.contains_key(name.as_str())).map(|name| name.as_str()).collect();
    if !unlabelled.is_empty() {
        write!(formatter, "\nDimensions without coordinates: {}", unlabelled.join(", "))?;
    }
    Ok(())
}

fn write_attributes(formatter: &mut fmt::Formatter<'_>, attributes: &Attributes) -> fmt::Result {
    if attributes.is_empty() {
        return Ok(());
    }
    write!(formatter, "\nAttributes:")?;
    let width = name_width(attributes.keys());
    for (key, value) in attributes {
        let text = python_text(value).replace('\t', "\\t").replace('\n', "\\n");
        let line = format!("{:width$} {text}", format!("    {key}:"));
        write!(formatter, "\n{}", shortened(&line, DISPLAY_WIDTH))?;
    }
    Ok(())
}

/// An attribute as Python's `str` writes it.
fn python_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => python_repr(other),
    }
}

fn python_repr(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => format!("'{text}'"),
        Value::Array(values) => {
            format!("[{}]", values.iter().map(python_repr).collect::<Vec<_>>().join(", "))
        }
        Value::Object(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|(key, value)| format!("'{key}': {}", python_repr(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// One line about a variable: name, dims, dtype, size, values or chunks.
fn variable_line(name: &str, variable: &Variable, is_index: bool, width: usize) -> String {
    let marker = if is_index { '*' } else { ' ' };
    let dims = if variable.dims.is_empty() { String::new() } else { format!("({}) ", variable.dims.join(", ")) };
    let front = format!(
        "{:width$}{dims}{} {} ",
        format!("  {marker} {name} "),
        dtype_text(variable),
        size_text(value_bytes(variable))
    );
    let room = DISPLAY_WIDTH.saturating_sub(front.chars().count());
    let values = match (variable.values(), variable.levels()) {
        (_, Some(levels)) => levels_text(levels, variable, room),
        (Some(values), None) => flat_text(values, room),
        (None, None) => lazy_text(variable, false),
    };
    format!("{front}{values}")
}

/// A MultiIndex in short; of a single combination, the tuple.
fn levels_text(levels: &Levels, variable: &Variable, room: usize) -> String {
    let number = variable.data.in_memory_values().filter(|_| variable.dims.is_empty()).and_then(|values| values.get(0));
    match number {
        Some(Scalar::Int(number)) => shortened(&levels.tuple_text(number as usize), room),
        _ => "MultiIndex".to_owned(),
    }
}

/// The dtype as numpy names it; text has the width of the longest.
fn dtype_text(variable: &Variable) -> String {
    match (variable.dtype(), variable.values()) {
        _ if variable.levels().is_some() => "object".to_owned(),
        (DType::Text, Some(values)) => format!("<U{}", text_width(values)),
        (dtype, _) => dtype.to_string(),
    }
}

/// Bytes that numpy's array of the values takes.
fn value_bytes(variable: &Variable) -> u64 {
    match (variable.dtype(), variable.values()) {
        (DType::Text, Some(values)) => (values.len() * text_width(values) * 4) as u64,
        _ => variable.data.size_bytes(),
    }
}

/// What is known of values that aren't in memory: shape and dtype where the line doesn't say them yet, and the chunks.
fn lazy_text(variable: &Variable, alone: bool) -> String {
    let tuple = |lengths: &[usize]| {
        let lengths: Vec<String> = lengths.iter().map(usize::to_string).collect();
        format!("({}{})", lengths.join(", "), if lengths.len() == 1 { "," } else { "" })
    };
    if (variable.dims.is_empty() || variable.data.is_unchunked()) && !alone {
        return "...".to_owned();
    }
    if variable.data.is_unchunked() {
        return format!("[{} values with dtype={}]", variable.data.len(), variable.dtype());
    }
    let first: Vec<usize> =
        variable.data.grid().axes().iter().map(|axis| axis.sizes().first().copied().unwrap_or(0)).collect();
    let chunks = tuple(&first);
    match alone {
        true => format!(
            "swath.array<shape={}, dtype={}, chunksize={chunks}>",
            tuple(variable.data.shape()),
            variable.dtype()
        ),
        false => format!("swath.array<chunksize={chunks}>"),
    }
}

/// As many of the values, from both ends, as fit.
fn flat_text(values: &Chunk, room: usize) -> String {
    let count = values.len();
    let relevant = count.max(1).min(room.div_ceil(2).max(2));
    let (front, back) = (relevant.div_ceil(2).min(count), (relevant / 2).min(count));
    let shown: Vec<usize> = (0..front).chain(count - back..count).collect();
    let texts = item_texts(values, &shown);
    let (front, back) = texts.split_at(front);
    // In the order in which values are added: first, last, second, last but one.
    let lengths = (0..relevant).map(|position| match position % 2 {
        0 => front.get(position / 2).map_or(0, |text| text.chars().count()),
        _ => back[back.len() - 1 - position / 2].chars().count(),
    });
    let cumulative: Vec<usize> = lengths
        .scan(0, |total, length| {
            *total += length + 1;
            Some(*total - 1)
        })
        .collect();
    let mut padding = if count <= 1 { "" } else { " " };
    let mut used = count;
    if count > 2 && (relevant < count || cumulative.iter().any(|&length| length > room)) {
        padding = " ... ";
        let fits = cumulative.iter().position(|length| length + padding.len() - 1 > room).unwrap_or(0);
        used = count.min(fits.max(2));
    }
    let (first, last) = (used.div_ceil(2), used - used.div_ceil(2));
    let text = format!("{}{padding}{}", front[..first.min(front.len())].join(" "), back[back.len() - last..].join(" "));
    shortened(&text, room)
}

/// Values in short: floats to four digits, dates without a time of day at midnight.
fn item_texts(values: &Chunk, positions: &[usize]) -> Vec<String> {
    let scalars = positions.iter().filter_map(|&position| values.get(position));
    scalars
        .map(|scalar| match (values.dtype(), scalar) {
            (DType::Datetime(unit), Scalar::Int(count)) => instant_text(count, unit),
            (DType::Timedelta(unit), Scalar::Int(count)) => span_text(count, unit),
            (DType::CalendarTime(_), Scalar::Int(DType::NOT_A_TIME)) => "nan".to_owned(),
            (DType::CalendarTime(calendar), Scalar::Int(count)) => calendar_text(calendar, i128::from(count) * 1000),
            (_, Scalar::Float(value)) => float_text(value),
            (_, Scalar::Bool(value)) => if value { "True" } else { "False" }.to_owned(),
            (_, Scalar::Text(text)) => format!("'{text}'"),
            (_, other) => other.to_string(),
        })
        .collect()
}

fn instant_text(count: i64, unit: TimeUnit) -> String {
    let full = format_instant(count, unit.max(TimeUnit::Second));
    let nanoseconds = i128::from(count) * i128::from(unit.nanoseconds());
    let Some(instant) = date_time(nanoseconds).filter(|_| count != DType::NOT_A_TIME) else { return full };
    let whole = full.split('.').next().unwrap_or_default();
    match (instant.subsec_nanosecond(), whole.strip_suffix("T00:00:00")) {
        (0, Some(date)) => date.to_owned(),
        (0, None) => whole.to_owned(),
        (fraction, _) if fraction % 1_000 == 0 => format!("{whole}.{:06}", fraction / 1_000),
        (fraction, _) => format!("{whole}.{fraction:09}"),
    }
}

/// A span as pandas prints it: days, and hours, minutes and seconds where there are any.
fn span_text(count: i64, unit: TimeUnit) -> String {
    if count == DType::NOT_A_TIME {
        return "NaT".to_owned();
    }
    let nanoseconds = i128::from(count) * i128::from(unit.nanoseconds());
    let day = i128::from(TimeUnit::Day.nanoseconds());
    let (days, rest) = (nanoseconds.div_euclid(day), nanoseconds.rem_euclid(day));
    let seconds = rest / 1_000_000_000;
    let mut clock = format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match rest % 1_000_000_000 {
        0 => {}
        fraction if fraction % 1_000 == 0 => clock.push_str(&format!(".{:06}", fraction / 1_000)),
        fraction => clock.push_str(&format!(".{fraction:09}")),
    }
    match (days, rest) {
        (0, _) => clock,
        (days, 0) => format!("{days} days"),
        (days, _) => format!("{days} days {clock}"),
    }
}

/// A float as Python's `f"{value:.4}"`: four significant digits.
fn float_text(value: f64) -> String {
    if !value.is_finite() {
        return if value.is_nan() {
            "nan"
        } else if value > 0.0 {
            "inf"
        } else {
            "-inf"
        }
        .to_owned();
    }
    if value == 0.0 {
        return if value.is_sign_negative() { "-0.0" } else { "0.0" }.to_owned();
    }
    let rounded = format!("{value:.3e}");
    let (mantissa, exponent) = rounded.split_once('e').unwrap_or((&rounded, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..3).contains(&exponent) {
        let places = (3 - exponent).max(0) as usize;
        let text = format!("{value:.places$}");
        let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text };
        return if text.contains('.') { text } else { format!("{text}.0") };
    }
    let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

fn sizes_text(sizes: &IndexMap<String, usize>) -> String {
    sizes.iter().map(|(name, size)| format!("{name}: {size}")).collect::<Vec<_>>().join(", ")
}

/// Bytes in decimal units, without fraction.
fn size_text(bytes: u64) -> String {
    let mut value = bytes as f64;
    let units = ["B", "kB", "MB", "GB", "TB", "PB"];
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{value:.0}{}", units[unit])
}

fn shortened(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(3)).collect();
    format!("{kept}...")
}

/// The first and last lines of many.
fn limit_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    if lines.len() <= VALUE_LINES {
        return text.to_owned();
    }
    let half = VALUE_LINES / 2;
    [&lines[..half], &["..."], &lines[lines.len() - half..]].concat().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::test_data::{counted, variable};
    use crate::dataset::{ChunkSize, Chunking};

    #[test]
    fn arrays_print_as_in_xarray() {
        let expected = "<xarray.DataArray 'a' (x: 2, y: 3)> Size: 48B
array([[0., 1., 2.],
       [3., 4., 5.]])
Coordinates:
  * x        (x) int64 16B 10 20
    lab      (x) int64 16B 7 8
  * y        (y) <U1 12B 'a' 'b' 'c'
    s        float64 8B 1.5
Attributes:
    units:    m";
        assert_eq!(counted().to_string(), expected);
    }

    #[test]
    fn datasets_print_as_in_xarray() {
        let dataset = counted().reset_coords(None).unwrap();
        let expected = "<xarray.Dataset> Size: 100B
Dimensions:  (x: 2, y: 3)
Coordinates:
  * x        (x) int64 16B 10 20
  * y        (y) <U1 12B 'a' 'b' 'c'
Data variables:
    s        float64 8B 1.5
    lab      (x) int64 16B 7 8
    a        (x, y) float64 48B 0.0 1.0 2.0 3.0 4.0 5.0";
        assert_eq!(dataset.to_string(), expected);
        let whole = DataArray::new(None, counted().variable().clone(), IndexMap::new()).unwrap();
        let root = |array: &DataArray| array.unary(crate::kernels::elementwise::UnaryOp::Sqrt).unwrap().to_string();
        assert!(root(&whole).contains("[6 values with dtype=float64]"), "{}", root(&whole));
        let text = root(&whole.chunk(&Chunking::Every(ChunkSize::Whole)).unwrap());
        assert!(text.contains("swath.array<shape=(2, 3), dtype=float64, chunksize=(2, 3)>"), "{text}");
        assert!(text.ends_with("Dimensions without coordinates: x, y\nAttributes:\n    units:    m"), "{text}");
    }

    #[test]
    fn long_coordinates_lose_their_middle() {
        let line = variable_line("x", &variable(&["x"], &[352], (0..352).map(f64::from).collect()), true, 13);
        assert_eq!(line, "  * x        (x) float64 3kB 0.0 1.0 2.0 3.0 4.0 ... 348.0 349.0 350.0 351.0");
    }

    #[test]
    fn floats_have_four_digits() {
        let cases = [
            (1.0, "1.0"),
            (0.66666, "0.6667"),
            (123456.0, "1.235e+05"),
            (1e-5, "1e-05"),
            (9999.0, "9.999e+03"),
            (-2.5, "-2.5"),
        ];
        for (value, expected) in cases {
            assert_eq!(float_text(value), expected);
        }
    }
}
