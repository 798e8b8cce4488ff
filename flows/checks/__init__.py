"""What is wrong in flows beyond their form, each kind of mistake in a module of its own."""
