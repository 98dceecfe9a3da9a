-- The key structure of everything: facts that never change, one narrow live row per unfinished job.
-- Every table that holds a workspace's data has workspace_id first in its primary key, so that it
-- can be sharded by workspace, and row-level security FORCED, so that forgetting a predicate in a
-- query shows nothing instead of somebody else's rows.

-- Roles -------------------------------------------------------------------------------------
-- haulier_app     requests of one workspace: sees only what haulier.workspace_id names
-- haulier_system  claim, finish, sweeps, the enqueue batcher: all workspaces, no BYPASSRLS
do $$
declare
  wanted text;
begin
  foreach wanted in array array['haulier_app', 'haulier_system'] loop
    if not exists (select from pg_roles where rolname = wanted) then
      begin
        execute format('create role %I nologin', wanted);
      exception when duplicate_object or unique_violation then
        null; -- made by somebody else between the look and the leap
      end;
    end if;
    if not pg_has_role(current_user, wanted, 'SET') then
      execute format('grant %I to current_user with inherit false, set true', wanted);
    end if;
  end loop;
end
$$;

create function current_workspace() returns text
  language sql stable parallel safe
  return nullif(current_setting('haulier.workspace_id', true), '');

comment on function current_workspace() is
  'The workspace that this transaction speaks for; null outside a request, which matches no row.';

-- Words -------------------------------------------------------------------------------------
create type event_type as enum (
  'queued', 'running', 'progress', 'step', 'log', 'waiting', 'resumed', 'retrying', 'snoozed',
  'interrupted', 'lease_lost', 'cancelling', 'completed', 'failed', 'cancelled'
);

create domain workspace_key as text collate "C"
  check (value ~ '^[a-z0-9][a-z0-9_-]{0,31}$');

-- Workspaces and their keys -----------------------------------------------------------------
create table workspaces (
  workspace_id workspace_key primary key,
  name         text not null check (length(name) between 1 and 200),
  fetch_policy jsonb not null default '{}' check (jsonb_typeof(fetch_policy) = 'object'),
  created_at   timestamptz not null default now()
);

create table api_keys (
  workspace_id workspace_key not null references workspaces,
  id           uuid not null default uuidv7(),
  name         text not null check (length(name) between 1 and 200),
  digest       bytea not null check (octet_length(digest) = 32), -- SHA-256; the secret is nowhere
  permissions  text[] not null,
  created_at   timestamptz not null default now(),
  expires_at   timestamptz,
  revoked_at   timestamptz,
  last_used_at timestamptz,
  primary key (workspace_id, id)
);
create index api_keys_by_id on api_keys (id); -- a credential names its key, not its workspace

-- Kinds: what workers said they can run, so that the API can check args without their code ----
create table kinds (
  name         text collate "C" not null check (name ~ '^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$'),
  version      smallint not null check (version >= 1),
  declaration  jsonb not null check (jsonb_typeof(declaration) = 'object'),
  updated_at   timestamptz not null default now(),
  primary key (name, version)
);

create table workers (
  id           uuid primary key,
  hostname     text not null,
  pid          integer not null,
  queues       text[] not null,
  kinds        text[] not null,
  slots        integer not null check (slots > 0),
  version      text not null,
  started_at   timestamptz not null default now(),
  heartbeat_at timestamptz not null default now()
);

-- Jobs: what was asked for. Insert only; partitioned by the time in the id ----------------------
create table jobs (
  workspace_id   text collate "C" not null check (workspace_id ~ '^[a-z0-9][a-z0-9_-]{0,31}$'),
  id             uuid not null default uuidv7(),
  kind           text collate "C" not null,
  kind_version   smallint not null,
  queue          text collate "C" not null,
  priority       smallint not null check (priority between 0 and 9),
  max_attempts   smallint not null check (max_attempts between 1 and 1000),
  timeout        interval not null check (timeout > '0'),
  args           jsonb not null,
  labels         jsonb,
  retried_from   uuid,
  trace_context  text,
  schema_version smallint not null default 1,
  created_by     text not null,
  created_at     timestamptz not null default now(),
  primary key (workspace_id, id)
) partition by range (id);

