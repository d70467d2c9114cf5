//! What `weighted` gives: reductions of values that count more or less.

use super::data_array::DataArrayObject;
use super::group_by::object;
use super::indexers;
use super::methods::{quantile_arguments, reduce_options};
use super::rolling::class_and_dims;
use crate::dataset::{DatasetError, Operand as Labelled, WeightedKind, Weights};
use crate::script::arguments::Arguments;
use crate::script::engine;
use crate::script::errors::dataset_exception;
use crate::script::surface::{Method, Property, Surface, surface_attributes};
use rustpython_vm::types::{GetAttr, Representable};
use rustpython_vm::{Py, PyPayload, PyResult, VirtualMachine, pyclass};

/// A labelled array or dataset, and weights.
#[pyclass(module = "xarray", name = "Weighted")]
#[derive(Debug, PyPayload)]
pub struct WeightedObject {
    object: Labelled,
    weights: Weights,
}

/// `object.weighted(weights)`.
///
/// # Errors
/// `ValueError` where the weights are no array, or values are missing among them.
pub(super) fn weighted(object: Labelled, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let argument = arguments.required("weights");
    let Some(weights) = argument.downcast_ref::<DataArrayObject>().map(|weights| weights.inner()) else {
        return Err(vm.new_value_error("weights are a DataArray, as in .weighted(ds.area)"));
    };
    // Weights are few where values are many: those that can be missing are looked at.
    if weights.dtype().is_float() {
        let present = weights.notnull().and_then(|present| present.values(&*engine::current()));
        let present = present.map_err(|error| dataset_exception(error, vm))?;
        if present.as_slice::<bool>().is_some_and(|present| present.contains(&false)) {
            let message = "weights have to be there for every element: weights.fillna(0) makes missing ones 0";
            return Err(vm.new_value_error(message));
        }
    }
    Ok(WeightedObject { object, weights: Weights::new(weights) }.into_ref(&vm.ctx).into())
}

const SUM: &str = "dim, *, skipna, keep_attrs";

impl Surface for WeightedObject {
    const CLASS: &'static str = "Weighted";
    const METHODS: &'static [&'static [Method<Self>]] = &[&[
        Method {
            name: "sum_of_weights",
            parameters: "dim, *, keep_attrs",
            body: |this, a| reduce(this, WeightedKind::SumOfWeights, a),
        },
        Method { name: "sum_of_squares", parameters: SUM, body: |this, a| reduce(this, WeightedKind::SumOfSquares, a) },
        Method { name: "sum", parameters: SUM, body: |this, a| reduce(this, WeightedKind::Sum, a) },
        Method { name: "mean", parameters: SUM, body: |this, a| reduce(this, WeightedKind::Mean, a) },
        Method { name: "var", parameters: SUM, body: |this, a| reduce(this, WeightedKind::Var, a) },
        Method { name: "quantile", parameters: "q!, *, dim, keep_attrs, skipna", body: quantile },
        Method { name: "std", parameters: SUM, body: |this, a| reduce(this, WeightedKind::Std, a) },
    ]];
    const PROPERTIES: &'static [&'static [Property<Self>]] = &[&[
        Property { name: "obj", get: |this, vm| object(Ok(this.object.clone()), vm) },
        Property { name: "weights", get: |this, vm| object(Ok(this.weights.array().clone().into()), vm) },
    ]];
}

fn quantile(this: &Py<WeightedObject>, arguments: &Arguments<'_>) -> PyResult {
    let (probabilities, _) = quantile_arguments(arguments)?;
    let dims = indexers::dims(arguments.get("dim"), arguments.vm)?;
    let options = reduce_options(arguments)?;
    let found = match &this.object {
        Labelled::DataArray(array) => {
            array.quantile_weighted(&this.weights, &probabilities, &dims, options).map(Labelled::DataArray)
        }
        Labelled::Dataset(dataset) => {
            dataset.quantile_weighted(&this.weights, &probabilities, &dims, options).map(Labelled::Dataset)
        }
        Labelled::Array(_) | Labelled::Scalar(_) => Err(DatasetError::Unlabelled { operation: "weighted" }),
    };
    object(found, arguments.vm)
}

fn reduce(this: &Py<WeightedObject>, kind: WeightedKind, arguments: &Arguments<'_>) -> PyResult {
    let dims = indexers::dims(arguments.get("dim"), arguments.vm)?;
    let options = reduce_options(arguments)?;
    let reduced = match &this.object {
        Labelled::DataArray(array) => {
            array.reduce_weighted(&this.weights, kind, &dims, options).map(Labelled::DataArray)
        }
        Labelled::Dataset(dataset) => {
            dataset.reduce_weighted(&this.weights, kind, &dims, options).map(Labelled::Dataset)
        }
        Labelled::Array(_) | Labelled::Scalar(_) => Err(DatasetError::Unlabelled { operation: "weighted" }),
    };
    object(reduced, arguments.vm)
}

surface_attributes!(WeightedObject);

#[pyclass(with(GetAttr, Representable))]
impl WeightedObject {}

impl Representable for WeightedObject {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        let (class, _) = class_and_dims(&zelf.object);
        Ok(format!("{class}Weighted with weights along dimensions: {}", zelf.weights.dims().join(", ")))
    }
}
