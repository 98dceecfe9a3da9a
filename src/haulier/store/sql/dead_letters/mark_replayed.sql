-- Notes which jobs the letters were replayed as, with an audit entry each.
-- $1 workspace, $2 the letters' jobs and $3 the jobs made of them, side by side; $4 actor; of the
-- request: $5 address, $6 user agent, $7 id, $8 trace id. The caller holds the letters.
-- Served by the primary key.
with marked as (
  update dead_letters d
  set replayed_as = f.replayed_as, replayed_at = now()
  from unnest($2::uuid[], $3::uuid[]) as f(job_id, replayed_as)
  where d.workspace_id = $1 and d.job_id = f.job_id
  returning d.workspace_id, d.job_id, d.replayed_as
)
insert into audit_logs (workspace_id, user_id, action, resource_type, resource_id,
                        request_details, ip_address, user_agent, request_id, trace_id)
select workspace_id, $4, 'dead_letter.replay', 'dead_letter', job_id::text,
       jsonb_build_object('replayed_as', replayed_as), $5::inet, $6, $7, $8
from marked
