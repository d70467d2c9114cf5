//! Swath computes xarray and Dask style programs on supercomputers, without Python.
