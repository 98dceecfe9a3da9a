-- Jobs of a workspace whatever their status, newest first.
-- $1 workspace, $2 below this id or null, $3 kind or null, $4 queue or null, $5 labels (JSON text)
-- or null, $6 created after, $7 created before, $8 limit. Served by the primary key of jobs.
select * from jobs_current
where workspace_id = $1
  and id < coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
  and ($3::text is null or kind = $3) and ($4::text is null or queue = $4)
  and ($5::text is null or labels @> $5::text::jsonb)
  and id >= uuidv7_floor(greatest($6::timestamptz, 'epoch'))
  and ($7::timestamptz is null or id < uuidv7_floor(greatest($7, 'epoch')))
order by id desc
limit $8
