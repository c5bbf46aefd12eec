-- What the inventory module writes and the hub reads and clears. A producer inserts its row in the
-- transaction of its business change; nothing else is asked of it.
CREATE TABLE inventory.outbox_event (
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

-- A queue, not a table of record: every row is soon deleted, so its live size says nothing about
-- the garbage in it. With the default thresholds (a share of the live rows) vacuum comes by luck;
-- here it comes after every 2,000 dead rows and does not pause, because each dead row is read again
-- by the next claim until it is vacuumed. Analyze is left rare: statistics taken at a moment when
-- the queue happens to be empty would be worse than old ones.
ALTER TABLE inventory.outbox_event SET (
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_insert_scale_factor = 0,
  autovacuum_vacuum_insert_threshold = 20000,
  autovacuum_vacuum_cost_delay = 0,
  autovacuum_analyze_scale_factor = 0,
  autovacuum_analyze_threshold = 50000
);

-- Wakes the relay. Only a hint: it carries no data, is delivered at commit, once per transaction,
-- and a relay that misses it finds the row at its next poll.
CREATE FUNCTION inventory.notify_outbox() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, inventory AS $$
BEGIN
  PERFORM pg_notify('hub_outbox', '');
  RETURN NULL;
END
$$;

CREATE TRIGGER notify_outbox AFTER INSERT ON inventory.outbox_event
  FOR EACH STATEMENT EXECUTE FUNCTION inventory.notify_outbox();
