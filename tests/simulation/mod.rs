//! A cluster in simulated time: a real scheduler and real workers, to which everything else is simulated.

pub mod agenda;
pub mod allocations;
pub mod cluster;
pub mod progress;
pub mod pump;
pub mod random;
pub mod rank;
pub mod rank_zero;
pub mod workloads;
