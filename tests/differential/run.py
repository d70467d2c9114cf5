"""The differential suite: the same scripts under CPython with xarray and Dask, and under `swath run`.

    python tests/differential/run.py [--only PATTERN] [--swath PATH] [--other PATH] [--geometries few|all] [--keep] [--verbose]

Every script of `scripts/` runs under both engines, the latter as one process and on 2 and 4 MPI ranks. What it prints
and the stores that it writes must agree with the oracle's to the tolerances of `compare.py`, and be the same bytes for
every number of ranks; the same of another build of Swath, as with another MPI library, on 1 to 4. `--geometries all` has
them on 1, 2, 3, 5 and 8 ranks, each with 1 and with 2 threads. Where two
ranks are to run, rank 0 computes too. To be affordable, an engine runs all scripts in one
process, from one generated driver; where a script takes that process down, another one starts with the next script.

A script reads what `make_inputs.py` makes in `in` and writes `out/NAME.zarr`, `out/NAME.nc` or `out/NAME_*`, NAME being
its own.
"""

import argparse
import dataclasses
import fnmatch
import pathlib
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import compare  # noqa: E402
import ranks  # noqa: E402 (found in the directory above)

# Ranks, none where no launcher is wanted, and options. Of two ranks here, both compute.
COMPUTES = ["--rank-zero", "computes"]
FEW = {"swath": (None, []), "swath on 2 ranks": (2, COMPUTES), "swath on 4 ranks": (4, [])}
ALL = {
    f"swath on {count} ranks of {threads} threads": (None if count == 1 else count, ["--threads", str(threads)])
    for count in [1, 2, 3, 5, 8]
    for threads in [1, 2]
}
ALL["swath on 3 computing ranks"] = (3, COMPUTES)
GEOMETRIES = {"few": FEW, "all": ALL}
OTHER_GEOMETRIES = {f"the other on {count} ranks": (count, []) for count in [1, 2, 3, 4]}
SILENCE_S = 120

DRIVER = """\
for name, source in SCRIPTS:
    print("=== " + name, flush=True)
    try:
        exec(compile(source, name + ".py", "exec"), {"__name__": "__main__"})
    except Exception as error:
        print("!!! " + type(error).__name__ + ": " + str(error), flush=True)
    print("--- " + name, flush=True)
"""

ORACLE = """\
import sys, warnings
warnings.simplefilter("ignore")
import dask, xarray
dask.config.set(scheduler="threads")
xarray.set_options(use_numbagg=False)
exec(compile(open(sys.argv[1]).read(), sys.argv[1], "exec"))
"""


@dataclasses.dataclass
class Outcome:
    """What one script did under one engine."""

    printed: list = dataclasses.field(default_factory=list)
    error: str | None = None
    seconds: float = 0.0


