"""The measurements, one module for each thing measured.

A measurement is ``async def measure(figures: Figures) -> None``; it notes its figures under names of its own.
``bench/table.py`` lists the targets that they are compared with.
"""
