-- Holds dead letters that nobody else holds and that were not replayed, and reads their jobs.
-- $1 workspace, $2 jobs. Served by the primary keys of dead_letters and jobs.
select c.*
from dead_letters d
join jobs_current c on c.workspace_id = d.workspace_id and c.id = d.job_id
where d.workspace_id = $1 and d.job_id = any($2::uuid[]) and d.replayed_as is null
order by d.failed_at, d.job_id
for update of d skip locked
