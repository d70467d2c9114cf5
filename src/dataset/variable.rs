//! A named-dimension array with attributes, and what is remembered of how it lay in its store.

use super::{DatasetError, Levels};
use crate::array::{Chunk, DType, Scalar};
use crate::plan::Array;
use crate::store::Compression;
use indexmap::IndexMap;
use serde_json::Value;
use std::sync::Arc;

/// Attributes in their order, as JSON.
pub type Attributes = IndexMap<String, Value>;

/// How a variable lay in its store, and so how it will be written again. What CF attributes said has been taken out of
/// the attributes into this.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Encoding {
    /// Shape of the stored chunks.
    pub chunks: Option<Vec<usize>>,
    /// Shape of the stored shards, where the array is sharded.
    pub shards: Option<Vec<usize>>,
    /// Dtype of the stored values.
    pub dtype: Option<DType>,
    /// The value of stored chunks that don't exist (Zarr v3's `fill_value`, which masks nothing).
    pub absent_value: Option<Scalar>,
    /// CF's `_FillValue`: the stored value that stands for a missing one.
    pub fill_value: Option<Scalar>,
    /// CF's `missing_value`, an older name of the same.
    pub missing_value: Option<Scalar>,
    /// What stored values are multiplied with.
    pub scale_factor: Option<Scalar>,
    /// What is then added to them.
    pub add_offset: Option<Scalar>,
    /// Dtype of the attribute that held the scale factor, where the store says.
    pub scale_dtype: Option<DType>,
    /// Dtype of the attribute that held the offset, where the store says.
    pub offset_dtype: Option<DType>,
    /// Whether floats have no `_FillValue` either: `_FillValue=None`.
    pub omits_fill_value: bool,
    /// How chunks are compressed in a Zarr store, where that was said.
    pub compression: Option<Compression>,
    /// How the variable lies in a NetCDF-4 file, where it was read from one or is to be written so.
    pub netcdf: NetcdfEncoding,
    /// `_Unsigned`: whether stored integers are to be read as unsigned ones.
    pub unsigned: Option<bool>,
    /// Unit and reference date of times, unit of time spans.
    pub units: Option<String>,
    /// Calendar of times.
    pub calendar: Option<String>,
    /// The units that times were decoded from. Where they are still the units, lazy times can be counted in them again
    /// without looking at the values. Decoding sets this; selections keep it.
    pub stored_units: Option<String>,
    /// Names of the coordinates that belong to the variable, separated by spaces.
    pub coordinates: Option<String>,
    /// Lengths of the chunks in the store by the dimensions there, for scripts that ask; nothing is written by them.
    pub preferred_chunks: Option<IndexMap<String, usize>>,
    /// Further attributes that name coordinates, such as `grid_mapping`, where they were taken for that.
    pub related: IndexMap<String, String>,
}

/// What a coordinate that has its dimension's name is to the dimension.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum IndexRole {
    /// Its values are the labels.
    #[default]
    Labels,
    /// It labels nothing, whatever its name.
    None,
    /// Its values are numbers of combinations of the labels of several levels: a MultiIndex.
    Levels(Arc<Levels>),
}

/// Layout and filters of a variable in a NetCDF-4 file; the names are netCDF4-python's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NetcdfEncoding {
    /// Whether the values lie one after the other, not in chunks.
    pub contiguous: Option<bool>,
    /// Whether chunks are deflated.
    pub zlib: Option<bool>,
    /// How hard: 0 to 9, 4 by default.
    pub complevel: Option<u8>,
    /// Whether bytes are shuffled before they are deflated, as they are by default.
    pub shuffle: Option<bool>,
    /// Whether each chunk has a checksum.
    pub fletcher32: Option<bool>,
}

impl NetcdfEncoding {
    fn or(self, other: NetcdfEncoding) -> NetcdfEncoding {
        NetcdfEncoding {
            contiguous: self.contiguous.or(other.contiguous),
            zlib: self.zlib.or(other.zlib),
            complevel: self.complevel.or(other.complevel),
            shuffle: self.shuffle.or(other.shuffle),
            fletcher32: self.fletcher32.or(other.fletcher32),
        }
    }
}

