//! How the user wants arrays cut into chunks.

use super::error::tuple;
use super::{DataArray, Dataset, DatasetError, Variable};
use crate::array::{AxisChunks, ChunkGrid};
use indexmap::IndexMap;

/// What `"auto"` chunks hold, Dask's `array.chunk-size`.
const AUTO_CHUNK_BYTES: f64 = 128.0 * 1024.0 * 1024.0;

/// Chunks along one dimension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChunkSize {
    /// As they are: `None`.
    Keep,
    /// One chunk: `-1`.
    Whole,
    /// Of a size that makes chunks of some 128 MiB: `"auto"`.
    Auto,
    /// Of one size.
    Size(usize),
    /// Of these sizes.
    Sizes(Vec<usize>),
}

/// Chunks along all dimensions, as `chunks=` of `open_zarr` and `.chunk()` take them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chunking {
    /// None at all, which is `None` of `open_dataset`: arrays behave as in memory.
    Absent,
    /// Those of the store, or as they are: `{}`.
    Stored,
    /// Of some 128 MiB, of whole stored chunks: `"auto"`.
    Auto,
    /// The same along every dimension: an `int`.
    Every(ChunkSize),
    /// Dimension by dimension; those not named stay as they are.
    PerDim(IndexMap<String, ChunkSize>),
}

impl Chunking {
    /// What is wanted along one dimension.
    fn along(&self, dimension: &str) -> ChunkSize {
        match self {
            Chunking::Absent | Chunking::Stored => ChunkSize::Keep,
            Chunking::Auto => ChunkSize::Auto,
            Chunking::Every(size) => size.clone(),
            Chunking::PerDim(sizes) => sizes.get(dimension).cloned().unwrap_or(ChunkSize::Keep),
        }
    }

    /// The same for an array that lies in no chunks, where some of its dimensions are named: it is whole along the others.
    pub(super) fn of_contiguous(&self, dims: &[String]) -> Chunking {
        let mut chunking = self.clone();
        if let Chunking::PerDim(sizes) = &mut chunking
            && dims.iter().any(|name| sizes.contains_key(name))
        {
            for name in dims {
                sizes.entry(name.clone()).or_insert(ChunkSize::Whole);
            }
        }
        chunking
    }

    /// Whether every dimension that is named exists.
    fn check(&self, dims: &[String]) -> Result<(), DatasetError> {
        let Chunking::PerDim(sizes) = self else { return Ok(()) };
        let missing: Vec<&String> = sizes.keys().filter(|name| !dims.contains(name)).collect();
        match missing.is_empty() {
            true => Ok(()),
            false => Err(DatasetError::ChunksOfUnknownDimension { missing: tuple(&missing), expected: tuple(dims) }),
        }
    }
}

impl Variable {
    /// The same values in other chunks. `"auto"` makes whole multiples of the present ones.
    pub(super) fn chunk(&self, chunking: &Chunking) -> Result<Variable, DatasetError> {
        // Of what wasn't in chunks, dimensions that aren't named are whole.
        let chunking = match self.data.is_unchunked() {
            true => chunking.of_contiguous(&self.dims),
            false => chunking.clone(),
        };
        let present = self.data.grid();
        let mut axes = Vec::new();
        let mut automatic = Vec::new();
        for (axis, dimension) in self.dims.iter().enumerate() {
            let chunks = &present.axes()[axis];
            let length = chunks.length();
            axes.push(match chunking.along(dimension) {
                ChunkSize::Keep => chunks.clone(),
                ChunkSize::Whole => AxisChunks::regular(length, length),
                ChunkSize::Size(0) => return Err(DatasetError::EmptyChunks { dimension: dimension.clone() }),
                ChunkSize::Size(size) => AxisChunks::regular(length, size),
                ChunkSize::Sizes(sizes) if sizes.iter().sum::<usize>() != length => {
                    return Err(DatasetError::ChunksDontCover { dimension: dimension.clone(), chunks: sizes, length });
                }
                ChunkSize::Sizes(sizes) => AxisChunks::from_sizes(&sizes),
                ChunkSize::Auto => {
                    automatic.push(axis);
                    chunks.clone()
                }
            });
        }
        self.enlarge(&mut axes, automatic);
        let chunked = self.data.rechunk(ChunkGrid::new(axes));
        // Values in memory in one chunk are lazy then, too, and those of a store are in chunks.
        Ok(self.with_data(if chunked.is_unchunked() { chunked.traced() } else { chunked }))
    }

