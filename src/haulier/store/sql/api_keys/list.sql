-- A workspace's keys, newest first, without their digests. $1 workspace, $2 limit.
select workspace_id, id, name, permissions, created_at, expires_at, revoked_at, last_used_at
from api_keys where workspace_id = $1
order by id desc limit $2
