//! Opening stores as datasets.

use super::cf::{DecodeOptions, check_range, decode_variable};
use super::dataset::{DatasetEncoding, load_arrays};
use super::merge::belongs_in_memory;
use super::related;
use super::{Attributes, Chunking, Dataset, DatasetError, Encoding, NetcdfEncoding, Variable};
use crate::array::StoredArray;
use crate::plan::{Array, Evaluate};
use crate::store::{self, ArrayMetadata, GroupMetadata, StoreFormat, ZarrFormat};
use indexmap::{IndexMap, IndexSet};
use serde_json::Value;

/// How a store is to be opened.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenOptions {
    /// How arrays are cut into chunks.
    pub chunking: Chunking,
    /// Which attributes of variables are acted upon.
    pub decode: DecodeOptions,
    /// The same for variables of these names.
    pub decode_variables: IndexMap<String, DecodeOptions>,
    /// Which attributes name coordinates.
    pub coordinates: CoordinateAttributes,
    /// Variables to leave out.
    pub drop_variables: Vec<String>,
    /// Path of the group to open; the root by default.
    pub group: Option<String>,
}

/// Attributes that say which variables are coordinates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CoordinateAttributes {
    /// None.
    None,
    /// `coordinates`.
    #[default]
    Coordinates,
    /// Also those that relate variables otherwise, as `bounds` and `grid_mapping` do.
    All,
}

impl OpenOptions {
    /// How a variable of this name is decoded.
    fn decode_of(&self, name: &str) -> DecodeOptions {
        self.decode_variables.get(name).copied().unwrap_or(self.decode)
    }
}

impl Default for OpenOptions {
    fn default() -> OpenOptions {
        OpenOptions {
            chunking: Chunking::Stored,
            decode: DecodeOptions::default(),
            decode_variables: IndexMap::new(),
            coordinates: CoordinateAttributes::Coordinates,
            drop_variables: Vec::new(),
            group: None,
        }
    }
}

/// Opens a Zarr store as a dataset, as `xr.open_zarr` does. Data variables and large coordinates stay lazy; index
/// coordinates and those of some MiB at most are read, through `evaluate`, in one go.
///
/// # Errors
/// Where there is no store, metadata can't be understood, or a coordinate can't be read.
pub fn open_zarr(location: &str, options: &OpenOptions, evaluate: &dyn Evaluate) -> Result<Dataset, DatasetError> {
    open_dataset(location, options, evaluate)
}

/// Opens a group of a store of any format as a dataset, as `xr.open_dataset` does; otherwise as [`open_zarr`].
///
/// # Errors
/// As [`open_zarr`].
pub fn open_dataset(location: &str, options: &OpenOptions, evaluate: &dyn Evaluate) -> Result<Dataset, DatasetError> {
    let store = store::open_group(location, options.group.as_deref())?;
    open_group(store.metadata(), options, evaluate)
}

/// A group as a dataset; see [`open_zarr`].
///
/// # Errors
/// As [`open_zarr`].
pub fn open_group(
    group: &GroupMetadata,
    options: &OpenOptions,
    evaluate: &dyn Evaluate,
) -> Result<Dataset, DatasetError> {
    let mut stored: IndexMap<String, Variable> = IndexMap::new();
    for (name, array) in &group.arrays {
        let mut variable = stored_variable(name, array, options.decode_of(name).mask_and_scale)?;
        if options.chunking == Chunking::Absent {
            variable.data = Array::stored(StoredArray { in_chunks: false, ..array.array.clone() });
        }
        stored.insert(name.clone(), variable);
    }
    let mut attributes: Attributes = group.attributes.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    attributes.retain(|key, _| !key.to_lowercase().starts_with("_nc"));
    let mut dataset = decode_all(stored, attributes, IndexSet::new(), options, evaluate)?;
    dataset.unreadable = group.unreadable.clone();
    dataset.encoding =
        DatasetEncoding { source: Some(group.location.clone()), unlimited: group.unlimited.iter().cloned().collect() };
    dataset.unreadable.retain(|name, _| !options.drop_variables.contains(name));
    let is_whole = |variable: &Variable| {
        options.chunking == Chunking::Absent || variable.values().is_some() || variable.dims.is_empty()
    };
    dataset.map_variables(|_, variable| match is_whole(variable) {
        true => Ok(variable.clone()),
        false if variable.encoding.netcdf.contiguous == Some(true) => {
            variable.chunk(&options.chunking.of_contiguous(&variable.dims))
        }
        false => variable.chunk(&options.chunking),
    })
}

