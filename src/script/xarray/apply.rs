//! `xr.apply_ufunc` and `xr.map_blocks`: functions that the script defines, called once with lazy arrays.
//!
//! Under Dask such a function is called for each block. Here it is traced: called once, on whole arrays, and what it did to
//! them is computed block by block. That is the same unless it looks at values or at neighbours in other blocks; both are
//! found out and refused.

use super::data_array::DataArrayObject;
use super::dataset_object::DatasetObject;
use super::indexers;
use super::metadata::without_encoding;
use crate::dataset::{Argument, DataArray, Dataset, Operand as Labelled, Prepared, Signature, prepare};
use crate::plan::{Array, AxisRole};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::engine::Tracing;
use crate::script::errors::{dataset_exception, plan_exception};
use crate::script::modules::Module;
use crate::script::native::{apply_kernel, kernel_name};
use crate::script::operand::{Operand, evaluate_here, small_object};
use crate::script::options;
use rustpython_vm::builtins::PyTuple;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};
use std::collections::HashMap;

/// Puts the functions into the module.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(module: &mut Module<'_>) -> PyResult<()> {
    module.function(
        "apply_ufunc",
        "func!, *args, input_core_dims, output_core_dims, exclude_dims, vectorize, join, dataset_join~, \
         dataset_fill_value~, keep_attrs, kwargs, dask, output_dtypes~, output_sizes~, meta~, dask_gufunc_kwargs, \
         on_missing_core_dim='raise'",
        apply_ufunc,
    )?;
    module.function("map_blocks", "func!, obj!, args, kwargs, template~", map_blocks)
}

/// What `dask=` says about lazy operands.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Handling {
    Forbidden,
    Allowed,
    Parallelized,
}

fn apply_ufunc(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let handling = match arguments.string("dask")?.as_deref() {
        None | Some("forbidden") => Handling::Forbidden,
        Some("allowed") => Handling::Allowed,
        Some("parallelized") => Handling::Parallelized,
        Some(other) => {
            return Err(vm.new_value_error(format!(
                "dask='{other}' says nothing: expected 'forbidden', 'allowed' or 'parallelized'"
            )));
        }
    };
    let signature = signature(arguments)?;
    if arguments.bool("vectorize")?.unwrap_or(false) && signature.inputs.iter().any(|dims| !dims.is_empty()) {
        return Err(vm.new_not_implemented_error("apply_ufunc(vectorize=True) with core dimensions is not supported by swath: let the function work along axis=-1"));
    }
    let operand = |object: &PyObjectRef| Ok(Operand::expect(object, vm)?.into_dataset_operand());
    let operands = arguments.rest.iter().map(operand).collect::<PyResult<Vec<Labelled>>>()?;
    if !operands.iter().any(|operand| matches!(operand, Labelled::DataArray(_) | Labelled::Dataset(_))) {
        return call(arguments, arguments.rest.clone());
    }
    let count = signature.outputs.len();
    let prepared = prepare(&operands, signature.clone()).map_err(|error| dataset_exception(error, vm))?;
    let mut made = Vec::new();
    for index in 0..prepared.calls().count() {
        made.push(one_call(&prepared, index, &signature, handling, arguments)?);
    }
    let results = prepared.finish(made).map_err(|error| dataset_exception(error, vm))?;
    let mut results =
        results.into_iter().map(|result| Operand::from(result).into_object(vm)).collect::<PyResult<Vec<_>>>()?;
    Ok(if count == 1 { results.remove(0) } else { vm.ctx.new_tuple(results).into() })
}

fn signature(arguments: &Arguments<'_>) -> PyResult<Signature> {
    let vm = arguments.vm;
    let groups = |name: &str| {
        arguments
            .get(name)
            .map(|groups| {
                let groups = convert::one_or_more(groups, vm)?;
                groups.iter().map(|dims| indexers::names(dims, vm)).collect::<PyResult<Vec<_>>>()
            })
            .transpose()
    };
    let inputs = groups("input_core_dims")?.unwrap_or_else(|| vec![Vec::new(); arguments.rest.len()]);
    if inputs.len() != arguments.rest.len() {
        return Err(vm.new_value_error(format!(
            "input_core_dims names dimensions for each argument: found {} lists {inputs:?} for {} arguments",
            inputs.len(),
            arguments.rest.len()
        )));
    }
    let join = arguments.string("join")?.unwrap_or_else(|| "exact".to_owned());
    Ok(Signature {
        inputs,
        outputs: groups("output_core_dims")?.unwrap_or_else(|| vec![Vec::new()]),
        excluded: arguments.get("exclude_dims").map_or(Ok(Vec::new()), |dims| indexers::names(dims, vm))?,
        join: super::functions::join("join", &join, vm)?,
        keep_attributes: match arguments.get("keep_attrs") {
            Some(rule) if rule.downcastable::<rustpython_vm::builtins::PyStr>() => convert::string(rule, vm)? != "drop",
            Some(keep) => keep.clone().try_to_bool(vm)?,
            None => options::keep_attrs(),
        },
    })
}

