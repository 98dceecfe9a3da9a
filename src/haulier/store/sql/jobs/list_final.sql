-- Ended jobs of a workspace with one of some final statuses, newest first.
-- $1 workspace, $2 below this id or null, $3 kind or null, $4 queue or null, $5 labels (JSON text)
-- or null, $6 created after, $7 created before, $8 limit, $9 statuses.
-- Served by job_events_final and the primary key of jobs.
select c.*
from unnest($9::text[]) as wanted(status),
lateral (
  select v.job_id from job_events v
  join jobs j on j.workspace_id = v.workspace_id and j.id = v.job_id
  where v.workspace_id = $1 and v.type = wanted.status::event_type
    and v.type in ('completed', 'failed', 'cancelled')
    and v.job_id < coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
    and ($3::text is null or j.kind = $3) and ($4::text is null or j.queue = $4)
    and ($5::text is null or j.labels @> $5::text::jsonb)
    and v.job_id >= uuidv7_floor(greatest($6::timestamptz, 'epoch'))
    and ($7::timestamptz is null or v.job_id < uuidv7_floor(greatest($7, 'epoch')))
  order by v.job_id desc
  limit $8
) as found
join jobs_current c on c.workspace_id = $1 and c.id = found.job_id
order by c.id desc
limit $8
