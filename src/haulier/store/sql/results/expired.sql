-- Removes results past their time, at most $1 of them; returns what lay in the blob store.
-- A scan of job_results, made rarely by maintenance.
delete from job_results r
using (
  select workspace_id, job_id from job_results where expires_at <= now() - interval '7 days'
  limit $1
) as old
where r.workspace_id = old.workspace_id and r.job_id = old.job_id
returning r.output_uri
