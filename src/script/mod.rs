//! The script front end: Python files that `import xarray`, `numpy` and `dask`, run over the Rust API.
//!
//! The language is RustPython's; only the modules are ours, native and thin: they bind arguments, convert types and call
//! `dataset` and `plan`. Nothing here decides what an operation means. [`run_file`] is the way in; a
//! [`Session`](crate::runtime::Session) is what computes. Whatever isn't supported raises a Python exception that names it and the nearest supported thing.

mod arguments;
mod array_methods;
mod cftime;
mod cluster;
mod codecs;
mod convert;
mod creation;
mod dask;
mod elementwise;
mod engine;
mod errors;
mod function;
mod harmless;
mod indexing;
mod modules;
mod native;
mod numbers;
mod numpy;
mod operand;
mod options;
mod padding;
mod pandas;
mod products;
mod standard;
mod surface;
mod tables;
mod vm;
mod writing;
mod xarray;

#[cfg(test)]
mod tests;

pub use errors::{Raised, ScriptError};
pub use vm::run_file;
pub use writing::SessionWriter;