-- One narrow row per unfinished job: the only hot mutable table. No stored status: running means
-- locked_by is set, scheduled that run_at lies ahead, waiting that it is infinity. A claim changes
-- no indexed column, so it is a HOT update (fillfactor leaves room for it).
create table queue_entries (
  workspace_id     text collate "C" not null,
  job_id           uuid not null,
  queue            text collate "C" not null,
  kind             text collate "C" not null, -- with its version: site.audit@1
  priority         smallint not null,
  run_at           timestamptz not null default now(),
  attempt          smallint not null default 0,
  max_attempts     smallint not null,
  cancel_asked     boolean not null default false,
  lease_token      integer not null default 0, -- rises by one at every claim, never goes back
  event_seq        integer not null default 1, -- the number of the job's last event
  locked_by        uuid,
  locked_at        timestamptz,
  lease_expires_at timestamptz not null default '-infinity',
  primary key (workspace_id, job_id),
  check ((locked_by is null) = (locked_at is null))
) with (
  fillfactor = 50,
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 10000,
  autovacuum_vacuum_cost_delay = 0
);
-- Serves the claim: equality on queue and workspace, then exactly the order in which jobs run.
-- Kind comes last so that entries of kinds that a worker does not know cost an index look, not a
-- heap visit; PostgreSQL 18 skips over future entries of each priority (skip scan).
create index queue_entries_claim
  on queue_entries (queue, workspace_id, priority, run_at, job_id, kind);

-- Events: what happened. Insert only -------------------------------------------------------------
create table job_events (
  workspace_id text collate "C" not null,
  job_id       uuid not null,
  seq          integer not null check (seq >= 1),
  attempt      smallint not null,
  type         event_type not null,
  at           timestamptz not null default now(),
  xact_id      xid8 not null default pg_current_xact_id(), -- cursors over all events go by it
  worker_id    uuid,
  data         jsonb,
  primary key (workspace_id, job_id, seq)
) partition by range (job_id);
-- Serves lists by final status, newest first.
create index job_events_final on job_events (workspace_id, type, job_id)
  where type in ('completed', 'failed', 'cancelled');

create table job_results (
  workspace_id       text collate "C" not null,
  job_id             uuid not null,
  result_metadata    json,   -- the handler's result as it was written; null when in the blob store
  extracted_text     text,
  quality_score      real,
  output_uri         text,
  content_type       text not null,
  size_bytes         bigint not null check (size_bytes >= 0),
  sha256             bytea not null check (octet_length(sha256) = 32),
  processing_time_ms bigint not null check (processing_time_ms >= 0),
  created_at         timestamptz not null default now(),
  expires_at         timestamptz not null,
  primary key (workspace_id, job_id),
  check ((result_metadata is null) = (output_uri is not null))
) partition by range (job_id);

create table job_steps (
  workspace_id text collate "C" not null,
  job_id       uuid not null,
  path         text collate "C" not null check (length(path) between 1 and 200),
  item_key     text collate "C" not null default '',
  attempt      smallint not null,
  result       json not null,
  completed_at timestamptz not null default now(),
  primary key (workspace_id, job_id, path, item_key)
) partition by range (job_id);

-- Idempotency and dedupe keys: unique per workspace and scope -------------------------------------
create table job_keys (
  workspace_id   text collate "C" not null check (workspace_id ~ '^[a-z0-9][a-z0-9_-]{0,31}$'),
  scope          text collate "C" not null check (scope in ('request', 'dedupe', 'retry')),
  key            text collate "C" not null check (length(key) between 1 and 255),
  job_id         uuid not null,
  request_digest bytea not null,
  answer         json,  -- what a repeated request is answered with; null: the job as created
  created_at     timestamptz not null default now(),
  expires_at     timestamptz not null,
  primary key (workspace_id, scope, key)
);
create index job_keys_by_expiry on job_keys (expires_at); -- serves the sweep of expired keys

