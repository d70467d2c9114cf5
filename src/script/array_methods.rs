//! Methods and properties that numpy arrays and dask arrays share.

use super::arguments::Arguments;
use super::convert;
use super::dask::copied;
use super::elementwise;
use super::errors::plan_exception;
use super::numpy::DTypeObject;
use super::operand::{self, Operand};
use super::surface::{Method, Property, reductions};
use crate::array::DType;
use crate::kernels::elementwise::BinaryOp;
use crate::kernels::reduction::ReductionOptions;
use crate::plan::{Array, PlanError};
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::{AsObject, Py, PyObjectRef, PyPayload, PyResult, VirtualMachine};
use std::marker::PhantomData;

/// A class around an array without labels.
pub(super) trait Unlabelled: PyPayload {
    /// The array.
    fn plan_array(&self) -> Array;

    /// The operand of a result: lazy, or evaluated at once.
    fn operand(array: Array) -> Operand;
}

/// The tables of a class.
pub(super) struct Shared<T>(PhantomData<T>);

const REDUCTION: &str = "axis, dtype, out=None, keepdims";
const REDUCTION_WITH_DDOF: &str = "axis, dtype, out=None, ddof, keepdims";

impl<T: Unlabelled> Shared<T> {
    /// Reductions, by their registered names.
    pub const REDUCTIONS: &'static [Method<T>] = reductions!(reduce::<T>;
        "sum" REDUCTION, "prod" REDUCTION, "mean" REDUCTION, "min" REDUCTION, "max" REDUCTION,
        "any" REDUCTION, "all" REDUCTION, "std" REDUCTION_WITH_DDOF, "var" REDUCTION_WITH_DDOF,
    );

    /// Everything else.
    pub const METHODS: &'static [Method<T>] = &[
        Method { name: "astype", parameters: "dtype!, order='K', casting='unsafe', subok~, copy", body: astype::<T> },
        Method { name: "transpose", parameters: "*axes", body: transpose::<T> },
        Method { name: "clip", parameters: "min, max, out=None", body: clip::<T> },
        Method { name: "round", parameters: "decimals, out=None", body: round::<T> },
        Method { name: "squeeze", parameters: "axis", body: squeeze::<T> },
        Method {
            name: "copy",
            parameters: "order~",
            body: |this, arguments| finish::<T>(Ok(copied(this.plan_array())), arguments.vm),
        },
        Method { name: "item", parameters: "", body: item::<T> },
    ];

    /// Properties.
    pub const PROPERTIES: &'static [Property<T>] = &[
        Property {
            name: "shape",
            get: |this, vm| Ok(convert::length_tuple(this.plan_array().shape().iter().copied(), vm)),
        },
        Property { name: "ndim", get: |this, vm| Ok(this.plan_array().ndim().to_pyobject(vm)) },
        Property { name: "size", get: |this, vm| Ok(this.plan_array().len().to_pyobject(vm)) },
        Property { name: "nbytes", get: |this, vm| Ok(this.plan_array().size_bytes().to_pyobject(vm)) },
        Property { name: "itemsize", get: |this, vm| Ok(this.plan_array().dtype().size_bytes().to_pyobject(vm)) },
        Property { name: "dtype", get: |this, vm| Ok(DTypeObject::object(this.plan_array().dtype(), vm)) },
        Property {
            name: "T",
            get: |this, vm| {
                let array = this.plan_array();
                finish::<T>(array.transpose(&(0..array.ndim()).rev().collect::<Vec<_>>()), vm)
            },
        },
    ];
}

fn finish<T: Unlabelled>(result: Result<Array, PlanError>, vm: &VirtualMachine) -> PyResult {
    T::operand(result.map_err(|error| plan_exception(error, vm))?).into_object(vm)
}

fn reduce<T: Unlabelled>(this: &Py<T>, name: &str, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let request = Reduction::from_arguments(name, false, arguments)?;
    finish::<T>(request.apply(&this.plan_array(), vm)?, vm)
}

/// A reduction as numpy's functions and methods are asked for it.
pub(super) struct Reduction {
    name: String,
    axis: Option<PyObjectRef>,
    dtype: Option<DType>,
    keepdims: bool,
    options: ReductionOptions,
}

