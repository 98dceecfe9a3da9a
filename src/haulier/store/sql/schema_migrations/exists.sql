-- Has any migration ever run here?
select to_regclass('schema_migrations') is not null
