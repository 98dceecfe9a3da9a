-- What a durable step remembered. $1 workspace, $2 job, $3 path, $4 item key.
-- Served by the primary key.
select result from job_steps
where workspace_id = $1 and job_id = $2 and path = $3 and item_key = $4
