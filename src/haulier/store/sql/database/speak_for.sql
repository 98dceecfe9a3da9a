-- From here to the end of the transaction only this workspace's rows are seen. $1 workspace.
select set_config('haulier.workspace_id', $1, true)
