#!/usr/bin/env bash
# Builds Swath and computes the NDVI of a Landsat-7 scene on four MPI ranks. Usage: bash examples/quickstart.sh
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tests/setup.sh
. tests/setup.sh

require_build_packages
# shellcheck disable=SC2119 # no further components
require_rust
allow_mpi_as_root

say "building Swath (the first build takes some minutes)"
cargo build --release --locked --bin swath

target=$(target_directory)
swath=$target/release/swath
result=$target/quickstart/ndvi.zarr
mkdir -p "$target/quickstart"
ranks 4 "$swath" run examples/01_ndvi.py examples/data/l7_etms.zarr "$result"

say "$swath info $result"
"$swath" info "$result"
say "done"
