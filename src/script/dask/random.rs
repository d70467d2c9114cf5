//! `dask.array.random` and `numpy.random`: random arrays whose values depend on a seed and the element's position only.

use super::chunks;
use crate::array::DType;
use crate::kernels::generate::{Distribution, Generator};
use crate::plan::Array;
use crate::script::arguments::Arguments;
use crate::script::convert;
use crate::script::engine;
use crate::script::errors::plan_exception;
use crate::script::modules::Module;
use crate::script::operand::Operand;
use crate::script::surface::{Method, Property, Surface, surface_attributes};
use rustpython_vm::types::GetAttr;
use rustpython_vm::{Py, PyPayload, PyResult, VirtualMachine, pyclass};
use std::cell::Cell;

/// A stream of random arrays: each draw has a key of its own, made of the seed and the number of the draw.
#[pyclass(module = "dask.array.random", name = "Generator")]
#[derive(Debug, PyPayload)]
pub struct Draws {
    kind: Kind,
    seed: u64,
    count: Cell<u64>,
}

/// What becomes of a draw.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    /// A lazy array: dask's.
    Lazy,
    /// A small array in memory: numpy's.
    Eager,
}

thread_local! {
    /// The stream of the module's own functions: its seed, `None` until the first draw, and the number of draws.
    static GLOBAL: Cell<(Option<u64>, u64)> = const { Cell::new((None, 0)) };
}

const UNIFORM_SIZE: &str = "size, chunks, dtype";
const UNIFORM: &str = "low, high, size, chunks";
const NORMAL: &str = "loc, scale, size, chunks";
const STANDARD_NORMAL: &str = "size, chunks, dtype";
const INTEGERS: &str = "low!, high, size, chunks, dtype, endpoint";

