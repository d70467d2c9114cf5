//! `coarsen(...).construct` and `reduce`: windows as dimensions of their own.

use super::coarsen::CoarsenObject;
use super::data_array::DataArrayObject;
use super::group_by::object;
use super::indexers;
use super::mapping::Mapping;
use crate::dataset::{BlockDims, DatasetError, Operand as Labelled, ReduceOptions};
use crate::script::arguments::Arguments;
use crate::script::engine;
use crate::script::errors::dataset_exception;
use crate::script::operand::Operand;
use crate::script::options;
use crate::script::surface::{Method, Property};
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{Py, PyObjectRef, PyResult};

/// The methods.
pub(super) const METHODS: &[Method<CoarsenObject>] = &[
    Method { name: "construct", parameters: "window_dim, keep_attrs, **window_dim_kwargs", body: construct },
    Method { name: "reduce", parameters: "func!, keep_attrs, **kwargs", body: reduce },
];

/// Properties.
pub(super) const PROPERTIES: &[Property<CoarsenObject>] = &[
    Property { name: "obj", get: |this, vm| object(Ok(this.object().clone()), vm) },
    Property {
        name: "windows",
        get: |this, vm| {
            let sizes = this.coarsening().blocks().iter();
            Mapping::frozen(sizes.map(|block| (block.dimension.clone(), block.size.to_pyobject(vm))), vm)
        },
    },
];

fn built(this: &CoarsenObject, names: &BlockDims, keep: bool) -> Result<Labelled, DatasetError> {
    let (coarsening, engine) = (this.coarsening(), engine::current());
    match this.object() {
        Labelled::DataArray(array) => {
            array.construct_blocks(coarsening, names, keep, &*engine).map(Labelled::DataArray)
        }
        Labelled::Dataset(dataset) => {
            dataset.construct_blocks(coarsening, names, keep, &*engine).map(Labelled::Dataset)
        }
        Labelled::Array(_) | Labelled::Scalar(_) => Err(DatasetError::Unlabelled { operation: "coarsen" }),
    }
}

fn construct(this: &Py<CoarsenObject>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let mut names = BlockDims::new();
    for (dimension, pair) in indexers::named(arguments, "window_dim")? {
        let [windows, within] = &indexers::names(&pair, vm)?[..] else {
            return Err(vm.new_value_error(format!(
                "Please provide exactly two dimensions for replacing each dimension to coarsen, as in {dimension}=(\"year\", \"month\")"
            )));
        };
        names.insert(dimension, (windows.clone(), within.clone()));
    }
    if names.is_empty() {
        return Err(vm.new_value_error("the new dimensions are missing: give window_dim, or names"));
    }
    let blocks = this.coarsening().blocks();
    if let Some(block) = blocks.iter().find(|block| !names.contains_key(&block.dimension)) {
        return Err(vm.new_value_error(format!("window_dim lacks the coarsened {{'{}'}}", block.dimension)));
    }
    if let Some(other) = names.keys().find(|name| !blocks.iter().any(|block| block.dimension == **name)) {
        return Err(vm.new_value_error(format!("window_dim names what isn't coarsened: {{'{other}'}}")));
    }
    let keep = arguments.bool("keep_attrs")?.unwrap_or_else(options::keep_attrs);
    object(built(this, &names, keep), vm)
}

/// `coarsen(...).reduce(func)`: the function of all windows along axes of their own; coordinates as `coarsen` has them.
fn reduce(this: &Py<CoarsenObject>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let failed = |error| dataset_exception(error, vm);
    let Labelled::DataArray(array) = this.object() else {
        return Err(vm.new_not_implemented_error(
            "coarsen(...).reduce of a Dataset is not supported by swath: use it on each DataArray, as in ds.map(...)",
        ));
    };
    let keep = arguments.bool("keep_attrs")?.unwrap_or_else(options::keep_attrs);
    let within = |dimension: &str| format!("_values of {dimension}");
    let blocks = this.coarsening().blocks();
    let names: BlockDims = blocks
        .iter()
        .map(|block| (block.dimension.clone(), (block.dimension.clone(), within(&block.dimension))))
        .collect();
    let mut plain = array.clone();
    for name in array.coordinates().keys() {
        plain = plain.drop_vars(std::slice::from_ref(name), true).map_err(failed)?;
    }
    let windows = plain.construct_blocks(this.coarsening(), &names, keep, &*engine::current()).map_err(failed)?;
    let dims = blocks.iter().map(|block| vm.ctx.new_str(within(&block.dimension)).into()).collect();
    let mut keywords: Vec<(String, PyObjectRef)> = arguments.keywords.clone().into_iter().collect();
    keywords.push(("dim".to_owned(), vm.ctx.new_list(dims).into()));
    keywords.push(("keep_attrs".to_owned(), keep.to_pyobject(vm)));
    let passed = FuncArgs { args: vec![arguments.required("func").clone()], kwargs: keywords.into_iter().collect() };
    let reduced = Operand::DataArray(windows).into_object(vm)?.get_attr("reduce", vm)?.call(passed, vm)?;
    let Some(reduced) = reduced.downcast_ref::<DataArrayObject>().map(|reduced| reduced.inner()) else {
        return Err(vm.new_type_error("a reduction of windows must give an array"));
    };
    let coordinates = array.coarsen(this.coarsening(), "count", ReduceOptions::default()).map_err(failed)?;
    let names = coordinates.coordinates().clone();
    let coarse = reduced.assign_coords(names, &*engine::current());
    object(coarse.map(Labelled::DataArray), vm)
}
