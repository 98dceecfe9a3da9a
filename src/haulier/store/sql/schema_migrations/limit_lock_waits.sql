-- $1 milliseconds as text: how long a statement waits for a lock, until the transaction ends.
select set_config('lock_timeout', $1, true)
