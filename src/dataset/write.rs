//! Writing datasets to stores: what arrays a store needs, and putting it in place once they are written.

use super::cf::{attribute, encode_variable, fill_value_attribute};
use super::{Dataset, DatasetError, Encoding, Variable};
use crate::array::{AxisChunks, DType, Scalar, StoredArray};
use crate::plan::{Array, PlanError};
use crate::store::{
    self, ArraySpec, Compression, NetcdfStorage, StoreError, StoreFormat, StoreSpec, StoreWriter, UnfinishedStore,
    Workshop, WriteMode, ZarrFormat,
};
use indexmap::{IndexMap, IndexSet};
use serde_json::Value;

/// What a chunk of an array in memory may hold when nobody says how it is to be cut.
const DEFAULT_CHUNK_BYTES: usize = 16 << 20;

/// Chunks of a NetCDF file that is being written have at least so many bytes, where nobody asked for smaller ones.
const SMALL_CHUNK_BYTES: usize = 256 << 10;

/// How a dataset is to be written.
#[derive(Debug, Clone)]
pub struct WriteOptions {
    /// What becomes of a store that exists.
    pub mode: WriteMode,
    /// Version of the format; by default that of the store that is added to, else 3.
    pub format: Option<ZarrFormat>,
    /// Encoding by variable, in the place of that which it has.
    pub encoding: IndexMap<String, Encoding>,
    /// How chunks are compressed where encodings don't say.
    pub compression: Compression,
    /// Whether only values in memory are written now: `compute=False`.
    pub leaves_lazy: bool,
}

impl WriteOptions {
    /// A mode, and the rest as xarray does by default.
    pub fn new(mode: WriteMode) -> WriteOptions {
        WriteOptions {
            mode,
            format: None,
            encoding: IndexMap::new(),
            compression: Compression::Default,
            leaves_lazy: false,
        }
    }
}

/// How a dataset is to be written to a NetCDF-4 file.
#[derive(Debug, Clone)]
pub struct NetcdfOptions {
    /// What becomes of a file that exists.
    pub mode: WriteMode,
    /// Encoding by variable, in the place of that which it has.
    pub encoding: IndexMap<String, Encoding>,
    /// Dimensions that may grow.
    pub unlimited: Vec<String>,
    /// Path of the group that is written; the root by default.
    pub group: Option<String>,
}

/// A dataset as a store will hold it.
#[derive(Debug)]
pub struct EncodedDataset {
    /// Attributes of the group.
    pub attributes: store::Attributes,
    /// Arrays to create, and what to compute into each.
    pub arrays: Vec<(ArraySpec, Array)>,
    /// Names of those of which nothing is computed yet.
    pub left: Vec<String>,
}

impl Dataset {
    /// What a store needs to hold this dataset: arrays with their chunks, fill values and attributes, and the lazy values
    /// of each. Chunks are those of the encoding, else those of the array, which must be even.
    ///
    /// # Errors
    /// Where chunks are uneven, or values can't be encoded.
    pub fn encode_for_store(
        &self,
        format: impl Into<StoreFormat>,
        encoding: &IndexMap<String, Encoding>,
    ) -> Result<EncodedDataset, DatasetError> {
        let format = format.into();
        if let Some((name, reason)) = self.unreadable.first() {
            return Err(DatasetError::Unreadable { name: name.clone(), reason: reason.clone() });
        }
        if let Some((name, _)) = self.coordinates.iter().find(|(_, variable)| variable.levels().is_some()) {
            return Err(DatasetError::WrittenLevels { name: name.clone() });
        }
        if let Some(name) = encoding.keys().find(|name| self.variable(name).is_none()) {
            return Err(self.no_such_variable(name));
        }
        let mut global: IndexSet<String> = self.plain_coordinates().map(str::to_owned).collect();
        let mut arrays = Vec::new();
        for (name, variable) in self.data_variables.iter().chain(&self.coordinates) {
            let mut variable = variable.clone();
            if let Some(wanted) = encoding.get(name) {
                variable.encoding = wanted.clone();
            }
            if let Some(names) = self.coordinates_attribute(name, &variable) {
                for written in names.split_whitespace() {
                    global.shift_remove(written);
                }
                variable.attributes.insert("coordinates".to_owned(), Value::String(names));
            }
            for (key, names) in &variable.encoding.related {
                variable.attributes.entry(key.clone()).or_insert_with(|| Value::String(names.clone()));
            }
            arrays.push(encode_array(name, &variable, format)?);
        }
        let mut attributes: store::Attributes =
            self.attributes.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        if !global.is_empty() && !attributes.contains_key("coordinates") {
            global.sort_unstable();
            let names: Vec<&str> = global.iter().map(String::as_str).collect();
            attributes.insert("coordinates".to_owned(), Value::String(names.join(" ")));
        }
        Ok(EncodedDataset { attributes, arrays, left: Vec::new() })
    }

