//! `dask.array.Array`: a lazy array without labels.

use super::shared_elements::Ticket;
use super::{assignment, blocks, chunks, compute_one, methods, persist_one, visualize};
use crate::plan::Array;
use crate::script::arguments::Arguments;
use crate::script::array_methods::{Shared, Unlabelled};
use crate::script::convert;
use crate::script::engine;
use crate::script::indexing;
use crate::script::numbers::operators;
use crate::script::operand::Operand;
use crate::script::surface::{Method, Property, Surface, surface_attributes};
use crate::script::writing;
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::protocol::PyMappingMethods;
use rustpython_vm::types::{AsMapping, AsNumber, Comparable, GetAttr, Iterable, Representable};
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass};
use std::cell::RefCell;

/// What is told of the array that an object was and now is, after an assignment; false where it was something else by then.
type OnChange = Box<dyn Fn(&Array, &Array) -> bool>;

/// A lazy array.
#[pyclass(module = "dask.array", name = "Array")]
#[derive(PyPayload)]
pub struct DaskArray {
    array: RefCell<Array>,
    on_change: Option<OnChange>,
    /// Where it is known among the arrays of a function that is traced.
    ticket: Option<Ticket>,
}

impl std::fmt::Debug for DaskArray {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("DaskArray").field(&self.array).finish()
    }
}

impl DaskArray {
    /// The Python object's contents.
    pub fn new(array: Array) -> DaskArray {
        let ticket = Ticket::of(&array);
        DaskArray { array: RefCell::new(array), on_change: None, ticket }
    }

    /// The same where assigning to its elements changes something else too.
    pub fn shared(array: Array, on_change: impl Fn(&Array, &Array) -> bool + 'static) -> DaskArray {
        DaskArray { on_change: Some(Box::new(on_change)), ..DaskArray::new(array) }
    }

    /// Has the object be another array of this shape.
    ///
    /// # Errors
    /// `NotImplementedError` where numpy would change other arrays, too.
    pub fn change(&self, changed: Array, vm: &VirtualMachine) -> PyResult<()> {
        if engine::is_tracing() {
            let Some(ticket) = &self.ticket else {
                return Err(vm.new_not_implemented_error(
                    "a function applied block by block is called once, for all blocks, by swath: it can't change an array from outside",
                ));
            };
            if ticket.shares_elements() {
                return Err(vm.new_not_implemented_error(
                    "changing elements that two arrays share is not supported by swath in a function that is applied block by block: change a .copy(), or make a new array with np.where()",
                ));
            }
            ticket.set(&changed);
        }
        if self.on_change.as_ref().is_some_and(|on_change| !on_change(&self.array(), &changed)) {
            return Err(vm.new_not_implemented_error(
                "what this array was taken from has other values by now, which swath doesn't change through it: take .data again",
            ));
        }
        self.array.replace(changed);
        Ok(())
    }

    /// The array.
    pub fn array(&self) -> Array {
        self.array.borrow().clone()
    }

    fn part(&self, key: &PyObject, vm: &VirtualMachine) -> PyResult {
        Operand::Lazy(indexing::index(&self.array(), key, vm)?).into_object(vm)
    }
}

impl Unlabelled for DaskArray {
    fn plan_array(&self) -> Array {
        self.array()
    }

    fn operand(array: Array) -> Operand {
        Operand::Lazy(array)
    }
}

