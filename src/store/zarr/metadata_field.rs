//! Fields of metadata documents, and what can be wrong with them before an array is known by name.

use crate::array::{ArrayLocation, Shape};
use crate::store::StoreError;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Why metadata can't be understood.
#[derive(Debug)]
pub(super) enum MetadataProblem {
    /// It isn't what the format asks for.
    Invalid(String),
    /// A dtype that Swath lacks.
    DType(String),
    /// A codec that Swath lacks, and why.
    Codec(String, String),
    /// Something else that Swath lacks.
    Feature(String),
}

impl MetadataProblem {
    /// The error for an array whose metadata lies in a file.
    pub(super) fn of(self, array: &ArrayLocation, file: String) -> StoreError {
        let array = array.to_string();
        match self {
            MetadataProblem::Invalid(reason) => StoreError::InvalidMetadata { file, reason },
            MetadataProblem::DType(dtype) => StoreError::UnsupportedDType { array, dtype },
            MetadataProblem::Codec(codec, reason) => StoreError::UnsupportedCodec { array, codec, reason },
            MetadataProblem::Feature(feature) => StoreError::UnsupportedFeature { array, feature },
        }
    }
}

/// A field that must be there.
pub(super) fn present<'a>(metadata: &'a Value, name: &str) -> Result<&'a Value, MetadataProblem> {
    metadata.get(name).ok_or_else(|| MetadataProblem::Invalid(format!("no field {name:?}")))
}

/// A field of a Rust type.
pub(super) fn typed<T: DeserializeOwned>(metadata: &Value, name: &str) -> Result<T, MetadataProblem> {
    T::deserialize(present(metadata, name)?)
        .map_err(|error| MetadataProblem::Invalid(format!("field {name:?}: {error}")))
}

/// A field that lists lengths.
pub(super) fn lengths(metadata: &Value, name: &str) -> Result<Shape, MetadataProblem> {
    typed(metadata, name)
}

/// A chunk shape that fits an array.
pub(super) fn checked_chunk_shape(chunk_shape: Shape, shape: &[usize]) -> Result<Shape, MetadataProblem> {
    if chunk_shape.len() != shape.len() || chunk_shape.contains(&0) {
        return Err(MetadataProblem::Invalid(format!(
            "chunks of shape {chunk_shape:?} in an array of shape {shape:?}"
        )));
    }
    Ok(chunk_shape)
}
