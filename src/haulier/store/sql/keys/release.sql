-- Gives back the keys of jobs that were not written after all. $1 workspaces, $2 scopes, $3 keys,
-- $4 job ids. Served by the primary key.
delete from job_keys k
using unnest($1::text[], $2::text[], $3::text[], $4::uuid[])
      as f(workspace_id, scope, key, job_id)
where k.workspace_id = f.workspace_id and k.scope = f.scope and k.key = f.key
  and k.job_id = f.job_id
