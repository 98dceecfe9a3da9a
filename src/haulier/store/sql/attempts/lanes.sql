-- The lanes (queue, workspace) that hold any entry, of some queues. $1 queues.
-- A loose index scan over queue_entries_claim: one index look per lane, however deep it is.
with recursive lane(queue, workspace_id) as (
  select q.queue, (
    select e.workspace_id from queue_entries e
    where e.queue = q.queue order by e.workspace_id limit 1)
  from unnest($1::text[]) as q(queue)
  union all
  select lane.queue, (
    select e.workspace_id from queue_entries e
    where e.queue = lane.queue and e.workspace_id > lane.workspace_id
    order by e.workspace_id limit 1)
  from lane where lane.workspace_id is not null
)
select queue, workspace_id from lane where workspace_id is not null
