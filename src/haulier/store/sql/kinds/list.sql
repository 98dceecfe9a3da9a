-- Every kind that was ever declared, by name and version.
select name, version, declaration::text as declaration from kinds order by name, version
