//! The libraries that this program is bound to.

use super::Finding;
use crate::transport::mpi_library;

/// MPI and HDF5.
pub(super) fn libraries() -> Vec<Finding> {
    let mpi = match mpi_library() {
        Some(library) => Finding::ok("MPI library", library),
        None => Finding::warning(
            "MPI library",
            "none: runs are one process",
            "to run on several ranks, build with MPI: cargo build --release",
        ),
    };
    vec![mpi, hdf5_library()]
}

#[cfg(feature = "hdf5")]
fn hdf5_library() -> Finding {
    let (major, minor, release) = hdf5::library_version();
    Finding::ok("HDF5 library", format!("{major}.{minor}.{release}"))
}

#[cfg(not(feature = "hdf5"))]
fn hdf5_library() -> Finding {
    let remedy = "to read them, build with the feature hdf5: cargo build --release";
    Finding::warning("HDF5 library", "none: NetCDF4 and HDF5 files can't be read", remedy)
}