/// One call of the function, and the arrays that it gave.
fn one_call(
    prepared: &Prepared,
    index: usize,
    signature: &Signature,
    handling: Handling,
    arguments: &Arguments<'_>,
) -> PyResult<Vec<Array>> {
    let vm = arguments.vm;
    let call_arguments = prepared.calls().nth(index).expect("the call is one of the prepared");
    let is_lazy = |argument: &Argument| matches!(argument, Argument::Array(array, _) if !array.is_of_constants());
    let lazy = call_arguments.iter().any(is_lazy);
    // What was opened without chunks is to numpy's functions what it would be there: the whole array.
    let is_chunked = |argument: &Argument| matches!(argument, Argument::Array(array, _) if !array.is_unchunked());
    let handling = match call_arguments.iter().any(|argument| is_lazy(argument) && is_chunked(argument)) {
        true => handling,
        false => Handling::Allowed,
    };
    if let Some(name) = kernel_name(arguments.required("func")) {
        return native_call(&name, call_arguments, signature, vm);
    }
    if lazy && handling == Handling::Forbidden {
        return Err(vm.new_value_error("an argument of apply_ufunc is chunked, and dask= doesn't say what to do with that: say dask='parallelized', or .load() the array first"));
    }
    let traced = lazy && handling == Handling::Parallelized;
    let roles =
        if traced { block_roles(call_arguments, signature, prepared.loop_dims(index), arguments)? } else { Vec::new() };
    let arrays = call_arguments.iter().filter_map(|argument| match argument {
        Argument::Array(array, _) => Some(array),
        Argument::Scalar(_) => None,
    });
    let tracing = traced.then(|| Tracing::begin(arrays));
    let mut inputs = Vec::new();
    let mut passed = Vec::new();
    for (position, argument) in call_arguments.iter().enumerate() {
        passed.push(match argument {
            Argument::Scalar(value) => convert::plain_object(value, vm),
            Argument::Array(array, _) if traced => {
                let input = array.traced();
                inputs.push((input.clone(), roles[position].clone()));
                Operand::Lazy(input).into_object(vm)?
            }
            Argument::Array(array, _) if array.is_of_constants() => small_object(evaluate_here(array, vm)?, vm)?,
            Argument::Array(array, _) => Operand::Lazy(array.clone()).into_object(vm)?,
        });
    }
    let result = call(arguments, passed)?;
    tracing.map_or(Ok(()), |tracing| tracing.end(vm))?;
    let arrays = result_arrays(&result, signature.outputs.len(), vm)?;
    if traced {
        for array in &arrays {
            check_blocks(array, &inputs, prepared.loop_dims(index).len(), vm)?;
        }
    }
    Ok(arrays)
}

/// What a registered kernel makes of the arguments of a call.
fn native_call(
    name: &str,
    call_arguments: &[Argument],
    signature: &Signature,
    vm: &VirtualMachine,
) -> PyResult<Vec<Array>> {
    if signature.outputs.len() != 1 {
        return Err(vm.new_not_implemented_error(format!("native kernel '{name}' has one result")));
    }
    let input = |(argument, core): (&Argument, &Vec<String>)| match argument {
        Argument::Array(array, _) => Ok((array.clone(), core.len())),
        Argument::Scalar(value) => {
            let array = Array::scalar(value.clone(), convert::default_dtype(value));
            Ok((array.map_err(|error| plan_exception(error, vm))?, 0))
        }
    };
    let inputs = call_arguments.iter().zip(&signature.inputs).map(input).collect::<PyResult<Vec<_>>>()?;
    Ok(vec![apply_kernel(name, &inputs, vm)?])
}

/// Calls the function with `kwargs=` beside its arguments.
fn call(arguments: &Arguments<'_>, passed: Vec<PyObjectRef>) -> PyResult {
    let vm = arguments.vm;
    let keywords = arguments.get("kwargs").map_or(Ok(Vec::new()), |kwargs| convert::string_pairs(kwargs, vm))?;
    let passed = FuncArgs { args: passed, kwargs: keywords.into_iter().collect() };
    arguments.required("func").call(passed, vm)
}

