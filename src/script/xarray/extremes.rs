//! Methods about where extremes are: `argmin`, `argmax`, `idxmin`, `idxmax`.

use super::indexers;
use super::labelled::{Labelled as _, LabelledObject};
use super::methods::{finish, reduce_options, reduced_dims};
use crate::array::Scalar;
use crate::dataset::{LabelOfExtreme, Operand as Labelled};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::errors::dataset_exception;
use crate::script::operand::{Operand, single_value};
use crate::script::surface::Method;
use rustpython_vm::builtins::{PyEllipsis, PyStr};
use rustpython_vm::{Py, PyResult};
use std::marker::PhantomData;

/// The table of a class.
pub(super) struct Extremes<T>(PhantomData<T>);

const ARG: &str = "dim, *, axis, keep_attrs, skipna";
const IDX: &str = "dim, *, skipna, fill_value, keep_attrs";

impl<T: LabelledObject> Extremes<T> {
    /// The methods.
    pub const METHODS: &'static [Method<T>] = &[
        Method { name: "argmin", parameters: ARG, body: |this, a| positions(this, false, a) },
        Method { name: "argmax", parameters: ARG, body: |this, a| positions(this, true, a) },
        Method { name: "idxmin", parameters: IDX, body: |this, a| label(this, false, a) },
        Method { name: "idxmax", parameters: IDX, body: |this, a| label(this, true, a) },
    ];
}

/// A position along one dimension or along all; of several dimensions, one along each.
fn positions<T: LabelledObject>(this: &Py<T>, largest: bool, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let inner = this.inner();
    let options = reduce_options(arguments)?;
    let several = arguments
        .get("dim")
        .filter(|dim| arguments.get("axis").is_none() && !dim.downcastable::<PyStr>())
        .map(|dim| match dim.downcastable::<PyEllipsis>() {
            true => Ok(inner.sizes().into_keys().collect()),
            false => indexers::names(dim, vm),
        });
    let Some(dims) = several.transpose()? else {
        let dims = reduced_dims(&inner, arguments)?;
        return finish(inner.position_of_extreme(largest, &dims, options), vm);
    };
    let Labelled::DataArray(array) = inner.operand() else {
        let name = if largest { "argmax" } else { "argmin" };
        return Err(vm.new_value_error(format!(
            "{name} along several dimensions gives positions along each, which no Dataset holds: take it of one array, or along one dimension"
        )));
    };
    let found = array.positions_of_extreme(largest, &dims, options).map_err(|error| dataset_exception(error, vm))?;
    let pairs = found.into_iter().map(|(name, array)| Ok((name, Operand::DataArray(array).into_object(vm)?)));
    Ok(convert::dict(pairs.collect::<PyResult<Vec<_>>>()?, vm)?.into())
}

fn label<T: LabelledObject>(this: &Py<T>, largest: bool, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let inner = this.inner();
    let dimension = match (arguments.string("dim")?, inner.sizes().keys().next()) {
        (Some(name), _) => name,
        (None, Some(only)) if inner.sizes().len() == 1 => only.clone(),
        (None, _) => {
            return Err(vm.new_value_error("arrays of several dimensions want dim="));
        }
    };
    let fill = arguments.get("fill_value").map(|value| single_value(value, vm)).transpose()?.map(|(_, value)| value);
    let fill_value = fill.filter(|value| !matches!(value, Scalar::Float(value) if value.is_nan()));
    let which = LabelOfExtreme { largest, fill_value, options: reduce_options(arguments)? };
    finish(inner.label_of_extreme(&dimension, &which), vm)
}
