//! Variables that end before a dimension which has grown since they were written: what is missing has the fill value.
//!
//! Format: NetCDF-4 file format specification; NetCDF User's Guide, "Fill Values".

use super::layout::Layout;
use crate::array::{Buffer, Chunk, DType, Region, Scalar, StoredArray};
use crate::store::{ArrayReader, ReadArray, StoreError, place};
use hdf5::Dataset;
use hdf5::plist::dataset_create::FillValue;

/// Reads an array whose dataset is shorter.
#[derive(Debug)]
pub(super) struct ShortReader {
    /// What the dataset has.
    pub(super) written: ArrayReader,
    pub(super) array: StoredArray,
    /// The value of the rest.
    pub(super) rest: Buffer,
}

impl ReadArray for ShortReader {
    fn array(&self) -> &StoredArray {
        &self.array
    }

    fn read_into(&self, region: &Region, target: &mut Chunk) -> Result<u64, StoreError> {
        let written = region.intersect(&Region::whole(&self.written.array().shape));
        if written == *region {
            return self.written.read_into(region, target);
        }
        place::fill(target, &Region::whole(&region.shape), &self.rest);
        if written.is_empty() {
            return Ok(0);
        }
        let mut values = Chunk::zeros(target.dtype(), written.shape.clone());
        let read_bytes = self.written.read_into(&written, &mut values)?;
        target.copy_from(&written.relative_to(&region.start), &values, &vec![0; region.ndim()]);
        Ok(read_bytes)
    }
}

/// The value that netCDF-C gives what lies beyond the end of a dataset: its own fill value, else that of its dtype.
pub(super) fn rest(dataset: &Dataset, layout: &Layout) -> Buffer {
    let defined = dataset.dcpl().and_then(|plist| plist.get_fill_value_defined());
    if matches!(defined, Ok(FillValue::UserDefined)) {
        return layout.fill_buffer();
    }
    let float = 9.969_209_968_386_869e36;
    let value = match layout.dtype() {
        DType::Int8 => Scalar::Int(-127),
        DType::Int16 => Scalar::Int(-32_767),
        DType::Int32 => Scalar::Int(-2_147_483_647),
        DType::Int64 => Scalar::Int(-9_223_372_036_854_775_806),
        DType::UInt8 => Scalar::UInt(255),
        DType::UInt16 => Scalar::UInt(65_535),
        DType::UInt32 => Scalar::UInt(4_294_967_295),
        DType::UInt64 => Scalar::UInt(18_446_744_073_709_551_614),
        DType::Float32 | DType::Float64 => Scalar::Float(float),
        _ => return layout.fill_buffer(),
    };
    value.to_buffer(layout.dtype()).unwrap_or_else(|_| layout.fill_buffer())
}
