-- Tells a running job to stop. $1 workspace, $2 job, $3 event data (JSON text).
-- The caller holds the row (lock.sql) and saw locked_by set and cancel_asked false. Its worker is
-- notified; should it not hear, it reads the flag with its next renewal.
with asked as (
  update queue_entries set cancel_asked = true, event_seq = event_seq + 1
  where workspace_id = $1 and job_id = $2 and locked_by is not null and not cancel_asked
  returning workspace_id, job_id, attempt, event_seq
)
insert into job_events (workspace_id, job_id, seq, attempt, type, data)
select workspace_id, job_id, event_seq, attempt, 'cancelling', $3::text::jsonb from asked
returning seq, pg_notify('haulier_cancel', workspace_id || ' ' || job_id)
