-- All workspaces by id. $1 after this id, $2 limit. Served by the primary key.
select workspace_id, name, fetch_policy::text as fetch_policy, created_at
from workspaces where workspace_id > $1
order by workspace_id limit $2
