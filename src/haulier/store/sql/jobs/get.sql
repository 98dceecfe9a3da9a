-- One job as it stands. $1 workspace, $2 job. Served by the primary keys.
select * from jobs_current where workspace_id = $1 and id = $2
