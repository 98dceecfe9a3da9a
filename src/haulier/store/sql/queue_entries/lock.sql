-- Holds an unfinished job's entry until the transaction ends. $1 workspace, $2 job.
-- No row: the job has ended, or there is no such job. Served by the primary key.
select locked_by, run_at, run_at > now() as is_ahead, cancel_asked, attempt, event_seq
from queue_entries where workspace_id = $1 and job_id = $2
for update
