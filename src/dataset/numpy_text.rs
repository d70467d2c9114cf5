//! Values as numpy prints arrays: aligned columns, the middle of long axes left out, lines broken at 75 characters.

use super::cf::calendar::{calendar_object_text, format_instant};
use crate::array::{Chunk, DType, Scalar, row_major_strides};
use std::cell::Cell;

/// Digits of floats beside one another; the names are numpy's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FloatMode {
    /// Each has as many as are printed.
    Fixed,
    /// Each has as many as it needs, and spaces behind them.
    Unique,
    /// As [`FloatMode::Unique`], up to as many as are printed.
    MaxPrecision,
    /// As [`FloatMode::MaxPrecision`], with zeros instead of spaces.
    MaxPrecisionEqual,
}

/// How arrays are printed: what `np.set_printoptions` changes.
#[derive(Debug, Clone, Copy)]
pub struct TextOptions {
    /// Digits after the point.
    pub precision: usize,
    /// Values beyond which the middle of long axes is left out.
    pub threshold: usize,
    /// Values printed at either end of an axis whose middle is left out.
    pub edge_items: usize,
    /// Characters of a line.
    pub line_width: usize,
    /// Whether small and large floats are printed without exponents.
    pub suppresses_exponents: bool,
    /// Digits of floats beside one another.
    pub float_mode: FloatMode,
}

impl TextOptions {
    const DEFAULT: TextOptions = TextOptions {
        precision: 8,
        threshold: 1000,
        edge_items: 3,
        line_width: 75,
        suppresses_exponents: false,
        float_mode: FloatMode::MaxPrecision,
    };

    /// Those in force in this thread, where the script runs.
    pub fn current() -> TextOptions {
        CURRENT.get()
    }

    /// Puts these in force.
    pub fn install(self) {
        CURRENT.set(self);
    }
}

thread_local! {
    static CURRENT: Cell<TextOptions> = const { Cell::new(TextOptions::DEFAULT) };
}

/// Values as `repr` of a numpy array: `array([1., 2.])`.
pub fn format_values(values: &Chunk) -> String {
    let dtype = match values.dtype() {
        DType::Bool | DType::Int64 | DType::Float64 if !values.is_empty() => String::new(),
        DType::Text => format!("dtype='<U{}'", text_width(values)),
        dtype @ (DType::Datetime(_) | DType::Timedelta(_)) => format!("dtype='{dtype}'"),
        dtype => format!("dtype={dtype}"),
    };
    let options = TextOptions::current();
    let shape: Vec<String> = values.shape().iter().map(usize::to_string).collect();
    let is_shaped = if values.is_empty() { values.shape() != [0] } else { values.len() > options.threshold };
    let shape = match shape.as_slice() {
        _ if !is_shaped => String::new(),
        [length] => format!("shape=({length},)"),
        lengths => format!("shape=({})", lengths.join(", ")),
    };
    let body = match values.is_empty() {
        true => "[]".to_owned(),
        false => {
            // The closing parenthesis has its place.
            let options = TextOptions { line_width: options.line_width.saturating_sub(1), ..options };
            Layout::new(values, ", ", "array(".len(), options).text()
        }
    };
    let extras: Vec<String> = [shape, dtype].into_iter().filter(|extra| !extra.is_empty()).collect();
    if extras.is_empty() {
        return format!("array({body})");
    }
    let extras = extras.join(", ");
    let text = format!("array({body},");
    let last_line = text.rsplit('\n').next().unwrap_or_default().chars().count();
    let breaks = last_line + extras.len() + 2 > options.line_width;
    format!("{text}{}{extras})", if breaks { "\n      " } else { " " })
}

/// Values as `str` of a numpy array: `[1. 2.]`.
pub fn print_values(values: &Chunk) -> String {
    print_values_as(values, " ", 0, TextOptions::current())
}

/// Values as `np.array2string` gives them: with a separator, behind something of so many characters.
pub fn print_values_as(values: &Chunk, separator: &str, indent: usize, options: TextOptions) -> String {
    if values.is_empty() {
        return "[]".to_owned();
    }
    Layout::new(values, separator, indent, options).text()
}

/// Length of the longest text, at least 1.
pub(super) fn text_width(values: &Chunk) -> usize {
    let longest = values.as_slice::<String>().unwrap_or_default().iter().map(|text| text.chars().count()).max();
    longest.unwrap_or(1).max(1)
}

