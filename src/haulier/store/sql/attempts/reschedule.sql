-- Puts jobs back into their queue: retry, snooze, or handed back by a stopping worker.
-- $1 workspaces, $2 jobs, $3 lease tokens, $4 events, $5 event data (JSON text), $6 delays,
-- $7 whether the attempt stays charged. A job that was told to cancel meanwhile stays, and comes
-- back with cancel_asked: its holder must end it as cancelled instead.
-- Served by the primary key of queue_entries.
with found as materialized (
  select e.workspace_id, e.job_id, e.cancel_asked
  from queue_entries e
  join unnest($1::text[], $2::uuid[], $3::int[]) as f(workspace_id, job_id, lease_token)
    on e.workspace_id = f.workspace_id and e.job_id = f.job_id and e.lease_token = f.lease_token
  where e.locked_by is not null
  for update of e
), put_back as (
  update queue_entries e
  set run_at = now() + f.delay, locked_by = null, locked_at = null,
      lease_expires_at = '-infinity', event_seq = e.event_seq + 1,
      attempt = e.attempt - case when f.charged then 0 else 1 end
  from unnest($1::text[], $2::uuid[], $3::int[], $4::event_type[], $5::text[], $6::interval[],
              $7::bool[]) as f(workspace_id, job_id, lease_token, type, data, delay, charged)
  where e.workspace_id = f.workspace_id and e.job_id = f.job_id
    and e.lease_token = f.lease_token and e.locked_by is not null and not e.cancel_asked
    and (select count(*) from found) is not null
  returning new.workspace_id, new.job_id, old.attempt, new.event_seq, f.type, f.data
), event as (
  insert into job_events (workspace_id, job_id, seq, attempt, type, data)
  select workspace_id, job_id, event_seq, attempt, type, data::jsonb from put_back
)
select workspace_id, job_id, cancel_asked from found
