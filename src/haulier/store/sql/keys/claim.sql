-- Takes idempotency, dedupe and retry keys for new jobs. $1 number of jobs; side by side:
-- $2 workspaces, $3 scopes, $4 keys, $5 the job's number (from 1), $6 request digests,
-- $7 times of keeping. Keys come sorted and none twice: sorted so that two callers cannot
-- deadlock. A key whose time has passed is free. Returns (workspace_id, scope, key, n, job_id)
-- of the keys won. Served by the primary key of job_keys.
with ids as materialized (
  select n::int, uuidv7() as id from generate_series(1, $1::int) as n
), wanted as (
  select * from unnest($2::text[], $3::text[], $4::text[], $5::int[], $6::bytea[], $7::interval[])
    with ordinality as t(workspace_id, scope, key, n, digest, kept_for, place)
), won as (
  insert into job_keys as held (workspace_id, scope, key, job_id, request_digest, expires_at)
  select workspace_id, scope, key, ids.id, digest, now() + kept_for
  from wanted join ids using (n)
  order by place
  on conflict (workspace_id, scope, key) do update
    set job_id = excluded.job_id, request_digest = excluded.request_digest, answer = null,
        created_at = now(), expires_at = excluded.expires_at
    where held.expires_at <= now()
  returning workspace_id, scope, key, job_id
)
select won.workspace_id, won.scope, won.key, ids.n, won.job_id
from won join ids on ids.id = won.job_id
