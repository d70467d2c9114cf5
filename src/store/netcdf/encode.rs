//! Values on their way into a NetCDF-4 file: chunks are read and filtered by many threads, and written by one, in order.

use super::filters;
use super::library;
use crate::array::{Buffer, Chunk, ChunkGrid, ChunkIndex, DType, Region, Shape, StoredArray};
use crate::store::{ArraySpec, StoreError, open_array, place};
use hdf5::types::VarLenUnicode;
use hdf5::{Dataset, DatasetBuilder, Extent, H5Type, Hyperslab, Selection, SimpleExtents, SliceOrIndex};
use ndarray::ArrayView;
use rayon::prelude::*;

/// Bytes of values that are on their way at once, where a chunk isn't larger.
const WINDOW_BYTES: usize = 64 << 20;

/// The shape of the chunks in the file; `None` where values lie one after the other.
pub(super) fn chunk_shape(spec: &ArraySpec) -> Option<Shape> {
    let has_filters = spec.netcdf.deflate.is_some() || spec.netcdf.fletcher32;
    let is_unlimited = spec.dimension_names.iter().any(|name| spec.netcdf.unlimited.contains(name));
    let wanted = spec.netcdf.is_chunked || has_filters || is_unlimited;
    // Text of any length lies elsewhere: filters would do nothing for it.
    let is_possible = !spec.shape.is_empty() && (spec.shape.iter().all(|&length| length > 0) || is_unlimited);
    (wanted && is_possible).then(|| {
        let clipped = spec.chunk_shape.iter().zip(&spec.shape).zip(&spec.dimension_names);
        clipped
            .map(|((&chunk, &length), name)| match spec.netcdf.unlimited.contains(name) {
                true => chunk.max(1),
                false => chunk.clamp(1, length.max(1)),
            })
            .collect()
    })
}

/// Makes a dataset of a variable's dtype, with its fill value.
pub(super) fn create_dataset(
    builder: DatasetBuilder,
    spec: &ArraySpec,
    extents: Vec<Extent>,
    name: &str,
) -> hdf5::Result<Dataset> {
    let fill = spec.fill_value.as_ref().and_then(|value| value.to_buffer(spec.dtype).ok());
    macro_rules! number {
        ($type:ty, $variant:ident) => {{
            let builder = match fill {
                Some(Buffer::$variant(values)) => builder.fill_value(values[0]),
                _ => builder,
            };
            let builder = builder.empty::<$type>();
            match extents.is_empty() {
                true => builder.create(name),
                false => builder.shape(SimpleExtents::from_vec(extents)).create(name),
            }
        }};
    }
    match spec.dtype {
        DType::Int8 | DType::Bool => number!(i8, Int8),
        DType::Int16 => number!(i16, Int16),
        DType::Int32 => number!(i32, Int32),
        DType::Int64 | DType::Datetime(_) | DType::Timedelta(_) | DType::CalendarTime(_) => number!(i64, Int64),
        DType::UInt8 => number!(u8, UInt8),
        DType::UInt16 => number!(u16, UInt16),
        DType::UInt32 => number!(u32, UInt32),
        DType::UInt64 => number!(u64, UInt64),
        DType::Float32 => number!(f32, Float32),
        DType::Float64 => number!(f64, Float64),
        DType::Text => match extents.is_empty() {
            true => builder.empty::<VarLenUnicode>().create(name),
            false => builder.empty::<VarLenUnicode>().shape(SimpleExtents::from_vec(extents)).create(name),
        },
    }
}

/// Copies the values of an array into a dataset that has others, whose dtype and filters the library sees to.
pub(super) fn overwrite_values(dataset: &Dataset, spec: &ArraySpec, array: &StoredArray) -> Result<(), StoreError> {
    let reader = open_array(array)?;
    let told = |error| super::library_error(&array.location, error);
    for chunk in 0..array.read_grid.chunk_count() {
        let region = array.read_grid.region(chunk);
        let mut values = Chunk::zeros(spec.dtype, region.shape.clone());
        reader.read_into(&region, &mut values)?;
        write_region(dataset, &region, values).map_err(told)?;
    }
    Ok(())
}

