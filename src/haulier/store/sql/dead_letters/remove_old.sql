-- Removes dead letters of jobs that failed longer ago than $1, at most $2.
-- A scan of dead_letters, made rarely by maintenance.
delete from dead_letters d
using (
  select workspace_id, job_id from dead_letters where failed_at < now() - $1::interval limit $2
) as old
where d.workspace_id = old.workspace_id and d.job_id = old.job_id
returning d.job_id
