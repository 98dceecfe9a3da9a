-- $1 the key. Waits as long as lock_timeout allows; held until unlock or the end of the session.
select pg_advisory_lock($1::bigint)