-- Failed jobs kept for replay; may outlive the job's own partition ---------------------------------
create table dead_letters (
  workspace_id text collate "C" not null check (workspace_id ~ '^[a-z0-9][a-z0-9_-]{0,31}$'),
  job_id       uuid not null,
  kind         text collate "C" not null,
  kind_version smallint not null,
  queue        text collate "C" not null,
  region       text collate "C" not null default 'default',
  category     text collate "C" not null,
  fingerprint  text collate "C" not null check (fingerprint ~ '^[0-9a-f]{16}$'), -- alike failures
  error_type   text not null,
  message      text not null,
  attempts     smallint not null,
  failed_at    timestamptz not null default now(),
  replayed_as  uuid,        -- the job of the last replay
  replayed_at  timestamptz,
  primary key (workspace_id, job_id),
  check ((replayed_as is null) = (replayed_at is null))
);
-- Each serves a list, newest first: of all, of a category, of a region, of alike failures.
create index dead_letters_by_time on dead_letters (workspace_id, failed_at, job_id);
create index dead_letters_by_category on dead_letters (workspace_id, category, failed_at, job_id);
create index dead_letters_by_region on dead_letters (workspace_id, region, failed_at, job_id);
create index dead_letters_by_fingerprint
  on dead_letters (workspace_id, fingerprint, failed_at, job_id);

-- The audit log: who did what, when, to which resource. Insert only -----------------------------------
create table audit_logs (
  workspace_id    text collate "C" not null check (workspace_id ~ '^[a-z0-9][a-z0-9_-]{0,31}$'),
  id              uuid not null default uuidv7(),
  timestamp       timestamptz not null default now(),
  user_id         text not null, -- the actor: key_..., operator
  action          text not null,
  resource_type   text not null,
  resource_id     text not null,
  from_state      text,
  to_state        text,
  reason          text,
  request_details jsonb,
  success         boolean not null default true,
  error_message   text,
  ip_address      inet,
  user_agent      text,
  request_id      text,
  trace_id        text,
  primary key (workspace_id, id)
) partition by range (id);

-- Partitions ------------------------------------------------------------------------------------------
create function uuidv7_floor(instant timestamptz) returns uuid
  language sql immutable parallel safe
  return (lpad(to_hex(floor(extract(epoch from instant) * 1000)::bigint), 12, '0')
          || '00000000000000000000')::uuid;

comment on function uuidv7_floor(timestamptz) is
  'Below every UUIDv7 of that millisecond and above every earlier one (RFC 9562, section 5.7).';

-- Makes weekly partitions from last week until `ahead` from now, and drops those that ended more
-- than `retention` ago and hold no unfinished job (`audit_retention` for the audit log; null keeps).
-- Runs with its owner's rights, so that workers can call it without any right to change tables.
-- Returns what it did, a row per change.
create function maintain_partitions(
    ahead interval, retention interval, audit_retention interval default null)
  returns table (change text, partition_name text)
  language plpgsql
  security definer
  set search_path from current
  set lock_timeout = '5s'
as $$
declare
  parent text;
  week timestamptz;
  child text;
  upper_bound uuid;
  kept interval;
begin
  perform pg_advisory_xact_lock(hashtextextended('haulier.maintain_partitions', 0));
  foreach parent in array array['jobs', 'job_events', 'job_results', 'job_steps', 'audit_logs'] loop
    for week in select generate_series(
        date_trunc('week', now(), 'UTC') - interval '7 days', now() + ahead, interval '7 days') loop
      child := parent || to_char(week at time zone 'UTC', '"_"YYYYMMDD');
      if to_regclass(quote_ident(child)) is null then
        -- Made apart and attached: creating it in place would lock out every reader of the parent.
        execute format('create table %I (like %I including all)', child, parent);
        execute format('alter table %I enable row level security', child);
        execute format('alter table %I force row level security', child);
        execute format('alter table %I attach partition %I for values from (%L) to (%L)',
                       parent, child, uuidv7_floor(week), uuidv7_floor(week + interval '7 days'));
        change := 'created'; partition_name := child;
        return next;
      end if;
    end loop;
    for child, week in
        select c.relname, to_timestamp(right(c.relname, 8) || ' +00', 'YYYYMMDD TZH')
        from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = parent::regclass loop
      upper_bound := uuidv7_floor(week + interval '7 days');
      kept := (case when parent = 'audit_logs' then audit_retention else retention end);
      if week + interval '7 days' < now() - kept
         and (parent = 'audit_logs' or not exists (
           select from queue_entries e
           where e.job_id >= uuidv7_floor(week) and e.job_id < upper_bound)) then
        execute format('drop table %I', child);
        change := 'dropped'; partition_name := child;
        return next;
      end if;
    end loop;
  end loop;
