-- Who holds a key. $1 workspace, $2 scope, $3 key. Locked, so that two takers queue up.
-- Served by the primary key.
select job_id, request_digest, answer::text as answer
from job_keys
where workspace_id = $1 and scope = $2 and key = $3 and expires_at > now()
for update
