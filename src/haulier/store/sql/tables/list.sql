-- Every table that holds rows, partitions one by one, with all of its columns but one. $1 the column.
-- Served by the catalogue's own indexes.
select c.relnamespace::regnamespace::text as schema_name, c.relname::text as name,
       string_agg(a.attname, ',' order by a.attnum) as columns
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relkind = 'r' and a.attname <> $1
  and c.relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema')
group by c.relnamespace, c.relname
