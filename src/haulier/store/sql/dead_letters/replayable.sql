-- Which dead letters can be replayed: their job is still kept.
-- $1 workspace; $2 category, $3 kind, $4 queue, $5 region, $6 fingerprint, $7 failed after,
-- $8 failed before, $9 older than, $10 replayed: each narrows, or is null;
-- $11 how many are counted at most, $12 how many jobs are named at most, earliest failure first.
-- Served by dead_letters_by_time, in order, and the primary key of jobs.
select count(*) as matched, (array_agg(job_id order by failed_at, job_id))[:$12::int] as job_ids
from (
  select d.job_id, d.failed_at from dead_letters d
  where d.workspace_id = $1
    and ($2::text is null or d.category = $2) and ($3::text is null or d.kind = $3)
    and ($4::text is null or d.queue = $4) and ($5::text is null or d.region = $5)
    and ($6::text is null or d.fingerprint = $6)
    and ($7::timestamptz is null or d.failed_at >= $7)
    and ($8::timestamptz is null or d.failed_at < $8)
    and ($9::interval is null or d.failed_at < now() - $9)
    and ($10::bool is null or (d.replayed_as is not null) = $10)
    and exists (select from jobs j where j.workspace_id = d.workspace_id and j.id = d.job_id)
  order by d.failed_at, d.job_id
  limit $11
) as found
