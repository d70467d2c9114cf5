//! Arrays without labels in Zarr stores.

use super::arguments::Arguments;
use super::convert;
use super::dask::deferred;
use super::engine;
use super::errors::{runtime_exception, store_exception};
use crate::array::StoredArray;
use crate::dataset::{DatasetError, WriteArrays, Written};
use crate::plan::{Array, PlanError};
use crate::runtime::{RuntimeError, Session, StoreWritten, interrupt};
use crate::store::{
    self, ArraySpec, Attributes, Compression, NetcdfStorage, StoreError, StoreSpec, StoreWriter, UnfinishedStore,
    Workshop, WriteMode, ZarrFormat,
};
use rustpython_vm::{PyResult, VirtualMachine};
use std::rc::Rc;

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
    if name.trim_matches('/').is_empty() {
        return Err(vm.new_not_implemented_error(
            "to_zarr of an array without a group around it is not supported by swath: name it by component=, and read it by from_zarr(url, component=)",
        ));
    }
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
        netcdf: NetcdfStorage::default(),
    };
    let store = StoreSpec { location: path, mode, format: format.into(), attributes: Attributes::new(), group: None };
    let array = array.clone();
    let write = move |vm: &VirtualMachine| write_array(&array, &spec, &store, vm);
    if arguments.bool("compute")?.unwrap_or(true) { write(vm) } else { deferred("to_zarr", write, vm) }
}

fn write_array(array: &Array, spec: &ArraySpec, store: &StoreSpec, vm: &VirtualMachine) -> PyResult {
    let failed = |error| store_exception(error, vm);
    let session = engine::current();
    let run_failed = |error| runtime_exception(error, vm);
    let workshop = session.workshop(&store.location).map_err(run_failed)?;
    let mut writer = StoreWriter::create_in(workshop.as_ref(), store.clone()).map_err(failed)?;
    let target = writer.create_array(spec).map_err(failed)?;
    let store = writer.unfinished();
    match write_unfinished(&session, &store, &[(array.clone(), target)]).map_err(run_failed)? {
        StoreWritten::Now => {
            let mut writer = Some(writer);
            let finish = &mut || writer.take().map_or(Ok(()), StoreWriter::finish);
            session.place(&store, finish).map_err(run_failed)?;
        }
        StoreWritten::Before => writer.abort(),
    }
    Ok(vm.ctx.none())
}

/// Has the session compute arrays into those of an unfinished store. An interrupt removes that where there is no run
/// directory, and so no other attempt that could go on with it.
fn write_unfinished(
    session: &Session,
    store: &UnfinishedStore,
    outputs: &[(Array, StoredArray)],
) -> Result<StoreWritten, RuntimeError> {
    let _guard = (!session.has_run()).then(|| interrupt::register_cleanup(store.workshop.as_str().into()));
    session.write_store(store, outputs)
}

/// Has a session write datasets.
pub struct SessionWriter(Rc<Session>);

impl SessionWriter {
    /// Datasets are written by this session.
    pub fn new(session: Rc<Session>) -> SessionWriter {
        SessionWriter(session)
    }
}

impl WriteArrays for SessionWriter {
    fn workshop(&mut self, location: &str) -> Result<Option<Workshop>, PlanError> {
        self.0.workshop(location).map_err(evaluation)
    }

    fn write(&mut self, store: &UnfinishedStore, outputs: &[(Array, StoredArray)]) -> Result<Written, PlanError> {
        Ok(match write_unfinished(&self.0, store, outputs).map_err(evaluation)? {
            StoreWritten::Now => Written::Now,
            StoreWritten::Before => Written::Before,
        })
    }

    fn place(
        &mut self,
        store: &UnfinishedStore,
        finish: &mut dyn FnMut() -> Result<(), StoreError>,
    ) -> Result<(), DatasetError> {
        self.0.place(store, finish).map_err(dataset_error)
    }

    fn has_grafted(&mut self, store: &UnfinishedStore) -> bool {
        let grafted = self.0.has_grafted(store);
        if grafted {
            // Nothing is left to do there, and nobody is to be locked out.
            let _ = self.0.graft(store, &mut || Ok(()));
        }
        grafted
    }

    fn graft(
        &mut self,
        store: &UnfinishedStore,
        finish: &mut dyn FnMut() -> Result<(), StoreError>,
    ) -> Result<(), DatasetError> {
        self.0.graft(store, finish).map_err(dataset_error)
    }
}

fn dataset_error(error: RuntimeError) -> DatasetError {
    match error {
        RuntimeError::Store(error) => DatasetError::from(error),
        other => DatasetError::from(evaluation(other)),
    }
}

fn evaluation(error: RuntimeError) -> PlanError {
    PlanError::Evaluation(Box::new(error))
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
