-- The runtime role may read the ledger and append to it, and write, read and clear finance's outbox,
-- nothing else. Its name comes as hexadecimal UTF-8, so that no character in it can end the literal.
-- An owner keeps what it owns. An identity column asks for no right on its sequence.
DO $$
DECLARE
  runtime text := convert_from(decode('${runtimeRoleInHex}', 'hex'), 'UTF8');
BEGIN
  IF runtime = current_user
      OR runtime = (SELECT tableowner FROM pg_catalog.pg_tables
                     WHERE schemaname = 'finance' AND tablename = 'ledger_journal') THEN
    RETURN;
  END IF;
  PERFORM pg_advisory_xact_lock(1413565516, 3); -- hubs that start together would clash in the catalog
  EXECUTE format('REVOKE ALL ON SCHEMA finance FROM %I', runtime);
  EXECUTE format('GRANT USAGE ON SCHEMA finance TO %I', runtime);
  EXECUTE format('REVOKE ALL ON finance.ledger_account, finance.ledger_journal, finance.ledger_journal_line,'
      ' finance.seen_transaction, finance.outbox_event, finance.tallyline_schema_history FROM %I', runtime);
  EXECUTE format('GRANT SELECT ON finance.ledger_account, finance.tallyline_schema_history TO %I', runtime);
  EXECUTE format('GRANT SELECT, INSERT ON finance.ledger_journal, finance.ledger_journal_line,'
      ' finance.seen_transaction TO %I', runtime);
  EXECUTE format('GRANT SELECT, INSERT, DELETE ON finance.outbox_event TO %I', runtime);
END
$$;
