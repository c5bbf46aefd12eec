-- The event store: every message on erp.events, once, as it was received. Rows are only ever added;
-- whole months go, after they were exported (V2 holds both rules, whoever asks).

CREATE SEQUENCE hub.stored_event_id;

CREATE TABLE hub.stored_event (
  month          date        NOT NULL, -- first day of the UTC month it was received in: its partition
  id             bigint      NOT NULL DEFAULT nextval('hub.stored_event_id'),
  received_at    timestamptz NOT NULL,
  fingerprint    bytea       NOT NULL, -- SHA-256: the same message delivered twice has the same
  routing_key    text        NOT NULL,
  name           text        NOT NULL, -- <module>.<event>; the whole routing key if it has another form
  version        int         NOT NULL, -- 0 if the routing key has another form
  message_id     text,
  correlation_id text,
  aggregate_id   text,                 -- of the CloudEvents attribute subject
  occurred_at    timestamptz,          -- of the property timestamp, or the CloudEvents attribute time
  revision_of    bigint,               -- the event that this is a corrected copy of
  properties     jsonb       NOT NULL,
  headers        jsonb       NOT NULL,
  body           bytea       NOT NULL,
  CONSTRAINT stored_event_month_is_of_received_at
    CHECK (month = date_trunc('month', received_at AT TIME ZONE 'UTC')::date),
  PRIMARY KEY (id, month), -- an event is looked up by its number alone
  UNIQUE (month, fingerprint)
) PARTITION BY RANGE (month);

-- One for each question that a search asks; no more, because each is paid for with every event.
CREATE INDEX stored_event_received ON hub.stored_event (received_at, id);
CREATE INDEX stored_event_aggregate ON hub.stored_event (aggregate_id, id) WHERE aggregate_id IS NOT NULL;
CREATE INDEX stored_event_correlation ON hub.stored_event (correlation_id, id) WHERE correlation_id IS NOT NULL;
CREATE INDEX stored_event_message ON hub.stored_event (message_id, id) WHERE message_id IS NOT NULL;
CREATE INDEX stored_event_name ON hub.stored_event (name, version, received_at, id);
CREATE INDEX stored_event_revision ON hub.stored_event (revision_of, id) WHERE revision_of IS NOT NULL;

-- A month that was written to a file, whole, and may go.
CREATE TABLE hub.event_export (
  month       date        PRIMARY KEY,
  events      bigint      NOT NULL CHECK (events >= 0),
  last_id     bigint      NOT NULL,
  file        text        NOT NULL,
  sha256      text        NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  exported_at timestamptz NOT NULL DEFAULT now(),
  dropped_at  timestamptz
);

CREATE FUNCTION hub.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, hub AS $$
BEGIN
  RAISE EXCEPTION '% of hub.% is refused: what was recorded stays as it is', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation', SCHEMA = 'hub', TABLE = TG_TABLE_NAME;
END
$$;

-- A partition does not inherit statement triggers, so each gets its own (hub.make_event_month).
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON hub.stored_event
  FOR EACH STATEMENT EXECUTE FUNCTION hub.refuse_change();
ALTER TABLE hub.stored_event ENABLE ALWAYS TRIGGER refuse_change;

