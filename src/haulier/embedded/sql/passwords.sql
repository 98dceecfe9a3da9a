-- $1 the password of haulier_owner, $2 that of haulier_login: handed to roles.sql, which as a
-- block of code takes no parameters. They last for this session.
select
    set_config('haulier.owner_password', $1, false),
    set_config('haulier.login_password', $2, false)
