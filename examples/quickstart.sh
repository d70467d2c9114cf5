#!/usr/bin/env bash
# Builds Swath and computes the NDVI of a Landsat-7 scene on four MPI ranks. Usage: bash examples/quickstart.sh
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tests/setup.sh
. tests/setup.sh

require_build_packages
require_rust
allow_mpi_as_root

say "building Swath (the first build takes some minutes)"
cargo build --release --locked --bin swath

mkdir -p target/quickstart
say "mpirun -n 4 --oversubscribe target/release/swath run examples/01_ndvi.py"
mpirun -n 4 --oversubscribe target/release/swath run examples/01_ndvi.py \
  examples/data/l7_etms.zarr target/quickstart/ndvi.zarr

say "swath info target/quickstart/ndvi.zarr"
target/release/swath info target/quickstart/ndvi.zarr
say "done"