    /// Grows chunks evenly along the given axes, by whole chunks, until they hold some 128 MiB.
    fn enlarge(&self, axes: &mut [AxisChunks], automatic: Vec<usize>) {
        let base: Vec<usize> = axes.iter().map(AxisChunks::max_size).collect();
        let mut growing = automatic;
        while !growing.is_empty() {
            let chunk_bytes: f64 =
                axes.iter().map(|axis| axis.max_size() as f64).product::<f64>() * self.dtype().size_bytes() as f64;
            let grown: f64 = growing.iter().map(|&axis| axes[axis].max_size() as f64 / base[axis] as f64).product();
            let factor = (AUTO_CHUNK_BYTES / chunk_bytes * grown).powf(1.0 / growing.len() as f64);
            let wanted = |axis: usize| ((base[axis] as f64 * factor) as usize / base[axis]).max(1) * base[axis];
            // An axis that is used up leaves room for the others; else this is the last round.
            let full: Vec<usize> =
                growing.iter().copied().filter(|&axis| wanted(axis) >= axes[axis].length()).collect();
            for &axis in if full.is_empty() { &growing } else { &full } {
                axes[axis] = AxisChunks::regular(axes[axis].length(), wanted(axis));
            }
            if full.is_empty() {
                return;
            }
            growing.retain(|axis| !full.contains(axis));
        }
    }
}

impl DataArray {
    /// The same values in other chunks; coordinates in memory stay there. Costs nothing until computed.
    ///
    /// # Errors
    /// Where a dimension doesn't exist or sizes don't add up.
    pub fn chunk(&self, chunking: &Chunking) -> Result<DataArray, DatasetError> {
        chunking.check(self.dims())?;
        Ok(self.like(self.as_dataset().chunk(chunking)?))
    }
}

impl Dataset {
    /// The same values in other chunks; coordinates in memory stay there. Costs nothing until computed.
    ///
    /// # Errors
    /// Where a dimension doesn't exist or sizes don't add up.
    pub fn chunk(&self, chunking: &Chunking) -> Result<Dataset, DatasetError> {
        let dims: Vec<String> = self.sizes().into_keys().collect();
        chunking.check(&dims)?;
        let mut chunked = self.map_data(|_, variable| variable.chunk(chunking))?;
        for coordinate in chunked.coordinates.values_mut().filter(|coordinate| coordinate.values().is_none()) {
            *coordinate = coordinate.chunk(chunking)?;
        }
        Ok(chunked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::{DType, Scalar};
    use crate::kernels::generate::Generator;
    use crate::plan::Array;

    fn zeros(shape: &[usize], chunk_shape: &[usize], dtype: DType) -> Variable {
        let dims = ["t", "y", "x"][..shape.len()].iter().map(|&name| name.to_owned()).collect();
        let grid = ChunkGrid::regular(shape, chunk_shape);
        Variable::new(dims, Array::generated(Generator::Full(Scalar::Int(0)), dtype, grid)).unwrap()
    }

    #[test]
    fn automatic_chunks_are_whole_stored_ones() {
        let cube = zeros(&[1000, 2048, 2048], &[10, 512, 512], DType::Float32).chunk(&Chunking::Auto).unwrap();
        let chunk = cube.data.grid().max_chunk_shape();
        assert!(chunk.iter().zip([10, 512, 512]).all(|(size, stored)| size % stored == 0), "{chunk:?}");
        let bytes = chunk.iter().product::<usize>() * 4;
        assert!((32 << 20..=128 << 20).contains(&bytes), "{chunk:?}");
        let small = zeros(&[40, 30], &[10, 10], DType::Float32).chunk(&Chunking::Auto).unwrap();
        assert_eq!(small.data.grid().max_chunk_shape(), [40, 30]);
    }

    #[test]
    fn what_lies_in_no_chunks_is_whole_along_dimensions_that_are_not_named() {
        let array = zeros(&[10, 4, 6], &[1, 2, 6], DType::Int8);
        let by_time = Chunking::PerDim(IndexMap::from([("t".to_owned(), ChunkSize::Size(5))]));
        let chunked = array.chunk(&by_time.of_contiguous(&array.dims)).unwrap();
        assert_eq!(chunked.data.grid().max_chunk_shape(), [5, 4, 6]);
        let other = Chunking::PerDim(IndexMap::from([("z".to_owned(), ChunkSize::Size(5))]));
        assert_eq!(other.of_contiguous(&array.dims), other);
    }

    #[test]
    fn sizes_must_cover_the_dimension() {
        let array = zeros(&[10, 4], &[5, 2], DType::Int8);
        let per_dim = |size| Chunking::PerDim(IndexMap::from([("t".to_owned(), size)]));
        let chunked = array.chunk(&per_dim(ChunkSize::Sizes(vec![3, 7]))).unwrap();
        assert_eq!(chunked.data.grid().axes()[0].sizes(), [3, 7]);
        assert_eq!(chunked.data.grid().axes()[1].sizes(), [2, 2]);
        assert_eq!(array.chunk(&per_dim(ChunkSize::Whole)).unwrap().data.grid().counts(), [1, 2]);
        assert!(array.chunk(&per_dim(ChunkSize::Sizes(vec![3, 8]))).is_err());
        assert!(array.chunk(&per_dim(ChunkSize::Size(0))).is_err());
    }
}
