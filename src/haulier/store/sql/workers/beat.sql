-- A worker is still there. $1 id. Served by the primary key.
update workers set heartbeat_at = now() where id = $1
