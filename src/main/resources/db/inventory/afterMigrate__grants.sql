-- The runtime role may read and clear the outbox, nothing else. Its name comes as hexadecimal UTF-8,
-- so that no character in it can end the literal. An owner keeps what it owns.
DO $$
DECLARE
  runtime text := convert_from(decode('${runtimeRoleInHex}', 'hex'), 'UTF8');
BEGIN
  IF runtime = current_user
      OR runtime = (SELECT tableowner FROM pg_catalog.pg_tables
                     WHERE schemaname = 'inventory' AND tablename = 'outbox_event') THEN
    RETURN;
  END IF;
  PERFORM pg_advisory_xact_lock(1413565516, 3); -- hubs that start together would clash in the catalog
  EXECUTE format('REVOKE ALL ON SCHEMA inventory FROM %I', runtime);
  EXECUTE format('GRANT USAGE ON SCHEMA inventory TO %I', runtime);
  EXECUTE format('REVOKE ALL ON inventory.outbox_event, inventory.tallyline_schema_history FROM %I', runtime);
  EXECUTE format('GRANT SELECT, DELETE ON inventory.outbox_event TO %I', runtime);
  EXECUTE format('GRANT SELECT ON inventory.tallyline_schema_history TO %I', runtime);
END
$$;