/// Acts upon the attributes of the variables of a dataset, as opening a store does: `xr.decode_cf`. What is in memory stays
/// there.
///
/// # Errors
/// Where attributes can't be understood, or values can't be read.
pub fn decode_cf(dataset: &Dataset, options: &OpenOptions, evaluate: &dyn Evaluate) -> Result<Dataset, DatasetError> {
    let stored = dataset.data_variables.clone().into_iter().chain(dataset.coordinates.clone()).collect();
    let coordinate_names = dataset.coordinates.keys().cloned().collect();
    let mut decoded = decode_all(stored, dataset.attributes.clone(), coordinate_names, options, evaluate)?;
    decoded.encoding = dataset.encoding.clone();
    let in_memory: Vec<String> = decoded
        .variables()
        .filter(|(name, _)| dataset.variable(name).is_some_and(|variable| variable.values().is_some()))
        .map(|(name, _)| name.to_owned())
        .collect();
    let lazy = in_memory.iter().filter_map(|name| Some(decoded.variable(name)?.data.clone())).collect::<Vec<_>>();
    for (name, data) in in_memory.iter().zip(load_arrays(&lazy, evaluate)?) {
        if let Some(variable) = decoded.variable_mut(name) {
            variable.data = data;
        }
    }
    Ok(decoded)
}

/// Variables as they are stored as a dataset, decoded, some of them known to be coordinates; indexes and small coordinates
/// are read.
fn decode_all(
    mut stored: IndexMap<String, Variable>,
    mut attributes: Attributes,
    mut coordinate_names: IndexSet<String>,
    options: &OpenOptions,
    evaluate: &dyn Evaluate,
) -> Result<Dataset, DatasetError> {
    if options.decode.decode_times {
        copy_units_to_bounds(&mut stored);
    }
    let mut variables: IndexMap<String, Variable> = IndexMap::new();
    for (name, variable) in &stored {
        if options.drop_variables.contains(name) {
            continue;
        }
        let mut decoded = decode_variable(name, variable.clone(), options.decode_of(name))?;
        if options.coordinates != CoordinateAttributes::None
            && let Some(Value::String(names)) = decoded.attributes.shift_remove("coordinates")
        {
            coordinate_names.extend(names.split_whitespace().map(str::to_owned));
            decoded.encoding.coordinates = Some(names);
        }
        if options.coordinates == CoordinateAttributes::All {
            coordinate_names.extend(related::take_related(name, &mut decoded, &|name| stored.contains_key(name))?);
        }
        variables.insert(name.clone(), decoded);
    }
    if options.coordinates != CoordinateAttributes::None
        && let Some(Value::String(names)) = attributes.get("coordinates").cloned()
    {
        attributes.shift_remove("coordinates");
        coordinate_names.extend(names.split_whitespace().map(str::to_owned));
    }
    let is_coordinate = |name: &String, variable: &Variable| variable.is_index(name) || coordinate_names.contains(name);
    let (mut coordinates, data_variables): (IndexMap<_, _>, IndexMap<_, _>) =
        variables.into_iter().partition(|(name, variable)| is_coordinate(name, variable));
    load_coordinates(&mut coordinates, &stored, evaluate)?;
    Dataset::new(data_variables, coordinates, attributes)
}

