-- $1 the key. Who holds the lock: the big key's halves stand in classid and objid.
select a.pid, a.application_name, a.client_addr::text as client_addr, a.state, a.backend_start
from pg_locks l
join pg_stat_activity a on a.pid = l.pid
where l.locktype = 'advisory' and l.granted and l.objsubid = 1
    and l.database = (select oid from pg_database where datname = current_database())
    and ((l.classid::bigint << 32) | l.objid::bigint) = $1::bigint
