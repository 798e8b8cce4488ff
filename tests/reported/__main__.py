"""Prints the list of reported inputs with their tests: ``python -m tests.reported``."""

from tests.reported.table import print_table

print_table()
