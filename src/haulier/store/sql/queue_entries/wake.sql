-- Tells listening workers that there may be work. $1 lanes ('queue workspace').
select pg_notify('haulier_wake', lane) from unnest($1::text[]) as lane
