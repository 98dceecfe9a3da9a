-- Dead letters by fingerprint, the most frequent first, each with its latest letter.
-- $1 workspace; $2 category, $3 kind, $4 queue, $5 region, $6 fingerprint, $7 failed after,
-- $8 failed before, $9 older than, $10 replayed: each narrows, or is null;
-- $11 and $12 count and fingerprint of the last group before the page, or null; $13 limit.
-- Counts every letter that fits; the samples are served by dead_letters_by_fingerprint.
with found as (
  select fingerprint, count(*) as count, count(*) filter (where replayed_as is null) as open,
         min(failed_at) as first_seen, max(failed_at) as last_seen
  from dead_letters
  where workspace_id = $1
    and ($2::text is null or category = $2) and ($3::text is null or kind = $3)
    and ($4::text is null or queue = $4) and ($5::text is null or region = $5)
    and ($6::text is null or fingerprint = $6)
    and ($7::timestamptz is null or failed_at >= $7)
    and ($8::timestamptz is null or failed_at < $8)
    and ($9::interval is null or failed_at < now() - $9)
    and ($10::bool is null or (replayed_as is not null) = $10)
  group by fingerprint
  having $11::bigint is null or (count(*), fingerprint) < ($11, $12::text)
  order by count(*) desc, fingerprint desc
  limit $13
)
select found.count, found.open, found.first_seen, found.last_seen, sample.*
from found,
lateral (
  select workspace_id, job_id, kind, kind_version, queue, region, category, fingerprint, error_type,
         message, attempts, failed_at, replayed_as, replayed_at
  from dead_letters d
  where d.workspace_id = $1 and d.fingerprint = found.fingerprint
    and d.failed_at = found.last_seen
    and ($4::text is null or d.queue = $4) and ($5::text is null or d.region = $5)
    and ($10::bool is null or (d.replayed_as is not null) = $10)
  order by d.job_id desc
  limit 1
) as sample
order by found.count desc, found.fingerprint desc
