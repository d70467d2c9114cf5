//! How a dataset lies in its file: element, shape, chunks, filters, and who reads it.

use super::element::{self, Element};
use super::filters::Filter;
use crate::array::{ArrayLocation, Buffer, ChunkGrid, DType, Scalar, Shape, StoredArray};
use crate::store::{NetcdfStorage, StoreError};
use hdf5::Dataset;
use hdf5::dataset::Layout as Hdf5Layout;
use indexmap::IndexMap;

/// Bytes that arrays without chunks are read in at most, where their rows allow it: what is read stays in a cache until it
/// is used.
const STRIP_BYTES: usize = 1 << 20;
/// Arrays without chunks that have no more bytes than this are read whole.
const WHOLE_BYTES: usize = 4 << 20;
/// Bytes that are read at once where only parts of them are wanted.
pub(super) const SPAN_BYTES: usize = 1 << 20;

/// How the values of a dataset lie in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Storage {
    /// One after the other from an offset on; `None` where nothing was written.
    Contiguous(Option<u64>),
    /// In chunks of this shape under these filters.
    Chunked(Shape, Vec<Filter>),
    /// In a way that is left to the library: inside the header, under rare filters, in other files.
    Other(Option<Shape>),
}

/// A dataset that can be read.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) element: Element,
    pub(super) shape: Shape,
    pub(super) storage: Storage,
    pub(super) fill_value: Option<Scalar>,
    /// Filters and byte order, for people.
    pub(super) codecs: String,
    /// Whether the last axis of the dataset, of single characters, has become text.
    pub(super) joins_characters: bool,
}

impl Layout {
    /// The layout of a dataset; `Err` with what Swath can't read.
    pub(super) fn of(dataset: &Dataset, location: &ArrayLocation) -> Result<Layout, StoreError> {
        let unsupported = |dtype: String| StoreError::UnsupportedDType { array: location.to_string(), dtype };
        let told = |error: hdf5::Error| super::library_error(location, error);
        let element = Element::of(&dataset.dtype().map_err(told)?).map_err(unsupported)?;
        if dataset.space().map_err(told)?.is_null() {
            return Err(unsupported("no values (a null dataspace)".to_owned()));
        }
        let plist = dataset.dcpl().map_err(told)?;
        let filters = plist.filters();
        let element_bytes = dataset.dtype().map_err(told)?.size();
        let known = Filter::of(&filters, element_bytes);
        if let Err(name) = &known
            && let Some(filter) = filters.iter().find(|filter| !filter.is_available() && filter.id() != 32015)
        {
            let reason = format!("the HDF5 library here has no filter {}", filter.id());
            return Err(StoreError::UnsupportedCodec { array: location.to_string(), codec: name.clone(), reason });
        }
        let (is_plain, chunk_shape) = (element.size_bytes().is_some(), plist.chunk());
        let has_user_block = dataset.file().is_ok_and(|file| file.userblock() > 0);
        let leaves_edges = plist.chunk_opts().is_some_and(|options| options.bits() != 0);
        let storage = match (plist.layout(), known, chunk_shape) {
            (Hdf5Layout::Contiguous, _, _) if is_plain && !has_user_block && plist.external().is_empty() => {
                Storage::Contiguous(dataset.offset())
            }
            (Hdf5Layout::Chunked, Ok(filters), Some(chunk_shape)) if is_plain && !has_user_block && !leaves_edges => {
                Storage::Chunked(chunk_shape, filters)
            }
            (_, _, chunk_shape) => Storage::Other(chunk_shape),
        };
        let layout = Layout {
            element,
            shape: dataset.shape(),
            fill_value: element::fill_value(dataset, element.dtype()),
            codecs: describe(element, &plist.layout(), &filters),
            storage,
            joins_characters: false,
        };
        Ok(layout.with_joined_characters())
    }

    /// Arrays of single characters are text along their last axis, as netCDF-3 had it (NetCDF User's Guide, "Strings").
    fn with_joined_characters(mut self) -> Layout {
        if self.element != Element::FixedText(1) {
            return self;
        }
        let Some(&length) = self.shape.last().filter(|length| **length > 0) else { return self };
        let whole_rows = match &self.storage {
            Storage::Contiguous(_) => true,
            Storage::Chunked(chunk_shape, _) => chunk_shape.last() == Some(&length),
            Storage::Other(_) => false,
        };
        if whole_rows {
            self.shape.pop();
            if let Storage::Chunked(chunk_shape, _) = &mut self.storage {
                chunk_shape.pop();
            }
            self.element = Element::FixedText(length);
            self.joins_characters = true;
        }
        self
    }

    /// The dtype that values are read as.
    pub(super) fn dtype(&self) -> DType {
        self.element.dtype()
    }

    /// What is to be remembered of the layout.
    pub(super) fn netcdf_storage(&self, attribute_dtypes: IndexMap<String, DType>) -> NetcdfStorage {
        let filters = match &self.storage {
            Storage::Chunked(_, filters) => filters.as_slice(),
            _ => &[],
        };
        NetcdfStorage {
            is_chunked: self.chunk_shape().is_some(),
            deflate: filters.iter().find_map(|filter| match filter {
                Filter::Deflate(level) => Some(*level),
                _ => None,
            }),
            shuffle: filters.iter().any(|filter| matches!(filter, Filter::Shuffle { .. })),
            fletcher32: filters.contains(&Filter::Fletcher32),
            unlimited: Vec::new(),
            attribute_dtypes,
        }
    }

