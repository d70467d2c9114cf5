//! Functions of `xarray`: `where`, `set_options`, `full_like` and its kin.

use crate::array::{Chunk, Scalar};
use crate::dataset::{Encoding, Join};
use crate::plan::Array;
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::elementwise;
use crate::script::errors::plan_exception;
use crate::script::modules::Module;
use crate::script::operand::{Operand, single_value};
use crate::script::options::{self, Options};
use rustpython_vm::builtins::PyDict;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyPayload, PyRef, PyResult, VirtualMachine, pyclass};

/// Options of xarray that change nothing here: displays, caches, optional accelerators.
const HARMLESS_OPTIONS: &[&str] = &[
    "cmap_divergent",
    "cmap_sequential",
    "display_max_children",
    "display_max_rows",
    "display_values_threshold",
    "display_style",
    "display_width",
    "display_expand_attrs",
    "display_expand_coords",
    "display_expand_data_vars",
    "display_expand_data",
    "display_expand_groups",
    "display_expand_indexes",
    "display_default_indexes",
    "enable_cftimeindex",
    "file_cache_maxsize",
    "use_bottleneck",
    "use_flox",
    "use_numbagg",
    "use_opt_einsum",
    "warn_for_unclosed_files",
];

/// Puts the functions into the module.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(module: &mut Module<'_>) -> PyResult<()> {
    module.function("where", "cond!, x!, y!, keep_attrs", |arguments| {
        let vm = arguments.vm;
        let [condition, x, y] = ["cond", "x", "y"].map(|name| Operand::expect(arguments.required(name), vm));
        let keep_attrs = arguments.bool("keep_attrs")?.unwrap_or_else(options::keep_attrs);
        elementwise::select(condition?, x?, y?, keep_attrs, vm)?.into_object(vm)
    })?;
    module.function("set_options", "**options", set_options)?;
    module.function("unify_chunks", "*objects", |a| Ok(a.vm.ctx.new_tuple(a.rest.clone()).into()))?;
    for (name, value) in [("zeros_like", 0), ("ones_like", 1)] {
        module.function(
            name,
            "other!, dtype, *, chunks=None, chunked_array_type~, from_array_kwargs~",
            move |arguments| filled_like(&|_| Ok(Scalar::Int(value)), arguments),
        )?;
    }
    module.function(
        "full_like",
        "other!, fill_value!, dtype, *, chunks=None, chunked_array_type~, from_array_kwargs~",
        |arguments| {
            let (vm, fill) = (arguments.vm, arguments.required("fill_value"));
            match fill.downcastable::<PyDict>() {
                true => filled_like(&|name| Ok(single_value(&*fill.get_item(name, vm)?, vm)?.1), arguments),
                false => {
                    let (_, value) = single_value(fill, vm)?;
                    filled_like(&|_| Ok(value.clone()), arguments)
                }
            }
        },
    )
}

/// Arrays like those of an object, of the value that each has by its name.
fn filled_like(value: &dyn Fn(&str) -> PyResult<Scalar>, arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let dtype = arguments.get("dtype").map(|dtype| convert::dtype(dtype, vm)).transpose()?;
    let filled = |name: &str, model: &Array| {
        let value = value(name)?;
        let dtype = dtype.unwrap_or(model.dtype());
        let value = crate::script::numpy::cast_scalar(&value, convert::default_dtype(&value), dtype, vm)?;
        if model.is_of_memory() {
            let filled = Chunk::filled(dtype, model.shape().to_vec(), &value);
            return filled.map(Array::in_memory).map_err(|error| plan_exception(error.into(), vm));
        }
        model.full_like(value, dtype).map_err(|error| plan_exception(error, vm))
    };
    match Operand::expect(arguments.required("other"), vm)? {
        Operand::DataArray(array) => {
            let mut arrays = array.arrays();
            arrays[0] = filled(array.name().unwrap_or_default(), &arrays[0])?;
            let mut like = array.replace_arrays(arrays);
            *like.encoding_mut() = Encoding::default();
            Operand::DataArray(like).into_object(vm)
        }
        Operand::Dataset(mut dataset) => {
            let names: Vec<String> = dataset.data_variables().keys().cloned().collect();
            for name in names {
                let variable = dataset.variable_mut(&name).expect("its own data variables are there");
                variable.data = filled(&name, &variable.data)?;
                variable.encoding = Encoding::default();
            }
            Operand::Dataset(dataset).into_object(vm)
        }
        _ => Err(vm.new_type_error("expected a DataArray or a Dataset")),
    }
}

/// Options that go back to what they were when a `with` block ends.
#[pyclass(module = "xarray", name = "set_options")]
#[derive(Debug, PyPayload)]
pub struct OptionsContext {
    previous: Options,
}

#[pyclass]
impl OptionsContext {
    #[pymethod]
    fn __enter__(zelf: PyRef<Self>) -> PyRef<Self> {
        zelf
    }

    #[pymethod]
    fn __exit__(&self, _exception: FuncArgs) -> bool {
        options::set(self.previous);
        false
    }
}

fn set_options(arguments: &Arguments<'_>) -> PyResult {
    let vm = arguments.vm;
    let previous = options::current();
    let mut changed = previous;
    for (name, value) in &arguments.keywords {
        match name.as_str() {
            "keep_attrs" => {
                let text = value.downcast_ref::<rustpython_vm::builtins::PyStr>();
                changed.keep_attrs = match text {
                    Some(_) => None,
                    None => Some(value.clone().try_to_bool(vm)?),
                };
            }
            "arithmetic_join" => changed.join = join(name, &convert::string(value, vm)?, vm)?,
            harmless if HARMLESS_OPTIONS.contains(&harmless) => {}
            other => {
                return Err(vm.new_value_error(format!("set_options has no option '{other}'")));
            }
        }
    }
    options::set(changed);
    Ok(OptionsContext { previous }.into_ref(&vm.ctx).into())
}

/// Which labels of differing indexes a result has, of this parameter.
///
/// # Errors
/// `ValueError` for an unknown one.
pub(super) fn join(parameter: &str, name: &str, vm: &VirtualMachine) -> PyResult<Join> {
    match name {
        "inner" => Ok(Join::Inner),
        "outer" => Ok(Join::Outer),
        "left" => Ok(Join::Left),
        "right" => Ok(Join::Right),
        "exact" => Ok(Join::Exact),
        "override" => Ok(Join::Override),
        other => Err(
            vm.new_value_error(format!("{parameter} '{other}': expected inner, outer, left, right, exact or override"))
        ),
    }
}
