//! Blocks of a lazy array: `x.blocks[0, 1:]`, and `da.map_blocks`, whose function is traced once as in `xr.map_blocks`.

use super::DaskArray;
use crate::array::AxisChunks;
use crate::plan::{Array, AxisRole};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::engine::Tracing;
use crate::script::errors::plan_exception;
use crate::script::indexing::{Entry, entries, in_bounds};
use crate::script::modules::Module;
use crate::script::native::{apply_kernel, kernel_name};
use crate::script::operand::Operand;
use crate::script::surface::{Method, Property, Surface, surface_attributes};
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::protocol::PyMappingMethods;
use rustpython_vm::types::{AsMapping, GetAttr};
use rustpython_vm::{PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

/// The blocks of an array, to be selected from.
#[pyclass(module = "dask.array", name = "BlockView")]
#[derive(Debug, PyPayload)]
pub struct Blocks {
    array: Array,
}

impl Blocks {
    /// The blocks of an array.
    pub fn object(array: Array, vm: &VirtualMachine) -> PyObjectRef {
        Blocks { array }.into_ref(&vm.ctx).into()
    }

    /// The part of the array that consists of some of its blocks.
    fn part(&self, key: &PyObject, vm: &VirtualMachine) -> PyResult {
        let grid = self.array.grid();
        let mut result = self.array.clone();
        for (axis, entry) in entries(grid.ndim(), key, vm)?.into_iter().enumerate() {
            let chunks = &grid.axes()[axis];
            let chosen = chosen_blocks(entry, axis, chunks, vm)?;
            if chosen.len() == chunks.count() && chosen.is_sorted() {
                continue;
            }
            let positions: Vec<usize> = chosen.iter().flat_map(|&block| chunks.range(block)).collect();
            let sizes: Vec<usize> = chosen.iter().map(|&block| chunks.range(block).len()).collect();
            result = result.take(axis, positions).map_err(|error| plan_exception(error, vm))?;
            let mut axes = result.grid().axes().to_vec();
            axes[axis] = AxisChunks::from_sizes(&sizes);
            result = result.rechunk(crate::array::ChunkGrid::new(axes));
        }
        Operand::Lazy(result).into_object(vm)
    }
}

/// The blocks of one axis that an entry of an index means.
fn chosen_blocks(entry: Entry, axis: usize, chunks: &AxisChunks, vm: &VirtualMachine) -> PyResult<Vec<usize>> {
    let count = chunks.count();
    match entry {
        Entry::At(block) => Ok(vec![in_bounds(block, axis, count, vm)?]),
        Entry::List(blocks, _) => blocks.iter().map(|&block| in_bounds(block, axis, count, vm)).collect(),
        Entry::Slice(slice) => {
            let (range, step, _) = slice.adjust_indices(count);
            let blocks = range.step_by(step.unsigned_abs());
            Ok(if step > 0 { blocks.collect() } else { slice_backwards(&slice, count) })
        }
        Entry::Mask(mask, shape) => {
            crate::script::indexing::check_mask(&shape, &[count], axis, vm)?;
            Ok((0..count).filter(|&block| mask[block]).collect())
        }
        Entry::NewAxis => Err(vm.new_value_error("blocks can't be indexed with np.newaxis")),
    }
}

fn slice_backwards(slice: &rustpython_vm::sliceable::SaturatedSlice, count: usize) -> Vec<usize> {
    let (range, step, length) = slice.adjust_indices(count);
    (0..length).map(|index| range.end - 1 - index * step.unsigned_abs()).collect()
}

impl Surface for Blocks {
    const CLASS: &'static str = "BlockView";
    const METHODS: &'static [&'static [Method<Self>]] = &[];
    const PROPERTIES: &'static [&'static [Property<Self>]] = &[&[
        Property { name: "shape", get: |this, vm| Ok(convert::length_tuple(this.array.grid().counts(), vm)) },
        Property { name: "size", get: |this, vm| Ok(this.array.grid().chunk_count().to_pyobject(vm)) },
    ]];
}

