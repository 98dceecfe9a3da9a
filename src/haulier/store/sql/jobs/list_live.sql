-- Unfinished jobs of a workspace with one of some statuses, newest first.
-- $1 workspace, $2 below this id or null, $3 kind or null, $4 queue or null, $5 labels (JSON text)
-- or null, $6 created after, $7 created before, $8 limit, $9 statuses.
-- Served by the primary keys of queue_entries and jobs.
select c.* from queue_entries e
join jobs_current c on c.workspace_id = e.workspace_id and c.id = e.job_id
where e.workspace_id = $1
  and e.job_id < coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
  and ($3::text is null or c.kind = $3) and ($4::text is null or c.queue = $4)
  and ($5::text is null or c.labels @> $5::text::jsonb)
  and e.job_id >= uuidv7_floor(greatest($6::timestamptz, 'epoch'))
  and ($7::timestamptz is null or e.job_id < uuidv7_floor(greatest($7, 'epoch')))
  and c.status = any($9::text[])
order by e.job_id desc
limit $8
