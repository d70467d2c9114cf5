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

pub(super) use decode::decode_variable;
pub(super) use encode::encode_variable;
pub(super) use number::{attribute, fill_value_attribute};
pub(super) use time::check_range;

/// Which attributes are acted upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecodeOptions {
    /// `_FillValue`, `missing_value`, `scale_factor`, `add_offset`, `_Unsigned`.
    pub mask_and_scale: bool,
    /// `units` with a reference date, and time spans with a dtype.
    pub decode_times: bool,
    /// `coordinates`.
    pub decode_coords: bool,
}

impl Default for DecodeOptions {
    fn default() -> DecodeOptions {
        DecodeOptions { mask_and_scale: true, decode_times: true, decode_coords: true }
    }
}
