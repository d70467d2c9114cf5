//! The few modules of Python's standard library that scripts for arrays use and the machine lacks: `math`, `warnings`.

use super::arguments::Arguments;
use super::convert;
use super::harmless;
use super::modules::Module;
use rustpython_vm::convert::ToPyObject;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// A function of one float.
type Function = fn(f64) -> f64;

const FUNCTIONS: &[(&str, Function)] = &[
    ("sqrt", f64::sqrt),
    ("exp", libm::exp),
    ("log2", libm::log2),
    ("log10", libm::log10),
    ("sin", libm::sin),
    ("cos", libm::cos),
    ("tan", libm::tan),
    ("asin", libm::asin),
    ("acos", libm::acos),
    ("atan", libm::atan),
    ("sinh", libm::sinh),
    ("cosh", libm::cosh),
    ("tanh", libm::tanh),
    ("fabs", f64::abs),
    ("radians", f64::to_radians),
    ("degrees", f64::to_degrees),
];

/// Makes the modules importable.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(vm: &VirtualMachine) -> PyResult<()> {
    math(vm)?;
    let mut warnings = Module::new("warnings", vm);
    for name in ["simplefilter", "filterwarnings"] {
        warnings.function(name, "*arguments, **keywords", |arguments| Ok(arguments.vm.ctx.none()))?;
    }
    warnings.function("catch_warnings", "**keywords", |arguments| Ok(harmless::context(arguments.vm)))?;
    warnings.function("warn", "message!, category~, stacklevel~", |arguments| {
        eprintln!("warning: {}", arguments.required("message").str(arguments.vm)?.to_string_lossy());
        Ok(arguments.vm.ctx.none())
    })?;
    warnings.finish()
}

fn math(vm: &VirtualMachine) -> PyResult<()> {
    let mut math = Module::new("math", vm);
    for (name, function) in FUNCTIONS {
        math.function(name, "x!", |arguments| {
            let (x, vm) = (float(arguments, "x")?, arguments.vm);
            let result = function(x);
            if result.is_nan() && !x.is_nan() {
                return Err(vm.new_value_error("math domain error"));
            }
            Ok(result.to_pyobject(vm))
        })?;
    }
    math.function("log", "x!, base", |arguments| {
        let (x, vm) = (float(arguments, "x")?, arguments.vm);
        if x <= 0.0 {
            return Err(vm.new_value_error("math domain error"));
        }
        let base = arguments.get("base").map(|base| convert::float(base, vm)).transpose()?;
        Ok((libm::log(x) / base.map_or(1.0, libm::log)).to_pyobject(vm))
    })?;
    math.function("atan2", "y!, x!", |arguments| {
        Ok(libm::atan2(float(arguments, "y")?, float(arguments, "x")?).to_pyobject(arguments.vm))
    })?;
    math.function("hypot", "x!, y!", |arguments| {
        Ok(libm::hypot(float(arguments, "x")?, float(arguments, "y")?).to_pyobject(arguments.vm))
    })?;
    math.function("pow", "x!, y!", |arguments| {
        Ok(libm::pow(float(arguments, "x")?, float(arguments, "y")?).to_pyobject(arguments.vm))
    })?;
    for (name, function) in [("floor", f64::floor as fn(f64) -> f64), ("ceil", f64::ceil), ("trunc", f64::trunc)] {
        math.function(name, "x!", move |arguments| {
            let rounded = arguments.vm.ctx.new_float(function(float(arguments, "x")?));
            Ok(PyObjectRef::from(rounded).try_int(arguments.vm)?.into())
        })?;
    }
    for (name, test) in
        [("isnan", f64::is_nan as fn(f64) -> bool), ("isinf", f64::is_infinite), ("isfinite", f64::is_finite)]
    {
        math.function(name, "x!", move |arguments| Ok(test(float(arguments, "x")?).to_pyobject(arguments.vm)))?;
    }
    math.function("isclose", "a!, b!, *, rel_tol, abs_tol", |arguments| {
        let (a, b, vm) = (float(arguments, "a")?, float(arguments, "b")?, arguments.vm);
        let tolerance = |name, default| arguments.get(name).map_or(Ok(default), |value| convert::float(value, vm));
        let (relative, absolute) = (tolerance("rel_tol", 1e-9)?, tolerance("abs_tol", 0.0)?);
        let near = a == b || (a - b).abs() <= (relative * a.abs().max(b.abs())).max(absolute);
        Ok((near && (a == b || a.is_finite() && b.is_finite())).to_pyobject(vm))
    })?;
    for (name, value) in [
        ("pi", std::f64::consts::PI),
        ("e", std::f64::consts::E),
        ("tau", std::f64::consts::TAU),
        ("inf", f64::INFINITY),
        ("nan", f64::NAN),
    ] {
        math.value(name, vm.ctx.new_float(value))?;
    }
    math.finish()
}

fn float(arguments: &Arguments<'_>, name: &str) -> PyResult<f64> {
    convert::float(arguments.required(name), arguments.vm)
}