impl Reduction {
    /// The reduction that a call asks for; `skip_missing` leaves NaN out, as `nanmean` does.
    ///
    /// # Errors
    /// Where an argument is of the wrong type.
    pub fn from_arguments(name: &str, skip_missing: bool, arguments: &Arguments<'_>) -> PyResult<Reduction> {
        let vm = arguments.vm;
        let ddof = arguments.get("ddof").map_or(Ok(0), |ddof| convert::integer(ddof, vm))?;
        Ok(Reduction {
            name: name.to_owned(),
            axis: arguments.get("axis").cloned(),
            dtype: arguments.get("dtype").map(|dtype| convert::dtype(dtype, vm)).transpose()?,
            keepdims: arguments.bool("keepdims")?.unwrap_or(false),
            options: ReductionOptions { skip_missing, ddof },
        })
    }

    /// The reduced array.
    ///
    /// # Errors
    /// Python's for an axis that doesn't exist; inside, the plan's.
    pub fn apply(&self, array: &Array, vm: &VirtualMachine) -> PyResult<Result<Array, PlanError>> {
        let mut axes = convert::axes(self.axis.as_ref(), array.ndim(), vm)?;
        axes.sort_unstable();
        Ok(self.reduce(array, &axes))
    }

    fn reduce(&self, array: &Array, axes: &[usize]) -> Result<Array, PlanError> {
        let input = self.dtype.map_or(Ok(array.clone()), |dtype| array.cast(dtype))?;
        let mut result = input.reduce(&self.name, axes, self.options)?;
        if let Some(dtype) = self.dtype {
            result = result.cast(dtype)?;
        }
        if self.keepdims {
            for &axis in axes {
                result = result.insert_axis(axis)?;
            }
        }
        Ok(result)
    }
}

fn astype<T: Unlabelled>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let dtype = convert::dtype(arguments.required("dtype"), arguments.vm)?;
    let (array, vm) = (this.plan_array(), arguments.vm);
    let is_copied = arguments.bool("copy")?.unwrap_or(true);
    finish::<T>(if array.dtype() == dtype && is_copied { Ok(copied(array)) } else { array.cast(dtype) }, vm)
}

fn transpose<T: Unlabelled>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let (array, vm) = (this.plan_array(), arguments.vm);
    let given = match arguments.rest.as_slice() {
        [] => None,
        [one] if vm.is_none(one) => None,
        [one] if convert::is_sequence(one) => Some(one.clone()),
        several => Some(vm.ctx.new_tuple(several.to_vec()).into()),
    };
    let order = match given {
        None => (0..array.ndim()).rev().collect(),
        Some(axes) => convert::axes(Some(&axes), array.ndim(), vm)?,
    };
    finish::<T>(array.transpose(&order), vm)
}

fn clip<T: Unlabelled>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let clipped = clipped(T::operand(this.plan_array()), arguments.get("min"), arguments.get("max"), vm)?;
    clipped.into_object(vm)
}

/// Values, those outside the bounds replaced by them; without labels.
///
/// # Errors
/// Where a bound doesn't go with the array.
pub(super) fn clipped(
    operand: Operand,
    low: Option<&PyObjectRef>,
    high: Option<&PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<Operand> {
    let mut result = operand;
    for (operation, bound) in [(BinaryOp::Maximum, low), (BinaryOp::Minimum, high)] {
        if let Some(bound) = bound {
            result = elementwise::binary(operation, result, Operand::expect(bound, vm)?, vm)?;
        }
    }
    Ok(result)
}

fn round<T: Unlabelled>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let decimals = arguments.get("decimals").map_or(Ok(0), |decimals| convert::integer(decimals, vm))?;
    elementwise::round(T::operand(this.plan_array()), decimals, vm)?.into_object(vm)
}

fn squeeze<T: Unlabelled>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let (mut array, vm) = (this.plan_array(), arguments.vm);
    let mut axes = match arguments.get("axis") {
        Some(axis) => convert::axes(Some(axis), array.ndim(), vm)?,
        None => (0..array.ndim()).filter(|&axis| array.shape()[axis] == 1).collect(),
    };
    if axes.iter().any(|&axis| array.shape()[axis] != 1) {
        return Err(vm.new_value_error("only axes of length 1 are squeezed out"));
    }
    axes.sort_unstable();
    for axis in axes.into_iter().rev() {
        array = array.index_axis(axis, 0).map_err(|error| plan_exception(error, vm))?;
    }
    finish::<T>(Ok(array), vm)
}

fn item<T: Unlabelled>(this: &Py<T>, arguments: &Arguments<'_>) -> PyResult {
    let (_, value) = operand::single_value(this.as_object(), arguments.vm)?;
    Ok(convert::plain_object(&value, arguments.vm))
}
