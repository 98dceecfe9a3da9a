-- Notes that a key was used, at most once a minute. $1 id. Served by api_keys_by_id.
update api_keys set last_used_at = now()
where id = $1 and coalesce(last_used_at, '-infinity') < now() - interval '1 minute'
