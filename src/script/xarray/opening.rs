//! `xr.open_zarr`, `xr.open_dataset`, `to_zarr` and `to_netcdf`.

use super::decoding;
use super::encoding::{self, Written};
use super::indexers;
use super::patching;
use crate::dataset::{
    self, Chunking, CoordinateAttributes, DataArray, Dataset, DatasetError, DecodeOptions, Encoding, NetcdfOptions,
    OpenOptions, WriteOptions,
};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::dask::deferred;
use crate::script::engine;
use crate::script::errors::{dataset_exception, file_not_found};
use crate::script::modules::Module;
use crate::script::operand::Operand;
use crate::script::writing;
use crate::store::{StoreError, WriteMode};
use indexmap::IndexMap;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// The name that a `DataArray` without one has in a store, as xarray gives it.
const UNNAMED: &str = "__xarray_dataarray_variable__";

/// Parameters of `to_zarr`.
pub(super) const TO_ZARR: &str = "store!, chunk_store=None, mode, synchronizer=None, group=None, encoding, *, compute, \
    consolidated~, append_dim, region, safe_chunks, align_chunks~, storage_options=None, zarr_version, \
    zarr_format, write_empty_chunks=None, chunkmanager_store_kwargs~";

/// Parameters of `to_netcdf`.
pub(super) const TO_NETCDF: &str = "path!, mode, format, group, engine, encoding, unlimited_dims, compute, \
    invalid_netcdf=False, auto_complex=None";

/// Puts the functions into the module.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(module: &mut Module<'_>) -> PyResult<()> {
    module.function(
        "open_zarr",
        "store!, group, synchronizer=None, chunks, decode_cf, mask_and_scale, decode_times, concat_characters=True, \
         decode_coords, drop_variables, consolidated~, overwrite_encoded_chunks~, chunk_store=None, \
         storage_options=None, decode_timedelta, use_cftime, zarr_version~, zarr_format~, \
         use_zarr_fill_value_as_mask=None, chunked_array_type~, from_array_kwargs~, create_default_indexes=True",
        |arguments| {
            let is_absent = arguments.given("chunks").is_some_and(|chunks| arguments.vm.is_none(chunks));
            open("store", is_absent, arguments)
        },
    )?;
    module.function(
        "open_dataset",
        "filename_or_obj!, *, engine, chunks, cache~, decode_cf, mask_and_scale, decode_times, decode_timedelta, \
         use_cftime, concat_characters=True, decode_coords, drop_variables, create_default_indexes=True, \
         inline_array~, chunked_array_type~, from_array_kwargs~, backend_kwargs=None, consolidated~, group, \
         storage_options=None, zarr_format~",
        |arguments| {
            check_engine(arguments)?;
            open("filename_or_obj", arguments.get("chunks").is_none(), arguments)
        },
    )?;
    module.function(
        "decode_cf",
        "obj!, concat_characters=True, mask_and_scale, decode_times, decode_coords, drop_variables, use_cftime, \
         decode_timedelta",
        decode,
    )
}

/// Refuses an `engine=` that reads other formats; which of its own Swath reads is decided by what lies there.
///
/// # Errors
/// `NotImplementedError` for another engine.
pub(super) fn check_engine(arguments: &Arguments<'_>) -> PyResult<()> {
    match arguments.string("engine")?.as_deref() {
        None | Some("zarr" | "netcdf4" | "h5netcdf") => Ok(()),
        Some(other) => Err(arguments.vm.new_not_implemented_error(format!(
            "engine='{other}' is not supported by swath: 'zarr', 'netcdf4' and 'h5netcdf' are"
        ))),
    }
}

/// A store as a dataset, without chunks where none are to be.
fn open(store: &str, without_chunks: bool, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let path = convert::path(arguments.required(store), vm)?;
    let mut options = options(arguments)?;
    if without_chunks {
        options.chunking = Chunking::Absent;
    }
    let opened = dataset::open_dataset(&path, &options, &*engine::current());
    Operand::Dataset(opened.map_err(|error| dataset_exception(error, vm))?).into_object(vm)
}

/// `xr.decode_cf(obj)`.
fn decode(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let Operand::Dataset(dataset) = Operand::expect(arguments.required("obj"), vm)? else {
        return Err(vm.new_type_error("can only decode Dataset or DataStore objects"));
    };
    let decoded = dataset::decode_cf(&dataset, &options(arguments)?, &*engine::current());
    Operand::Dataset(decoded.map_err(|error| dataset_exception(error, vm))?).into_object(vm)
}

/// How a call wants stores opened.
///
/// # Errors
/// Where an argument isn't what it should be.
pub(super) fn options(arguments: &Arguments<'_>) -> PyResult<OpenOptions> {
    let vm = arguments.vm;
    let decode = arguments.bool("decode_cf")?.unwrap_or(true);
    let (default, decode_variables) =
        if decode { decoding::decode_options(arguments)? } else { (DecodeOptions::NONE, IndexMap::new()) };
    Ok(OpenOptions {
        chunking: arguments.get("chunks").map_or(Ok(Chunking::Stored), |chunks| indexers::chunking(chunks, vm))?,
        decode: default,
        decode_variables,
        coordinates: if decode { decoding::coordinate_attributes(arguments)? } else { CoordinateAttributes::None },
        drop_variables: arguments.get("drop_variables").map_or(Ok(Vec::new()), |names| indexers::names(names, vm))?,
        group: arguments.string("group")?.filter(|group| !group.trim_matches('/').is_empty()),
    })
}

