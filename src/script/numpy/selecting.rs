//! Functions of `numpy` that choose elements: at indices, along diagonals.

use crate::array::{Chunk, DType, Scalar};
use crate::kernels::reduction::ReductionOptions;
use crate::plan::{Array, PlanError};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::elementwise;
use crate::script::errors::plan_exception;
use crate::script::indexing;
use crate::script::modules::Module;
use crate::script::operand::{self, Operand, small_object};
use rustpython_vm::{AsObject, PyResult};

/// Puts the functions into the module.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(module: &mut Module<'_>) -> PyResult<()> {
    module.function("take", "a!, indices!, axis, out=None, mode='raise'", take)?;
    module.function("select", "condlist!, choicelist!, default", select)?;
    module.function("diagonal", "a!, offset, axis1, axis2", |arguments| evaluated(diagonal(arguments)?, arguments))?;
    module.function("trace", "a!, offset, axis1, axis2, dtype, out=None", |arguments| {
        let dtype = arguments.get("dtype").map(|dtype| convert::dtype(dtype, arguments.vm)).transpose()?;
        evaluated(diagonal(arguments)?.and_then(|values| summed(&values, dtype)), arguments)
    })?;
    module.function("copy", "a!, order~, subok~", |arguments| {
        small_object(operand::values(arguments.required("a"), arguments.vm)?, arguments.vm)
    })
}

fn evaluated(result: Result<Array, PlanError>, arguments: &Arguments<'_>) -> PyResult {
    let array = result.map_err(|error| plan_exception(error, arguments.vm))?;
    Operand::Eager(array).into_object(arguments.vm)
}

/// The sum along the last axis.
///
/// # Errors
/// Where the dtype has no sums.
pub(in crate::script) fn summed(values: &Array, dtype: Option<DType>) -> Result<Array, PlanError> {
    let values = dtype.map_or(Ok(values.clone()), |dtype| values.cast(dtype))?;
    values.reduce("sum", &[values.ndim() - 1], ReductionOptions { skip_missing: false, ddof: 0 })
}

/// The diagonal of two axes of the argument `a`, as the last axis of the others.
///
/// # Errors
/// Where there are no two such axes.
pub(in crate::script) fn diagonal(arguments: &Arguments<'_>) -> PyResult<Result<Array, PlanError>> {
    let vm = arguments.vm;
    let array = match Operand::expect(arguments.required("a"), vm)?.without_labels() {
        Operand::Lazy(array) | Operand::Eager(array) if array.ndim() >= 2 => array,
        _ => return Err(vm.new_value_error("a diagonal needs an array of at least two dimensions")),
    };
    let axis = |name: &str, default: i64| {
        let given = arguments.get(name).map_or(Ok(default), |axis| convert::integer(axis, vm))?;
        convert::axis(vm.ctx.new_int(given).as_object(), array.ndim(), vm)
    };
    let (rows, columns) = (axis("axis1", 0)?, axis("axis2", 1)?);
    if rows == columns {
        return Err(vm.new_value_error("a diagonal lies between two axes: axis1 and axis2 name the same"));
    }
    let offset = arguments.get("offset").map_or(Ok(0), |offset| convert::integer(offset, vm))?;
    Ok(array.diagonal([rows, columns], offset as isize))
}

/// Of several arrays, the elements of the first whose condition holds, and a default where none does.
fn select(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let of = |name: &str| {
        let objects = convert::one_or_more(arguments.required(name), vm)?;
        objects.iter().map(|object| Operand::expect(object, vm)).collect::<PyResult<Vec<_>>>()
    };
    let (conditions, choices) = (of("condlist")?, of("choicelist")?);
    if conditions.len() != choices.len() || conditions.is_empty() {
        return Err(vm.new_value_error(format!(
            "select expects a choice for each condition: found {} for {}",
            choices.len(),
            conditions.len()
        )));
    }
    for (position, condition) in conditions.iter().enumerate() {
        let dtype = match condition {
            Operand::DataArray(array) => Some(array.data().dtype()),
            Operand::Weak(value) => Some(convert::default_dtype(value)),
            other => other.dtype(),
        };
        if let Some(dtype) = dtype.filter(|dtype| *dtype != DType::Bool) {
            return Err(vm.new_type_error(format!(
                "select expects truth values as conditions: found {dtype} at position {position}"
            )));
        }
    }
    let mut selected = match arguments.get("default") {
        Some(default) => Operand::expect(default, vm)?,
        None => Operand::Weak(Scalar::Int(0)),
    };
    let mut labelled = false;
    for (condition, choice) in conditions.into_iter().zip(choices).rev() {
        labelled |= condition.is_labelled() || choice.is_labelled();
        selected = elementwise::select(condition.without_labels(), choice.without_labels(), selected, false, vm)?;
    }
    match selected {
        Operand::Lazy(array) if labelled => small_object(operand::evaluate(&array, vm)?, vm),
        selected => selected.into_object(vm),
    }
}

/// Elements at indices along an axis, or among all in a row; the axes of the indices take the place of the axis.
fn take(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let mut values = operand::values(arguments.required("a"), vm)?;
    let axis = match arguments.get("axis") {
        Some(axis) => convert::axis(axis, values.ndim(), vm)?,
        None => {
            let count = values.len();
            values = values.reshaped(vec![count]).map_err(|error| plan_exception(error.into(), vm))?;
            0
        }
    };
    let indices = operand::values(arguments.required("indices"), vm)?;
    let length = values.shape()[axis];
    if !indices.dtype().is_integer() && !indices.is_empty() {
        return Err(vm.new_type_error("take expects integers as indices"));
    }
    let found = indexing::positions(&indices, axis, length, vm)?;
    let shape = [&values.shape()[..axis], indices.shape(), &values.shape()[axis + 1..]].concat();
    let inner: usize = values.shape()[axis + 1..].iter().product();
    let outer: usize = values.shape()[..axis].iter().product();
    let rows = (0..outer).flat_map(|row| found.iter().map(move |position| (row * length + position) * inner));
    let positions: Vec<usize> = rows.flat_map(|first| first..first + inner).collect();
    let taken: Chunk = values.gather(&positions, shape);
    small_object(taken, vm)
}
