-- A worker left, or fell silent for an hour: leases do not depend on this row. $1 id or null.
delete from workers
where id = $1 or ($1::uuid is null and heartbeat_at < now() - interval '1 hour')
