"""An old store, what is asked of it, and the answers that the version which wrote it gave."""
