-- Tells or renews what a kind is. $1 names, $2 versions, $3 declarations (JSON text).
insert into kinds (name, version, declaration)
select name, version, declaration::jsonb
from unnest($1::text[], $2::int2[], $3::text[]) as t(name, version, declaration)
order by name, version
on conflict (name, version) do update
  set declaration = excluded.declaration, updated_at = now()
  where kinds.declaration <> excluded.declaration
