//! A named-dimension array with attributes, and what is remembered of how it lay in its store.

use super::DatasetError;
use crate::array::{Chunk, DType};
use crate::plan::Array;
use indexmap::IndexMap;
use serde_json::Value;

/// Attributes in their order, as JSON.
pub type Attributes = IndexMap<String, Value>;

/// How a variable lay in its store, and so how it will be written again.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Encoding {
    /// Shape of the stored chunks.
    pub chunks: Option<Vec<usize>>,
    /// Shape of the stored shards, where the array is sharded.
    pub shards: Option<Vec<usize>>,
    /// Dtype of the stored values.
    pub dtype: Option<DType>,
    /// The CF attributes taken out when decoding: `_FillValue`, `missing_value`, `scale_factor`, `add_offset`,
    /// `_Unsigned`, `units`, `calendar`, `coordinates`.
    pub attributes: Attributes,
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
        Ok(Variable { dims, data, attributes: Attributes::new(), encoding: Encoding::default() })
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

    /// The values, where they are in memory.
    pub fn values(&self) -> Option<&Chunk> {
        self.data.in_memory_values().map(|values| &**values)
    }

    /// Whether the variable indexes its dimension when it goes by this name.
    pub fn is_index(&self, name: &str) -> bool {
        self.dims.len() == 1 && self.dims[0] == name
    }
}
