-- haulier's database; its owner is the role that migrates.
create database haulier owner haulier_owner