/// What a function draws, with the key of the draw.
type Draw = fn(&Arguments<'_>, Kind, u64) -> PyResult;

/// The module's own functions: name, parameters, what they draw.
const FUNCTIONS: &[(&str, &str, Draw)] = &[
    ("random", UNIFORM_SIZE, unit_interval),
    ("random_sample", UNIFORM_SIZE, unit_interval),
    ("uniform", UNIFORM, uniform),
    ("normal", NORMAL, normal),
    ("standard_normal", STANDARD_NORMAL, normal),
    ("randint", INTEGERS, integers),
];

/// The modules `dask.array.random` and `numpy.random`.
///
/// # Errors
/// Where the machine can't hold them.
pub(super) fn install(vm: &VirtualMachine) -> PyResult<()> {
    GLOBAL.set((None, 0));
    install_kind(Module::new("dask.array.random", vm), Kind::Lazy)?;
    install_kind(Module::new("numpy.random", vm), Kind::Eager)
}

fn install_kind(mut module: Module<'_>, kind: Kind) -> PyResult<()> {
    for (name, parameters, draw) in FUNCTIONS {
        module.function(name, parameters, move |arguments| draw(arguments, kind, global_key()))?;
    }
    module.function("seed", "seed", |arguments| {
        GLOBAL.set((Some(seed_of(arguments)?), 0));
        Ok(arguments.vm.ctx.none())
    })?;
    for name in ["default_rng", "RandomState"] {
        module.function(name, "seed", move |arguments| {
            let draws = Draws { kind, seed: seed_of(arguments)?, count: Cell::new(0) };
            Ok(draws.into_ref(&arguments.vm.ctx).into())
        })?;
    }
    module.finish()
}

/// The seed that was given, or one that differs from stream to stream and is the same for the whole run.
fn seed_of(arguments: &Arguments<'_>) -> PyResult<u64> {
    match arguments.get("seed") {
        Some(seed) => Ok(convert::integer(seed, arguments.vm)? as u64),
        None => Ok(global_key()),
    }
}

fn global_key() -> u64 {
    let (seed, count) = GLOBAL.get();
    let seed = seed.unwrap_or_else(|| engine::current().seed());
    GLOBAL.set((Some(seed), count + 1));
    key(seed, count)
}

/// A key for one draw: splitmix64 of both numbers (doi:10.1145/2660193.2660195), so that neighbours share no bits.
fn key(seed: u64, count: u64) -> u64 {
    let mut mixed = seed.wrapping_add(count.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn unit_interval(arguments: &Arguments<'_>, kind: Kind, key: u64) -> PyResult {
    made(arguments, kind, key, Distribution::Uniform { low: 0.0, high: 1.0 }, DType::Float64)
}

fn uniform(arguments: &Arguments<'_>, kind: Kind, key: u64) -> PyResult {
    let (low, high) = (number(arguments, "low", 0.0)?, number(arguments, "high", 1.0)?);
    made(arguments, kind, key, Distribution::Uniform { low, high }, DType::Float64)
}

fn normal(arguments: &Arguments<'_>, kind: Kind, key: u64) -> PyResult {
    let (mean, standard_deviation) = (number(arguments, "loc", 0.0)?, number(arguments, "scale", 1.0)?);
    if standard_deviation < 0.0 {
        return Err(arguments.vm.new_value_error("scale < 0"));
    }
    made(arguments, kind, key, Distribution::Normal { mean, standard_deviation }, DType::Float64)
}

fn integers(arguments: &Arguments<'_>, kind: Kind, key: u64) -> PyResult {
    let vm = arguments.vm;
    let first = convert::integer(arguments.required("low"), vm)?;
    let (low, mut high) = match arguments.get("high") {
        Some(high) => (first, convert::integer(high, vm)?),
        None => (0, first),
    };
    if arguments.bool("endpoint")?.unwrap_or(false) {
        high = high.saturating_add(1);
    }
    if low >= high {
        return Err(vm.new_value_error("low >= high"));
    }
    made(arguments, kind, key, Distribution::Integers { low, high }, DType::Int64)
}

fn number(arguments: &Arguments<'_>, name: &str, default: f64) -> PyResult<f64> {
    let Some(value) = arguments.get(name) else { return Ok(default) };
    convert::float(value, arguments.vm).map_err(|_| {
        let message = format!("{}({name}=...) is one number in swath, not an array", arguments.function);
        arguments.vm.new_not_implemented_error(message)
    })
}

fn made(arguments: &Arguments<'_>, kind: Kind, seed: u64, distribution: Distribution, drawn: DType) -> PyResult {
    let vm = arguments.vm;
    let shape = arguments.get("size").map_or(Ok(Vec::new()), |size| convert::shape(size, vm))?;
    let grid = chunks::grid(arguments.get("chunks"), &shape, drawn, vm)?;
    let dtype = arguments.get("dtype").map_or(Ok(drawn), |dtype| convert::dtype(dtype, vm))?;
    let array = Array::generated(Generator::Random { seed, distribution }, drawn, grid);
    let array = array.cast(dtype).map_err(|error| plan_exception(error, vm))?;
    match kind {
        Kind::Lazy => Operand::Lazy(array).into_object(vm),
        Kind::Eager => Operand::Eager(array).into_object(vm),
    }
}

impl Draws {
    fn next_key(&self) -> u64 {
        let count = self.count.replace(self.count.get() + 1);
        key(self.seed, count)
    }
}

macro_rules! draw_methods {
    ($($name:literal $parameters:ident $draw:ident),* $(,)?) => {
        &[$(Method {
            name: $name,
            parameters: $parameters,
            body: |this: &Py<Draws>, arguments: &Arguments<'_>| $draw(arguments, this.kind, this.next_key()),
        }),*]
    };
}

impl Surface for Draws {
    const CLASS: &'static str = "dask.array.random.Generator";
    const METHODS: &'static [&'static [Method<Self>]] = &[draw_methods!(
        "random" UNIFORM_SIZE unit_interval,
        "random_sample" UNIFORM_SIZE unit_interval,
        "uniform" UNIFORM uniform,
        "normal" NORMAL normal,
        "standard_normal" STANDARD_NORMAL normal,
        "integers" INTEGERS integers,
        "randint" INTEGERS integers,
    )];
    const PROPERTIES: &'static [&'static [Property<Self>]] = &[];
}

surface_attributes!(Draws);

#[pyclass(with(GetAttr))]
impl Draws {}