/// `Dataset.to_zarr(...)`.
///
/// # Errors
/// Where the store can't be written or a value not be computed.
pub(super) fn dataset_to_zarr(dataset: &Dataset, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let path = convert::path(arguments.required("store"), vm)?;
    if arguments.get("append_dim").is_some() || arguments.get("region").is_some() {
        return patching::dataset_to_part(dataset, &path, arguments);
    }
    let mut options = WriteOptions::new(mode(arguments)?);
    if arguments.get("zarr_format").or(arguments.get("zarr_version")).is_some() {
        options.format = Some(writing::format(arguments)?);
    }
    options.encoding = encodings(dataset, Written::Zarr, arguments)?;
    options.leaves_lazy = !arguments.bool("compute")?.unwrap_or(true);
    let written = dataset::write_zarr(dataset, &path, &options, &mut writing::SessionWriter::new(engine::current()));
    written.map_err(|error| dataset_exception(error, vm))?;
    match options.leaves_lazy {
        true => patching::write_later(vec![(dataset.lazy_part(), IndexMap::new())], path, true, vm),
        false => Ok(vm.ctx.none()),
    }
}

/// `DataArray.to_zarr(...)`: a store with this one variable.
///
/// # Errors
/// As [`dataset_to_zarr`].
pub(super) fn data_array_to_zarr(array: &DataArray, arguments: &Arguments<'_>) -> PyResult {
    dataset_to_zarr(&as_dataset(array, arguments)?, arguments)
}

/// `Dataset.to_netcdf(...)`.
///
/// # Errors
/// Where the file can't be written or a value not be computed.
pub(super) fn dataset_to_netcdf(dataset: &Dataset, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let path = convert::path(arguments.required("path"), vm)?;
    for (name, known) in
        [("format", &["NETCDF4"][..]), ("engine", &["netcdf4", "h5netcdf"]), ("mode", &["w", "a", "r+"])]
    {
        if let Some(wanted) = arguments.string(name)?.filter(|wanted| !known.contains(&wanted.as_str())) {
            return Err(vm.new_not_implemented_error(format!(
                "to_netcdf({name}='{wanted}') is not supported by swath: '{}' is",
                known.join("', '")
            )));
        }
    }
    let sizes = dataset.sizes();
    let has_dimension = |name: &String| sizes.contains_key(name);
    let mut options = NetcdfOptions {
        mode: if arguments.string("mode")?.is_none_or(|mode| mode == "w") {
            WriteMode::Replace
        } else {
            WriteMode::Append
        },
        encoding: encodings(dataset, Written::Netcdf, arguments)?,
        group: arguments.string("group")?,
        unlimited: match arguments.get("unlimited_dims") {
            Some(names) => indexers::names(names, vm)?,
            None => dataset.encoding().unlimited.iter().filter(|name| has_dimension(name)).cloned().collect(),
        },
    };
    // Naming chunks is how one asks for them, however the variable lay in the file that it was read from.
    for encoding in options.encoding.values_mut().filter(|encoding| encoding.chunks.is_some()) {
        encoding.netcdf.contiguous.get_or_insert(false);
    }
    let is_h5netcdf = arguments.string("engine")?.as_deref() == Some("h5netcdf");
    let dataset = dataset.clone();
    let write = move |vm: &VirtualMachine| {
        let session = &mut writing::SessionWriter::new(engine::current());
        let written = dataset::write_netcdf(&dataset, &path, &options, session);
        written.map(|()| vm.ctx.none()).map_err(|error| match error {
            DatasetError::Store(missing @ StoreError::NoDirectory { .. }) if is_h5netcdf => {
                file_not_found(missing.to_string(), vm)
            }
            error => dataset_exception(error, vm),
        })
    };
    if arguments.bool("compute")?.unwrap_or(true) { write(vm) } else { deferred("to_netcdf", write, vm) }
}

/// `DataArray.to_netcdf(...)`: a file with this one variable.
///
/// # Errors
/// As [`dataset_to_netcdf`].
pub(super) fn data_array_to_netcdf(array: &DataArray, arguments: &Arguments<'_>) -> PyResult {
    dataset_to_netcdf(&as_dataset(array, arguments)?, arguments)
}

/// The dataset as which an array is written.
fn as_dataset(array: &DataArray, arguments: &Arguments<'_>) -> PyResult<Dataset> {
    let taken = array.name().is_none_or(|name| array.coordinates().contains_key(name));
    let name = if taken { Some(UNNAMED) } else { None };
    array.to_dataset(name).map_err(|error| dataset_exception(error, arguments.vm))
}

/// `encoding=`: an encoding by variable.
fn encodings(dataset: &Dataset, written: Written, arguments: &Arguments<'_>) -> PyResult<IndexMap<String, Encoding>> {
    let vm = arguments.vm;
    let Some(encodings) = arguments.get("encoding") else { return Ok(IndexMap::new()) };
    let pairs = convert::string_pairs(encodings, vm)?;
    let of = |(name, wanted): (String, PyObjectRef)| {
        let ndim = dataset.variable(&name).map_or(0, |variable| variable.dims.len());
        let encoding = encoding::from_dict(&wanted, ndim, written, vm)?;
        Ok((name, encoding))
    };
    pairs.into_iter().map(of).collect()
}

fn mode(arguments: &Arguments<'_>) -> PyResult<WriteMode> {
    match arguments.string("mode")?.as_deref() {
        None | Some("w-") => Ok(WriteMode::CreateNew),
        Some("w") => Ok(WriteMode::Replace),
        Some("a") => Ok(WriteMode::Append),
        Some(other) => Err(arguments
            .vm
            .new_value_error(format!("mode='{other}' is not supported by swath: expected 'w', 'w-' or 'a'"))),
    }
}