/// Where values go.
struct Layout<'a> {
    values: &'a Chunk,
    strides: Vec<usize>,
    items: Vec<Option<String>>,
    separator: &'a str,
    indent: usize,
    summarized: bool,
    options: TextOptions,
}

impl<'a> Layout<'a> {
    fn new(values: &'a Chunk, separator: &'a str, indent: usize, options: TextOptions) -> Layout<'a> {
        let summarized = values.len() > options.threshold;
        let strides = row_major_strides(values.shape());
        let items = vec![None; values.len()];
        let mut layout = Layout { values, strides, items, separator, indent, summarized, options };
        let mut shown = Vec::new();
        layout.collect(0, 0, &mut shown);
        let quoted = separator == ", " || values.ndim() > 0;
        let texts = item_texts(values, &shown, quoted, options);
        for (position, text) in shown.into_iter().zip(texts) {
            layout.items[position] = Some(text);
        }
        layout
    }

    /// Indices along an axis that are printed; `None` for the gap.
    fn along(&self, axis: usize) -> Vec<Option<usize>> {
        let (length, edge) = (self.values.shape()[axis], self.options.edge_items);
        match self.summarized && length > 2 * edge {
            true => {
                let front = (0..edge).map(Some);
                front.chain([None]).chain((length - edge..length).map(Some)).collect()
            }
            false => (0..length).map(Some).collect(),
        }
    }

    fn collect(&self, axis: usize, start: usize, shown: &mut Vec<usize>) {
        if axis == self.values.ndim() {
            shown.push(start);
            return;
        }
        for index in self.along(axis).into_iter().flatten() {
            self.collect(axis + 1, start + index * self.strides[axis], shown);
        }
    }

    fn text(&self) -> String {
        match self.values.ndim() {
            0 => self.items[0].clone().unwrap_or_default().trim().to_owned(),
            _ => self.axis_text(0, 0, self.indent + 1),
        }
    }

    fn axis_text(&self, axis: usize, start: usize, indent: usize) -> String {
        let position = |index: usize| start + index * self.strides[axis];
        if axis + 1 < self.values.ndim() {
            let separator = self.separator.trim_end();
            let lines = "\n".repeat(self.values.ndim() - axis - 1);
            let parts = self.along(axis).into_iter().map(|index| match index {
                Some(index) => self.axis_text(axis + 1, position(index), indent + 1),
                None => "...".to_owned(),
            });
            return format!(
                "[{}]",
                parts.collect::<Vec<_>>().join(&format!("{separator}{lines}{}", " ".repeat(indent)))
            );
        }
        let mut text = String::new();
        let mut line = indent;
        // As in numpy, every value leaves as much at the end of its line as the last one needs.
        let closing = self.values.ndim() - 1 + self.separator.trim_end().len().max(1);
        let items = self.along(axis);
        for (count, index) in items.iter().enumerate() {
            let item = match index {
                Some(index) => self.items[position(*index)].as_deref().unwrap_or_default(),
                None => "...",
            };
            let last = count + 1 == items.len();
            let space = &self.separator[self.separator.trim_end().len()..];
            if count > 0 && line + space.len() + item.len() + closing > self.options.line_width {
                text.truncate(text.trim_end().len());
                text.push_str(&format!("\n{}", " ".repeat(indent)));
                line = indent;
            } else if count > 0 {
                text.push_str(space);
                line += space.len();
            }
            text.push_str(item);
            line += item.len();
            if !last {
                text.push_str(self.separator.trim_end());
                line += self.separator.trim_end().len();
            }
        }
        format!("[{text}]")
    }
}

