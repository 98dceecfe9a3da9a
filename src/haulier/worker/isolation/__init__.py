"""Handlers in processes of their own: one process per attempt, forked and watched by another."""