impl Encoding {
    /// These settings, and for what they leave open those of another.
    pub fn or(self, other: &Encoding) -> Encoding {
        Encoding {
            chunks: self.chunks.or_else(|| other.chunks.clone()),
            shards: self.shards.or_else(|| other.shards.clone()),
            dtype: self.dtype.or(other.dtype),
            absent_value: self.absent_value.or_else(|| other.absent_value.clone()),
            fill_value: self.fill_value.or_else(|| other.fill_value.clone()),
            missing_value: self.missing_value.or_else(|| other.missing_value.clone()),
            scale_factor: self.scale_factor.or_else(|| other.scale_factor.clone()),
            add_offset: self.add_offset.or_else(|| other.add_offset.clone()),
            scale_dtype: self.scale_dtype.or(other.scale_dtype),
            offset_dtype: self.offset_dtype.or(other.offset_dtype),
            omits_fill_value: self.omits_fill_value || other.omits_fill_value,
            compression: self.compression.or(other.compression),
            netcdf: self.netcdf.or(other.netcdf),
            unsigned: self.unsigned.or(other.unsigned),
            units: self.units.or_else(|| other.units.clone()),
            calendar: self.calendar.or_else(|| other.calendar.clone()),
            stored_units: other.stored_units.clone(),
            coordinates: self.coordinates.or_else(|| other.coordinates.clone()),
            preferred_chunks: self.preferred_chunks.or_else(|| other.preferred_chunks.clone()),
            related: if self.related.is_empty() { other.related.clone() } else { self.related },
        }
    }
}

/// An array whose axes have names.
#[derive(Debug, Clone)]
pub struct Variable {
    /// Name of each axis.
    pub dims: Vec<String>,
    /// The values, lazy.
    pub data: Array,
    /// What the values are, for people and other programs.
    pub attributes: Attributes,
    /// How the variable lay in its store.
    pub encoding: Encoding,
    /// What it is to its dimension where it has the dimension's name.
    pub role: IndexRole,
}

impl Variable {
    /// A variable without attributes.
    ///
    /// # Errors
    /// Where dims and axes differ in number, or a dimension is repeated.
    pub fn new(dims: Vec<String>, data: Array) -> Result<Variable, DatasetError> {
        if dims.len() != data.ndim() {
            return Err(DatasetError::DimensionCount { data: data.ndim(), dims: dims.len() });
        }
        if let Some((_, name)) = dims.iter().enumerate().find(|(axis, name)| dims[..*axis].contains(name)) {
            return Err(DatasetError::RepeatedDimension { name: name.clone() });
        }
        let (attributes, encoding, role) = (Attributes::new(), Encoding::default(), IndexRole::default());
        Ok(Variable { dims, data, attributes, encoding, role })
    }

    /// The same variable with other attributes.
    pub fn with_attributes(mut self, attributes: Attributes) -> Variable {
        self.attributes = attributes;
        self
    }

    /// The same dims and metadata over other values of as many axes.
    pub(super) fn with_data(&self, data: Array) -> Variable {
        Variable { data, ..self.clone() }
    }

    /// The same variable without how it lay in a store.
    pub(super) fn without_encoding(self) -> Variable {
        Variable { encoding: Encoding::default(), ..self }
    }

    /// The axis of a dimension.
    pub fn axis(&self, dimension: &str) -> Option<usize> {
        self.dims.iter().position(|name| name == dimension)
    }

    /// Dimensions and their lengths.
    pub fn sizes(&self) -> IndexMap<String, usize> {
        self.dims.iter().cloned().zip(self.data.shape().iter().copied()).collect()
    }

    /// Element type.
    pub fn dtype(&self) -> DType {
        self.data.dtype()
    }

    /// The values, where they are in memory. A MultiIndex has none but its numbers.
    pub fn values(&self) -> Option<&Chunk> {
        self.data.in_memory_values().map(|values| &**values).filter(|_| self.levels().is_none())
    }

    /// Whether the variable indexes its dimension when it goes by this name.
    pub fn is_index(&self, name: &str) -> bool {
        self.dims.len() == 1 && self.dims[0] == name && self.role != IndexRole::None
    }

    /// The levels of a MultiIndex.
    pub fn levels(&self) -> Option<&Arc<Levels>> {
        if let IndexRole::Levels(levels) = &self.role { Some(levels) } else { None }
    }
}
