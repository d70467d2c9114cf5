//! Labelled arrays: `Variable`, `DataArray` and `Dataset` with xarray's vocabulary and semantics.
//!
//! Everything here builds lazy arrays of [`crate::plan`] and never executes them; where values decide what comes next
//! (index coordinates of an opened store) they come through [`crate::plan::Evaluate`]. Index coordinates, one-dimensional
//! and named as their dimension, and small coordinates are held in memory, so that alignment, selection by label and the
//! comparison of coordinates need no execution.
//! Behaviour, wording of errors and text representations are those of xarray 2026.9.

mod align;
mod apply;
mod arithmetic;
mod assign;
mod calculus;
mod calendar_conversion;
mod cf;
mod chunking;
mod coarsen;
mod coarsen_construct;
mod combine;
mod common_coordinates;
mod data_array;
#[allow(clippy::module_inception, reason = "the file of the Dataset is named like all the others")]
mod dataset;
mod date_range;
mod display;
mod error;
mod expand;
mod extremes;
mod frequency;
mod gather;
mod generalized;
mod group_bins;
mod group_dims;
mod group_levels;
mod group_map;
mod group_values;
mod groupby;
mod index;
mod instants;
mod interp;
mod interp_grid;
mod interpolate;
mod key;
mod label;
mod least_count;
mod lookup;
mod membership;
mod merge;
mod missing;
mod multi_index;
mod numpy_text;
mod open;
mod operand;
mod order;
mod patch;
mod points;
mod products;
mod python_kind;
mod quantile;
mod reduce;
mod reduce_in;
mod relabel;
mod related;
mod rename;
mod resample;
mod reshape;
mod restructure;
mod rolling;
mod rolling_functions;
mod scan;
mod select;
mod set_index;
mod shift;
mod span_fields;
mod stack;
#[cfg(test)]
mod test_data;
mod time_fields;
mod trend;
mod trend_quality;
mod variable;
mod weighted;
mod weighted_quantile;
mod write;

pub use align::{AlignOptions, FillValue, Join, align_with};
pub use arithmetic::{AttributeRule, binary_function};
pub use calendar_conversion::{AlignOn, CalendarConversion};
pub use cf::calendar::{calendar_object_text, calendar_text};
pub use cf::{DecodeOptions, SpanDecoding};
pub use chunking::{ChunkSize, Chunking};
pub use coarsen::{Block, Boundary, Coarsening};
pub use coarsen_construct::BlockDims;
pub use combine::{
    AttributeMerge, CombineError, CombineOptions, Compat, ConcatDim, Nested, Which, broadcast, combine_by_coords,
    combine_first, combine_nested, concat, concat_arrays, is_same, merge,
};
pub use data_array::DataArray;
pub use dataset::{Dataset, DatasetEncoding};
pub use date_range::{DateRange, calendar_instant, date_range};
pub use error::DatasetError;
pub use extremes::LabelOfExtreme;
pub use generalized::{Argument, Prepared, Signature, prepare};
pub use group_bins::{BinOptions, Bins};
pub use groupby::{Group, Grouping};
pub use index::Indexer;
pub use interp::{Beyond, InterpolationPoints, parse_times};
pub use interpolate::Interpolation;
pub use label::{Label, LabelIndexer, SelectMethod, SelectOptions};
pub use missing::where_values;
pub use multi_index::Levels;
pub use numpy_text::{FloatMode, TextOptions, format_values, print_values, print_values_as};
pub use open::{CoordinateAttributes, OpenOptions, decode_cf, open_dataset, open_group, open_zarr};
pub use operand::Operand;
pub use order::Keep;
pub use patch::{Patch, PatchError, PatchOptions, RegionSlice, patch_zarr, region_of_labels};
pub use points::Points;
pub use products::{correlation, covariance, dot};
pub use python_kind::PythonErrorKind;
pub use quantile::{Probabilities, quantile_method};
pub use reduce::{Dims, ReduceOptions};
pub use relabel::{Presence, ReindexOptions, SortKey};
pub use resample::{Fill, Origin, ResampleOptions, Side};
pub use reshape::NewDim;
pub use rolling::{Construction, Moving, Rolling};
pub use scan::{FillFrom, GapOptions, GapPlaces};
pub use shift::{PadMode, PadValues};
pub use span_fields::SpanField;
pub use time_fields::{TimeField, TimeRounding, fixed_frequency, format_instant_of};
pub use trend::{Covariance, PolyfitOptions};
pub use variable::{Attributes, Encoding, IndexRole, NetcdfEncoding, Variable};
pub use weighted::{WeightedKind, Weights};
pub use write::{EncodedDataset, NetcdfOptions, WriteArrays, WriteOptions, Written, write_netcdf, write_zarr};
