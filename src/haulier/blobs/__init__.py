"""Big results, outside the database."""
