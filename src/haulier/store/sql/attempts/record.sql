-- Appends one event to each of some running jobs (no job twice in one call).
-- $1 workspaces, $2 jobs, $3 lease tokens, $4 events, $5 data (JSON text).
-- Returns (workspace_id, job_id, ctid, event_seq, cancel_asked) of those still held.
-- Served by the primary key of queue_entries; HOT.
with held as (
  update queue_entries e
  set event_seq = e.event_seq + 1
  from unnest($1::text[], $2::uuid[], $3::int[], $4::event_type[], $5::text[])
       as f(workspace_id, job_id, lease_token, type, data)
  where e.workspace_id = f.workspace_id and e.job_id = f.job_id and e.lease_token = f.lease_token
    and e.locked_by is not null
  returning new.workspace_id, new.job_id, new.ctid, new.attempt, new.event_seq, new.cancel_asked,
            f.type, f.data
), event as (
  insert into job_events (workspace_id, job_id, seq, attempt, type, data)
  select workspace_id, job_id, event_seq, attempt, type, data::jsonb from held
)
select workspace_id, job_id, ctid, event_seq, cancel_asked from held
