//! `to_zarr(append_dim=...)` and `to_zarr(region=...)`, and what `to_zarr(compute=False)` leaves for later.

use crate::dataset::{self, Chunking, Dataset, OpenOptions, Patch, PatchOptions, RegionSlice, region_of_labels};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::dask::deferred;
use crate::script::engine;
use crate::script::errors::{dataset_exception, runtime_exception, store_exception};
use crate::script::writing;
use crate::store::{self, StoreError};
use indexmap::IndexMap;
use rustpython_vm::builtins::{PyDict, PySlice, PyStr};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// Writes a dataset to a part of a store.
///
/// # Errors
/// Where the store can't be written or a value not be computed.
pub(super) fn dataset_to_part(dataset: &Dataset, path: &str, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let mode = arguments.string("mode")?;
    let is_allowed = |allowed: &[&str]| mode.as_deref().is_none_or(|mode| allowed.contains(&mode));
    let append = arguments.string("append_dim")?;
    if append.is_some() && !is_allowed(&["a", "a-"]) {
        return Err(vm.new_value_error("append_dim= goes with mode='a', or with no mode"));
    }
    if arguments.get("region").is_some() && !is_allowed(&["a", "a-", "r+"]) {
        return Err(vm.new_value_error("region= goes with mode 'a', 'a-' or 'r+', or with no mode"));
    }
    refuse_encoding(path, arguments)?;
    let mut dataset = dataset.clone();
    let patch = match (append, arguments.get("region")) {
        (Some(_), Some(_)) => {
            return Err(vm.new_value_error("cannot set both append_dim and region: a region's end is where it is"));
        }
        (Some(dimension), None) => {
            if matches!(store::open(path), Err(StoreError::Missing { .. })) {
                return Err(vm.new_value_error(format!(
                    "nothing can be appended along '{dimension}': there is nothing at {path}, write it without append_dim first"
                )));
            }
            Patch::Append(dimension)
        }
        (None, Some(region)) => Patch::Region(region_of(&mut dataset, path, region, vm)?),
        (None, None) => Patch::Region(IndexMap::new()),
    };
    let is_safe = arguments.bool("safe_chunks")?.unwrap_or(true);
    let may_cut_chunks = !is_safe || matches!(patch, Patch::Append(_)) || mode.as_deref() == Some("a");
    let leaves_lazy = !arguments.bool("compute")?.unwrap_or(true);
    let options = PatchOptions { patch, may_cut_chunks, leaves_lazy };
    if !leaves_lazy {
        write_part(&dataset, path, &options, vm)?;
        return Ok(vm.ctx.none());
    }
    let left = left_to_write(&dataset, path, &options.patch, vm)?;
    write_part(&dataset, path, &options, vm)?;
    write_later(left, path.to_owned(), may_cut_chunks, vm)
}

fn write_part(dataset: &Dataset, path: &str, options: &PatchOptions, vm: &VirtualMachine) -> PyResult<()> {
    let written = dataset::patch_zarr(dataset, path, options, &mut writing::SessionWriter::new(engine::current()));
    written.map_err(|error| dataset_exception(error, vm))
}

/// Parts of lazy values, and where in a store each is to be written.
type LeftToWrite = Vec<(Dataset, IndexMap<String, RegionSlice>)>;

/// What a write leaves that leaves lazy values; asked for before it, while the store is as long as it was.
fn left_to_write(dataset: &Dataset, path: &str, patch: &Patch, vm: &VirtualMachine) -> PyResult<LeftToWrite> {
    let lazy = dataset.lazy_part();
    let parts = match patch {
        Patch::Region(region) => {
            let sizes = lazy.sizes();
            let slices = region.iter().filter(|(dimension, _)| sizes.contains_key(*dimension));
            vec![(lazy, slices.map(|(dimension, slice)| (dimension.clone(), *slice)).collect())]
        }
        Patch::Append(dimension) => {
            let has_dimension = |name: &&str| lazy.variable(name).is_some_and(|one| one.dims.contains(dimension));
            let names = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect::<Vec<_>>();
            let (longer, fixed) = lazy.variables().map(|(name, _)| name).partition(has_dimension);
            let without =
                |left_out| lazy.drop_vars(&names(left_out), true).map_err(|error| dataset_exception(error, vm));
            let start = length_in_store(path, dimension, vm)?;
            let end = start + lazy.sizes().get(dimension).copied().unwrap_or(0) as i64;
            let region = IndexMap::from([(dimension.clone(), (Some(start), Some(end)))]);
            vec![(without(fixed)?, region), (without(longer)?, IndexMap::new())]
        }
    };
    Ok(parts.into_iter().filter(|(part, _)| part.variables().next().is_some()).collect())
}

