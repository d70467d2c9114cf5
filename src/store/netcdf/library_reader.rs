//! Reading what only the library can decode: text of any length, values inside headers, rare filters and widths.
//!
//! It works one at a time, under the library's lock, and converts values itself.

use super::element::{self, Element};
use super::layout::Layout;
use crate::array::{Buffer, Chunk, DType, Region, StoredArray};
use crate::store::{ReadArray, StoreError};
use hdf5::types::{VarLenAscii, VarLenUnicode};
use hdf5::{Dataset, H5Type, Hyperslab, Selection, SliceOrIndex};
use ndarray::IxDyn;

/// Reads a dataset through the library.
#[derive(Debug)]
pub(super) struct LibraryReader {
    pub(super) dataset: Dataset,
    pub(super) array: StoredArray,
    pub(super) layout: Layout,
}

impl LibraryReader {
    fn values<T: H5Type>(&self, region: &Region) -> hdf5::Result<Vec<T>> {
        if region.ndim() == 0 {
            return self.dataset.read_raw::<T>();
        }
        let slices: Vec<SliceOrIndex> = region.ranges().into_iter().map(SliceOrIndex::from).collect();
        let selection = Selection::from(Hyperslab::from(slices));
        Ok(self.dataset.read_slice::<T, _, IxDyn>(selection)?.into_raw_vec_and_offset().0)
    }

    fn buffer(&self, region: &Region) -> hdf5::Result<Buffer> {
        Ok(match (self.layout.element, self.layout.dtype()) {
            (Element::Text { is_unicode: false }, _) => {
                let values = self.values::<VarLenAscii>(region)?;
                Buffer::Text(values.iter().map(|text| text.as_str().to_owned()).collect())
            }
            (Element::Text { is_unicode: true }, _) => {
                let values = self.values::<VarLenUnicode>(region)?;
                Buffer::Text(values.iter().map(|text| text.as_str().to_owned()).collect())
            }
            (Element::FixedText(length), _) => Buffer::Text(self.fixed_text(length, region)?),
            (_, DType::Int8) => Buffer::Int8(self.values(region)?),
            (_, DType::Int16) => Buffer::Int16(self.values(region)?),
            (_, DType::Int32) => Buffer::Int32(self.values(region)?),
            (_, DType::Int64) => Buffer::Int64(self.values(region)?),
            (_, DType::UInt8) => Buffer::UInt8(self.values(region)?),
            (_, DType::UInt16) => Buffer::UInt16(self.values(region)?),
            (_, DType::UInt32) => Buffer::UInt32(self.values(region)?),
            (_, DType::UInt64) => Buffer::UInt64(self.values(region)?),
            (_, DType::Float32) => Buffer::Float32(self.values(region)?),
            (_, DType::Float64) => Buffer::Float64(self.values(region)?),
            (_, other) => return Err(format!("no dataset is read as {other}").into()),
        })
    }

    /// Text of a fixed length, which is small where only the library can read it: the whole is read, and cut.
    fn fixed_text(&self, length: usize, region: &Region) -> hdf5::Result<Vec<String>> {
        let bytes = super::library::dataset_bytes(&self.dataset)?;
        let whole = bytes.chunks_exact(length.max(1)).map(element::text).collect();
        let whole = Chunk::from_values(self.layout.shape.clone(), whole).map_err(|error| error.to_string())?;
        Ok(whole.extract(region).as_slice::<String>().unwrap_or_default().to_vec())
    }
}

impl ReadArray for LibraryReader {
    fn array(&self) -> &StoredArray {
        &self.array
    }

    fn read_into(&self, region: &Region, target: &mut Chunk) -> Result<u64, StoreError> {
        if region.is_empty() {
            return Ok(0);
        }
        let told = |error| super::library_error(&self.array.location, error);
        let values = self.buffer(region).map_err(told)?;
        let values = Chunk::new(target.dtype(), region.shape.clone(), values)
            .map_err(|source| StoreError::Array { array: self.array.location.to_string(), source })?;
        let read_bytes = values.size_bytes() as u64;
        *target = values;
        Ok(read_bytes)
    }
}
