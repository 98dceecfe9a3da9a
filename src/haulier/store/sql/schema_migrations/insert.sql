-- $1 number, $2 name, $3 checksum, $4 haulier_version: one more has run.
insert into schema_migrations (number, name, checksum, haulier_version)
values ($1, $2, $3, $4)
