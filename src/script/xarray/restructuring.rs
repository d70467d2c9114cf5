//! Methods that give variables and dimensions other roles: `swap_dims`, `rename_dims`, `drop_dims`, `to_dataarray`,
//! `to_dataset(dim=...)`, `map`; and `xr.dot`, `xr.cov`, `xr.corr`.

use super::construction::operands;
use super::data_array::DataArrayObject;
use super::dataset_object::DatasetObject;
use super::indexers;
use super::labelled::{Labelled, LabelledObject};
use super::methods::finish;
use crate::dataset::{self, DataArray, Dataset, Dims};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::engine;
use crate::script::errors::dataset_exception;
use crate::script::modules::Module;
use crate::script::options;
use crate::script::surface::Method;
use indexmap::IndexMap;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{Py, PyObjectRef, PyPayload, PyResult, VirtualMachine};
use std::marker::PhantomData;

/// The table of a class.
pub(super) struct Restructuring<T>(PhantomData<T>);

impl<T: LabelledObject> Restructuring<T> {
    /// The methods of both classes.
    pub const METHODS: &'static [Method<T>] =
        &[Method { name: "swap_dims", parameters: "dims_dict, **dims_kwargs", body: swap_dims::<T> }];
}

/// The methods of datasets only.
pub(super) const DATASET_METHODS: &[Method<DatasetObject>] = &[
    Method { name: "drop_dims", parameters: "drop_dims!, *, errors", body: drop_dims },
    Method { name: "rename_dims", parameters: "dims_dict, **dims", body: rename_dims },
    Method { name: "to_dataarray", parameters: "dim, name", body: to_dataarray },
    Method { name: "to_array", parameters: "dim, name", body: to_dataarray },
    Method { name: "map", parameters: "func!, keep_attrs, args, **kwargs", body: map },
    Method { name: "apply", parameters: "func!, keep_attrs, args, **kwargs", body: map },
];

/// Puts the functions into the module.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(module: &mut Module<'_>) -> PyResult<()> {
    module.function("dot", "*arrays, dim", |arguments| {
        let vm = arguments.vm;
        if arguments.rest.is_empty() {
            return Err(vm.new_type_error("dot takes at least one array"));
        }
        let arrays = arguments.rest.iter().map(|object| array(object, vm)).collect::<PyResult<Vec<_>>>()?;
        dot(&arrays, arguments)
    })?;
    module.function("cov", "da_a!, da_b!, dim, ddof, weights=None", |arguments| {
        let ddof = arguments.get("ddof").map_or(Ok(1), |ddof| convert::integer(ddof, arguments.vm))?;
        statistic(arguments, |a, b, dims| dataset::covariance(a, b, dims, ddof))
    })?;
    module.function("corr", "da_a!, da_b!, dim, weights=None", |arguments| statistic(arguments, dataset::correlation))
}

fn array(object: &PyObjectRef, vm: &VirtualMachine) -> PyResult<DataArray> {
    match object.downcast_ref::<DataArrayObject>() {
        Some(array) => Ok(array.inner()),
        None => {
            let class = object.class().name().to_string();
            Err(vm.new_type_error(format!("a DataArray is wanted here: found {class}")))
        }
    }
}

/// The sum of products over `dim=`.
///
/// # Errors
/// Where labels or dimensions don't fit.
pub(super) fn dot(arrays: &[DataArray], arguments: &Arguments<'_>) -> PyResult {
    let dims = indexers::dims(arguments.get("dim"), arguments.vm)?;
    finish(dataset::dot(arrays, &dims, arguments.get("dim").is_some()), arguments.vm)
}

fn statistic(
    arguments: &Arguments<'_>,
    compute: impl Fn(&DataArray, &DataArray, &Dims) -> Result<DataArray, dataset::DatasetError>,
) -> PyResult {
    let vm = arguments.vm;
    let (a, b) = (array(arguments.required("da_a"), vm)?, array(arguments.required("da_b"), vm)?);
    finish(compute(&a, &b, &indexers::dims(arguments.get("dim"), vm)?), vm)
}

fn swap_dims<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let names = indexers::renaming(indexers::named(arguments, "dims_dict")?, vm)?;
    let inner = this.inner();
    let swapped = inner.to_anonymous().swap_dims(&names, &*engine::current());
    finish(swapped.map(|dataset| inner.of_anonymous(dataset)), vm)
}

fn drop_dims(this: &Py<DatasetObject>, arguments: &Arguments<'_>) -> PyResult {
    let names = indexers::names(arguments.required("drop_dims"), arguments.vm)?;
    let ignore = arguments.string("errors")?.is_some_and(|errors| errors == "ignore");
    finish(this.inner().drop_dims(&names, ignore), arguments.vm)
}

fn rename_dims(this: &Py<DatasetObject>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let names = indexers::renaming(indexers::named(arguments, "dims_dict")?, vm)?;
    let inner = this.inner();
    for (old, new) in &names {
        if !inner.sizes().contains_key(old) {
            return Err(vm.new_value_error(format!("there is no dimension '{old}' to rename")));
        }
        if inner.sizes().contains_key(new) || inner.variable(new).is_some() {
            return Err(vm.new_value_error(format!(
                "{old} can't become {new}, which there is already: swap_dims makes it the dimension"
            )));
        }
    }
    finish(inner.swap_dims(&names, &*engine::current()), vm)
}

fn to_dataarray(this: &Py<DatasetObject>, arguments: &Arguments<'_>) -> PyResult {
    let dimension = arguments.string("dim")?.unwrap_or_else(|| "variable".to_owned());
    finish(this.inner().to_dataarray(&dimension, arguments.string("name")?), arguments.vm)
}

/// Calls a function with each data variable; what it returns is a variable of that name.
fn map(this: &Py<DatasetObject>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let inner = this.inner();
    let keep = arguments.bool("keep_attrs")?.unwrap_or_else(options::keep_attrs);
    let further = arguments.get("args").map_or(Ok(Vec::new()), |args| convert::one_or_more(args, vm))?;
    let failed = |error| dataset_exception(error, vm);
    let mut results: Vec<(String, PyObjectRef)> = Vec::new();
    for name in inner.data_variables().keys() {
        let variable = DataArrayObject::new(inner.get(name).map_err(failed)?).into_ref(&vm.ctx);
        let mut passed = FuncArgs { args: further.clone(), kwargs: arguments.keywords.clone().into_iter().collect() };
        passed.prepend_arg(variable.into());
        results.push((name.clone(), arguments.required("func").call(passed, vm)?));
    }
    let variables = operands(results, None, vm)?;
    let mut mapped = Dataset::from_operands(variables, IndexMap::new(), &*engine::current()).map_err(failed)?;
    let names: Vec<String> = mapped.variables().map(|(name, _)| name.to_owned()).collect();
    for name in names {
        let original = inner.variable(&name).map(|variable| variable.attributes.clone()).unwrap_or_default();
        if let Some(variable) = mapped.variable_mut(&name) {
            variable.attributes = if keep { original } else { dataset::Attributes::new() };
        }
    }
    if keep {
        *mapped.attributes_mut() = inner.attributes().clone();
    }
    finish(Ok(mapped), vm)
}