/// Length of a dimension of a store, before the run made it longer; 0 where it has none of that name.
fn length_in_store(path: &str, dimension: &str, vm: &VirtualMachine) -> PyResult<i64> {
    let store = store::open(path).map_err(|error| store_exception(error, vm))?;
    let lengths = store.metadata().arrays.values().filter_map(|array| {
        let axis = array.dimension_names.as_ref()?.iter().position(|name| name == dimension)?;
        Some(array.array.shape[axis] as i64)
    });
    let found = engine::current().first_found(&format!("length of {dimension} in {path}"), lengths.max().unwrap_or(0));
    found.map_err(|error| runtime_exception(error, vm))
}

/// A `Delayed` that writes values to parts of a store.
///
/// # Errors
/// Where the machine can't hold it.
pub(super) fn write_later(parts: LeftToWrite, path: String, may_cut_chunks: bool, vm: &VirtualMachine) -> PyResult {
    let write = move |vm: &VirtualMachine| {
        for (part, region) in &parts {
            let options = PatchOptions { patch: Patch::Region(region.clone()), may_cut_chunks, leaves_lazy: false };
            write_part(part, &path, &options, vm)?;
        }
        Ok(vm.ctx.none())
    };
    deferred("to_zarr", write, vm)
}

/// Arrays that exist have an encoding.
fn refuse_encoding(path: &str, arguments: &Arguments<'_>) -> PyResult<()> {
    let vm = arguments.vm;
    let Some(encodings) = arguments.get("encoding") else { return Ok(()) };
    let Ok(existing) = store::open(path) else { return Ok(()) };
    for (name, _) in convert::string_pairs(encodings, vm)? {
        if existing.metadata().arrays.contains_key(&name) {
            return Err(vm.new_value_error(format!(
                "variable '{name}' of the store keeps its encoding: leave it out of encoding="
            )));
        }
    }
    Ok(())
}

/// `region=`: slices by dimension, or `"auto"`, where labels say which; their coordinates are not written again then.
fn region_of(
    dataset: &mut Dataset,
    path: &str,
    region: &PyObjectRef,
    vm: &VirtualMachine,
) -> PyResult<IndexMap<String, RegionSlice>> {
    let mut slices: IndexMap<String, RegionSlice> = IndexMap::new();
    let mut by_label: Vec<String> = Vec::new();
    let is_auto =
        |value: &PyObjectRef| value.downcast_ref::<PyStr>().is_some_and(|text| text.to_string_lossy() == "auto");
    if is_auto(region) {
        by_label.extend(dataset.sizes().into_keys());
    } else if region.downcastable::<PyDict>() {
        for (dimension, value) in convert::string_pairs(region, vm)? {
            match value.downcast_ref::<PySlice>() {
                Some(slice) => {
                    slices.insert(dimension, slice_of(slice, vm)?);
                }
                None if is_auto(&value) => by_label.push(dimension),
                None => {
                    let shown = region.repr(vm)?.to_string_lossy().into_owned();
                    return Err(vm.new_type_error(format!("region= takes slices, or 'auto': found {shown}")));
                }
            }
        }
    } else {
        return Err(vm.new_type_error("``region`` must be 'auto' or a dict of slices"));
    }
    if !by_label.is_empty() {
        let failed = |error| dataset_exception(error, vm);
        let options = OpenOptions { chunking: Chunking::Stored, ..OpenOptions::default() };
        let existing = dataset::open_zarr(path, &options, &*engine::current()).map_err(failed)?;
        slices.extend(region_of_labels(dataset, &existing, &by_label).map_err(failed)?);
        *dataset = dataset.drop_vars(&by_label, true).map_err(failed)?;
    }
    Ok(slices)
}

fn slice_of(slice: &PySlice, vm: &VirtualMachine) -> PyResult<RegionSlice> {
    let bound = |bound: Option<&PyObjectRef>| match bound {
        Some(value) if !vm.is_none(value) => convert::integer(value, vm).map(Some),
        _ => Ok(None),
    };
    if bound(slice.step.as_ref())?.is_some_and(|step| step != 1) {
        return Err(vm.new_value_error("region= takes slices without a step"));
    }
    Ok((bound(slice.start.as_ref())?, bound(Some(&slice.stop))?))
}