    /// The variables whose values aren't in memory.
    pub fn lazy_part(&self) -> Dataset {
        let mut part = self.clone();
        part.data_variables.retain(|_, variable| variable.values().is_none());
        part.coordinates.retain(|_, variable| variable.values().is_none());
        part
    }

    /// Coordinates that aren't named as a dimension, and so need to be marked as coordinates.
    fn plain_coordinates(&self) -> impl Iterator<Item = &str> {
        let sizes = self.sizes();
        // What other attributes name needs no further mark.
        let is_related = |name: &str| {
            self.variables().any(|(_, variable)| variable.encoding.related.values().any(|names| names.contains(name)))
        };
        self.coordinates
            .keys()
            .filter(move |name| !sizes.contains_key(*name) && !name.contains(' ') && !is_related(name))
            .map(String::as_str)
    }

    /// The `coordinates` attribute of a variable: what its encoding says, else the coordinates along its dimensions.
    fn coordinates_attribute(&self, name: &str, variable: &Variable) -> Option<String> {
        if let Some(names) = &variable.encoding.coordinates {
            return Some(names.clone());
        }
        if variable.attributes.contains_key("coordinates") || self.coordinates.contains_key(name) {
            return None;
        }
        let along = |coordinate: &&str| {
            self.coordinates[*coordinate].dims.iter().all(|dimension| variable.dims.contains(dimension))
        };
        let mut names: Vec<&str> = self.plain_coordinates().filter(along).collect();
        names.sort_unstable();
        (!names.is_empty()).then(|| names.join(" "))
    }
}

fn encode_array(name: &str, variable: &Variable, format: StoreFormat) -> Result<(ArraySpec, Array), DatasetError> {
    let mut encoded = encode_variable(name, variable)?;
    if format == StoreFormat::Netcdf4 && encoded.data.dtype() == DType::Bool {
        // NetCDF has no truth values: xarray writes bytes and says so.
        encoded.data = encoded.data.cast(DType::Int8)?;
        encoded.attributes.insert("dtype".to_owned(), Value::String("bool".to_owned()));
    }
    let dtype = encoded.data.dtype();
    let mut attributes: store::Attributes = encoded.attributes.into_iter().collect();
    let fill_value = match format {
        // Zarr v2 has one fill value, which masks; v3 keeps the one of absent chunks apart from CF's attribute.
        StoreFormat::Zarr(ZarrFormat::V2) => encoded.fill_value,
        StoreFormat::Netcdf4 => {
            if let Some(value) = &encoded.fill_value {
                attributes.insert("_FillValue".to_owned(), attribute(value));
            }
            encoded.fill_value.filter(|value| value.to_buffer(dtype).is_ok())
        }
        StoreFormat::Zarr(ZarrFormat::V3) => {
            if let Some(value) = &encoded.fill_value {
                attributes.insert("_FillValue".to_owned(), fill_value_attribute(value, dtype));
            }
            let absent = variable.encoding.absent_value.clone();
            let default = dtype.is_float().then_some(Scalar::Float(f64::NAN));
            absent.filter(|value| value.to_buffer(dtype).is_ok()).or(default)
        }
    };
    let chunk_shape = chunk_shape(name, variable, format)?;
    let shards = variable.encoding.shards.clone().filter(|shards| {
        let fits = shards.len() == chunk_shape.len()
            && shards.iter().zip(&chunk_shape).all(|(shard, chunk)| shard % chunk == 0);
        fits && format == StoreFormat::Zarr(ZarrFormat::V3)
    });
    let spec = ArraySpec {
        name: name.to_owned(),
        dtype,
        shape: encoded.data.shape().to_vec(),
        chunk_shape,
        shard_shape: shards,
        dimension_names: variable.dims.clone(),
        attributes,
        fill_value,
        compression: variable.encoding.compression.unwrap_or_default(),
        netcdf: netcdf_storage(variable),
    };
    Ok((spec, encoded.data))
}

