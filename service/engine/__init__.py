"""The one loop: transact, decide, and the commit that is made of a decision."""
