-- Removes one dead letter; its job stays failed. $1 workspace, $2 job.
-- Served by the primary key.
delete from dead_letters where workspace_id = $1 and job_id = $2
returning job_id
