-- Which server answers here: its folder and the identifier that initdb drew.
select
    current_setting('data_directory') as data_directory,
    (select system_identifier from pg_control_system()) as system_identifier