-- The runtime role owns nothing here: it asks for months through these two functions.
CREATE FUNCTION hub.make_event_month(of_day date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, hub AS $$
DECLARE
  first date := date_trunc('month', of_day)::date;
  part text := 'stored_event_' || to_char(first, 'YYYY_MM');
BEGIN
  IF first NOT BETWEEN date '2000-01-01' AND date '2199-12-01' THEN
    RAISE EXCEPTION 'no month of the event store: %', first USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF to_regclass('hub.' || part) IS NOT NULL THEN
    RETURN false;
  END IF;
  PERFORM pg_advisory_xact_lock(1413565516, 4);
  IF to_regclass('hub.' || part) IS NOT NULL THEN
    RETURN false;
  END IF;
  EXECUTE format('CREATE TABLE hub.%I PARTITION OF hub.stored_event FOR VALUES FROM (%L) TO (%L)',
      part, first, first + interval '1 month');
  EXECUTE format('CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON hub.%I'
      ' FOR EACH STATEMENT EXECUTE FUNCTION hub.refuse_change()', part);
  EXECUTE format('ALTER TABLE hub.%I ENABLE ALWAYS TRIGGER refuse_change', part);
  RETURN true;
END
$$;

-- Drops a month whose export has every row of it; returns how many rows went.
CREATE FUNCTION hub.drop_event_month(of_day date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, hub AS $$
DECLARE
  first date := date_trunc('month', of_day)::date;
  part text := 'stored_event_' || to_char(first, 'YYYY_MM');
  found_rows bigint;
  found_last bigint;
  export hub.event_export;
BEGIN
  IF to_regclass('hub.' || part) IS NULL THEN
    RAISE EXCEPTION 'the event store has no month %', to_char(first, 'YYYY-MM')
      USING ERRCODE = 'undefined_table';
  END IF;
  IF first >= date_trunc('month', now() AT TIME ZONE 'UTC')::date THEN
    RAISE EXCEPTION 'the month % is not over', to_char(first, 'YYYY-MM')
      USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  EXECUTE format('LOCK TABLE hub.%I IN ACCESS EXCLUSIVE MODE', part);
  SELECT * INTO export FROM hub.event_export e WHERE e.month = first;
  EXECUTE format('SELECT count(*), coalesce(max(id), 0) FROM hub.%I', part)
    INTO found_rows, found_last;
  IF export.month IS NULL OR export.events <> found_rows OR export.last_id <> found_last THEN
    RAISE EXCEPTION 'the month % has % events up to number %, its export has % up to %',
        to_char(first, 'YYYY-MM'), found_rows, found_last,
        coalesce(export.events::text, 'none'), coalesce(export.last_id::text, 'none')
      USING ERRCODE = 'object_not_in_prerequisite_state',
            HINT = 'Export it first: ./hub events export.';
  END IF;
  EXECUTE format('DROP TABLE hub.%I', part);
  UPDATE hub.event_export SET dropped_at = now() WHERE month = first;
  RETURN found_rows;
END
$$;

REVOKE ALL ON FUNCTION hub.make_event_month(date), hub.drop_event_month(date) FROM PUBLIC;

-- Messages that somebody decided to send again, each to one queue: an outbox of the hub's own. The
-- decision, its audit entry and these rows are one transaction; the role store sends and clears them.
CREATE TABLE hub.resend (
  seq         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  queue       text        NOT NULL,
  routing_key text        NOT NULL, -- the key it was first routed by
  mark        text        NOT NULL, -- who asked: 'replay:7', 'dead-letter:12'
  event_id    bigint,               -- the stored event to be sent; else the columns below
  event_month date,
  properties  jsonb,
  headers     jsonb,
  body        bytea,
  created_at  timestamptz NOT NULL DEFAULT now(),
  attempts    int         NOT NULL DEFAULT 0,
  error       text,                 -- why the broker did not take it
  due_at      timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT resend_has_a_message CHECK (
    (event_id IS NULL) = (event_month IS NULL) AND
    (event_id IS NOT NULL) <> (body IS NOT NULL AND properties IS NOT NULL AND headers IS NOT NULL))
);
CREATE INDEX resend_mark ON hub.resend (mark);
CREATE INDEX resend_due ON hub.resend (due_at, seq);
ALTER TABLE hub.resend SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);

-- Attempts that failed and are to be repeated: what went into a wait queue. For people who ask what
-- became of a message; kept for a while, see hub.event-store.keep-attempts.
CREATE TABLE hub.failed_attempt (
  id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  message_id text,
  queue      text        NOT NULL, -- where it failed
  attempt    int         NOT NULL,
  error      text        NOT NULL,
  failed_at  timestamptz NOT NULL,
  wait_queue text        NOT NULL  -- where it waits for its next attempt
);
CREATE UNIQUE INDEX failed_attempt_once ON hub.failed_attempt (message_id, queue, attempt, failed_at);
CREATE INDEX failed_attempt_failed ON hub.failed_attempt (failed_at);
