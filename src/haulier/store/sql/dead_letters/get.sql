-- One dead letter, with its job's args while the job is kept. $1 workspace, $2 job.
-- Served by the primary keys of dead_letters and jobs.
select d.*, j.args::text as args
from dead_letters d
left join jobs j on j.workspace_id = d.workspace_id and j.id = d.job_id
where d.workspace_id = $1 and d.job_id = $2
