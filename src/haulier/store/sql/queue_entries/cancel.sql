-- Ends a job that is not running. $1 workspace, $2 job, $3 event data (JSON text).
-- The caller holds the row (lock.sql) and saw locked_by null. Served by the primary key.
with gone as (
  delete from queue_entries where workspace_id = $1 and job_id = $2 and locked_by is null
  returning workspace_id, job_id, attempt, event_seq
)
insert into job_events (workspace_id, job_id, seq, attempt, type, data)
select workspace_id, job_id, event_seq + 1, attempt, 'cancelled', $3::text::jsonb from gone
returning seq
