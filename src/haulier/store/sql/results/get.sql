-- What a completed job left. $1 workspace, $2 job. Served by the primary key.
select workspace_id, job_id, result_metadata::text as body, output_uri, content_type, size_bytes,
       sha256, extracted_text, quality_score, processing_time_ms, created_at, expires_at,
       expires_at <= now() as expired
from job_results where workspace_id = $1 and job_id = $2