/// How a variable's encoding has it lie in a NetCDF-4 file.
fn netcdf_storage(variable: &Variable) -> NetcdfStorage {
    let wanted = variable.encoding.netcdf;
    let attribute_dtypes =
        [("scale_factor", variable.encoding.scale_dtype), ("add_offset", variable.encoding.offset_dtype)];
    NetcdfStorage {
        is_chunked: variable.encoding.chunks.is_some() && wanted.contiguous != Some(true),
        deflate: wanted.zlib.filter(|zlib| *zlib).map(|_| wanted.complevel.unwrap_or(4)),
        shuffle: wanted.shuffle.unwrap_or(true),
        fletcher32: wanted.fletcher32.unwrap_or(false),
        unlimited: Vec::new(),
        attribute_dtypes: attribute_dtypes
            .into_iter()
            .filter_map(|(key, dtype)| dtype.map(|dtype| (key.to_owned(), dtype)))
            .collect(),
    }
}

/// The shape of the chunks to write: that of the encoding, else that of the array's own, which must be even but for NetCDF,
/// where users don't see them.
fn chunk_shape(name: &str, variable: &Variable, format: StoreFormat) -> Result<Vec<usize>, DatasetError> {
    let shape = variable.data.shape();
    // How a file that was read lies in chunks says nothing of a Zarr store.
    let is_of_file = variable.encoding.netcdf.contiguous.is_some() && format != StoreFormat::Netcdf4;
    if let Some(chunks) = variable.encoding.chunks.as_ref().filter(|_| !is_of_file)
        && chunks.len() == shape.len()
    {
        return Ok(chunks.iter().map(|&size| size.max(1)).collect());
    }
    if variable.values().is_some() {
        return Ok(default_chunk_shape(shape, variable.dtype().size_bytes()));
    }
    let axes = variable.data.grid().axes();
    let is_uneven = axes.iter().any(|axis| matches!(axis, AxisChunks::Irregular { .. }));
    if is_uneven && variable.data.is_unchunked() {
        // What counts as in memory has no chunks that users know of.
        return Ok(default_chunk_shape(shape, variable.dtype().size_bytes()));
    }
    for axis in axes {
        if let AxisChunks::Irregular { .. } = axis
            && format != StoreFormat::Netcdf4
        {
            let sizes = axis.sizes();
            let chunks = chunks_text(axes);
            let even = sizes[..sizes.len() - 1].windows(2).all(|pair| pair[0] == pair[1]);
            return Err(match even {
                true => DatasetError::LongFinalChunk { name: name.to_owned(), chunks },
                false => DatasetError::IrregularChunks { name: name.to_owned(), chunks },
            });
        }
    }
    let chunks: Vec<usize> = axes.iter().map(AxisChunks::max_size).collect();
    Ok(match format {
        StoreFormat::Netcdf4 => grown(chunks, shape, variable.dtype().size_bytes()),
        StoreFormat::Zarr(_) => chunks,
    })
}

/// Chunks of which nobody but the writer sees anything, made longer, last axes first, until none is small: each is a file
/// on its way.
fn grown(mut chunks: Vec<usize>, shape: &[usize], value_bytes: usize) -> Vec<usize> {
    for axis in (0..chunks.len()).rev() {
        let bytes = chunks.iter().product::<usize>().max(1) * value_bytes;
        let factor = SMALL_CHUNK_BYTES.div_ceil(bytes.max(1));
        chunks[axis] = chunks[axis].saturating_mul(factor).min(shape[axis]).max(1);
    }
    chunks
}

