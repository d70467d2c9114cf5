"""The bad-input suite: each script fails, and says so well, as one process and on three MPI ranks.

    python tests/bad_input/run.py [--only PATTERN] [--swath PATH]

A script of `scripts/` marks the line that fails, and its docstring says what the message must hold:

    Expects: WORD, WORD       each is in the message
    Raises: NAME              the exception's class, here and under CPython
    Memory: SIZE              the script runs with --memory SIZE
    Earlier: PATH             a store stands at PATH before, and must stand there unchanged afterwards
    Accepted by xarray.       the line is fine under CPython; `--oracle` checks that all others fail there too

Of every run it is asked: an exit code other than 0, within 20 s, on all ranks; the script's name and line; the words;
the message once, not once a rank; no panic; nothing under the name of an output that was never completed.
"""

import argparse
import dataclasses
import fnmatch
import pathlib
import re
import shutil
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import make_inputs  # noqa: E402
import ranks  # noqa: E402 (found in the directory above)

LIMIT_S = 20
MARK = "# fails here"
PANIC = ("panicked at", "RUST_BACKTRACE", "stack backtrace", "Segmentation fault")


@dataclasses.dataclass
class Case:
    path: pathlib.Path
    line: int
    words: list
    exception: str | None
    memory: str | None
    earlier: str | None
    accepted_by_xarray: bool

    @classmethod
    def read(cls, path):
        text = path.read_text()
        lines = [number for number, line in enumerate(text.splitlines(), 1) if line.endswith(MARK)]
        if len(lines) != 1:
            sys.exit(f"{path.name}: one line must end with {MARK!r}, found {len(lines)}")

        def field(name):
            match = re.search(rf"^{name}: (.+)$", text, re.MULTILINE)
            return match and match[1]

        accepted = "\nAccepted by xarray.\n" in text
        return cls(path, lines[0], words(field("Expects")), field("Raises"), field("Memory"), field("Earlier"), accepted)


def main():
    arguments = parse()
    cases = [Case.read(path) for path in sorted((HERE / "scripts").glob("*.py"))]
    cases = [case for case in cases if fnmatch.fnmatch(case.path.stem, arguments.only)]
    swath = str(pathlib.Path(arguments.swath).resolve())
    geometries = {"one process": [swath], "3 ranks": [*ranks.launcher(3, swath), swath]}
    failed = total = 0
    with tempfile.TemporaryDirectory(prefix="swath-bad-input-") as scratch:
        inputs = pathlib.Path(scratch) / "in"
        inputs.mkdir()
        make_inputs.make(inputs)
        if arguments.oracle:
            geometries = {"CPython": None}
            cases = [case for case in cases if not case.accepted_by_xarray]
        for case in cases:
            for geometry, command in geometries.items():
                complaints = run(case, command, inputs, pathlib.Path(scratch) / "work")
                total += 1
                if complaints:
                    failed += 1
                    print(f"FAILED {case.path.stem} ({geometry})")
                    for complaint in complaints:
                        print(f"    {complaint}", flush=True)
    print(f"{total - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="*", metavar="PATTERN", help="scripts whose name matches, as in '*chunk*'")
    parser.add_argument("--swath", default=str(HERE.parents[1] / "target/release/swath"), help="the binary")
    parser.add_argument("--oracle", action="store_true", help="check the marked lines under CPython instead")
    return parser.parse_args()


def run(case, launch, inputs, work):
    """Runs a case in a directory of its own; returns what is wrong with how it failed."""
    (work / "out").mkdir(parents=True)
    (work / "in").symlink_to(inputs)
    shutil.copy(case.path, work)
    before = None
    if case.earlier:
        shutil.copytree(inputs / "earlier.zarr", work / case.earlier)
        before = tree(work / case.earlier)
    if launch is None:
        command = [sys.executable, "-W", "ignore", case.path.name]
    else:
        memory = ["--memory", case.memory] if case.memory else []
        command = [*launch, "run", "--quiet", *memory, case.path.name]
    try:
        code, _, stderr = ranks.finish(command, work, LIMIT_S)
        complaints = complaints_of_message(case, code, stderr, is_oracle=launch is None)
        if before is not None and tree(work / case.earlier) != before:
            complaints.append(f"{case.earlier} is not what it was before")
        if before is None and (work / "out/result.zarr").exists():
            complaints.append("out/result.zarr exists, although it was never completed")
        if launch is None:
            complaints = [c for c in complaints if "result.zarr" not in c]
    finally:
        shutil.rmtree(work)
    return complaints


def complaints_of_message(case, code, stderr, is_oracle):
    complaints = []
    if code is None:
        complaints.append(f"still running after {LIMIT_S} s")
    elif code == 0:
        complaints.append("ended with 0")
    if case.exception and not re.search(rf"\b{case.exception}\b", stderr):
        complaints.append(f"is no {case.exception}")
    name = re.escape(case.path.name)
    place = re.compile(rf'{name}(?::{case.line}\b|"?,? (?:on )?line {case.line}\b)')
    if not place.search(stderr):
        complaints.append(f"names no {case.path.name}, line {case.line}")
    if not is_oracle:
        # The script's own line, shown beneath a message, says nothing for the message.
        stderr = stderr.replace(case.path.read_text().splitlines()[case.line - 1].strip(), "")
        complaints += [f"doesn't say {word!r}" for word in case.words if word.lower() not in stderr.lower()]
        complaints += [f"shows {sign!r}" for sign in PANIC if sign in stderr]
        if len(place.findall(stderr)) > 1:
            complaints.append(f"says so {len(place.findall(stderr))} times")
    if complaints:
        complaints.append("its words: " + " | ".join(stderr.strip().splitlines()[-8:]))
    return complaints


def words(text):
    """Words between commas; those in brackets stay together."""
    return [word.strip() for word in re.findall(r"(?:[^,(\[]|\([^)]*\)|\[[^\]]*\])+", text)]


def tree(root):
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


if __name__ == "__main__":
    main()
