-- Writes any number of jobs: each with its queue entry, its queued event and its audit entry.
-- $1 workspace ids, $2 job ids (null: made here), $3 kinds, $4 kind versions, $5 queues,
-- $6 priorities, $7 max attempts, $8 timeouts, $9 args as JSON text, $10 labels as JSON text or
-- null, $11 run_at or null for at once, $12 retried from or null, $13 trace contexts or null,
-- $14 actors; of the request: $15 ids, $16 trace ids, $17 addresses, $18 user agents;
-- $19 lanes to wake ('queue workspace'), notified within the same commit; $20 delays or null.
-- Returns (n, id, created_at, run_at) per job, n from 1 in the order given.
with input as materialized (
  select n, coalesce(id, uuidv7()) as id, workspace_id, kind, kind_version, queue, priority,
         max_attempts, timeout, args, labels, coalesce(run_at, now() + coalesce(delay, '0')) as run_at, retried_from,
         trace_context, actor, request_id, trace_id, ip_address, user_agent
  from unnest($1::text[], $2::uuid[], $3::text[], $4::int2[], $5::text[], $6::int2[], $7::int2[],
              $8::interval[], $9::text[], $10::text[], $11::timestamptz[], $12::uuid[],
              $13::text[], $14::text[], $15::text[], $16::text[], $17::inet[], $18::text[],
              $20::interval[])
       with ordinality
       as t(workspace_id, id, kind, kind_version, queue, priority, max_attempts, timeout, args,
            labels, run_at, retried_from, trace_context, actor, request_id, trace_id, ip_address,
            user_agent, delay, n)
), job as (
  insert into jobs (workspace_id, id, kind, kind_version, queue, priority, max_attempts, timeout,
                    args, labels, retried_from, trace_context, created_by)
  select workspace_id, id, kind, kind_version, queue, priority, max_attempts, timeout,
         args::jsonb, labels::jsonb, retried_from, trace_context, actor
  from input
), entry as (
  insert into queue_entries (workspace_id, job_id, queue, kind, priority, run_at, max_attempts)
  select workspace_id, id, queue, kind || '@' || kind_version, priority, run_at, max_attempts
  from input
), event as (
  insert into job_events (workspace_id, job_id, seq, attempt, type, data)
  select workspace_id, id, 1, 0, 'queued',
         case when run_at > now()
              then jsonb_build_object('delay_seconds', extract(epoch from run_at - now())) end
  from input
), audit as (
  insert into audit_logs (workspace_id, user_id, action, resource_type, resource_id, to_state,
                          ip_address, user_agent, request_id, trace_id)
  select workspace_id, actor, 'job.create', 'job', id::text,
         case when run_at > now() then 'scheduled' else 'queued' end,
         ip_address, user_agent, request_id, trace_id
  from input
), wake as materialized (
  select count(pg_notify('haulier_wake', lane)) as sent from unnest($19::text[]) as lane
)
select n, id, now() as created_at, run_at from input
where (select sent from wake) is not null
order by n