/// The texts of values, of one width but for those of text and objects.
fn item_texts(values: &Chunk, positions: &[usize], quoted: bool, options: TextOptions) -> Vec<String> {
    let scalars: Vec<Scalar> = positions.iter().filter_map(|&position| values.get(position)).collect();
    let single = values.dtype() == DType::Float32;
    let texts: Vec<String> = match values.dtype() {
        DType::Float32 | DType::Float64 => {
            let numbers: Vec<f64> = scalars.iter().filter_map(Scalar::as_f64).collect();
            float_texts(&numbers, single, options)
        }
        DType::Datetime(unit) => scalars
            .iter()
            .map(|scalar| match scalar {
                Scalar::Int(count) if quoted => format!("'{}'", format_instant(*count, unit)),
                Scalar::Int(count) => format_instant(*count, unit),
                other => other.to_string(),
            })
            .collect(),
        DType::CalendarTime(calendar) => scalars
            .iter()
            .map(|scalar| match scalar {
                Scalar::Int(count) => calendar_object_text(calendar, *count),
                other => other.to_string(),
            })
            .collect(),
        DType::Timedelta(_) => scalars
            .iter()
            .map(|scalar| match scalar {
                Scalar::Int(DType::NOT_A_TIME) => "'NaT'".to_owned(),
                other => other.to_string(),
            })
            .collect(),
        // As wide as the longer of the two, even where it doesn't occur.
        DType::Bool => scalars
            .iter()
            .map(|scalar| if *scalar == Scalar::Bool(true) { " True".to_owned() } else { "False".to_owned() })
            .collect(),
        _ => scalars.iter().map(plain_text).collect(),
    };
    if matches!(values.dtype(), DType::Text | DType::CalendarTime(_)) {
        return texts;
    }
    let width = texts.iter().map(|text| text.chars().count()).max().unwrap_or(0);
    texts.into_iter().map(|text| format!("{}{text}", " ".repeat(width - text.chars().count()))).collect()
}

/// An integer or text as Python's `repr` writes it.
fn plain_text(scalar: &Scalar) -> String {
    match scalar {
        Scalar::Text(text) => format!("'{text}'"),
        other => other.to_string(),
    }
}

/// Floats in one format: as many digits as the value with the most needs, as far as they are printed.
fn float_texts(numbers: &[f64], single: bool, options: TextOptions) -> Vec<String> {
    let magnitudes = numbers.iter().map(|number| number.abs()).filter(|number| number.is_finite() && *number > 0.0);
    let (smallest, largest) =
        magnitudes.fold((f64::INFINITY, 0.0_f64), |(low, high), number| (low.min(number), high.max(number)));
    // As many digits as the dtype tells apart.
    let cutoff = if single { 1e6 } else { 1e8 };
    let is_uneven = smallest < 1e-4 || largest / smallest > 1e3;
    let scientific = largest > 0.0 && (largest >= cutoff || is_uneven && !options.suppresses_exponents);
    let precision = if options.float_mode == FloatMode::Unique { usize::MAX } else { options.precision };
    let digits = |number: &f64| match (number.is_finite(), scientific) {
        (false, _) => 0,
        (true, _) if options.float_mode == FloatMode::Fixed => options.precision,
        (true, true) => {
            let shortest = if single { format!("{:e}", *number as f32) } else { format!("{number:e}") };
            let mantissa = shortest.split('e').next().unwrap_or_default().to_owned();
            fraction_length(&trimmed(&format!("{:.*e}", precision.min(fraction_length(&mantissa)), number)))
        }
        (true, false) => {
            let shortest = if single { format!("{}", *number as f32) } else { format!("{number}") };
            fraction_length(&trimmed(&format!("{:.*}", precision.min(fraction_length(&shortest)), number)))
        }
    };
    let places = numbers.iter().map(digits).max().unwrap_or(0);
    let wide_exponent = scientific && (largest >= 1e100 || smallest < 1e-99);
    let text = |number: &f64| match number {
        number if number.is_nan() => "nan".to_owned(),
        number if number.is_infinite() => if *number > 0.0 { "inf" } else { "-inf" }.to_owned(),
        number if scientific => scientific_text(*number, digits(number), places, wide_exponent),
        number => {
            let own = if options.float_mode == FloatMode::MaxPrecisionEqual { places } else { digits(number) };
            let point = if own == 0 { "." } else { "" };
            format!("{number:.own$}{point}{}", " ".repeat(places - own))
        }
    };
    numbers.iter().map(text).collect()
}

