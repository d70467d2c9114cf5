//! The CF metadata conventions: what attributes say about stored values, and how values are stored under them.
//!
//! Follows the CF conventions (<https://cfconventions.org>, sections 2.5, 4.4, 5 and 8.1) as far as xarray does, and its
//! choice of dtypes. Decoding adds lazy elementwise operations to the plan and reads nothing.

pub(super) mod calendar;
mod decode;
mod encode;
mod number;
mod time;
mod time_encode;

use crate::array::TimeUnit;

pub(super) use decode::decode_variable;
pub(super) use encode::encode_variable;
pub(super) use number::{attribute, fill_value_attribute};
pub(super) use time::check_range;

/// Which attributes are acted upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecodeOptions {
    /// `_FillValue`, `missing_value`, `scale_factor`, `add_offset`, `_Unsigned`.
    pub mask_and_scale: bool,
    /// `units` with a reference date.
    pub decode_times: bool,
    /// `units` without one.
    pub spans: SpanDecoding,
    /// The unit that they get, where it isn't that of the dtype, or nanoseconds.
    pub span_unit: Option<TimeUnit>,
    /// Whether points in time become those of cftime: always, never, or where their calendar isn't the standard one.
    pub use_cftime: Option<bool>,
}

/// Which spans of time are decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SpanDecoding {
    /// None.
    Never,
    /// Those with an attribute `dtype` that says so.
    #[default]
    ByDtype,
    /// Whatever counts units of time.
    ByUnits,
}

impl DecodeOptions {
    /// Nothing is decoded.
    pub const NONE: DecodeOptions = DecodeOptions {
        mask_and_scale: false,
        decode_times: false,
        spans: SpanDecoding::Never,
        span_unit: None,
        use_cftime: None,
    };
}

impl Default for DecodeOptions {
    fn default() -> DecodeOptions {
        DecodeOptions { mask_and_scale: true, decode_times: true, spans: SpanDecoding::ByDtype, ..DecodeOptions::NONE }
    }
}
