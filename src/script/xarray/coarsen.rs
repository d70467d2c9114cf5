//! What `coarsen` gives: reductions of windows side by side.

use super::coarsen_construct;
use super::group_by::object;
use super::indexers;
use super::methods::reduce_options;
use super::rolling::{class_and_dims, of_dimension, window_size};
use crate::dataset::{Block, Boundary, Coarsening, DatasetError, Operand as Labelled};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::errors::dataset_exception;
use crate::script::surface::{Method, Property, Surface, reductions, surface_attributes};
use indexmap::IndexMap;
use rustpython_vm::builtins::{PyDict, PyStr};
use rustpython_vm::types::{GetAttr, Representable};
use rustpython_vm::{Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

/// A labelled array or dataset, and windows side by side along its dimensions.
#[pyclass(module = "xarray", name = "Coarsen")]
#[derive(Debug, PyPayload)]
pub struct CoarsenObject {
    object: Labelled,
    coarsening: Coarsening,
}

/// `object.coarsen(y=100, x=100, boundary="trim")`.
///
/// # Errors
/// Where a dimension doesn't exist, or an option is none.
pub(super) fn coarsen(object: Labelled, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let blocks = indexers::named(arguments, "dim")?.into_iter().map(|(dimension, size)| {
        let boundary = match of_dimension(arguments.get("boundary"), &dimension, vm)? {
            None => Boundary::Exact,
            Some(name) => match &*convert::string(&name, vm)? {
                "exact" => Boundary::Exact,
                "trim" => Boundary::Trim,
                "pad" => Boundary::Pad,
                other => {
                    let message = format!("boundary='{other}' says nothing: expected 'exact', 'trim' or 'pad'");
                    return Err(vm.new_type_error(message));
                }
            },
        };
        let side = of_dimension(arguments.get("side"), &dimension, vm)?;
        let from_end = match side.map(|side| convert::string(&side, vm)).transpose()?.as_deref() {
            None | Some("left") => false,
            Some("right") => true,
            Some(other) => return Err(vm.new_value_error(format!("side={other:?}: expected 'left' or 'right'"))),
        };
        Ok(Block { size: window_size(&size, vm)?, dimension, boundary, from_end })
    });
    let blocks = blocks.collect::<PyResult<Vec<_>>>()?;
    let (class, dims) = class_and_dims(&object);
    let functions = coordinate_functions(arguments, &dims)?;
    let coarsening = Coarsening::new(blocks, functions, &dims, class).map_err(|error| dataset_exception(error, vm))?;
    Ok(CoarsenObject { object, coarsening }.into_ref(&vm.ctx).into())
}

/// Reductions of coordinates: of a dict, or the same for the coordinates of all dimensions.
fn coordinate_functions(arguments: &Arguments<'_>, dims: &[String]) -> PyResult<IndexMap<String, String>> {
    let vm = arguments.vm;
    let name = |function: &PyObjectRef| match function.downcastable::<PyStr>() {
        true => convert::string(function, vm),
        false => convert::string(&*function.get_attr("__name__", vm)?, vm),
    };
    match arguments.get("coord_func") {
        None => Ok(IndexMap::new()),
        Some(dict) if dict.downcastable::<PyDict>() => {
            let pairs = convert::string_pairs(dict, vm)?.into_iter();
            pairs.map(|(coordinate, function)| Ok((coordinate, name(&function)?))).collect()
        }
        Some(function) => dims.iter().map(|dimension| Ok((dimension.clone(), name(function)?))).collect(),
    }
}

const REDUCTION: &str = "keep_attrs, *, skipna";
const REDUCTION_WITH_DDOF: &str = "keep_attrs, *, skipna, ddof";
const LOGICAL: &str = "keep_attrs";

impl Surface for CoarsenObject {
    const CLASS: &'static str = "Coarsen";
    const METHODS: &'static [&'static [Method<Self>]] = &[
        reductions!(reduce;
            "mean" REDUCTION, "sum" REDUCTION, "prod" REDUCTION, "min" REDUCTION, "max" REDUCTION, "median" REDUCTION,
            "std" REDUCTION_WITH_DDOF, "var" REDUCTION_WITH_DDOF, "count" LOGICAL, "any" LOGICAL, "all" LOGICAL,
        ),
        coarsen_construct::METHODS,
    ];
    const PROPERTIES: &'static [&'static [Property<Self>]] = &[coarsen_construct::PROPERTIES];
}

impl CoarsenObject {
    /// What the windows are over.
    pub(super) fn object(&self) -> &Labelled {
        &self.object
    }

    /// The windows.
    pub(super) fn coarsening(&self) -> &Coarsening {
        &self.coarsening
    }
}

fn reduce(this: &Py<CoarsenObject>, name: &str, arguments: &Arguments<'_>) -> PyResult {
    let options = reduce_options(arguments)?;
    let reduced = match &this.object {
        Labelled::DataArray(array) => array.coarsen(&this.coarsening, name, options).map(Labelled::DataArray),
        Labelled::Dataset(dataset) => dataset.coarsen(&this.coarsening, name, options).map(Labelled::Dataset),
        Labelled::Array(_) | Labelled::Scalar(_) => Err(DatasetError::Unlabelled { operation: "coarsen" }),
    };
    object(reduced, arguments.vm)
}

surface_attributes!(CoarsenObject);

#[pyclass(with(GetAttr, Representable))]
impl CoarsenObject {}

impl Representable for CoarsenObject {
    fn repr_str(zelf: &Py<Self>, _vm: &VirtualMachine) -> PyResult<String> {
        let shown = |block: &Block| format!("'{}': {}", block.dimension, block.size);
        let windows: Vec<String> = zelf.coarsening.blocks().iter().map(shown).collect();
        let (class, _) = class_and_dims(&zelf.object);
        let from_end = zelf.coarsening.blocks().iter().all(|block| block.from_end);
        let side = if from_end { "right" } else { "left" };
        Ok(format!("{class}Coarsen [windows->{{{}}},side->{side}]", windows.join(", ")))
    }
}