/// The whole array, its longest axis halved until a chunk isn't too large.
fn default_chunk_shape(shape: &[usize], value_bytes: usize) -> Vec<usize> {
    let mut chunks: Vec<usize> = shape.iter().map(|&length| length.max(1)).collect();
    while chunks.iter().product::<usize>() * value_bytes > DEFAULT_CHUNK_BYTES {
        let Some(longest) = chunks.iter_mut().max() else { break };
        *longest = longest.div_ceil(2);
    }
    chunks
}

/// Chunks as Dask writes them.
fn chunks_text(axes: &[AxisChunks]) -> String {
    let axis_text = |axis: &AxisChunks| {
        let sizes: Vec<String> = axis.sizes().iter().map(usize::to_string).collect();
        format!("({}{})", sizes.join(", "), if sizes.len() == 1 { "," } else { "" })
    };
    let texts: Vec<String> = axes.iter().map(axis_text).collect();
    format!("({}{})", texts.join(", "), if texts.len() == 1 { "," } else { "" })
}

/// What became of an order to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// The arrays are complete in their unfinished store.
    Now,
    /// An earlier attempt of the run has written them, and they lie in their final place.
    Before,
}

/// Computes arrays into stored ones, which exist already: `runtime::Session` does, and knows what earlier attempts of a run
/// have done. Functions from outputs to a result will do where there are none.
pub trait WriteArrays {
    /// Where a store of this path is to be filled; anywhere, by default.
    ///
    /// # Errors
    /// Where that can't be known.
    fn workshop(&mut self, location: &str) -> Result<Option<Workshop>, PlanError> {
        let _ = location;
        Ok(None)
    }

    /// Computes arrays into those of an unfinished store.
    ///
    /// # Errors
    /// Where they can't be computed or written.
    fn write(&mut self, store: &UnfinishedStore, outputs: &[(Array, StoredArray)]) -> Result<Written, PlanError>;

    /// Has a store take its place, by `finish`.
    ///
    /// # Errors
    /// Where `finish` fails, or it can't be recorded.
    fn place(
        &mut self,
        store: &UnfinishedStore,
        finish: &mut dyn FnMut() -> Result<(), StoreError>,
    ) -> Result<(), DatasetError> {
        let _ = store;
        Ok(finish()?)
    }

    /// Whether an earlier attempt has put parts of arrays in place that were filled there. Asked once for each.
    fn has_grafted(&mut self, store: &UnfinishedStore) -> bool {
        let _ = store;
        false
    }

    /// Has parts of arrays take their place, by `finish`.
    ///
    /// # Errors
    /// Where `finish` fails, or it can't be recorded.
    fn graft(
        &mut self,
        store: &UnfinishedStore,
        finish: &mut dyn FnMut() -> Result<(), StoreError>,
    ) -> Result<(), DatasetError> {
        self.place(store, finish)
    }
}

impl<F: FnMut(&[(Array, StoredArray)]) -> Result<(), PlanError>> WriteArrays for F {
    fn write(&mut self, _store: &UnfinishedStore, outputs: &[(Array, StoredArray)]) -> Result<Written, PlanError> {
        self(outputs).map(|()| Written::Now)
    }
}

/// Writes a dataset to a Zarr store, as `to_zarr` does: creates its arrays, has `write` compute the values into them, and
/// puts the store in place. Where anything fails, what stood there before still stands, and nothing is left behind but a
/// workshop that the next attempt finds again.
///
/// # Errors
/// Where the store can't be created, values can't be encoded, or `write` fails.
pub fn write_zarr(
    dataset: &Dataset,
    location: &str,
    options: &WriteOptions,
    write: &mut dyn WriteArrays,
) -> Result<(), DatasetError> {
    let format = match options.format {
        Some(format) => format,
        None => existing_format(location, options.mode)?.unwrap_or_default(),
    };
    let mut encoded = dataset.encode_for_store(format, &options.encoding)?;
    for (spec, _) in encoded.arrays.iter_mut().filter(|(spec, _)| spec.compression == Compression::Default) {
        spec.compression = options.compression;
    }
    if options.leaves_lazy {
        encoded.left = dataset.lazy_part().variables().map(|(name, _)| name.to_owned()).collect();
    }
    check_sizes(location, options.mode, &encoded.arrays)?;
    let spec = store_spec(&encoded, location, options.mode, format.into(), None);
    write_encoded(encoded, spec, write)
}

