-- This database is the hub's own: the runtime role reads and writes every table of it, those of later
-- versions included, but not the record of migrations. Its name comes as hexadecimal UTF-8, so that
-- no character in it can end the literal.
DO $$
DECLARE
  runtime text := convert_from(decode('${runtimeRoleInHex}', 'hex'), 'UTF8');
BEGIN
  IF runtime = current_user THEN
    RETURN;
  END IF;
  PERFORM pg_advisory_xact_lock(1413565516, 3); -- hubs that start together would clash in the catalog
  EXECUTE format('GRANT USAGE ON SCHEMA hub TO %I', runtime);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA hub TO %I', runtime);
  EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA hub TO %I', runtime);
  EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA hub'
      ' GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I', runtime);
  EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA hub GRANT USAGE, SELECT ON SEQUENCES TO %I', runtime);
  EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON hub.tallyline_schema_history FROM %I', runtime);
  -- What was recorded stays: these are added to and read.
  EXECUTE format('REVOKE UPDATE, DELETE ON hub.stored_event, hub.audit_entry, hub.audit_key,'
      ' hub.dead_letter_revision FROM %I', runtime);
  EXECUTE format('REVOKE DELETE ON hub.dead_letter FROM %I', runtime);
  EXECUTE format('GRANT EXECUTE ON FUNCTION hub.make_event_month(date), hub.drop_event_month(date) TO %I',
      runtime);
END
$$;
