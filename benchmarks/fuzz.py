"""Throw damaged files and senseless arguments at every door: `python benchmarks/fuzz.py 20000 [--seed 1] [--door scene]`.

Prints a line for each door: cases, how many were taken and refused, the slowest; then every fault with its seed, to be tried again.
Ends with status 1 if there was any.
"""

import argparse
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import fuzz


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--door", action="append", choices=list(fuzz.DOORS))
    asked = parser.parse_args()
    ended: defaultdict[str, Counter[int | None]] = defaultdict(Counter)
    slowest: defaultdict[str, float] = defaultdict(float)
    faults = []
    for number, case in enumerate(fuzz.cases(asked.seed, asked.count, asked.door or tuple(fuzz.DOORS))):
        with tempfile.TemporaryDirectory() as folder:
            outcome = fuzz.attempt(case, Path(folder))
        ended[case.door][outcome.status] += 1
        slowest[case.door] = max(slowest[case.door], outcome.seconds)
        if outcome.fault:
            faults.append(f"case {number} ({case.door}) {' '.join(case.words)[:200]}: {outcome.fault}")
            print(faults[-1], flush=True)
    for door, count in ended.items():
        print(
            f"{door:<12}{sum(count.values()):>7} cases  {count[0]:>6} taken  {count[2]:>6} refused  slowest {slowest[door]:.2f} s"
        )
    print(f"{len(faults)} faults")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
