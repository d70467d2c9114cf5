//! How small arrays become text: `np.set_printoptions`, `printoptions`, `array2string` and their kin.

use crate::dataset::{FloatMode, TextOptions, format_values, print_values, print_values_as};
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::modules::Module;
use crate::script::operand;
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{PyPayload, PyRef, PyResult, VirtualMachine, pyclass};
use std::cell::Cell;

const SETTINGS: &str = "precision, threshold, edgeitems, linewidth, suppress, nanstr='nan', infstr='inf', \
                        formatter=None, sign='-', floatmode, *, legacy=False, override_repr=None";

/// Puts the functions into the module.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(module: &mut Module<'_>) -> PyResult<()> {
    module.function("set_printoptions", SETTINGS, |arguments| {
        changed(arguments, "linewidth", "suppress")?.install();
        Ok(arguments.vm.ctx.none())
    })?;
    module.function("printoptions", SETTINGS, |arguments| {
        let inner = changed(arguments, "linewidth", "suppress")?;
        Ok(PrintOptionsContext { inner, outer: Cell::new(TextOptions::current()) }.into_ref(&arguments.vm.ctx).into())
    })?;
    module.function("get_printoptions", "", |arguments| settings(TextOptions::current(), arguments.vm))?;
    module.function(
        "array2string",
        "a!, max_line_width, precision, suppress_small, separator, prefix, *, formatter=None, threshold, edgeitems, \
         sign='-', floatmode, suffix, legacy=None",
        |arguments| {
            let options = changed(arguments, "max_line_width", "suppress_small")?;
            let separator = arguments.string("separator")?.unwrap_or_else(|| " ".to_owned());
            let length = |name| Ok(arguments.string(name)?.map_or(0, |text| text.chars().count()));
            let (indent, suffix): (usize, usize) = (length("prefix")?, length("suffix")?);
            let options = TextOptions { line_width: options.line_width.saturating_sub(suffix), ..options };
            let values = operand::values(arguments.required("a"), arguments.vm)?;
            Ok(arguments.vm.ctx.new_str(print_values_as(&values, &separator, indent, options)).into())
        },
    )?;
    module.function("array_str", "a!, max_line_width=None, precision=None, suppress_small=None", |arguments| {
        let values = operand::values(arguments.required("a"), arguments.vm)?;
        Ok(arguments.vm.ctx.new_str(print_values(&values)).into())
    })?;
    module.function("array_repr", "arr!, max_line_width=None, precision=None, suppress_small=None", |arguments| {
        let values = operand::values(arguments.required("arr"), arguments.vm)?;
        Ok(arguments.vm.ctx.new_str(format_values(&values)).into())
    })
}

/// The options in force, as the arguments change them.
fn changed(arguments: &Arguments<'_>, line_width: &str, suppress: &str) -> PyResult<TextOptions> {
    let vm = arguments.vm;
    let count = |name: &str, now: usize| arguments.get(name).map_or(Ok(now), |value| convert::count(value, vm));
    let now = TextOptions::current();
    let float_mode = match arguments.string("floatmode")?.as_deref() {
        None => now.float_mode,
        Some("fixed") => FloatMode::Fixed,
        Some("unique") => FloatMode::Unique,
        Some("maxprec") => FloatMode::MaxPrecision,
        Some("maxprec_equal") => FloatMode::MaxPrecisionEqual,
        Some(_) => {
            return Err(vm.new_value_error("floatmode option must be one of fixed, unique, maxprec, maxprec_equal"));
        }
    };
    // Infinitely many values, which `sys.maxsize` and numpy.inf stand for.
    let threshold = match arguments.get("threshold") {
        Some(value) => convert::float(value, vm)? as usize,
        None => now.threshold,
    };
    Ok(TextOptions {
        precision: count("precision", now.precision)?,
        threshold,
        edge_items: count("edgeitems", now.edge_items)?,
        line_width: count(line_width, now.line_width)?,
        suppresses_exponents: arguments.bool(suppress)?.unwrap_or(now.suppresses_exponents),
        float_mode,
    })
}

/// The dict of options.
fn settings(options: TextOptions, vm: &VirtualMachine) -> PyResult {
    let mode = match options.float_mode {
        FloatMode::Fixed => "fixed",
        FloatMode::Unique => "unique",
        FloatMode::MaxPrecision => "maxprec",
        FloatMode::MaxPrecisionEqual => "maxprec_equal",
    };
    let text = |text: &str| vm.ctx.new_str(text).into();
    let dict = vm.ctx.new_dict();
    for (name, value) in [
        ("edgeitems", options.edge_items.to_pyobject(vm)),
        ("threshold", options.threshold.to_pyobject(vm)),
        ("floatmode", text(mode)),
        ("precision", options.precision.to_pyobject(vm)),
        ("suppress", options.suppresses_exponents.to_pyobject(vm)),
        ("linewidth", options.line_width.to_pyobject(vm)),
        ("nanstr", text("nan")),
        ("infstr", text("inf")),
        ("sign", text("-")),
        ("formatter", vm.ctx.none()),
        ("legacy", false.to_pyobject(vm)),
        ("override_repr", vm.ctx.none()),
    ] {
        dict.set_item(name, value, vm)?;
    }
    Ok(dict.into())
}

/// `with np.printoptions(...):`: other options until the block ends.
#[pyclass(module = "numpy", name = "printoptions")]
#[derive(Debug, PyPayload)]
pub struct PrintOptionsContext {
    inner: TextOptions,
    outer: Cell<TextOptions>,
}

#[pyclass]
impl PrintOptionsContext {
    #[pymethod]
    fn __enter__(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.outer.set(TextOptions::current());
        zelf.inner.install();
        settings(zelf.inner, vm)
    }

    #[pymethod]
    fn __exit__(&self, _exception: FuncArgs) -> bool {
        self.outer.get().install();
        false
    }
}
