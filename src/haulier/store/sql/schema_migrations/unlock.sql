-- $1 the key.
select pg_advisory_unlock($1::bigint)