impl Surface for DaskArray {
    const CLASS: &'static str = "dask.array.Array";
    const METHODS: &'static [&'static [Method<Self>]] = &[
        Shared::<Self>::REDUCTIONS,
        Shared::<Self>::METHODS,
        methods::METHODS,
        &[
            Method {
                name: "rechunk",
                parameters: "chunks, threshold~, block_size_limit=None, balance=False, method~",
                body: rechunk,
            },
            Method {
                name: "compute",
                parameters: "traverse~, optimize_graph~, scheduler~, num_workers~",
                body: |this, arguments| compute_one(&this.to_owned().into(), arguments.vm),
            },
            Method {
                name: "persist",
                parameters: "traverse~, optimize_graph~, scheduler~",
                body: |this, arguments| persist_one(&this.to_owned().into(), arguments.vm),
            },
            Method {
                name: "map_blocks",
                parameters: "func!, *args, name~, token~, dtype~, chunks~, drop_axis~, new_axis~, enforce_ndim~, meta~, **kwargs",
                body: |this, arguments| {
                    let mut passed = vec![this.to_owned().into()];
                    passed.extend(arguments.rest.iter().cloned());
                    blocks::map_blocks(arguments.required("func"), &passed, arguments)
                },
            },
            Method {
                name: "visualize",
                parameters: "filename, format, optimize_graph, engine~, color~, rankdir~, **kwargs",
                body: |this, arguments| visualize::draw_to_file(std::slice::from_ref(&this.array()), arguments),
            },
            Method {
                name: "dot",
                parameters: "other!",
                body: |this, arguments| arguments.vm._matmul(this.as_object(), arguments.required("other")),
            },
            Method {
                name: "to_zarr",
                parameters: "url!, component, storage_options=None, region=None, compute, return_stored=False, overwrite, zarr_format",
                body: |this, arguments| writing::array_to_zarr(&this.array(), arguments),
            },
        ],
    ];
    const PROPERTIES: &'static [&'static [Property<Self>]] = &[
        Shared::<Self>::PROPERTIES,
        &[
            Property { name: "real", get: |this, vm| Operand::Lazy(this.array()).into_object(vm) },
            Property { name: "chunks", get: |this, vm| Ok(chunk_sizes(&this.array(), vm)) },
            Property {
                name: "chunksize",
                get: |this, vm| Ok(convert::length_tuple(this.array().grid().max_chunk_shape(), vm)),
            },
            Property { name: "blocks", get: |this, vm| Ok(blocks::Blocks::object(this.array(), vm)) },
            Property { name: "partitions", get: |this, vm| Ok(blocks::Blocks::object(this.array(), vm)) },
            Property { name: "numblocks", get: |this, vm| Ok(convert::length_tuple(this.array().grid().counts(), vm)) },
            Property { name: "npartitions", get: |this, vm| Ok(this.array().grid().chunk_count().to_pyobject(vm)) },
        ],
    ];
}

/// Sizes of the chunks along each axis, a tuple of tuples.
pub(in crate::script) fn chunk_sizes(array: &Array, vm: &VirtualMachine) -> PyObjectRef {
    let axes = array.grid().axes().iter().map(|axis| convert::length_tuple(axis.sizes(), vm));
    vm.ctx.new_tuple(axes.collect()).into()
}

fn rechunk(this: &Py<DaskArray>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let grid = match arguments.get("chunks") {
        Some(wish) => chunks::regrid(wish, this.array().grid(), this.array().dtype(), vm)?,
        None => chunks::grid(None, this.array().shape(), this.array().dtype(), vm)?,
    };
    Operand::Lazy(this.array().rechunk(grid)).into_object(vm)
}

surface_attributes!(DaskArray);
operators!(DaskArray, MUTABLE_METHODS);

#[pyclass(with(AsMapping, AsNumber, Comparable, GetAttr, Iterable, Representable))]
impl DaskArray {}

impl AsMapping for DaskArray {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: Some(|mapping, vm| match DaskArray::mapping_downcast(mapping).array().shape().first() {
                Some(&length) => Ok(length),
                None => Err(vm.new_type_error("len() of unsized object")),
            }),
            subscript: Some(|mapping, key, vm| DaskArray::mapping_downcast(mapping).part(key, vm)),
            ass_subscript: Some(|mapping, key, value, vm| match value {
                Some(value) => {
                    let zelf = DaskArray::mapping_downcast(mapping);
                    let assigned = assignment::assigned(&zelf.array(), key, &value, vm)?;
                    zelf.change(assigned, vm)
                }
                None => Err(vm.new_type_error("elements of an array can't be deleted: use da.delete()")),
            }),
        };
        &METHODS
    }
}

impl Iterable for DaskArray {
    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        let Some(&length) = zelf.array().shape().first() else {
            return Err(vm.new_type_error(
                "an array without dimensions has no elements to go through: take its value by float()",
            ));
        };
        let parts = (0..length).map(|index| zelf.part(vm.ctx.new_int(index).as_object(), vm));
        let parts: PyObjectRef = vm.ctx.new_list(parts.collect::<PyResult<_>>()?).into();
        Ok(parts.get_iter(vm)?.into())
    }
}

impl Representable for DaskArray {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        let array = zelf.array();
        let tuple = |lengths: Vec<usize>| {
            convert::length_tuple(lengths, vm).repr(vm).map(|text| text.to_string_lossy().into_owned())
        };
        Ok(format!(
            "dask.array<shape={}, dtype={}, chunksize={}, chunktype=numpy.ndarray>",
            tuple(array.shape().to_vec())?,
            array.dtype(),
            tuple(array.grid().max_chunk_shape())?
        ))
    }
}
