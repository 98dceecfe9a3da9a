-- A worker says that it is there. $1 id, $2 host, $3 pid, $4 queues, $5 kinds, $6 slots, $7 version.
insert into workers (id, hostname, pid, queues, kinds, slots, version)
values ($1, $2, $3, $4, $5, $6, $7)
