"""What is kept of followed links, what speaks against a person behind one, and the grades; needs nothing else."""
