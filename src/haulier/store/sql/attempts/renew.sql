-- Extends the leases of all running attempts of one worker, in one statement.
-- $1 workspaces, $2 jobs, $3 lease tokens, $4 lease. Returns the entries still held, with their
-- new address and whether the job was told to cancel; what is missing was taken over.
-- Served by the primary key of queue_entries; HOT.
update queue_entries e
set lease_expires_at = now() + $4::interval
from unnest($1::text[], $2::uuid[], $3::int[]) as f(workspace_id, job_id, lease_token)
where e.workspace_id = f.workspace_id and e.job_id = f.job_id and e.lease_token = f.lease_token
    and e.locked_by is not null
returning new.workspace_id, new.job_id, new.ctid, new.cancel_asked