surface_attributes!(Blocks);

#[pyclass(with(AsMapping, GetAttr))]
impl Blocks {}

impl AsMapping for Blocks {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            subscript: Some(|mapping, key, vm| Blocks::mapping_downcast(mapping).part(key, vm)),
            ..PyMappingMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

/// Puts the function into the module.
///
/// # Errors
/// Where the machine can't hold it.
pub(super) fn install(module: &mut Module<'_>) -> PyResult<()> {
    module.function(
        "map_blocks",
        "func!, *args, name~, token~, dtype~, chunks~, drop_axis~, new_axis~, enforce_ndim~, meta~, **kwargs",
        |arguments| map_blocks(arguments.required("func"), &arguments.rest, arguments),
    )?;
    module.function("map_overlap", "*args, **kwargs", |arguments| {
        Err(arguments.vm.new_not_implemented_error(
            "map_overlap is not supported by swath: write the stencil on the whole array, with slices, xarray's shift() or rolling(), which look across chunks by themselves",
        ))
    })
}

/// A function of the blocks of arrays, called once with whole lazy arrays.
///
/// # Errors
/// Where the function looks at values, or its result would depend on the blocks.
pub(super) fn map_blocks(function: &PyObjectRef, passed: &[PyObjectRef], arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    if let Some(name) = kernel_name(function) {
        let array = |object: &PyObjectRef| match Operand::expect(object, vm)? {
            Operand::Lazy(array) | Operand::Eager(array) | Operand::Typed(array) => Ok((array, 0)),
            _ => Err(vm.new_type_error("map_blocks of a native kernel expects arrays without labels")),
        };
        let inputs = passed.iter().map(array).collect::<PyResult<Vec<_>>>()?;
        return Operand::Lazy(apply_kernel(&name, &inputs, vm)?).into_object(vm);
    }
    let arrays: Vec<Option<Array>> =
        passed.iter().map(|object| object.downcast_ref::<DaskArray>().map(|array| array.array())).collect();
    let ndim = arrays.iter().flatten().map(Array::ndim).max().unwrap_or(0);
    let is_cut = |place: usize| {
        arrays.iter().flatten().any(|array| {
            let axis = (place + array.ndim()).checked_sub(ndim);
            axis.is_some_and(|axis| array.grid().axes()[axis].count() > 1)
        })
    };
    let tracing = Tracing::begin(arrays.iter().flatten());
    let mut inputs = Vec::new();
    let mut traced = Vec::new();
    for (object, array) in passed.iter().zip(&arrays) {
        let Some(array) = array else {
            traced.push(object.clone());
            continue;
        };
        let role = |axis: usize| match axis + ndim - array.ndim() {
            _ if array.shape()[axis] == 1 => AxisRole::Repeated,
            place if is_cut(place) => AxisRole::Block(place),
            _ => AxisRole::Whole,
        };
        let input = array.traced();
        inputs.push((input.clone(), (0..array.ndim()).map(role).collect()));
        traced.push(Operand::Lazy(input).into_object(vm)?);
    }
    let result =
        function.call(FuncArgs { args: traced, kwargs: arguments.keywords.clone().into_iter().collect() }, vm)?;
    tracing.end(vm)?;
    let (Operand::Lazy(array) | Operand::Eager(array) | Operand::Typed(array)) = Operand::expect(&result, vm)? else {
        return Err(vm.new_type_error("the function of map_blocks returns an array"));
    };
    let Some(roles) = array.block_roles(&inputs) else { return Err(crate::script::xarray::looks_beyond_blocks(vm)) };
    let found: Vec<usize> =
        roles.iter().filter_map(|role| if let AxisRole::Block(place) = role { Some(*place) } else { None }).collect();
    let expected: Vec<usize> = (0..ndim).filter(|&place| is_cut(place)).collect();
    if found != expected && roles.iter().any(|role| *role != AxisRole::Repeated) {
        return Err(crate::script::xarray::looks_beyond_blocks(vm));
    }
    Operand::Lazy(array).into_object(vm)
}
