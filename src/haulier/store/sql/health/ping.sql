-- The database answers, and how far its schema is.
select 1 as alive, coalesce(max(number), 0) as schema_version from schema_migrations
