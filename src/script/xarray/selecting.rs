//! Selections: `isel`, `sel`, `[...]` and `.loc[...]`, and what is assigned to them.

use super::data_array::DataArrayObject;
use super::dataset_object::DatasetObject;
use super::indexers;
use super::labelled::{Labelled, LabelledObject};
use super::methods::finish;
use super::stacking;
use crate::dataset::{Dataset, DatasetError, Indexer, LabelIndexer, Points, SelectOptions, Variable};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::engine;
use crate::script::errors::dataset_exception;
use crate::script::operand::Operand;
use indexmap::IndexMap;
use rustpython_vm::builtins::{PyDict, PyEllipsis, PyTuple};
use rustpython_vm::protocol::PyMappingMethods;
use rustpython_vm::types::AsMapping;
use rustpython_vm::{Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

/// What is selected along each dimension.
pub(super) type Selected = Vec<(String, PyObjectRef)>;

/// `isel`.
///
/// # Errors
/// Where a dimension or position doesn't exist.
pub(super) fn isel<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let mut pairs = indexers::named(arguments, "indexers")?;
    let inner = this.inner();
    let sizes = inner.sizes();
    match arguments.string("missing_dims")?.as_deref() {
        None | Some("raise") => {}
        Some("ignore" | "warn") => pairs.retain(|(name, _)| sizes.contains_key(name)),
        Some(other) => {
            return Err(vm.new_value_error(format!(
                "Unrecognised option {other} for missing_dims argument: use 'raise', 'warn' or 'ignore'"
            )));
        }
    }
    by_positions(&inner, pairs, arguments.bool("drop")?.unwrap_or(false), vm)
}

/// The part of a labelled object at positions.
///
/// # Errors
/// Where a dimension or position doesn't exist.
pub(super) fn by_positions<L: Labelled>(inner: &L, pairs: Selected, drop: bool, vm: &VirtualMachine) -> PyResult {
    let (mut positions, mut points) = (IndexMap::new(), IndexMap::new());
    let mut brought = Vec::new();
    for (name, value) in pairs {
        match indexers::points(&name, &value, vm)? {
            Some(array) => {
                let list = indexers::point_positions(&name, &array, vm)?;
                points.insert(name, Points::new(&array, list));
            }
            None => {
                let position = indexers::position(&value, vm)?;
                brought.extend(brought_along(&value, &position, vm)?);
                positions.insert(name, position);
            }
        }
    }
    let selected = inner.isel(&positions, drop).and_then(|selected| at_points(&selected, &points));
    finish(selected.and_then(|selected| with_brought(selected, &brought)), vm)
}

/// The coordinates that an array has where it selects along its own dimension.
fn brought_along(
    value: &PyObjectRef,
    position: &Indexer,
    vm: &VirtualMachine,
) -> PyResult<Option<IndexMap<String, Variable>>> {
    let Some(array) = value.downcast_ref::<DataArrayObject>().map(|array| array.inner()) else { return Ok(None) };
    let array = match (position, array.dims()) {
        (Indexer::Mask(_), [dimension]) => {
            let indexers = IndexMap::from([(dimension.clone(), position.clone())]);
            array.isel(&indexers, false).map_err(|error| dataset_exception(error, vm))?
        }
        _ => array,
    };
    Ok(Some(array.coordinates().clone()))
}

/// What was selected, with the coordinates of what it was selected by.
fn with_brought<L: Labelled>(selected: L, brought: &[IndexMap<String, Variable>]) -> Result<L, DatasetError> {
    match brought.iter().all(IndexMap::is_empty) {
        true => Ok(selected),
        false => Ok(selected.of_anonymous(selected.to_anonymous().with_coordinates_of(brought)?)),
    }
}

/// The elements at points; all of them where there are none.
fn at_points<L: Labelled>(inner: &L, points: &IndexMap<String, Points>) -> Result<L, DatasetError> {
    match points.is_empty() {
        true => Ok(inner.clone()),
        false => Ok(inner.of_anonymous(inner.to_anonymous().isel_points(points)?)),
    }
}

