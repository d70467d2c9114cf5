# shellcheck shell=bash
# What examples/quickstart.sh and tests/run.sh need of the machine. Sourced by both, from the top of the tree.
# It installs what is missing on Debian; on another system it names what is missing and stops.

say() { printf '[%4d s] %s\n' "$SECONDS" "$*"; }

stop() {
  printf '%s\n' "$*" >&2
  exit 1
}

# libclang.so or libclang-14.so.1, say; libclang-cpp.so is another library.
has_libclang() {
  local directory
  [ -n "${LIBCLANG_PATH:-}" ] && return
  for directory in /usr/lib/llvm-*/lib /usr/lib /usr/lib64 /usr/lib/*-linux-gnu; do
    if compgen -G "$directory/libclang.so*" || compgen -G "$directory/libclang-[0-9]*.so*"; then return; fi
  done
  return 1
}

is_debian() { grep -qx 'ID=debian' /etc/os-release 2>/dev/null; }

require_build_packages() {
  require_packages \
    'a C and C++ compiler with make|command -v cc && command -v c++ && command -v make|build-essential' \
    'pkg-config|command -v pkg-config|pkg-config' \
    'an MPI library with its compiler wrapper|command -v mpicc|libopenmpi-dev' \
    'mpirun|command -v mpirun|openmpi-bin' \
    'libclang, which binds the MPI library|has_libclang|libclang-dev' \
    'HDF5|pkg-config --exists hdf5|libhdf5-dev'
}

require_test_packages() {
  require_packages \
    'shellcheck, which reads job scripts|command -v shellcheck|shellcheck' \
    "Python with venv|python3 -c 'import venv, ensurepip'|python3-venv" \
    'MPICH with its compiler wrapper, as mpicc.mpich|command -v mpicc.mpich|libmpich-dev' \
    'the launcher of MPICH, as mpirun.mpich|command -v mpirun.mpich|mpich'
}

# Slurm's daemons are tested where they can run: as root. Elsewhere tests/slurm.py says that it is skipped, and why.
require_slurm_packages() {
  is_debian && [ "$(id -u)" -eq 0 ] || return 0
  require_packages \
    "Slurm's controller|command -v slurmctld|slurmctld" \
    "Slurm's node daemon|command -v slurmd|slurmd" \
    "Slurm's commands|command -v sbatch|slurm-client" \
    'MUNGE|command -v munged|munge' \
    'qsub and qstat over Slurm|command -v qsub|slurm-wlm-torque'
}

# require_packages 'what|its probe|the Debian package that has it'...: installs what the probes don't find.
require_packages() {
  local need what probe package
  local missing=() packages=()
  for need in "$@"; do
    IFS='|' read -r what probe package <<<"$need"
    eval "$probe" >/dev/null 2>&1 && continue
    missing+=("$what (Debian: $package)")
    packages+=("$package")
  done
  [ ${#packages[@]} -gt 0 ] || return 0
  if ! is_debian; then
    printf 'This machine lacks:\n' >&2
    printf '  %s\n' "${missing[@]}" >&2
    stop "It isn't Debian, so nothing was installed: install these with its own package manager and try again."
  fi
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || stop "Run this as root, then try again: apt-get install ${packages[*]}"
    as_root=(sudo)
  fi
  say "installing ${packages[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" \
    >/dev/null </dev/null || stop "apt-get could not install ${packages[*]}"
}

# require_rust [COMPONENT...]: a cargo that is new enough. On Debian, where there is none, rustup installs it for this user,
# as rustup's own page says to (Debian 12's rustc is too old); a cargo that is there is left as it is.
require_rust() {
  local wanted found installer component components=()
  wanted=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
  command -v cargo >/dev/null || PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
  if ! command -v cargo >/dev/null; then
    is_debian || stop "Swath needs Rust $wanted or newer, and there is no cargo here. Install it from https://rustup.rs, then try again."
    require_packages 'curl|command -v curl|curl' 'certificates|[ -e /etc/ssl/certs/ca-certificates.crt ]|ca-certificates'
    for component in "$@"; do components+=(--component "$component"); done
    say "installing Rust by rustup, for $(id -un)"
    installer=$(mktemp)
    if ! curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs -o "$installer" ||
      ! sh "$installer" -y -q --profile minimal --no-modify-path "${components[@]}" >/dev/null; then
      stop "Rust couldn't be installed. Get $wanted or newer from https://rustup.rs, then try again."
    fi
    rm -f "$installer"
  fi
  found=$(cargo --version | cut -d' ' -f2)
  [ "$(printf '%s\n%s\n' "$wanted" "$found" | sort -V | head -n 1)" = "$wanted" ] ||
    stop "Swath needs Rust $wanted or newer, and cargo here is $found: rustup update stable"
}

# Where cargo puts what it builds: `target`, unless the user's configuration says otherwise.
target_directory() {
  cargo metadata --no-deps --locked --format-version 1 | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p'
}

# ranks COUNT COMMAND...: starts a command on so many ranks, be there cores or not. Open MPI has to be told that it is meant.
ranks() {
  local count=$1 oversubscribe=()
  shift
  if mpirun --version | grep -iE 'open ?(mpi|rte)' >/dev/null; then oversubscribe=(--oversubscribe); fi
  say "mpirun -n $count ${oversubscribe[*]} $*"
  mpirun -n "$count" "${oversubscribe[@]}" "$@"
}

# Open MPI refuses to start ranks as root unless told that it is meant.
allow_mpi_as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  fi
}
