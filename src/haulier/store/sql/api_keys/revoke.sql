-- Ends a key for good; no row when there is none. $1 workspace, $2 id.
update api_keys set revoked_at = coalesce(revoked_at, now())
where workspace_id = $1 and id = $2
returning id
