-- Forgets keys past their time, at most $1. Served by job_keys_by_expiry.
delete from job_keys k
using (select workspace_id, scope, key from job_keys where expires_at <= now() limit $1) as old
where k.workspace_id = old.workspace_id and k.scope = old.scope and k.key = old.key
returning 1
