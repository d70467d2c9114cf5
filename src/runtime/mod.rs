//! Running plans: the session, which is the only door from a plan to execution, and what it is made of.
//!
//! The scheduler and the workers are state machines that know no threads; this module gives them threads, a transport
//! and a clock, in one process or under `mpirun`. It decides nothing about what is computed (`task`) or how (`execute`).

pub mod interrupt;
mod session;

pub use session::{Description, RuntimeError, Session, SessionOptions, Started};
