#!/usr/bin/env bash
# Builds Swath and passes its tests, setting up what it needs. Usage: bash tests/run.sh
#
# Stops at the first step that fails; the last line says how many tests passed and failed. Everything is built in the
# release profile, so that dependencies are built once. SWATH_PYTHON names a Python that has tests/requirements.txt
# already; without it a virtual environment is made in .venv.
# shellcheck disable=SC2317 # functions that `step` calls by name
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tests/setup.sh
. tests/setup.sh

passed=0
failed=0
output=$(mktemp)
trap 'rm -f "$output"' EXIT

finish() {
  printf '%d passed, %d failed\n' "$passed" "$failed"
  exit $((failed > 0))
}

# step WHAT COMMAND...: counts the tests that the command reports, or else itself as one.
step() {
  local what=$1 status=0 counted
  shift
  say "$what"
  "$@" 2>&1 | tee "$output" || status=$?
  counted=$(grep -oE '[0-9]+ (passed|failed)' "$output" || true)
  if [ -n "$counted" ]; then
    passed=$((passed + $(sum passed <<<"$counted")))
    failed=$((failed + $(sum failed <<<"$counted")))
    # A suite that dies without counting the reason has failed all the same.
    [ "$status" -eq 0 ] || [ "$(sum failed <<<"$counted")" -gt 0 ] || failed=$((failed + 1))
  elif [ "$status" -eq 0 ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
  fi
  if [ "$status" -ne 0 ]; then
    say "FAILED: $what ($*)"
    finish
  fi
}

sum() { awk -v kind="$1" '$2 == kind { total += $1 } END { print total + 0 }'; }

# What follows is called by `step`, where a failing command doesn't end a function by itself.

# Little optimised, as what is bound to MPICH: it is built in half the time. Examples read NetCDF files.
without_mpi() {
  cargo build --release --locked --no-default-features --features hdf5 --bin swath --config 'profile.release.package.swath.opt-level=1' &&
    cp "$target/release/swath" "$target/swath-without-mpi" || return 1
  if ldd "$target/swath-without-mpi" | grep -qi libmpi; then
    echo "swath is linked to an MPI library although it was built without one"
    return 1
  fi
}

# With a profile of its own, what is bound to MPICH lies beside what is bound to Open MPI: cargo doesn't see that MPICC has
# changed, and all other dependencies are built once. This little optimised, the program is built in half the time.
with_mpich() {
  MPICC=mpicc.mpich cargo build --release --locked --bin swath \
    --config 'profile.release.package.mpi-sys.opt-level=2' --config 'profile.release.package.swath.opt-level=1' &&
    mkdir -p "$target/mpich" && cp "$target/release/swath" "$target/mpich/swath" || return 1
  if ! ldd "$target/mpich/swath" | grep libmpich >/dev/null; then
    echo "swath isn't linked to MPICH although it was built with its compiler"
    return 1
  fi
}

documentation() { RUSTDOCFLAGS="-D warnings" cargo doc --release --no-deps --locked; }

python_environment() {
  local wanted
  wanted=$(sha256sum tests/requirements.txt)
  [ "$(cat .venv/requirements 2>/dev/null)" != "$wanted" ] || return 0
  if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "xarray needs Python 3.11 or newer, and python3 here is $(python3 --version)"
    return 1
  fi
  rm -rf .venv
  python3 -m venv .venv &&
    .venv/bin/pip install --quiet --disable-pip-version-check -r tests/requirements.txt &&
    printf '%s\n' "$wanted" >.venv/requirements
}

require_build_packages
require_test_packages
require_slurm_packages
require_rust clippy rustfmt
allow_mpi_as_root
target=$(target_directory)

step "formatting" cargo fmt --check
step "clippy" cargo clippy --release --all-targets --locked -- -D warnings
step "clippy without the mpi feature" cargo clippy --release --all-targets --locked --no-default-features -- -D warnings
step "documentation" documentation
step "build without the mpi feature" without_mpi
step "build with MPICH" with_mpich
step "build" cargo build --release --locked --bins --examples
step "Rust tests" cargo test --release --locked

python=${SWATH_PYTHON:-.venv/bin/python}
[ -n "${SWATH_PYTHON:-}" ] || step "Python with xarray and Dask, in .venv" python_environment
step "quickstart" bash examples/quickstart.sh
step "examples" "$python" tests/examples.py --target "$target"
step "differential suite" "$python" tests/differential/run.py --swath "$target/release/swath" --other "$target/mpich/swath"
step "conversion of NetCDF files" "$python" tests/convert.py --swath "$target/release/swath"
step "NetCDF files beside other tools" "$python" tests/netcdf_files.py --swath "$target/release/swath"
step "random scripts" "$python" tests/differential/random_scripts.py --seed 2 --swath "$target/release/swath"
step "table of what scripts can use" "$python" tests/api/table.py --swath "$target/release/swath"
step "bad input" "$python" tests/bad_input/run.py --swath "$target/release/swath"
step "faults of file systems" "$python" tests/faults.py --swath "$target/release/swath"
step "resuming" "$python" tests/resume_cases.py --swath "$target/release/swath"
step "killed and resumed" "$python" tests/resume.py --swath "$target/release/swath"
step "killed and resumed, with MPICH" "$python" tests/resume.py --swath "$target/mpich/swath" --kills 5
step "job scripts" "$python" tests/job_scripts.py --swath "$target/release/swath"
step "attempts of jobs" "$python" tests/attempts.py --swath "$target/release/swath"
step "jobs that wait for others" "$python" tests/job_dependencies.py --swath "$target/release/swath"
step "submitting" "$python" tests/submit.py --swath "$target/release/swath"
step "submissions" "$python" tests/job_submissions.py --swath "$target/release/swath"
step "what the doctor finds" "$python" tests/doctor.py --swath "$target/release/swath"
step "jobs on a stand-in for OpenPBS" "$python" tests/pbs.py --swath "$target/release/swath"
step "how jobs end" "$python" tests/mpi.py --swath "$target/release/swath"
step "how jobs end, with MPICH" "$python" tests/mpi.py --swath "$target/mpich/swath"
step "jobs of batch systems that are stood in for" "$python" tests/job_states.py --swath "$target/release/swath"
step "jobs on a real Slurm" "$python" tests/slurm.py --swath "$target/release/swath" --mpich "$target/mpich/swath"
step "memory of every operation" "$python" tests/memory.py --swath "$target/release/swath"
step "benchmark harness, on small data" "$python" tests/bench/bench.py --smoke --release "$target/release"
step "arrays from rank to rank" "$python" tests/bench/exchange.py --exchange "$target/release/examples/exchange" --smoke
step "what a task costs, on few tasks" "$python" tests/bench/overhead.py --noop "$target/release/examples/noop" --smoke
say "all steps done"
finish
