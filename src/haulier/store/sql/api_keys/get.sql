-- The key that a credential names. $1 id. Served by api_keys_by_id.
select workspace_id, id, name, digest, permissions, created_at, expires_at, revoked_at,
       last_used_at, revoked_at is null and coalesce(expires_at > now(), true) as usable
from api_keys where id = $1