/// Copies the values of an array into its new dataset.
pub(super) fn write_values(dataset: &Dataset, spec: &ArraySpec, array: &StoredArray) -> Result<(), StoreError> {
    let direct = chunk_shape(spec).filter(|_| spec.dtype != DType::Text);
    let grid = match &direct {
        Some(chunk_shape) => ChunkGrid::regular(&spec.shape, chunk_shape),
        None => array.read_grid.clone(),
    };
    let reader = open_array(array)?;
    let chunk_bytes = grid.max_chunk_shape().iter().product::<usize>() * spec.dtype.size_bytes();
    let window = (WINDOW_BYTES / chunk_bytes.max(1)).clamp(1, 1024) as u64;
    let told = |error| super::library_error(&array.location, error);
    let zero = Buffer::zeros(spec.dtype.storage(), 1);
    let fill = spec.fill_value.as_ref().and_then(|value| value.to_buffer(spec.dtype).ok()).unwrap_or(zero);
    let read = |chunk: ChunkIndex| -> Result<Option<Chunk>, StoreError> {
        let region = grid.region(chunk);
        let mut values = Chunk::zeros(spec.dtype, region.shape.clone());
        reader.read_into(&region, &mut values)?;
        // What is all fill value needs no place in the file.
        Ok((!place::is_all(values.data(), &fill)).then_some(values))
    };
    let encode = |chunk: ChunkIndex| -> Result<Option<Encoded>, StoreError> {
        let Some(values) = read(chunk)? else { return Ok(None) };
        let Some(chunk_shape) = &direct else { return Ok(Some(Encoded::Values(values))) };
        let full = place::padded(&values, chunk_shape, &fill);
        let bytes = place::as_bytes(full.data()).unwrap_or_default();
        let encoded = filters::encode(bytes, spec.dtype.size_bytes(), &spec.netcdf);
        Ok(Some(Encoded::Bytes(encoded)))
    };
    for start in (0..grid.chunk_count()).step_by(window as usize) {
        let end = (start + window).min(grid.chunk_count());
        let encoded: Vec<Option<Encoded>> = (start..end).into_par_iter().map(encode).collect::<Result<_, _>>()?;
        for (chunk, encoded) in (start..end).zip(encoded) {
            let region = grid.region(chunk);
            match encoded {
                Some(Encoded::Bytes(bytes)) => {
                    let offset: Vec<u64> = region.start.iter().map(|&start| start as u64).collect();
                    library::write_chunk(dataset, &offset, &bytes).map_err(told)?;
                }
                Some(Encoded::Values(values)) => write_region(dataset, &region, values).map_err(told)?,
                None => {}
            }
        }
    }
    Ok(())
}

/// A chunk on its way.
enum Encoded {
    /// As it will lie in the file.
    Bytes(Vec<u8>),
    /// To be put where it belongs.
    Values(Chunk),
}

/// Writes values to a region of a dataset.
fn write_region(dataset: &Dataset, region: &Region, values: Chunk) -> hdf5::Result<()> {
    match values.into_data() {
        Buffer::Bool(values) => put(dataset, region, &values.into_iter().map(i8::from).collect::<Vec<_>>()),
        Buffer::Int8(values) => put(dataset, region, &values),
        Buffer::Int16(values) => put(dataset, region, &values),
        Buffer::Int32(values) => put(dataset, region, &values),
        Buffer::Int64(values) => put(dataset, region, &values),
        Buffer::UInt8(values) => put(dataset, region, &values),
        Buffer::UInt16(values) => put(dataset, region, &values),
        Buffer::UInt32(values) => put(dataset, region, &values),
        Buffer::UInt64(values) => put(dataset, region, &values),
        Buffer::Float32(values) => put(dataset, region, &values),
        Buffer::Float64(values) => put(dataset, region, &values),
        Buffer::Text(values) => {
            let text =
                |text: &String| text.replace('\0', "").parse::<VarLenUnicode>().map_err(|error| error.to_string());
            put(dataset, region, &values.iter().map(text).collect::<Result<Vec<_>, _>>()?)
        }
    }
}

fn put<T: H5Type>(dataset: &Dataset, region: &Region, values: &[T]) -> hdf5::Result<()> {
    if region.ndim() == 0 {
        return dataset.as_writer().write_raw(values);
    }
    let slices: Vec<SliceOrIndex> = region.ranges().into_iter().map(SliceOrIndex::from).collect();
    let view = ArrayView::from_shape(region.shape.clone(), values).map_err(|error| error.to_string())?;
    dataset.write_slice(view, Selection::from(Hyperslab::from(slices)))
}
