//! Swath computes xarray and Dask style programs on supercomputers, without Python.

#![deny(missing_docs)]
#![deny(unsafe_code)]

pub mod array;
pub mod cli;
pub mod dataset;
pub mod environment;
pub mod event;
pub mod execute;
pub mod kernels;
pub mod monitor;
pub mod plan;
pub mod protocol;
pub mod runtime;
pub mod scheduler;
pub mod script;
pub mod store;
pub mod task;
pub mod transport;
pub mod worker;