/// `sel`.
///
/// # Errors
/// Where a dimension or label doesn't exist.
pub(super) fn sel<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let options = SelectOptions {
        method: arguments.string("method")?.map(|name| indexers::method(&name, vm)).transpose()?,
        tolerance: arguments.get("tolerance").map(|value| indexers::label(value, vm)).transpose()?,
        drop: arguments.bool("drop")?.unwrap_or(false),
    };
    by_labels(this.inner(), indexers::named(arguments, "indexers")?, &options, vm)
}

/// The part of a labelled object at labels.
fn by_labels<L: Labelled>(inner: L, mut pairs: Selected, options: &SelectOptions, vm: &VirtualMachine) -> PyResult {
    let failed = |error| dataset_exception(error, vm);
    let inner = stacking::select_levels(inner, &mut pairs, options.drop, vm)?;
    let (mut labels, mut points) = (IndexMap::new(), IndexMap::new());
    let mut brought = Vec::new();
    let selected_dims: Vec<String> = pairs.iter().map(|(name, _)| name.clone()).collect();
    for (name, value) in pairs {
        match indexers::points(&name, &value, vm)? {
            Some(array) => {
                indexers::refuse_masks(&name, &array, vm)?;
                let list = indexers::point_labels(&array, vm)?;
                let found = inner.to_anonymous().positions_of_labels(&name, list, options).map_err(failed)?;
                points.insert(name, Points::new(&array, found));
            }
            None => {
                let label = indexers::labels(&value, vm)?;
                let position = match &label {
                    LabelIndexer::Mask(mask) => Indexer::Mask(mask.clone()),
                    _ => Indexer::WHOLE,
                };
                brought.extend(brought_along(&value, &position, vm)?);
                labels.insert(name, label);
            }
        }
    }
    // Labels that selected are those of what is selected already.
    for coordinates in brought.iter_mut().chain(points.values_mut().map(|points| &mut points.coordinates)) {
        coordinates.retain(|name, _| !selected_dims.contains(name));
    }
    let selected = inner.sel(&labels, options).and_then(|selected| at_points(&selected, &points));
    finish(selected.and_then(|selected| with_brought(selected, &brought)), vm)
}

/// What an index means for dimensions: of a dict as it is, else one entry for each; an ellipsis stands for the others.
///
/// # Errors
/// Where there are more entries than dimensions, and for `np.newaxis`.
pub(super) fn of_dims(dims: &[String], key: &PyObject, vm: &VirtualMachine) -> PyResult<Selected> {
    if key.downcastable::<PyDict>() {
        return convert::string_pairs(key, vm);
    }
    let parts = match key.downcast_ref::<PyTuple>() {
        Some(tuple) => tuple.as_slice().to_vec(),
        None => vec![key.to_owned()],
    };
    let failed = |error| dataset_exception(error, vm);
    let is_ellipsis = |part: &PyObjectRef| part.downcastable::<PyEllipsis>();
    let given = parts.iter().filter(|part| !is_ellipsis(part)).count();
    if given > dims.len() {
        return Err(failed(DatasetError::TooManyIndices));
    }
    if parts.len() > given + 1 {
        return Err(failed(DatasetError::SeveralEllipses));
    }
    let before = parts.iter().position(is_ellipsis).unwrap_or(given);
    let entries = parts.iter().filter(|part| !is_ellipsis(part)).enumerate();
    let named = entries.map(|(place, part)| {
        if vm.is_none(part) {
            return Err(vm.new_not_implemented_error(
                "np.newaxis in a labelled array is not supported by swath: use expand_dims",
            ));
        }
        let axis = if place < before { place } else { place + dims.len() - given };
        Ok((dims[axis].clone(), part.clone()))
    });
    named.collect()
}

/// What is selected as positions, for an assignment.
fn plain_positions(pairs: Selected, vm: &VirtualMachine) -> PyResult<IndexMap<String, Indexer>> {
    let position = |(name, value): (String, PyObjectRef)| {
        check_not_points(&name, &value, vm)?;
        Ok((name, indexers::position(&value, vm)?))
    };
    pairs.into_iter().map(position).collect()
}

