"""Measures how fast arrays move between two ranks, beside a bare MPI ping-pong of the same sizes, in turn.

    python tests/bench/exchange.py [--exchange PATH] [--sizes MIB...] [--rounds 5] [--smoke]

Prints MB/s of the fastest round trip of all rounds, and the ratio. `bare` is blocking sends and receives between two
buffers that were written to before; `swath` moves arrays through the transport that runs use. Fails where Swath reaches
less than 80 % of `bare` at a size.
"""

import argparse
import os
import pathlib
import platform
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import ranks  # noqa: E402 (found in the directory above)

KINDS = ["bare", "swath"]
SIZES_MIB = [4, 8, 16, 32, 64, 128, 256]
LIMIT = 0.8
LIMIT_S = 300
TRIPS = 20


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--exchange", default=str(HERE.parents[1] / "target/release/examples/exchange"), help="the program")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES_MIB, metavar="MIB", help=f"{SIZES_MIB}")
    parser.add_argument("--rounds", type=int, default=5, help="each starts every kind once [5]")
    parser.add_argument("--smoke", action="store_true", help="one size, one round; no ratio is too low")
    arguments = parser.parse_args()
    program = str(pathlib.Path(arguments.exchange).resolve())
    if arguments.smoke:
        arguments.sizes, arguments.rounds = SIZES_MIB[:1], 1
    best = {kind: [0.0] * len(arguments.sizes) for kind in KINDS}
    for _ in range(arguments.rounds):
        for kind in KINDS:
            command = [*ranks.launcher(2, program), program, kind, str(TRIPS), *map(str, arguments.sizes)]
            code, stdout, stderr = ranks.finish(command, HERE, LIMIT_S)
            if code != 0:
                sys.exit(f"{' '.join(command)} ended with {code}: {stderr}")
            best[kind] = [max(pair) for pair in zip(best[kind], map(float, stdout.split()), strict=True)]
    print(f"{platform.machine()}, {os.cpu_count()} CPUs, 2 ranks; MB/s, fastest of up to {arguments.rounds} x {TRIPS} round trips")
    print(f"{'MiB':>5} {'bare':>8} {'swath':>8}  swath / bare")
    ratios = []
    for size, bare, swath in zip(arguments.sizes, best["bare"], best["swath"], strict=True):
        ratios.append(swath / bare)
        print(f"{size:5} {bare:8.0f} {swath:8.0f} {ratios[-1]:13.0%}")
    lowest = min(ratios)
    print(f"lowest swath / bare = {lowest:.2f} (limit {LIMIT})")
    return lowest < LIMIT and not arguments.smoke


if __name__ == "__main__":
    sys.exit(main())
