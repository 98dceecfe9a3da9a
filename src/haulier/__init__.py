"""haulier: a self-hosted backend for long-running jobs in multi-tenant products."""
