"""Understanding, measured: typed answers with their right meaning, played against the real deciding (README.md)."""
