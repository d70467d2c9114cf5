//! Batch systems: what a job needs, the job scripts, their submission, and what became of them.
//!
//! It knows no arrays and no plans: what a job needs comes in as plain numbers. [`command`] runs the batch system's own
//! programs, and nothing else in Swath starts processes.

pub mod command;