/// Writes a dataset to a NetCDF-4 file, as `to_netcdf` does: otherwise as [`write_zarr`]. Values are computed by all ranks
/// and written by one, in order.
///
/// # Errors
/// As [`write_zarr`].
pub fn write_netcdf(
    dataset: &Dataset,
    location: &str,
    options: &NetcdfOptions,
    write: &mut dyn WriteArrays,
) -> Result<(), DatasetError> {
    if let Some(missing) = options.unlimited.iter().find(|name| !dataset.sizes().contains_key(*name)) {
        return Err(DatasetError::UnknownUnlimitedDimension { dimension: missing.clone() });
    }
    let mut encoded = dataset.encode_for_store(StoreFormat::Netcdf4, &options.encoding)?;
    for (spec, _) in &mut encoded.arrays {
        spec.netcdf.unlimited.clone_from(&options.unlimited);
    }
    let spec = store_spec(&encoded, location, options.mode, StoreFormat::Netcdf4, options.group.clone());
    write_encoded(encoded, spec, write)
}

fn store_spec(
    encoded: &EncodedDataset,
    location: &str,
    mode: WriteMode,
    format: StoreFormat,
    group: Option<String>,
) -> StoreSpec {
    StoreSpec { location: location.to_owned(), mode, format, attributes: encoded.attributes.clone(), group }
}

fn write_encoded(encoded: EncodedDataset, spec: StoreSpec, write: &mut dyn WriteArrays) -> Result<(), DatasetError> {
    let workshop = write.workshop(&spec.location)?;
    let mut writer = StoreWriter::create_in(workshop.as_ref(), spec)?;
    let mut outputs = Vec::new();
    for (spec, array) in &encoded.arrays {
        let is_left = encoded.left.contains(&spec.name);
        match writer.create_array(spec) {
            Ok(_) if is_left => {}
            Ok(stored) => outputs.push((array.clone(), stored)),
            Err(error) => {
                writer.abort();
                return Err(error.into());
            }
        }
    }
    let store = writer.unfinished();
    match write.write(&store, &outputs)? {
        Written::Now => {
            let mut writer = Some(writer);
            write.place(&store, &mut || writer.take().map_or(Ok(()), StoreWriter::finish))
        }
        Written::Before => {
            writer.abort();
            Ok(())
        }
    }
}

/// Refuses to add arrays whose dimensions have other lengths than in the arrays that stay in the store.
fn check_sizes(location: &str, mode: WriteMode, added: &[(ArraySpec, Array)]) -> Result<(), DatasetError> {
    if mode != WriteMode::Append {
        return Ok(());
    }
    let store = match store::open(location) {
        Ok(store) => store,
        // Nothing is there, or nothing to add to: creating the store decides.
        Err(_) => return Ok(()),
    };
    for (other, existing) in &store.metadata().arrays {
        let names = existing.dimension_names.iter().flatten();
        for (dimension, &expected) in names.zip(&existing.array.shape) {
            for (spec, _) in added.iter().filter(|(spec, _)| spec.name != *other) {
                let axis = spec.dimension_names.iter().position(|name| name == dimension);
                if let Some(&found) = axis.map(|axis| &spec.shape[axis])
                    && found != expected
                {
                    let (dimension, name, other) = (dimension.clone(), spec.name.clone(), other.clone());
                    return Err(DatasetError::ConflictingSizes { dimension, name, found, other, expected });
                }
            }
        }
    }
    Ok(())
}

/// The format of the store that is to be added to.
fn existing_format(location: &str, mode: WriteMode) -> Result<Option<ZarrFormat>, DatasetError> {
    if mode != WriteMode::Append {
        return Ok(None);
    }
    match store::open(location) {
        Ok(store) => Ok(match store.metadata().format {
            StoreFormat::Zarr(format) => Some(format),
            StoreFormat::Netcdf4 => None,
        }),
        Err(StoreError::Missing { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
