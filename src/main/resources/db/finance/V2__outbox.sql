-- What finance announces: a row for each posted journal, written in the journal's own transaction and
-- relayed to the broker like the inventory module's outbox. Journals that were posted before this
-- table existed are not announced.
CREATE TABLE finance.outbox_event (
  seq            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id       uuid        NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  aggregate_type text        NOT NULL,
  aggregate_id   text        NOT NULL,
  event_type     text        NOT NULL,
  payload        jsonb       NOT NULL,
  correlation_id text,
  traceparent    text,
  occurred_at    timestamptz NOT NULL DEFAULT now()
);

-- A queue, not a table of record: vacuum comes by the number of dead rows, whatever the share, and
-- does not pause. The reasons stand with inventory.outbox_event.
ALTER TABLE finance.outbox_event SET (
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_insert_scale_factor = 0,
  autovacuum_vacuum_insert_threshold = 20000,
  autovacuum_vacuum_cost_delay = 0,
  autovacuum_analyze_scale_factor = 0,
  autovacuum_analyze_threshold = 50000
);

-- Wakes the relay; a missed notification costs a poll interval and nothing else. The channel is not
-- that of inventory's outbox, because both schemas may be in one database.
CREATE FUNCTION finance.notify_outbox() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, finance AS $$
BEGIN
  PERFORM pg_notify('hub_finance_outbox', '');
  RETURN NULL;
END
$$;

CREATE TRIGGER notify_outbox AFTER INSERT ON finance.outbox_event
  FOR EACH STATEMENT EXECUTE FUNCTION finance.notify_outbox();
