"""The kit for tests: a sample web site with planted faults, broken targets, certificates."""
