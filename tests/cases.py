"""Suites of cases: one function a claim, each in a directory of its own, against a built binary."""

import argparse
import concurrent.futures
import fnmatch
import pathlib
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]


class Failed(Exception):
    """Something doesn't hold."""


def expect(holds, otherwise):
    if not holds:
        raise Failed(otherwise)


def parse(about, **others):
    """The binary, the pattern of the cases that are wanted, and other programs that may be named, each `others` by what it is;
    `about` is the suite's own description."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--swath", default=str(ROOT / "target/release/swath"), help="the binary")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="cases whose name matches")
    for name, what in others.items():
        parser.add_argument(f"--{name}", help=what)
    arguments = parser.parse_args()
    named = [vars(arguments)[name] for name in ["swath", *others]]
    programs = [pathlib.Path(path).resolve() if path else None for path in named]
    for program in programs:
        if program is not None and not program.is_file():
            sys.exit(f"no such file: {program} (cargo build --release makes it)")
    return programs[0], arguments.only, *programs[1:]


def run_in_all(case, settings):
    """Runs a case in every setting; gives how each ended."""
    ends = []
    for setting, place in settings.items():
        name = f"{case.__name__}, {setting}" if setting else case.__name__
        since = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="swath-cases-", ignore_cleanup_errors=True) as directory:
            try:
                note = case(place(pathlib.Path(directory)))
                ends.append("passed" if note is None else "skipped")
                print(f"{name}: {note or 'ok'}, {time.monotonic() - since:.0f} s", flush=True)
            except Failed as failure:
                ends.append("failed")
                print(f"{name}: FAILED: {failure}", flush=True)
    return ends


def run(cases, pattern, settings, beside=()):
    """Runs the cases in every setting and ends the program; `settings` have a name each, and make a case's place of a
    directory. Those `beside` the others wait more than they work, and run at the same time. A case that gives a note was
    skipped, and the note says why."""
    wanted = [case for case in cases if fnmatch.fnmatch(case.__name__, pattern)]
    with concurrent.futures.ThreadPoolExecutor(max_workers=max(1, len(beside))) as pool:
        waiting = [pool.submit(run_in_all, case, settings) for case in wanted if case in beside]
        ends = [end for case in wanted if case not in beside for end in run_in_all(case, settings)]
        ends += [end for each in waiting for end in each.result()]
    passed, failed, skipped = (ends.count(end) for end in ["passed", "failed", "skipped"])
    skips = f", {skipped} skipped" if skipped else ""
    print(f"{passed} passed, {failed} failed{skips}")
    sys.exit(1 if failed else 0)