/// An array as it is stored, with its attributes; a Zarr v2 fill value masks, so it becomes a `_FillValue`.
pub(super) fn stored_variable(
    name: &str,
    metadata: &ArrayMetadata,
    mask_and_scale: bool,
) -> Result<Variable, DatasetError> {
    let dims = match &metadata.dimension_names {
        Some(names) => names.clone(),
        None if metadata.array.shape.is_empty() => Vec::new(),
        None => return Err(DatasetError::NoDimensionNames { name: name.to_owned() }),
    };
    let mut variable = Variable::new(dims, Array::stored(metadata.array.clone()))?;
    variable.attributes = metadata.attributes.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    let (chunks, shards) = (metadata.chunk_shape.clone(), metadata.shard_shape.clone());
    let preferred_chunks =
        chunks.as_ref().map(|chunks| variable.dims.iter().cloned().zip(chunks.iter().copied()).collect());
    variable.encoding = Encoding { chunks, shards, preferred_chunks, ..Encoding::default() };
    if let Some(netcdf) = &metadata.netcdf {
        let dtype = |key| netcdf.attribute_dtypes.get(key).copied();
        variable.encoding.scale_dtype = dtype("scale_factor");
        variable.encoding.offset_dtype = dtype("add_offset");
        variable.encoding.netcdf = NetcdfEncoding {
            contiguous: Some(!netcdf.is_chunked),
            zlib: Some(netcdf.deflate.is_some()),
            complevel: netcdf.deflate,
            shuffle: Some(netcdf.shuffle),
            fletcher32: Some(netcdf.fletcher32),
        };
    }
    match (metadata.format, &metadata.fill_value) {
        (StoreFormat::Zarr(ZarrFormat::V3), value) => variable.encoding.absent_value = value.clone(),
        (StoreFormat::Zarr(ZarrFormat::V2), Some(value)) => {
            let as_is = variable.dtype().is_float() || variable.dtype().is_integer() || !mask_and_scale;
            if as_is {
                variable.attributes.insert("_FillValue".to_owned(), super::cf::attribute(value));
            }
        }
        (StoreFormat::Zarr(ZarrFormat::V2), None) | (StoreFormat::Netcdf4, _) => {}
    }
    Ok(variable)
}

/// Bounds of a time coordinate are in its units, which they need not repeat (CF section 7.1).
fn copy_units_to_bounds(stored: &mut IndexMap<String, Variable>) {
    let text = |variable: &Variable, key: &str| match variable.attributes.get(key) {
        Some(Value::String(text)) => Some(text.clone()),
        _ => None,
    };
    let sources: Vec<(String, String, Option<String>)> = stored
        .values()
        .filter_map(|variable| {
            let units = text(variable, "units").filter(|units| units.contains(" since "))?;
            Some((text(variable, "bounds")?, units, text(variable, "calendar")))
        })
        .collect();
    for (bounds, units, calendar) in sources {
        if let Some(variable) = stored.get_mut(&bounds) {
            variable.attributes.entry("units".to_owned()).or_insert(Value::String(units));
            if let Some(calendar) = calendar {
                variable.attributes.entry("calendar".to_owned()).or_insert(Value::String(calendar));
            }
        }
    }
}

/// Reads index coordinates and small ones into memory, and makes sure that times fit nanoseconds.
fn load_coordinates(
    coordinates: &mut IndexMap<String, Variable>,
    stored: &IndexMap<String, Variable>,
    evaluate: &dyn Evaluate,
) -> Result<(), DatasetError> {
    let names: Vec<String> = coordinates
        .iter()
        .filter(|(name, variable)| belongs_in_memory(name, variable))
        .map(|(name, _)| name.clone())
        .collect();
    let timed: Vec<&String> = names.iter().filter(|name| is_point_in_time(&coordinates[*name])).collect();
    let decoded = names.iter().map(|name| coordinates[name].data.clone());
    let raw = timed.iter().map(|name| stored[*name].data.clone());
    let mut loaded = load_arrays(&decoded.chain(raw).collect::<Vec<_>>(), evaluate)?.into_iter();
    let values: Vec<Array> = loaded.by_ref().take(names.len()).collect();
    for (name, raw) in timed.into_iter().zip(loaded) {
        let encoding = &coordinates[name].encoding;
        if let (Some(units), Some(values)) = (&encoding.units, raw.in_memory_values()) {
            check_range(name, values, units, encoding.calendar.as_deref())?;
        }
    }
    for (name, data) in names.iter().zip(values) {
        coordinates[name].data = data;
    }
    Ok(())
}

fn is_point_in_time(variable: &Variable) -> bool {
    matches!(variable.dtype(), crate::array::DType::Datetime(_)) && variable.encoding.units.is_some()
}
