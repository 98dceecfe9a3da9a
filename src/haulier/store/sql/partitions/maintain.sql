-- Makes partitions ahead and drops old ones. $1 ahead, $2 retention, $3 audit retention or null.
select change, partition_name from maintain_partitions($1, $2, $3)
