"""The measurements, one module for each thing measured.

A measurement is ``async def measure(figures: Figures) -> None`` that notes what it found under names of its own;
``bench/table.py`` says which of them are compared, and how they should stand.
"""
