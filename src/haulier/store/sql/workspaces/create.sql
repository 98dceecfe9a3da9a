-- Makes a workspace; no row when it exists. $1 id, $2 name.
insert into workspaces (workspace_id, name) values ($1, $2)
on conflict (workspace_id) do nothing
returning workspace_id, name, fetch_policy::text as fetch_policy, created_at
