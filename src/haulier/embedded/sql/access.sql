-- Nobody but haulier's own roles gets into its database.
revoke all on database haulier from public;
grant connect on database haulier to haulier_login
