//! Swath computes xarray and Dask style programs on supercomputers, without Python.
//!
//! # The picture
//!
//! ```text
//!   script.py                                                            swath run | info | explain
//!      |                                                                           |
//!   script      the xarray, numpy and dask modules of an embedded Python          cli      monitor
//!      |                                                                           |          ^
//!   dataset     labels, coordinates, CF metadata; builds, never executes           |          | events
//!      |                                                                           |          |
//!   plan        lazy n-dimensional nodes: shape, dtype, chunk grid; optimised      |          |
//!      |                                                                           v          |
//!      +-------------------------------> runtime: a session, the one door to execution -------+
//!                                           |
//!                                           +--> journal: what is finished, for the next attempt of a run
//!                                           |
//!   task        stages of chunk tasks, their regions, inputs and memory, by region arithmetic
//!                                           |
//!   scheduler <--- protocol over transport (in process, or MPI) ---> worker     both without I/O or clock
//!        |                                                                |
//!   execute     one task: pull regions, run fused strips, fold reductions, write chunks
//!      |             |
//!   kernels       store      pure loops over values     Zarr v2 and v3
//!      |             |
//!   array       dtypes, regions, chunk grids, chunks
//! ```
//!
//! Imports go down this picture only; `tests/architecture.rs` holds the list and checks it. Three things follow from one
//! another: a task is (stage, index), since every rank holds the plan; what it reads, computes and may take in memory is
//! arithmetic on regions; and regions, runs and strips depend on the plan alone, so results have the same bits on any
//! number of ranks and threads.
//!
//! A reduction is added as one file in [`kernels::reduction`] and a line in its registry, a store format as a file in
//! [`store`] and a line in its `open`, an optimiser rule as a file in `plan::optimize` and a line in its list, a panel as
//! a file in [`monitor`], a function of numpy that is made of others in Python in `script/numpy/composed`, a batch system as a template beside `slurm/job.sh` and a file in [`launcher`].
//!
//! # Example
//!
//! ```
//! use swath::array::{ChunkGrid, DType, Scalar};
//! use swath::kernels::{generate::Generator, reduction::ReductionOptions};
//! use swath::plan::Array;
//! use swath::runtime::{Session, SessionOptions, Started};
//!
//! let rule = Generator::Arange { start: Scalar::Int(0), step: Scalar::Int(1) };
//! let x = Array::generated(rule, DType::Int64, ChunkGrid::regular(&[1000, 1000], &[100, 1000]));
//! let sum = x.reduce("sum", &[0, 1], ReductionOptions::default())?;
//! // Under mpirun, only rank 0 gets a session; the others work inside `start` until it ends.
//! let Started::Session(session) = Session::start(SessionOptions::default())? else { return Ok(()) };
//! assert_eq!(session.compute(&[sum])?[0].get(0), Some(Scalar::Int(499_999_500_000)));
//! session.finish(0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! `examples/ndvi.rs` computes a vegetation index from a Zarr store to `ndarray`s.

#![deny(missing_docs)]
#![deny(unsafe_code)]

pub mod array;
pub mod cli;
pub mod dataset;
pub mod environment;
pub mod event;
pub mod execute;
pub mod journal;
pub mod kernels;
pub mod launcher;
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
