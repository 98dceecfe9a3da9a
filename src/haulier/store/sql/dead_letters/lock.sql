-- Holds a dead letter until the transaction ends. $1 workspace, $2 job.
-- Served by the primary key.
select job_id from dead_letters where workspace_id = $1 and job_id = $2
for update
