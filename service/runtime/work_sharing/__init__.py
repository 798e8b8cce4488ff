"""How the workers of one store share its work: leases of partitions, and hints to each other."""
