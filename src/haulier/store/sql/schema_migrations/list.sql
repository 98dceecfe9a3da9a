-- All that has run, in order. Served by the primary key.
select number, name, checksum, applied_at, haulier_version
from schema_migrations
order by number
