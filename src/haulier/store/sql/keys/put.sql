-- Points a key at a job. $1 workspace, $2 scope, $3 key, $4 job, $5 request digest,
-- $6 answer (JSON text) or null, $7 time of keeping. Replaces what was there: the caller holds
-- the row (get.sql) or accepts to be the last. Served by the primary key.
insert into job_keys (workspace_id, scope, key, job_id, request_digest, answer, expires_at)
values ($1, $2, $3, $4, $5, $6::text::json, now() + $7::interval)
on conflict (workspace_id, scope, key) do update
  set job_id = excluded.job_id, request_digest = excluded.request_digest,
      answer = excluded.answer, created_at = now(), expires_at = excluded.expires_at
