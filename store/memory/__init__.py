"""The store in memory, under the same contract suite."""
