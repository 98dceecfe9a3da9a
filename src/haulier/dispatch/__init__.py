"""Wake-ups: hints that work may exist. Losing every one of them costs latency, never a job."""