def main():
    arguments = parse()
    scripts = {path.stem: path.read_text() for path in sorted((HERE / "scripts").glob("*.py"))}
    chosen = {name: text for name, text in scripts.items() if fnmatch.fnmatch(name, arguments.only)}
    if not chosen:
        sys.exit(f"no script matches {arguments.only}")
    for program in [arguments.swath, *filter(None, [arguments.other])]:
        if not arguments.oracle_only and not pathlib.Path(program).is_file():
            sys.exit(f"no such file: {program} (cargo build --release makes it)")

    work = pathlib.Path(tempfile.mkdtemp(prefix="swath-differential-"))
    try:
        print(f"making the inputs of {len(chosen)} scripts", flush=True)
        subprocess.run([sys.executable, HERE / "make_inputs.py", work / "in"], check=True)
        started = time.monotonic()
        outcomes = {"xarray": run_scripts([sys.executable, "-c", ORACLE], work / "xarray", chosen)}
        print(f"xarray and Dask: {time.monotonic() - started:.0f} s", flush=True)
        for engine, program, (count, options) in engines(arguments):
            started = time.monotonic()
            command = [*ranks.launcher(count, program), program, "run", "--quiet", *options]
            outcomes[engine] = run_scripts(command, work / engine, chosen)
            print(f"{engine}: {time.monotonic() - started:.0f} s", flush=True)
        failed = report(work, scripts, chosen, outcomes, arguments)
    finally:
        if arguments.keep:
            print(f"kept {work}")
        else:
            shutil.rmtree(work, ignore_errors=True)
    print(f"{len(chosen) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="*", metavar="PATTERN", help="scripts whose name matches, as in 'reductions_*'")
    parser.add_argument("--swath", default=str(HERE.parents[1] / "target/release/swath"), help="the binary")
    parser.add_argument("--other", metavar="PATH", help="a binary built otherwise, to be the same on 1 to 4 ranks")
    parser.add_argument("--geometries", choices=GEOMETRIES, default="few", help="ranks and threads to compare [few]")
    parser.add_argument("--keep", action="store_true", help="keep the inputs and outputs, and say where they are")
    parser.add_argument("--verbose", action="store_true", help="show every difference, not a script's first")
    parser.add_argument("--oracle-only", action="store_true", help="check that the scripts run under xarray")
    return parser.parse_args()


def engines(arguments):
    """Names and programs of what is compared with the oracle, with ranks and options."""
    if arguments.oracle_only:
        return []
    built = [(arguments.swath, GEOMETRIES[arguments.geometries])]
    if arguments.other:
        built.append((arguments.other, OTHER_GEOMETRIES))
    programs = [(str(pathlib.Path(path).resolve()), geometries) for path, geometries in built]
    return [(engine, program, geometry) for program, geometries in programs for engine, geometry in geometries.items()]


def run_scripts(command, directory, scripts):
    """Runs all scripts in as few processes as they leave alive; returns the outcome of each."""
    (directory / "out").mkdir(parents=True)
    (directory / "in").symlink_to(directory.parent / "in")
    outcomes = {name: Outcome() for name in scripts}
    waiting = list(scripts)
    while waiting:
        driver = directory / "driver.py"
        pairs = [(name, scripts[name]) for name in waiting]
        driver.write_text("SCRIPTS = [\n" + "".join(f"    {pair!r},\n" for pair in pairs) + "]\n" + DRIVER)
        done = run_process([*command, str(driver)], directory, outcomes, waiting)
        waiting = waiting[done:]
    return outcomes


def run_process(command, directory, outcomes, waiting):
    """Runs one process over the waiting scripts; returns how many of them are settled, at least one."""
    lines = queue.Queue()
    with open(directory / "stderr", "wb") as stderr:
        process = ranks.start(command, directory, stdout=subprocess.PIPE, stderr=stderr)
    threading.Thread(target=forward, args=(process.stdout, lines), daemon=True).start()
    settled, current, since = 0, None, time.monotonic()
    while True:
        try:
            line = lines.get(timeout=SILENCE_S)
        except queue.Empty:
            ranks.end(process)
            outcomes[current or waiting[settled]].error = f"silent for {SILENCE_S} s"
            return settled + 1
        if line is None:
            break
        if line.startswith("=== "):
            current, since = line[4:], time.monotonic()
        elif line.startswith("--- ") and line[4:] == current:
            outcomes[current].seconds = time.monotonic() - since
            settled, current = settled + 1, None
        elif current is not None and line.startswith("!!! "):
            outcomes[current].error = line[4:]
        elif current is not None:
            outcomes[current].printed.append(line)
    code = process.wait()
    if settled == len(waiting) and code == 0:
        return settled
    tail = (directory / "stderr").read_text(errors="replace").strip().splitlines()[-12:]
    name = current or waiting[min(settled, len(waiting) - 1)]
    outcomes[name].error = f"the process ended with {code}: " + " | ".join(tail)
    return max(settled, waiting.index(name) + 1)


def forward(stream, lines):
    for line in stream:
        lines.put(line.decode(errors="replace").rstrip("\n"))
    lines.put(None)


def report(work, scripts, chosen, outcomes, arguments):
    """Prints the differences of each failing script; returns how many fail."""
    failed = 0
    stores = {engine: compare.stores_by_script(work / engine / "out", scripts) for engine in outcomes}
    for name, text in chosen.items():
        differences = []
        for engine, results in outcomes.items():
            if results[name].error:
                differences.append(f"{engine}: {results[name].error}")
        if not differences:
            differences = disagreements(name, text, work, outcomes, stores)
        if differences:
            failed += 1
            print(f"FAILED {name}")
            shown = differences if arguments.verbose else differences[:1]
            for difference in shown:
                print(f"    {difference}")
            if len(differences) > len(shown):
                print(f"    and {len(differences) - len(shown)} more (--verbose)")
    return failed


def disagreements(name, text, work, outcomes, stores):
    engines = list(outcomes)[1:]
    if not engines:
        return []
    first = engines[0]
    magnitudes = compare.input_magnitudes(work / "in", text)
    differences = compare.printed(outcomes["xarray"][name].printed, outcomes[first][name].printed)
    differences += compare.stores(stores["xarray"][name], stores[first][name], magnitudes)
    for engine in engines[1:]:
        if outcomes[engine][name].printed != outcomes[first][name].printed:
            differences.append(f"{engine} prints otherwise than {first}")
        differences += [f"{engine}: {d}" for d in compare.bytes_of(stores[first][name], stores[engine][name])]
    return differences


if __name__ == "__main__":
    main()
