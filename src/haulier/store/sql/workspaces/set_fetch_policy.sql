-- Replaces a workspace's fetch policy; returns the old one. $1 id, $2 policy (JSON text).
update workspaces set fetch_policy = $2::text::jsonb where workspace_id = $1
returning old.fetch_policy::text as fetch_policy