    /// The shape of stored chunks, where there are some.
    pub(super) fn chunk_shape(&self) -> Option<&Shape> {
        match &self.storage {
            Storage::Contiguous(_) => None,
            Storage::Chunked(chunk_shape, _) => Some(chunk_shape),
            Storage::Other(chunk_shape) => chunk_shape.as_ref(),
        }
    }

    /// What is read as a unit: chunks, or strips of rows of some MiB.
    pub(super) fn grid(&self) -> ChunkGrid {
        match self.chunk_shape() {
            Some(chunk_shape) => ChunkGrid::regular(&self.shape, chunk_shape),
            None => ChunkGrid::regular(&self.shape, &self.strip_shape()),
        }
    }

    fn strip_shape(&self) -> Shape {
        let mut strip: Shape = self.shape.iter().map(|&length| length.max(1)).collect();
        let value_bytes = self.element.memory_bytes();
        // A user sees these chunks: a small file has one, as in xarray.
        if strip.iter().product::<usize>().saturating_mul(value_bytes) <= WHOLE_BYTES {
            return strip;
        }
        for axis in 0..strip.len() {
            let below = strip[axis + 1..].iter().product::<usize>().saturating_mul(value_bytes).max(1);
            strip[axis] = (STRIP_BYTES / below).clamp(1, strip[axis]);
            if strip[axis] > 1 {
                break;
            }
        }
        strip
    }

    /// Bytes of a chunk once its filters are undone.
    pub(super) fn chunk_bytes(&self, chunk_shape: &[usize]) -> usize {
        chunk_shape.iter().product::<usize>().saturating_mul(self.element.size_bytes().unwrap_or(0))
    }

    /// The value of what was never written, in the storage of the dtype.
    pub(super) fn fill_buffer(&self) -> Buffer {
        let dtype = self.dtype();
        let filled = self.fill_value.as_ref().and_then(|value| value.to_buffer(dtype).ok());
        filled.unwrap_or_else(|| Buffer::zeros(dtype.storage(), 1))
    }

    /// Bytes beside the values that reading one chunk takes.
    fn scratch_bytes(&self) -> usize {
        match &self.storage {
            Storage::Contiguous(_) => 2 * SPAN_BYTES,
            // As it is stored, which may be longer than its values, and once for every filter that needs a buffer.
            Storage::Chunked(chunk_shape, filters) => {
                (2 + filters.len()).saturating_mul(self.chunk_bytes(chunk_shape)).saturating_add(1024)
            }
            Storage::Other(_) => {
                let chunk = self.grid().max_chunk_shape();
                // The library's own cache of chunks, and a copy of the values.
                (1 << 20) + 3 * chunk.iter().product::<usize>().saturating_mul(self.element.memory_bytes())
            }
        }
    }

    /// The array as plans refer to it.
    ///
    /// # Errors
    /// Where it is too large for any machine.
    pub(super) fn stored_array(&self, location: ArrayLocation, fingerprint: u64) -> Result<StoredArray, StoreError> {
        for lengths in [Some(&self.shape), self.chunk_shape()].into_iter().flatten() {
            let bytes = lengths.iter().try_fold(self.element.memory_bytes(), |size, &length| size.checked_mul(length));
            if bytes.is_none_or(|bytes| bytes > isize::MAX as usize / 8) {
                let feature = format!("size of shape {lengths:?}");
                return Err(StoreError::UnsupportedFeature { array: location.to_string(), feature });
            }
        }
        let grid = self.grid();
        Ok(StoredArray {
            location,
            dtype: self.dtype(),
            shape: self.shape.clone(),
            read_grid: grid.clone(),
            write_grid: grid,
            reads_parts: matches!(self.storage, Storage::Contiguous(_)),
            in_chunks: true,
            decode_scratch_bytes: self.scratch_bytes(),
            fingerprint,
        })
    }
}

/// Byte order and filters as readable text: `bytes(little), shuffle, deflate(level 1)`.
fn describe(element: Element, layout: &Hdf5Layout, filters: &[hdf5::filters::Filter]) -> String {
    let first = match element {
        Element::Number(_, order) => format!("bytes({})", format!("{order:?}").to_lowercase()),
        Element::Unusual(_) => "bytes(unusual)".to_owned(),
        Element::FixedText(length) => format!("text({length} bytes)"),
        Element::Text { .. } => "text".to_owned(),
    };
    let layout = match layout {
        Hdf5Layout::Chunked => None,
        other => Some(format!("{other:?}").to_lowercase()),
    };
    let filters = filters.iter().map(|filter| match filter {
        hdf5::filters::Filter::Deflate(level) => format!("deflate(level {level})"),
        hdf5::filters::Filter::User(32015, _) => "zstd".to_owned(),
        hdf5::filters::Filter::User(number, _) => format!("filter {number}"),
        other => format!("{other:?}").to_lowercase(),
    });
    [first].into_iter().chain(layout).chain(filters).collect::<Vec<_>>().join(", ")
}
