-- The dead-letter desk: what gave up, as it was received, and what people did about it.

CREATE TABLE hub.dead_letter (
  id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  fingerprint     bytea       NOT NULL UNIQUE, -- a redelivered message has the same
  dead_queue      text        NOT NULL,        -- where it was taken from
  queue           text        NOT NULL,        -- the work queue, or the outbox, it failed in
  routing_key     text        NOT NULL,        -- the key it was first routed by
  name            text        NOT NULL,        -- <module>.<event>, or the event type of an outbox row
  message_id      text,
  correlation_id  text,
  aggregate_id    text,
  reason          text        NOT NULL,
  code            text        NOT NULL,        -- FIN-014, which the error starts with; '' if none
  error           text        NOT NULL,
  attempts        int         NOT NULL,
  body            bytea       NOT NULL,
  properties      jsonb       NOT NULL,
  headers         jsonb       NOT NULL,
  first_failed_at timestamptz NOT NULL,
  last_failed_at  timestamptz NOT NULL,
  taken_at        timestamptz NOT NULL,
  of_dead_letter  bigint      REFERENCES hub.dead_letter, -- the first failure of a message that failed again
  -- Above: as it was received. Below: what became of it.
  status          text        NOT NULL DEFAULT 'OPEN' CHECK (status IN
    ('OPEN', 'WAITING_APPROVAL', 'RETRYING', 'RESOLVED', 'FAILED_AGAIN', 'DISCARDED', 'REDIRECTED')),
  changed_at      timestamptz NOT NULL,
  undo_until      timestamptz                             -- of a discarded one
);
CREATE INDEX dead_letter_status ON hub.dead_letter (status, id);
CREATE INDEX dead_letter_message ON hub.dead_letter (message_id);
CREATE INDEX dead_letter_aggregate ON hub.dead_letter (aggregate_id);
CREATE INDEX dead_letter_first ON hub.dead_letter (of_dead_letter) WHERE of_dead_letter IS NOT NULL;

CREATE FUNCTION hub.keep_dead_letter() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, hub AS $$
BEGIN
  IF (to_jsonb(NEW) - 'status' - 'changed_at' - 'undo_until')
      IS DISTINCT FROM (to_jsonb(OLD) - 'status' - 'changed_at' - 'undo_until') THEN
    RAISE EXCEPTION 'dead letter % is kept as it was received', OLD.id
      USING ERRCODE = 'restrict_violation', SCHEMA = 'hub', TABLE = 'dead_letter';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER keep_dead_letter BEFORE UPDATE ON hub.dead_letter
  FOR EACH ROW EXECUTE FUNCTION hub.keep_dead_letter();
ALTER TABLE hub.dead_letter ENABLE ALWAYS TRIGGER keep_dead_letter;
CREATE TRIGGER refuse_change BEFORE DELETE OR TRUNCATE ON hub.dead_letter
  FOR EACH STATEMENT EXECUTE FUNCTION hub.refuse_change();
ALTER TABLE hub.dead_letter ENABLE ALWAYS TRIGGER refuse_change;

-- Edited copies; the newest one that was not refused is what a retry sends.
CREATE TABLE hub.dead_letter_revision (
  id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  dead_letter_id bigint      NOT NULL REFERENCES hub.dead_letter,
  body           bytea       NOT NULL,
  diff           jsonb       NOT NULL, -- [{pointer, before, after}]
  made_by        text        NOT NULL,
  made_at        timestamptz NOT NULL
);
CREATE INDEX dead_letter_revision_of ON hub.dead_letter_revision (dead_letter_id, id);
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON hub.dead_letter_revision
  FOR EACH STATEMENT EXECUTE FUNCTION hub.refuse_change();
ALTER TABLE hub.dead_letter_revision ENABLE ALWAYS TRIGGER refuse_change;

-- Many retried together: planned, then a few as a canary, then the rest.
CREATE TABLE hub.bulk_retry (
  id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  status       text        NOT NULL CHECK (status IN
    ('PLANNED', 'WAITING_APPROVAL', 'CANARY', 'RUNNING', 'DONE', 'STOPPED', 'REJECTED')),
  requested_by text        NOT NULL,
  reason       text        NOT NULL,
  value        jsonb       NOT NULL, -- what it would post when it was planned or started
  planned_at   timestamptz NOT NULL,
  paced_at     timestamptz NOT NULL, -- up to when the rate is used up
  ended_at     timestamptz,
  note         text                  -- why it stopped
);
CREATE TABLE hub.bulk_retry_item (
  bulk_id        bigint NOT NULL REFERENCES hub.bulk_retry,
  dead_letter_id bigint NOT NULL REFERENCES hub.dead_letter,
  state          text   NOT NULL DEFAULT 'WAITING' CHECK (state IN
    ('WAITING', 'SENT', 'RESOLVED', 'FAILED', 'SKIPPED')),
  PRIMARY KEY (bulk_id, dead_letter_id)
);
CREATE INDEX bulk_retry_item_letter ON hub.bulk_retry_item (dead_letter_id);

-- What needs a second person.
CREATE TABLE hub.approval (
  id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  dead_letter_id bigint      REFERENCES hub.dead_letter,
  revision_id    bigint      REFERENCES hub.dead_letter_revision,
  bulk_id        bigint      REFERENCES hub.bulk_retry,
  requested_by   text        NOT NULL,
  requested_at   timestamptz NOT NULL,
  expires_at     timestamptz NOT NULL,
  reason         text        NOT NULL,
  status         text        NOT NULL DEFAULT 'PENDING' CHECK (status IN
    ('PENDING', 'APPROVED', 'REJECTED', 'EXPIRED')),
  decided_by     text,
  decided_at     timestamptz,
  CONSTRAINT approval_is_of_one_thing CHECK (
    (bulk_id IS NULL) <> (dead_letter_id IS NULL) AND
    (revision_id IS NULL) = (dead_letter_id IS NULL)),
  CONSTRAINT approval_is_another_persons CHECK (status <> 'APPROVED' OR decided_by <> requested_by)
);
CREATE INDEX approval_pending ON hub.approval (expires_at) WHERE status = 'PENDING';
