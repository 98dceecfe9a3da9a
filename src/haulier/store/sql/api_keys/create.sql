-- Stores a key's digest. $1 workspace, $2 id, $3 name, $4 digest, $5 permissions,
-- $6 time to live or null.
insert into api_keys (workspace_id, id, name, digest, permissions, expires_at)
values ($1, $2, $3, $4, $5, now() + $6::interval)
returning created_at, expires_at
