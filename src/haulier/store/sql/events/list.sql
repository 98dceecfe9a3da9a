-- A job's events after a number, oldest first. $1 workspace, $2 job, $3 after seq, $4 limit.
-- Served by the primary key of job_events.
select workspace_id, job_id, seq, attempt, type, at, worker_id, data
from job_events
where workspace_id = $1 and job_id = $2 and seq > $3
order by seq
limit $4
