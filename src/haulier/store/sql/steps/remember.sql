-- Remembers a completed step and tells it as an event, if the attempt still holds its lease.
-- $1 workspace, $2 job, $3 lease token, $4 path, $5 item key, $6 result (JSON text),
-- $7 event data (JSON text). Returns (ctid, event_seq, cancel_asked), nothing when stale.
with held as (
  update queue_entries e set event_seq = e.event_seq + 1
  where e.workspace_id = $1 and e.job_id = $2 and e.lease_token = $3
    and e.locked_by is not null
  returning new.workspace_id, new.job_id, new.ctid, new.attempt, new.event_seq, new.cancel_asked
), step as (
  insert into job_steps (workspace_id, job_id, path, item_key, attempt, result)
  select workspace_id, job_id, $4, $5, attempt, $6::text::json from held
), event as (
  insert into job_events (workspace_id, job_id, seq, attempt, type, data)
  select workspace_id, job_id, event_seq, attempt, 'step', $7::text::jsonb from held
)
select ctid, event_seq, cancel_asked from held
