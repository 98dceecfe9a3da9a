-- The five roles, made or brought back to what they must be. May be run any number of times.
--
-- haulier_owner   owns the database and migrates; may hand out the two roles below (admin option)
-- haulier_app     requests: bound to one workspace by row-level security
-- haulier_system  claims, finishes and sweeps, across workspaces
-- haulier_login   what the programs log in as: it is nobody until it says SET ROLE
do $$
declare
    role text;
begin
    foreach role in array array['haulier_owner', 'haulier_app', 'haulier_system', 'haulier_login'] loop
        if not exists (select from pg_roles where rolname = role) then
            execute format('create role %I', role);
        end if;
    end loop;

    execute format('alter role haulier_owner login createrole nosuperuser nobypassrls password %L',
        current_setting('haulier.owner_password'));
    execute format('alter role haulier_login login noinherit nosuperuser nobypassrls nocreaterole nocreatedb password %L',
        current_setting('haulier.login_password'));
    alter role haulier_app nologin nosuperuser nobypassrls nocreaterole nocreatedb;
    alter role haulier_system nologin nosuperuser nobypassrls nocreaterole nocreatedb;

    grant haulier_app, haulier_system to haulier_owner with admin true, inherit false, set true;
    grant haulier_app, haulier_system to haulier_login with admin false, inherit false, set true;
end
$$
