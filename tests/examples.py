"""Runs every example: scripts under CPython with xarray and under Swath, which must agree; Rust programs as they are.

    python tests/examples.py [--target DIRECTORY]

Swath runs each script with and without the mpi feature and on four ranks; the stores must be the same bytes. A script
beside a Rust program of its name is run by that program, which has kernels that it needs.
"""

import argparse
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "differential"))

import compare  # noqa: E402 (found beside the differential suite)
import iris_sample_data  # noqa: E402
import ranks  # noqa: E402

TIMEOUT_S = 300
SCENARIOS = [str(pathlib.Path(iris_sample_data.path) / f"{name}_north_america.nc") for name in ["A1B", "E1"]]
# What examples are told beside their names; the others need nothing.
ARGUMENTS = {"03_climate_scenarios.py": SCENARIOS, "04_symmetric_matrix.py": ["2000"]}
# The largest number that they read, where that is more than 1: reductions err by so much of it.
LARGEST = {"03_climate_scenarios.py": 320.0}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--target", default=str(ROOT / "target"), help="directory of what cargo and tests/run.sh built")
    target = pathlib.Path(parser.parse_args().target).resolve()
    swath = [str(target / "release/swath"), "run"]
    engines = {
        "xarray": [sys.executable, "-W", "ignore"],
        "swath": swath,
        "swath without mpi": [str(target / "swath-without-mpi"), "run"],
        "swath on 4 ranks": [*ranks.launcher(4, swath[0]), *swath],
    }
    failures = {}
    examples = sorted((ROOT / "examples").glob("*.py")) + sorted((ROOT / "examples").glob("*.rs"))
    with tempfile.TemporaryDirectory(prefix="swath-examples-") as scratch:
        for example in examples:
            work = pathlib.Path(scratch) / example.name
            program = str(target / "release/examples" / example.stem)
            if example.suffix == ".rs":
                differences = run_program(program, work)
            elif example.with_suffix(".rs").exists():
                of_program = {"xarray": engines["xarray"], "swath": [program, "run"]}
                of_program["swath on 4 ranks"] = [*ranks.launcher(4, program), program, "run"]
                differences = run_script(example, of_program, work)
            else:
                differences = run_script(example, engines, work)
            print(f"{example.name}: {'; '.join(differences) or 'agrees'}", flush=True)
            if differences:
                failures[example.name] = differences
    print(f"{len(examples) - len(failures)} passed, {len(failures)} failed")
    sys.exit(1 if failures else 0)


def run_script(script, engines, work):
    printed, stores = {}, {}
    for engine, command in engines.items():
        code, stdout, stderr = start([*command, str(script), *ARGUMENTS.get(script.name, [])], work / engine)
        if code != 0:
            return [f"{engine} ends with {code}: {stderr.strip()[-500:]}"]
        printed[engine] = stdout.splitlines()
        stores[engine] = {path.name: path for path in (work / engine).glob("*.zarr")}
    magnitudes = dict.fromkeys(compare.TOLERANCES, LARGEST.get(script.name, 1.0))
    differences = compare.printed(printed["xarray"], printed["swath"])
    differences += compare.stores(stores["xarray"], stores["swath"], magnitudes)
    for engine in list(engines)[2:]:
        differences += [f"{engine}: {d}" for d in compare.bytes_of(stores["swath"], stores[engine])]
    return differences


def run_program(program, work):
    printed = []
    for count in [None, 4]:
        code, stdout, stderr = start([*ranks.launcher(count, program), program], work / f"on {count} ranks")
        if code != 0:
            return [f"ends with {code}: {stderr.strip()[-500:]}"]
        printed.append(stdout)
    return [] if printed[0] == printed[1] else [f"prints other things on 4 ranks: {printed}"]


def start(command, directory):
    """Runs a command where `examples` is a link, as if at the top of the tree, so that its results lie elsewhere."""
    directory.mkdir(parents=True)
    (directory / "examples").symlink_to(ROOT / "examples")
    return ranks.finish(command, directory, TIMEOUT_S)


if __name__ == "__main__":
    main()
