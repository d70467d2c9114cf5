//! `reduce(func, dim)`: a reduction that the script brings, called with the values and their axes.

use super::data_array::DataArrayObject;
use super::dataset_object::DatasetObject;
use super::labelled::{Labelled as _, LabelledObject};
use super::methods::reduced_dims;
use crate::dataset::{Attributes, DataArray, Dataset, Dims, Operand as Labelled, Variable};
use crate::script::arguments::Arguments;
use crate::script::errors::dataset_exception;
use crate::script::operand::Operand;
use crate::script::options;
use crate::script::surface::Method;
use indexmap::IndexMap;
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{Py, PyObjectRef, PyPayload, PyResult};
use std::marker::PhantomData;

/// The table of a class.
pub(super) struct Reducing<T>(PhantomData<T>);

impl<T: LabelledObject> Reducing<T> {
    /// The methods.
    pub const METHODS: &'static [Method<T>] = &[Method {
        name: "reduce",
        parameters: "func!, dim, *, axis, keep_attrs, keepdims=False, numeric_only, **kwargs",
        body: reduce::<T>,
    }];
}

fn reduce<T: LabelledObject>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let inner = this.inner();
    let dims = reduced_dims(&inner, arguments)?;
    if let Dims::Named(names) = &dims
        && let Some(missing) = names.iter().find(|name| !inner.sizes().contains_key(*name))
    {
        return Err(vm.new_value_error(format!("{missing:?} is no dimension here")));
    }
    let keep = arguments.bool("keep_attrs")?.unwrap_or_else(options::keep_attrs);
    match inner.operand() {
        Labelled::DataArray(array) => {
            let variable = of_variable(array.variable(), &dims, keep, arguments)?;
            let coordinates = kept(array.coordinates(), &dims);
            let reduced = DataArray::new(array.name().map(str::to_owned), variable, coordinates);
            let reduced = reduced.map_err(|error| dataset_exception(error, vm))?;
            Ok(DataArrayObject::new(reduced).into_ref(&vm.ctx).into())
        }
        Labelled::Dataset(dataset) => {
            let mut variables = IndexMap::new();
            let numbers_only = arguments.bool("numeric_only")?.unwrap_or(false);
            let is_kept = |variable: &Variable| {
                let dtype = variable.dtype();
                !numbers_only
                    || dtype.is_numeric()
                    || dtype.is_time()
                    || !variable.dims.iter().any(|name| is_reduced(&dims, name))
            };
            for (name, variable) in dataset.data_variables().iter().filter(|(_, variable)| is_kept(variable)) {
                variables.insert(name.clone(), of_variable(variable, &dims, keep, arguments)?);
            }
            let attributes = if keep { dataset.attributes().clone() } else { Attributes::new() };
            let reduced = Dataset::new(variables, kept(dataset.coordinates(), &dims), attributes);
            let reduced = reduced.map_err(|error| dataset_exception(error, vm))?;
            Ok(DatasetObject::new(reduced).into_ref(&vm.ctx).into())
        }
        Labelled::Array(_) | Labelled::Scalar(_) => Err(vm.new_type_error("reduce needs a labelled array")),
    }
}

/// Coordinates that have none of the dimensions.
fn kept(coordinates: &IndexMap<String, Variable>, dims: &Dims) -> IndexMap<String, Variable> {
    let mut kept = coordinates.clone();
    kept.retain(|_, coordinate| !coordinate.dims.iter().any(|name| is_reduced(dims, name)));
    kept
}

fn is_reduced(dims: &Dims, name: &String) -> bool {
    match dims {
        Dims::All => true,
        Dims::Named(names) => names.contains(name),
    }
}

/// What the function makes of a variable: called with an axis, several, or none where all are reduced.
fn of_variable(variable: &Variable, dims: &Dims, keep: bool, arguments: &Arguments<'_>) -> PyResult<Variable> {
    let vm = arguments.vm;
    let axes: Vec<usize> = (0..variable.dims.len()).filter(|&axis| is_reduced(dims, &variable.dims[axis])).collect();
    let values = Operand::Lazy(variable.data.clone()).into_object(vm)?;
    let mut keywords: Vec<(String, PyObjectRef)> = arguments.keywords.clone().into_iter().collect();
    if *dims != Dims::All {
        let axis = match axes[..] {
            [only] => only.to_pyobject(vm),
            _ => vm.ctx.new_tuple(axes.iter().map(|axis| axis.to_pyobject(vm)).collect()).into(),
        };
        keywords.push(("axis".to_owned(), axis));
    }
    let passed = FuncArgs { args: vec![values], kwargs: keywords.into_iter().collect() };
    let found = super::coordinates::array(&arguments.required("func").call(passed, vm)?, vm)?;
    let left: Vec<String> = variable.dims.iter().filter(|name| !is_reduced(dims, name)).cloned().collect();
    let attributes = if keep { variable.attributes.clone() } else { Attributes::new() };
    let reduced = Variable::new(left, found).map_err(|error| dataset_exception(error, vm))?;
    Ok(reduced.with_attributes(attributes))
}
