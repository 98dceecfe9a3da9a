-- One entry. $1 workspace, $2 actor, $3 action, $4 resource type, $5 resource id, $6 from state,
-- $7 to state, $8 reason, $9 details (JSON text) or null, $10 address, $11 user agent,
-- $12 request id, $13 trace id.
insert into audit_logs (workspace_id, user_id, action, resource_type, resource_id, from_state,
                        to_state, reason, request_details, ip_address, user_agent, request_id,
                        trace_id)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9::text::jsonb, $10::inet, $11, $12, $13)
