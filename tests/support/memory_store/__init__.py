"""The store in memory, for tests whose server clock a test moves; it passes the contract suite of the real one."""