/// Roles of the axes of each argument: what is in several chunks is cut into blocks, unless it is a core dimension, which
/// must not be.
fn block_roles(
    call_arguments: &[Argument],
    signature: &Signature,
    loop_dims: &[String],
    arguments: &Arguments<'_>,
) -> PyResult<Vec<Vec<AxisRole>>> {
    let vm = arguments.vm;
    let allow_rechunk = match arguments.get("dask_gufunc_kwargs") {
        Some(options) => convert::string_pairs(options, vm)?
            .into_iter()
            .find(|(name, _)| name == "allow_rechunk")
            .map_or(Ok(false), |(_, value)| value.try_to_bool(vm))?,
        None => false,
    };
    let mut cut: HashMap<&str, usize> = HashMap::new();
    for (position, (argument, core)) in call_arguments.iter().zip(&signature.inputs).enumerate() {
        let Argument::Array(array, Some(names)) = argument else { continue };
        for (name, _) in names.iter().zip(array.grid().axes()).filter(|(_, axis)| axis.count() > 1) {
            if !core.contains(name) {
                cut.extend(
                    loop_dims.iter().position(|dimension| dimension == name).map(|place| (name.as_str(), place)),
                );
            } else if !allow_rechunk {
                return Err(vm.new_value_error(format!(
                    "argument {position} has several chunks along dimension {name}, which is a core dimension and has to be in one: write .chunk(dict({name}=-1)), or dask_gufunc_kwargs=dict(allow_rechunk=True) where memory suffices for whole lines"
                )));
            }
        }
    }
    let role = |name: &String, core: &[String], length: usize| match cut.get(name.as_str()) {
        _ if length == 1 => AxisRole::Repeated,
        Some(&place) if !core.contains(name) => AxisRole::Block(place),
        _ => AxisRole::Whole,
    };
    let of_argument = |(argument, core): (&Argument, &Vec<String>)| match argument {
        Argument::Array(array, Some(names)) => {
            names.iter().zip(array.shape()).map(|(name, &length)| role(name, core, length)).collect()
        }
        Argument::Array(array, None) => vec![AxisRole::Whole; array.ndim()],
        Argument::Scalar(_) => Vec::new(),
    };
    Ok(call_arguments.iter().zip(&signature.inputs).map(of_argument).collect())
}

/// The arrays of what the function returned: one, or a tuple.
fn result_arrays(result: &PyObjectRef, count: usize, vm: &VirtualMachine) -> PyResult<Vec<Array>> {
    let parts = match result.downcast_ref::<PyTuple>() {
        Some(tuple) if count > 1 => tuple.as_slice().to_vec(),
        _ if count > 1 => {
            let class = result.class().name().to_string();
            return Err(
                vm.new_value_error(format!("the function returned a {class}, and a tuple of {count} was expected"))
            );
        }
        _ => vec![result.clone()],
    };
    parts.iter().map(|part| super::coordinates::array(part, vm)).collect()
}

/// Refuses a result that isn't the same where it is computed block by block: its first axes are those of the loop.
fn check_blocks(
    array: &Array,
    inputs: &[(Array, Vec<AxisRole>)],
    loop_count: usize,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let roles = array.block_roles(inputs);
    let blocks = roles.iter().flatten().enumerate();
    let in_place = blocks.into_iter().all(|(axis, role)| match role {
        AxisRole::Block(place) => *place == axis && axis < loop_count,
        AxisRole::Merged(_) => false,
        AxisRole::Whole | AxisRole::Repeated => true,
    });
    if roles.is_some() && in_place { Ok(()) } else { Err(looks_beyond_blocks(vm)) }
}

/// What a function is told that isn't the same block by block.
pub(in crate::script) fn looks_beyond_blocks(vm: &VirtualMachine) -> rustpython_vm::builtins::PyBaseExceptionRef {
    vm.new_not_implemented_error(
        "the function reduces, orders or moves values along a dimension of several chunks, so its result would depend on the chunks, and isn't supported by swath: make that dimension one chunk, as in .chunk(x=-1), or apply it to the whole array",
    )
}

fn map_blocks(arguments: &Arguments<'_>) -> PyResult {
    map_blocks_of(arguments.required("obj"), arguments)
}

