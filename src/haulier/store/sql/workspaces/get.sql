-- One workspace. $1 id. Served by the primary key.
select workspace_id, name, fetch_policy::text as fetch_policy, created_at
from workspaces where workspace_id = $1
