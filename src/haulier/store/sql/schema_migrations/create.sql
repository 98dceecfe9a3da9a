-- The record of what has run. Made by the migrator itself, before migration 0001.
create table if not exists schema_migrations (
    number integer primary key check (number > 0),
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default now(),
    haulier_version text not null
)