/// What `func=` makes of an object, block by block.
///
/// # Errors
/// Where the function gives no labelled object, or its result would depend on the blocks.
pub(super) fn map_blocks_of(object: &PyObjectRef, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    if let Some(name) = kernel_name(arguments.required("func")) {
        return map_kernel(&name, object, vm);
    }
    let (traced, inputs, dims) = match Operand::expect(object, vm)? {
        Operand::DataArray(array) => {
            let (dataset, inputs, dims) =
                traced_dataset(&array.to_dataset(Some("_")).map_err(|error| dataset_exception(error, vm))?);
            let arrays = dataset.arrays();
            (Operand::DataArray(array.replace_arrays(arrays)), inputs, dims)
        }
        Operand::Dataset(dataset) => {
            let (dataset, inputs, dims) = traced_dataset(&dataset);
            (Operand::Dataset(dataset), inputs, dims)
        }
        _ => return Err(vm.new_type_error("map_blocks expects a DataArray or a Dataset")),
    };
    let mut passed = vec![traced.into_object(vm)?];
    if let Some(more) = arguments.get("args") {
        passed.extend(convert::one_or_more(more, vm)?);
    }
    let tracing = Tracing::begin(inputs.iter().map(|(input, _)| input));
    let result = call(arguments, passed)?;
    tracing.end(vm)?;
    if let Some(array) = result.downcast_ref::<DataArrayObject>() {
        check_labelled(&array.inner(), &inputs, &dims, vm)?;
        return Operand::DataArray(without_encoding(&array.inner())).into_object(vm);
    }
    let Some(dataset) = result.downcast_ref::<DatasetObject>().map(|dataset| dataset.inner()) else {
        let class = result.class().name().to_string();
        return Err(vm.new_type_error(format!("the function is to return a DataArray or a Dataset: found {class}")));
    };
    for name in dataset.data_variables().keys() {
        let array = dataset.get(name).map_err(|error| dataset_exception(error, vm))?;
        check_labelled(&array, &inputs, &dims, vm)?;
    }
    Operand::Dataset(without_encoding(&dataset)).into_object(vm)
}

/// A registered kernel on each data variable.
fn map_kernel(name: &str, object: &PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let mapped = |array: &Array| apply_kernel(name, &[(array.clone(), 0)], vm);
    match Operand::expect(object, vm)? {
        Operand::DataArray(array) => {
            let mut arrays = array.arrays();
            arrays[0] = mapped(&arrays[0])?;
            Operand::DataArray(without_encoding(&array.replace_arrays(arrays))).into_object(vm)
        }
        Operand::Dataset(dataset) => {
            let mut arrays = dataset.arrays();
            for array in arrays.iter_mut().take(dataset.data_variables().len()) {
                *array = mapped(array)?;
            }
            Operand::Dataset(without_encoding(&dataset.replace_arrays(arrays))).into_object(vm)
        }
        _ => Err(vm.new_type_error("map_blocks expects a DataArray or a Dataset")),
    }
}

/// The inputs of a traced function, and the dimensions that are cut into blocks.
type TracedInputs = (Dataset, Vec<(Array, Vec<AxisRole>)>, Vec<String>);

/// A dataset whose lazy arrays can be told from what is made of them.
fn traced_dataset(dataset: &Dataset) -> TracedInputs {
    let mut dims: Vec<String> = Vec::new();
    for (_, variable) in dataset.variables() {
        for (name, axis) in variable.dims.iter().zip(variable.data.grid().axes()) {
            if axis.count() > 1 && !dims.contains(name) {
                dims.push(name.clone());
            }
        }
    }
    let traced = |array: Array| if array.in_memory_values().is_some() { array } else { array.traced() };
    let dataset = dataset.replace_arrays(dataset.arrays().into_iter().map(traced).collect());
    let role = |name: &String| match dims.iter().position(|dimension| dimension == name) {
        Some(place) => AxisRole::Block(place),
        None => AxisRole::Whole,
    };
    let inputs = dataset
        .variables()
        .map(|(_, variable)| (variable.data.clone(), variable.dims.iter().map(role).collect()))
        .collect();
    (dataset, inputs, dims)
}

/// Refuses a labelled result that isn't the same block by block: each dimension that is cut has kept its name.
fn check_labelled(
    array: &DataArray,
    inputs: &[(Array, Vec<AxisRole>)],
    dims: &[String],
    vm: &VirtualMachine,
) -> PyResult<()> {
    let kept = |(role, name): (&AxisRole, &String)| match role {
        AxisRole::Block(place) => dims[*place] == *name,
        AxisRole::Whole => !dims.contains(name),
        AxisRole::Merged(_) => false,
        AxisRole::Repeated => true,
    };
    match array.data().block_roles(inputs) {
        Some(roles) if roles.iter().zip(array.dims()).all(kept) => Ok(()),
        _ => Err(looks_beyond_blocks(vm)),
    }
}
