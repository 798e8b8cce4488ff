"""Tells how much of the old store was compared, and what differs: ``python -m tests.contract.old_store``."""

import sys

from tests.contract.old_store.describe import count_parts, describe_now, find_differences
from tests.contract.old_store.restore import read_expected

expected = read_expected()
found = describe_now()
for kind, count in count_parts(found).items():
    sys.stdout.write(f"{count:>6} {kind}\n")
differences = find_differences(found, expected)
sys.stdout.writelines(f"{line}\n" for line in differences)
sys.exit(f"{len(differences)} differences" if differences else None)
