"""Scripts composed at random of supported operations, on random shapes, chunks, dtypes and missing values.

    python tests/differential/random_scripts.py [--count N] [--seed N] [--swath PATH] [--ranks N] [--only NUMBER] [--show]

Each runs under CPython with xarray and Dask and under `swath run`; what it prints must agree as in `compare.py`. A script
is made of the seed and its number alone: `--only 17` tries number 17, with `--show` it prints it. Seeds and numbers of
those that disagree are printed; 20,000 take half an hour on two cores: `--count 20000`.
"""

import argparse
import collections
import functools
import itertools
import multiprocessing
import os
import pathlib
import random
import shutil
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import compare  # noqa: E402
import ranks  # noqa: E402 (found in the directory above)
from random_script import Script, printed  # noqa: E402
from run import Outcome, run_scripts  # noqa: E402

BATCH = 250
# Other rounding errors that are tried where results differ, at most.
PERTURBATIONS = 60
STARTED = time.monotonic()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=500, help="number of scripts")
    parser.add_argument("--seed", default=None, help="seed; by default another one every time")
    parser.add_argument("--ranks", type=int, default=1, help="MPI ranks of swath")
    parser.add_argument("--swath", default=str(HERE.parents[1] / "target/release/swath"), help="the binary")
    parser.add_argument("--only", type=int, metavar="NUMBER", help="run one script, that of this number")
    parser.add_argument("--show", action="store_true", help="print the scripts instead")
    arguments = parser.parse_args()
    arguments.seed = arguments.seed or str(random.SystemRandom().randrange(10**6))
    numbers = range(arguments.count) if arguments.only is None else [arguments.only]
    print(f"# seed {arguments.seed}", flush=True)
    if arguments.show:
        for number in numbers:
            print(Script(arguments.seed, number).text())
        return
    outcomes = collections.Counter()
    # All processes start before numpy's libraries have threads of their own here, which wouldn't survive. They are ahead
    # with the next scripts while swath runs.
    with multiprocessing.Pool(os.cpu_count()) as pool:
        made = pool.imap(functools.partial(make, arguments.seed), numbers, chunksize=25)
        while batch := list(itertools.islice(made, BATCH)):
            outcomes += run(batch, arguments)
            print(f"{outcomes.total()} scripts in {time.monotonic() - STARTED:.0f} s", flush=True)
    print(f"{outcomes['agrees']} passed, {outcomes['rounding']} where rounding decides, {outcomes['FAILED']} failed")
    sys.exit(1 if outcomes["FAILED"] else 0)


def run(batch, arguments):
    """Runs some scripts, of whose numbers xarray's answers are given; counts what comes of them."""
    swath = str(pathlib.Path(arguments.swath).resolve())
    launcher = ranks.launcher(arguments.ranks, swath) if arguments.ranks > 1 else []
    work = pathlib.Path(tempfile.mkdtemp(prefix="swath-random-"))
    try:
        (work / "in").mkdir()
        scripts = {f"random_{number:05}": text for number, text, _ in batch}
        found = run_scripts([*launcher, swath, "run", "--quiet"], work / "swath", scripts)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    outcomes = collections.Counter()
    for (number, _, expected), outcome in zip(batch, found.values()):
        difference, result = compared(expected, outcome), "agrees"
        if difference:
            result = "rounding" if rounding_decides(arguments.seed, number, expected, outcome) else "FAILED"
            print(f"{result} {number}: {difference} (--seed {arguments.seed} --only {number})", flush=True)
        outcomes[result] += 1
    return outcomes


def make(seed, number):
    """A script of this number, and what it does under xarray."""
    script = Script(seed, number)
    return number, script.text(), Outcome(script.printed)


def compared(expected, found):
    """What differs, None where nothing does."""
    if found.error:
        return f"expected no error, found {found.error}"
    differences = compare.printed(expected.printed, found.printed)
    return differences[0] if differences else None


def rounding_decides(seed, number, expected, found):
    """Whether xarray too prints what was found, word by word, once its rounding errors are others: as of the sign of what
    cancels to 0."""
    if found.error:
        return False
    words = compare.tokens(found.printed)
    script = Script(seed, number)
    answers = [compare.tokens(expected.printed)]
    for trial in range(PERTURBATIONS):
        lines, error = printed(script.perturbed(trial), {})
        if error is None:
            answers.append(compare.tokens(lines))
        alike = [answer for answer in answers if len(answer) == len(words)]
        if len(alike) > 1 and trial % 5 == 4 and all(map(is_reached, words, zip(*alike))):
            return True
    return False


def is_reached(word, others):
    """Whether a word is one of others, or a number among such as vary without a step: of which at least half differ."""
    if any(compare.same_token(other, word) for other in others):
        return True
    try:
        value, numbers = float(word), sorted(map(float, others))
    except ValueError:
        return False
    apart = sum(not compare.same_token(repr(a), repr(b)) for a, b in itertools.pairwise(numbers))
    return numbers[0] <= value <= numbers[-1] and 2 * apart >= len(numbers) and "." in word


if __name__ == "__main__":
    main()
