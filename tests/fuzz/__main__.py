"""Tries inputs for some minutes each.

``python -m tests.fuzz [--minutes M] [--first N] [--only TARGET ...] [--show TARGET N]``
"""

import argparse
import sys
import time

from tests.fuzz.targets import TARGETS, make_input, try_input

MOST_TOLD = 5
"""Findings of one target that are printed."""


def main() -> int:
    """Try every target; return 1 if something went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--minutes", type=float, default=10.0, help="for each target")
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--only", nargs="+", metavar="TARGET", choices=[one.name for one in TARGETS])
    parser.add_argument("--show", nargs=2, metavar=("TARGET", "N"), help="print an input")
    words = parser.parse_args()
    if words.show:
        name, number = words.show
        target = next(one for one in TARGETS if one.name == name)
        sys.stdout.write(f"{make_input(target, int(number))!r}\n")
        return 0
    failed = 0
    for target in (one for one in TARGETS if not words.only or one.name in words.only):
        ends, number, findings = time.monotonic() + words.minutes * 60, words.first, 0
        while time.monotonic() < ends:
            if finding := try_input(target, number):
                findings += 1
                if findings <= MOST_TOLD:
                    sys.stdout.write(f"FOUND {finding}\n")
            number += 1
        failed += findings
        sys.stdout.write(f"{target.name:28} {number - words.first:>12,} inputs {findings:>6} findings\n")
        sys.stdout.flush()
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
