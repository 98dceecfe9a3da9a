-- Alike dead letters, latest failure first.
-- $1 workspace; $2 category, $3 kind, $4 queue, $5 region, $6 fingerprint, $7 failed after,
-- $8 failed before, $9 older than, $10 replayed: each narrows, or is null ($6 is not);
-- $11 and $12 time and job of the last one before the page, or null; $13 offset, $14 limit.
-- Served by dead_letters_by_fingerprint, in order.
select workspace_id, job_id, kind, kind_version, queue, region, category, fingerprint, error_type,
       message, attempts, failed_at, replayed_as, replayed_at
from dead_letters
where workspace_id = $1
  and fingerprint = $6::text
  and (failed_at, job_id) < (coalesce($11::timestamptz, 'infinity'),
                             coalesce($12::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
  and ($2::text is null or category = $2) and ($3::text is null or kind = $3)
  and ($4::text is null or queue = $4) and ($5::text is null or region = $5)
  and ($7::timestamptz is null or failed_at >= $7)
  and ($8::timestamptz is null or failed_at < $8)
  and ($9::interval is null or failed_at < now() - $9)
  and ($10::bool is null or (replayed_as is not null) = $10)
order by failed_at desc, job_id desc
offset $13
limit $14
