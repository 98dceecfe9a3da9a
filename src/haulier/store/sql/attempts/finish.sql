-- Ends jobs whose entries moved since the claim (renewed, progressed): like the ending half of
-- cycle.sql, but found by primary key instead of by address.
-- $1 workspaces, $2 jobs, $3 lease tokens, $4 final events, $5 event data (JSON text),
-- $6 processing ms; results where there is one: $7 JSON text, $8 output URIs, $9 content types,
-- $10 sizes, $11 SHA-256, $12 extracted texts, $13 quality scores, $14 times of keeping;
-- $15 dead letters' categories, $16 their fingerprints.
-- Returns the jobs that ended; the others were taken over.
with ended as (
  delete from queue_entries e
  using unnest($1::text[], $2::uuid[], $3::int[], $4::event_type[], $5::text[], $6::bigint[],
               $7::text[], $8::text[], $9::text[], $10::bigint[], $11::bytea[], $12::text[],
               $13::real[], $14::interval[], $15::text[], $16::text[])
        as f(workspace_id, job_id, lease_token, type, data, processing_time_ms, body, output_uri,
             content_type, size_bytes, sha256, extracted_text, quality_score, kept_for, category,
             fingerprint)
  where e.workspace_id = f.workspace_id and e.job_id = f.job_id and e.lease_token = f.lease_token
    and e.locked_by is not null
  returning e.workspace_id, e.job_id, e.attempt, e.event_seq, e.queue, e.kind, f.type, f.data,
            f.processing_time_ms, f.body, f.output_uri, f.content_type, f.size_bytes, f.sha256,
            f.extracted_text, f.quality_score, f.kept_for, f.category, f.fingerprint
), event as (
  insert into job_events (workspace_id, job_id, seq, attempt, type, data)
  select workspace_id, job_id, event_seq + 1, attempt, type, data::jsonb from ended
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
select workspace_id, job_id from ended
