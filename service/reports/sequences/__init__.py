"""The report on one sequence: how far people came, what they were mailed, and whether it helped."""