/// A float with its own digits behind the point and zeros up to the places of all.
fn scientific_text(number: f64, own: usize, places: usize, wide: bool) -> String {
    let text = format!("{number:.own$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let point = if own == 0 { "." } else { "" };
    let zeros = "0".repeat(places - own);
    let sign = if exponent < 0 { '-' } else { '+' };
    let width = if wide { 3 } else { 2 };
    format!("{mantissa}{point}{zeros}e{sign}{:0width$}", exponent.abs())
}

fn fraction_length(text: &str) -> usize {
    text.split_once('.').map_or(0, |(_, fraction)| fraction.len())
}

/// Without zeros at the end of the fraction, and without an exponent.
fn trimmed(text: &str) -> String {
    let plain = text.split('e').next().unwrap_or_default();
    if plain.contains('.') { plain.trim_end_matches('0').to_owned() } else { plain.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::TimeUnit;
    use crate::dataset::test_data::texts;

    fn floats(values: &[f64]) -> String {
        format_values(&Chunk::from_values(vec![values.len()], values.to_vec()).unwrap())
    }

    #[test]
    fn floats_share_a_format() {
        assert_eq!(floats(&[1.0, 2.5, f64::NAN]), "array([1. , 2.5, nan])");
        assert_eq!(floats(&[1e10, 1.0]), "array([1.e+10, 1.e+00])");
        assert_eq!(floats(&[0.1, 123.456]), "array([1.00000e-01, 1.23456e+02])");
        assert_eq!(floats(&[0.0, -1.5, f64::INFINITY]), "array([ 0. , -1.5,  inf])");
        assert_eq!(floats(&[1e300, 1.0]), "array([1.e+300, 1.e+000])");
        assert_eq!(floats(&[0.00012345678, 1.0]), "array([1.2345678e-04, 1.0000000e+00])");
        let single = Chunk::from_values(vec![2], vec![1.0_f32 / 3.0, 2.0 / 3.0]).unwrap();
        assert_eq!(format_values(&single), "array([0.33333334, 0.6666667 ], dtype=float32)");
    }

    #[test]
    fn nested_axes_are_indented() {
        let chunk = Chunk::from_values(vec![2, 2], vec![1_i64, -20, 3, 4]).unwrap();
        assert_eq!(format_values(&chunk), "array([[  1, -20],\n       [  3,   4]])");
        assert_eq!(print_values(&chunk), "[[  1 -20]\n [  3   4]]");
        let cube = Chunk::from_values(vec![2, 1, 2], vec![1_i64, 2, 3, 4]).unwrap();
        assert_eq!(format_values(&cube), "array([[[1, 2]],\n\n       [[3, 4]]])");
    }

    #[test]
    fn other_dtypes_print_as_in_numpy() {
        let text = Chunk::from_values(vec![2], texts(&["a", "bcd"])).unwrap();
        assert_eq!(format_values(&text), "array(['a', 'bcd'], dtype='<U3')");
        assert_eq!(format_values(&Chunk::scalar(DType::Int64, &Scalar::Int(5)).unwrap()), "array(5)");
        assert_eq!(format_values(&Chunk::zeros(DType::Float64, vec![0, 3])), "array([], shape=(0, 3), dtype=float64)");
        let times = Chunk::from_values(vec![2], vec![946_684_800_i64, i64::MIN]).unwrap();
        assert_eq!(
            format_values(&times.reinterpreted(DType::Datetime(TimeUnit::Second)).unwrap()),
            "array(['2000-01-01T00:00:00',                 'NaT'],\n      dtype='datetime64[s]')"
        );
        let booleans = Chunk::from_values(vec![2], vec![true, false]).unwrap();
        assert_eq!(format_values(&booleans), "array([ True, False])");
        assert_eq!(format_values(&Chunk::from_values(vec![1], vec![true]).unwrap()), "array([ True])");
        assert_eq!(format_values(&Chunk::scalar(DType::Bool, &Scalar::Bool(true)).unwrap()), "array(True)");
    }

    #[test]
    fn long_arrays_break_lines_and_lose_their_middle() {
        let text = format_values(&Chunk::from_values(vec![40], (0..40).map(f64::from).collect::<Vec<_>>()).unwrap());
        assert!(
            text.starts_with("array([ 0.,  1.,  2.,  3.,  4.,  5.,  6.,  7.,  8.,  9., 10., 11., 12.,\n       13.,"),
            "{text}"
        );
        let long = format_values(&Chunk::from_values(vec![2000], (0..2000_i64).collect()).unwrap());
        assert_eq!(long, "array([   0,    1,    2, ..., 1997, 1998, 1999], shape=(2000,))");
    }
}
