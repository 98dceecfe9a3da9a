"""PostgreSQL, the only truth: one statement per file, one typed function per statement."""
