//! The CF metadata conventions: what attributes say about stored values, and how values are stored under them.
//!
//! Follows the CF conventions (<https://cfconventions.org>, sections 2.5, 4.4, 5 and 8.1) as far as xarray does.

pub(super) mod calendar;
