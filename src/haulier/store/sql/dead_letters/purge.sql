-- Removes dead letters, the earliest failures first; their jobs stay failed.
-- $1 workspace; $2 category, $3 kind, $4 queue, $5 region, $6 fingerprint, $7 failed after,
-- $8 failed before, $9 older than, $10 replayed: each narrows, or is null;
-- $11 how many at most. Returns how many. Served by dead_letters_by_time and the primary key.
with old as (
  select d.job_id from dead_letters d
  where d.workspace_id = $1
    and ($2::text is null or d.category = $2) and ($3::text is null or d.kind = $3)
    and ($4::text is null or d.queue = $4) and ($5::text is null or d.region = $5)
    and ($6::text is null or d.fingerprint = $6)
    and ($7::timestamptz is null or d.failed_at >= $7)
    and ($8::timestamptz is null or d.failed_at < $8)
    and ($9::interval is null or d.failed_at < now() - $9)
    and ($10::bool is null or (d.replayed_as is not null) = $10)
  order by d.failed_at, d.job_id
  limit $11
), gone as (
  delete from dead_letters d using old
  where d.workspace_id = $1 and d.job_id = old.job_id
  returning d.job_id
)
select count(*) from gone
