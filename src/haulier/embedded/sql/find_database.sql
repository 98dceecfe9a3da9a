-- Does haulier's database exist?
select exists (select from pg_database where datname = 'haulier')