end
$$;
revoke all on function maintain_partitions(interval, interval, interval) from public;

select maintain_partitions(interval '28 days', interval '1000 years');

-- Views -------------------------------------------------------------------------------------------------
create view jobs_current with (security_invoker = true) as
select
  j.workspace_id, j.id, j.kind, j.kind_version, j.queue, j.priority, j.max_attempts, j.timeout,
  j.args, j.labels, j.retried_from, j.trace_context, j.created_by, j.created_at,
  case
    when e.job_id is null then last.type::text
    when e.locked_by is not null and e.cancel_asked then 'cancelling'
    when e.locked_by is not null then 'running'
    when e.run_at = 'infinity' then 'waiting'
    when e.run_at > now() then 'scheduled'
    else 'queued'
  end as status,
  coalesce(e.attempt, last.attempt) as attempt,
  case when e.locked_by is null then nullif(e.run_at, 'infinity') end as run_at,
  e.locked_by,
  e.locked_at,
  e.lease_expires_at,
  e.lease_token,
  coalesce(e.event_seq, last.seq) as event_seq,
  case when e.job_id is null then last.at end as finished_at,
  progress.data as progress,
  case when e.job_id is null and last.type = 'failed' then last.data end as error
from jobs j
left join queue_entries e on e.workspace_id = j.workspace_id and e.job_id = j.id
left join lateral (
  select v.type, v.attempt, v.at, v.seq, v.data
  from job_events v
  where v.workspace_id = j.workspace_id and v.job_id = j.id
  order by v.seq desc limit 1
) last on e.job_id is null
left join lateral (
  select v.data from job_events v
  where v.workspace_id = j.workspace_id and v.job_id = j.id and v.type = 'progress'
  order by v.seq desc limit 1
) progress on true;

comment on view jobs_current is 'Where every job stands: what people and tests read.';

-- Row-level security -------------------------------------------------------------------------------------
do $$
declare
  relation text;
begin
  foreach relation in array array[
    'workspaces', 'api_keys', 'jobs', 'queue_entries', 'job_events', 'job_results', 'job_steps',
    'job_keys', 'dead_letters', 'audit_logs'
  ] loop
    execute format('alter table %I enable row level security', relation);
    execute format('alter table %I force row level security', relation);
    execute format(
      'create policy own_workspace on %I to haulier_app
         using (workspace_id = current_workspace()) with check (workspace_id = current_workspace())',
      relation);
    execute format(
      'create policy every_workspace on %I to haulier_system using (true) with check (true)',
      relation);
  end loop;
end
$$;
-- The owner is under row-level security too; partition maintenance looks for unfinished jobs as him.
create policy owner_maintenance on queue_entries for select to current_user using (true);

-- Grants: facts can be added, never changed -----------------------------------------------------------------
grant usage on schema public to haulier_app, haulier_system;

grant select on workspaces, jobs, queue_entries, job_events, job_results, job_steps, job_keys,
  dead_letters, audit_logs, jobs_current, kinds to haulier_app;
grant insert on job_events, audit_logs to haulier_app;
grant update (cancel_asked, event_seq), delete on queue_entries to haulier_app;
grant delete on dead_letters to haulier_app;

grant select on all tables in schema public to haulier_system;
revoke select on audit_logs from haulier_system;
grant insert on jobs, queue_entries, job_events, job_results, job_steps, job_keys, dead_letters,
  audit_logs, workspaces, api_keys, kinds, workers to haulier_system;
grant update, delete on queue_entries, job_keys, workers to haulier_system;
grant delete on job_results, dead_letters to haulier_system;
grant update (replayed_as, replayed_at) on dead_letters to haulier_system;
grant update on kinds, workspaces, api_keys to haulier_system;
grant execute on function maintain_partitions(interval, interval, interval) to haulier_system;