fn check_not_points(name: &str, value: &PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
    match indexers::points(name, value, vm)? {
        Some(_) => Err(vm.new_not_implemented_error(format!(
            "assigning to points along '{name}' is not supported by swath: use where()"
        ))),
        None => Ok(()),
    }
}

/// `array[key] = value`.
///
/// # Errors
/// Where a dimension or position doesn't exist, or the value doesn't fit.
pub(super) fn assign(
    array: &DataArrayObject,
    key: &PyObject,
    value: &PyObjectRef,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let pairs = of_dims(array.inner().dims(), key, vm)?;
    assign_at(array, &plain_positions(pairs, vm)?, value, vm)
}

fn assign_at(
    array: &DataArrayObject,
    positions: &IndexMap<String, Indexer>,
    value: &PyObjectRef,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let value = Operand::expect(value, vm)?.into_dataset_operand();
    let assigned = array.inner().with_values(positions, &value, &*engine::current());
    array.set_data(assigned.map_err(|error| dataset_exception(error, vm))?);
    Ok(())
}

/// What `.loc` belongs to.
#[derive(Debug)]
enum Owner {
    DataArray(PyRef<DataArrayObject>),
    Dataset(PyRef<DatasetObject>),
}

/// `.loc`: selection by label with brackets.
#[pyclass(module = "xarray", name = "LocIndexer")]
#[derive(Debug, PyPayload)]
pub struct LocIndexer {
    owner: Owner,
}

impl LocIndexer {
    /// The indexer of an array.
    pub(super) fn of_array(array: &Py<DataArrayObject>, vm: &VirtualMachine) -> PyObjectRef {
        LocIndexer { owner: Owner::DataArray(array.to_owned()) }.into_ref(&vm.ctx).into()
    }

    /// The indexer of a dataset.
    pub(super) fn of_dataset(dataset: &Py<DatasetObject>, vm: &VirtualMachine) -> PyObjectRef {
        LocIndexer { owner: Owner::Dataset(dataset.to_owned()) }.into_ref(&vm.ctx).into()
    }

    fn part(&self, key: &PyObject, vm: &VirtualMachine) -> PyResult {
        let options = SelectOptions::default();
        match &self.owner {
            Owner::DataArray(array) => {
                let inner = array.inner();
                let pairs = of_dims(inner.dims(), key, vm)?;
                by_labels(inner, pairs, &options, vm)
            }
            Owner::Dataset(dataset) if key.downcastable::<PyDict>() => {
                by_labels(dataset.inner(), convert::string_pairs(key, vm)?, &options, vm)
            }
            Owner::Dataset(_) => Err(vm.new_type_error("Dataset.loc takes a dict of labels, as in ds.loc[dict(x=1)]")),
        }
    }

    fn assign(&self, key: &PyObject, value: &PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let Owner::DataArray(array) = &self.owner else {
            return Err(vm.new_not_implemented_error(
                "assigning to Dataset.loc is not supported by swath: assign to the .loc of each variable",
            ));
        };
        let inner = array.inner();
        let mut labels: IndexMap<String, LabelIndexer> = IndexMap::new();
        for (name, value) in of_dims(inner.dims(), key, vm)? {
            check_not_points(&name, &value, vm)?;
            labels.insert(name, indexers::labels(&value, vm)?);
        }
        let dataset: Dataset = inner.to_anonymous();
        let positions = dataset.indexers_of_labels(&labels, &SelectOptions::default());
        assign_at(array, &positions.map_err(|error| dataset_exception(error, vm))?, value, vm)
    }
}

#[pyclass(with(AsMapping))]
impl LocIndexer {}

impl AsMapping for LocIndexer {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            subscript: Some(|mapping, key, vm| LocIndexer::mapping_downcast(mapping).part(key, vm)),
            ass_subscript: Some(|mapping, key, value, vm| match value {
                Some(value) => LocIndexer::mapping_downcast(mapping).assign(key, &value, vm),
                None => Err(vm.new_type_error("elements of an array can't be deleted: use drop_sel")),
            }),
            ..PyMappingMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}
