-- The audit: who did what, when and why. Entries are only ever added, and each is chained to the one
-- before it by a keyed hash, so that what a database's owner changes, takes out or puts in is seen.

-- "before" and "after" are json, not jsonb: the hash is made over the text as it was written, and jsonb
-- would write numbers, spaces and the order of names anew.
CREATE TABLE hub.audit_entry (
  number   bigint      PRIMARY KEY CHECK (number > 0), -- without gaps
  at       timestamptz NOT NULL,
  who      text        NOT NULL,
  action   text        NOT NULL,
  subject  text        NOT NULL,
  reason   text,
  before   json,
  after    json,
  previous bytea       NOT NULL CHECK (length(previous) = 32),
  hash     bytea       NOT NULL CHECK (length(hash) = 32)
);
CREATE INDEX audit_entry_subject ON hub.audit_entry (subject, number);

-- Which key the chain was begun with, told by what it makes of a known text: a hub that was given
-- another key would break the chain.
CREATE TABLE hub.audit_key (
  one   boolean PRIMARY KEY DEFAULT true CHECK (one),
  proof bytea   NOT NULL
);

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON hub.audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION hub.refuse_change();
ALTER TABLE hub.audit_entry ENABLE ALWAYS TRIGGER refuse_change;
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON hub.audit_key
  FOR EACH STATEMENT EXECUTE FUNCTION hub.refuse_change();
ALTER TABLE hub.audit_key ENABLE ALWAYS TRIGGER refuse_change;
