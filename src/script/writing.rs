//! Arrays without labels in Zarr stores.

use super::arguments::Arguments;
use super::convert;
use super::engine;
use super::errors::{runtime_exception, store_exception};
use crate::array::StoredArray;
use crate::plan::Array;
use crate::runtime::{RuntimeError, interrupt};
use crate::store::{self, ArraySpec, Attributes, Compression, StoreWriter, WriteMode, ZarrFormat};
use rustpython_vm::{PyResult, VirtualMachine};
use std::collections::BTreeSet;

/// An array of a store; without a component, the store's only one.
///
/// # Errors
/// Where there is no store, or not the array.
pub(super) fn open_array(path: &str, component: Option<&str>, vm: &VirtualMachine) -> PyResult<Array> {
    let opened = store::open(path).map_err(|error| store_exception(error, vm))?;
    let group = opened.metadata();
    let component = component.map(|name| name.trim_matches('/'));
    let found = match component.filter(|name| !name.is_empty()) {
        Some(name) => group.arrays.get(name),
        None if group.arrays.len() == 1 => group.arrays.values().next(),
        None => None,
    };
    if let Some(array) = found {
        return Ok(Array::stored(array.array.clone()));
    }
    if let Some(reason) = component.and_then(|name| group.unreadable.get(name)) {
        return Err(vm.new_not_implemented_error(reason.clone()));
    }
    let known: Vec<&str> = group.arrays.keys().map(String::as_str).collect();
    let message = format!("{path} has the arrays {}: choose one with component=", known.join(", "));
    Err(vm.new_key_error(vm.ctx.new_str(message).into()))
}

/// `da.to_zarr(array, url, component=, overwrite=, zarr_format=)`.
///
/// # Errors
/// Where the store can't be written or the array not be computed.
pub(super) fn array_to_zarr(array: &Array, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let path = convert::path(arguments.required("url"), vm)?;
    let mode = if arguments.bool("overwrite")?.unwrap_or(false) { WriteMode::Replace } else { WriteMode::CreateNew };
    let format = format(arguments)?;
    let name = arguments.string("component")?.unwrap_or_default();
    let spec = ArraySpec {
        name,
        dtype: array.dtype(),
        shape: array.shape().to_vec(),
        chunk_shape: array.grid().max_chunk_shape(),
        shard_shape: None,
        // Names that xarray gives axes without any, so that the store opens there too.
        dimension_names: (0..array.ndim()).map(|axis| format!("dim_{axis}")).collect(),
        attributes: Attributes::new(),
        fill_value: None,
        compression: Compression::Default,
    };
    let failed = |error| store_exception(error, vm);
    let mut writer = StoreWriter::create(&path, mode, format, Attributes::new()).map_err(failed)?;
    let target = writer.create_array(&spec).map_err(failed)?;
    write_unfinished(&[(array.clone(), target)]).map_err(|error| runtime_exception(error, vm))?;
    writer.finish().map_err(failed)?;
    Ok(vm.ctx.none())
}

/// Has the session compute arrays into those of an unfinished store, which an interrupt removes.
///
/// # Errors
/// Where the arrays can't be computed or written.
pub(super) fn write_unfinished(outputs: &[(Array, StoredArray)]) -> Result<(), RuntimeError> {
    let unfinished: BTreeSet<&str> = outputs.iter().map(|(_, target)| target.location.store.as_str()).collect();
    let _guards: Vec<_> = unfinished.into_iter().map(|store| interrupt::register_cleanup(store.into())).collect();
    engine::current().write(outputs)
}

/// `zarr_format=`, 3 by default.
///
/// # Errors
/// `ValueError` for another than 2 and 3.
pub(super) fn format(arguments: &Arguments<'_>) -> PyResult<ZarrFormat> {
    let wanted = arguments.get("zarr_format").or(arguments.get("zarr_version"));
    match wanted.map(|format| convert::integer(format, arguments.vm)).transpose()? {
        None | Some(3) => Ok(ZarrFormat::V3),
        Some(2) => Ok(ZarrFormat::V2),
        Some(other) => Err(arguments.vm.new_value_error(format!("zarr_format={other}: expected 2 or 3"))),
    }
}
