-- Ends the jobs of the last batch and claims the next: one statement, one commit.
-- $1 queues and $2 workspaces: the lanes to claim from, side by side; $3 rows per lane;
-- $4 kinds with version that this worker knows; $5 worker; $6 lease.
-- Ended: $7 workspaces, $8 jobs, $9 lease tokens, $10 row addresses, $11 final events,
-- $12 event data (JSON text), $13 processing ms; results where there is one: $14 JSON text,
-- $15 output URIs, $16 content types, $17 sizes, $18 SHA-256, $19 extracted texts,
-- $20 quality scores, $21 times of keeping; $22 dead letters' categories,
-- $23 their fingerprints.
-- Entries are found by physical address; those that moved (renewed, progressed) come back in
-- `missing` and go through finish.sql. The deletes are forced to run before the claim: a
-- statement that claims first could wait, holding claims, for a row that another worker locked.
-- Served by queue_entries_claim; the jobs' facts by the primary key of jobs.
with ended as (
  delete from queue_entries e
  using unnest($7::text[], $8::uuid[], $9::int[], $11::event_type[], $12::text[], $13::bigint[],
               $14::text[], $15::text[], $16::text[], $17::bigint[], $18::bytea[], $19::text[],
               $20::real[], $21::interval[], $22::text[], $23::text[])
        as f(workspace_id, job_id, lease_token, type, data, processing_time_ms, body, output_uri,
             content_type, size_bytes, sha256, extracted_text, quality_score, kept_for, category,
             fingerprint)
  where e.ctid = any($10::tid[])
    and e.workspace_id = f.workspace_id and e.job_id = f.job_id and e.lease_token = f.lease_token
    and e.locked_by is not null
  returning e.workspace_id, e.job_id, e.attempt, e.event_seq, e.queue, e.kind, f.type, f.data,
            f.processing_time_ms, f.body, f.output_uri, f.content_type, f.size_bytes, f.sha256,
            f.extracted_text, f.quality_score, f.kept_for, f.category, f.fingerprint
), claimed as (
  update queue_entries e
  set lease_token = e.lease_token + 1,
      attempt = e.attempt + case when e.cancel_asked or e.attempt >= e.max_attempts
                                 then 0 else 1 end,
      event_seq = e.event_seq + case when e.locked_by is null then 0 else 1 end
                + case when e.cancel_asked or e.attempt >= e.max_attempts then 0 else 1 end,
      locked_by = $5, locked_at = now(), lease_expires_at = now() + $6::interval
  where e.ctid = any(array(
    select pick.ctid
    from unnest($1::text[], $2::text[]) as lane(queue, workspace_id),
    lateral (
      select q.ctid from queue_entries q
      where q.queue = lane.queue and q.workspace_id = lane.workspace_id
        and q.run_at <= now() and q.kind = any($4::text[]) and q.lease_expires_at < now()
      order by q.priority, q.run_at, q.job_id
      limit $3
      for update skip locked
    ) as pick
    where (select count(*) from ended) is not null))
  returning new.workspace_id, new.job_id, new.ctid, new.attempt, new.lease_token, new.event_seq,
            new.max_attempts, new.cancel_asked, new.queue, new.priority, new.run_at,
            old.locked_by as lost_by, old.attempt as lost_attempt, old.event_seq as lost_seq,
            not new.cancel_asked and old.attempt < old.max_attempts as runs
), event as (
  insert into job_events (workspace_id, job_id, seq, attempt, type, data, worker_id)
  select workspace_id, job_id, event_seq + 1, attempt, type, data::jsonb, null::uuid from ended
  union all
  select workspace_id, job_id, lost_seq + 1, lost_attempt, 'lease_lost', null, lost_by
  from claimed where lost_by is not null
  union all
  select workspace_id, job_id, event_seq, attempt, 'running', null, $5 from claimed where runs
), result as (
  insert into job_results (workspace_id, job_id, result_metadata, output_uri, content_type,
                           size_bytes, sha256, extracted_text, quality_score,
                           processing_time_ms, expires_at)
  select workspace_id, job_id, body::json, output_uri, content_type, size_bytes, sha256,
         extracted_text, quality_score, processing_time_ms, now() + kept_for
  from ended where sha256 is not null
), letter as (
  insert into dead_letters (workspace_id, job_id, kind, kind_version, queue, category, fingerprint,
                            error_type, message, attempts)
  select workspace_id, job_id, split_part(kind, '@', 1), split_part(kind, '@', 2)::smallint, queue,
         category, fingerprint, data::jsonb ->> 'error_type', data::jsonb ->> 'error', attempt
  from ended where category is not null
)
select c.workspace_id, c.job_id, c.ctid, c.attempt, c.lease_token, c.max_attempts,
       c.cancel_asked, c.runs, c.queue, c.priority, c.run_at, j.kind, j.kind_version, j.args, j.timeout,
       j.trace_context, j.created_at, false as missing
from claimed c
left join lateral (
  select kind, kind_version, args::text as args, timeout, trace_context, created_at
  from jobs where workspace_id = c.workspace_id and id = c.job_id
  limit 1 -- keeps the look-up a nested loop on the primary key under a generic plan
) j on true
union all
select f.workspace_id, f.job_id, null, null, null, null, null, null, null, null, null, null, null,
       null, null, null, null, true
from unnest($7::text[], $8::uuid[]) as f(workspace_id, job_id)
where not exists (
  select from ended d where d.workspace_id = f.workspace_id and d.job_id = f.job_id)
