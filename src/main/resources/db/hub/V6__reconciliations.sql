-- Reconciliations: what a comparison of the event store with the ledger found.
CREATE TABLE hub.reconciliation (
  id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  window_from    timestamptz NOT NULL,
  window_to      timestamptz NOT NULL,
  status         text        NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'done', 'failed')),
  created_by     text        NOT NULL,
  reason         text        NOT NULL,
  started_at     timestamptz NOT NULL,
  seen_at        timestamptz NOT NULL, -- last sign of life of whoever works on it
  ended_at       timestamptz,
  events         bigint      NOT NULL DEFAULT 0, -- in the version that finance handles, each transaction's first
  copies         bigint      NOT NULL DEFAULT 0, -- other versions of these
  repeats        bigint      NOT NULL DEFAULT 0, -- further messages of the same transactions
  journals       bigint      NOT NULL DEFAULT 0, -- recorded in the window; transactions of zero among them
  differences    jsonb       NOT NULL DEFAULT '{}', -- exact count of each kind
  kept           bigint      NOT NULL DEFAULT 0, -- rows of reconciliation_difference
  account_errors bigint      NOT NULL DEFAULT 0, -- accounts whose totals differ
  error          text,
  CHECK (window_from < window_to)
);
CREATE UNIQUE INDEX reconciliation_one_at_a_time ON hub.reconciliation ((true)) WHERE status = 'running';
CREATE INDEX reconciliation_window ON hub.reconciliation (window_to);

CREATE TABLE hub.reconciliation_difference (
  reconciliation_id bigint      NOT NULL REFERENCES hub.reconciliation ON DELETE CASCADE,
  no                bigint      NOT NULL,
  kind              text        NOT NULL,
  transaction_id    text        NOT NULL,
  event_id          bigint,      -- number in hub.stored_event
  message_id        text,
  event_name        text,
  event_version     int,
  received_at       timestamptz,
  journal_id        bigint,
  currency          text,
  detail            text        NOT NULL,
  lines             jsonb       NOT NULL DEFAULT '[]', -- account, posted and drafted debit and credit
  PRIMARY KEY (reconciliation_id, no)
);
CREATE INDEX reconciliation_difference_kind ON hub.reconciliation_difference (reconciliation_id, kind, no);

CREATE TABLE hub.reconciliation_account (
  reconciliation_id bigint NOT NULL REFERENCES hub.reconciliation ON DELETE CASCADE,
  account           text   NOT NULL,
  currency          text   NOT NULL,
  events_debit      numeric NOT NULL,
  events_credit     numeric NOT NULL,
  ledger_debit      numeric NOT NULL,
  ledger_credit     numeric NOT NULL,
  PRIMARY KEY (reconciliation_id, account, currency)
);

CREATE TABLE hub.reconciliation_item (
  reconciliation_id bigint NOT NULL REFERENCES hub.reconciliation ON DELETE CASCADE,
  item_number       text   NOT NULL,
  event_name        text   NOT NULL,
  part              text   NOT NULL, -- the list of the message that the lines stand in
  currency          text   NOT NULL,
  events_quantity   numeric NOT NULL,
  events_cost       numeric NOT NULL,
  events_sales      numeric NOT NULL,
  posted_quantity   numeric NOT NULL, -- of those events that the ledger has a journal of
  posted_cost       numeric NOT NULL,
  posted_sales      numeric NOT NULL,
  PRIMARY KEY (reconciliation_id, item_number, event_name, part, currency)
);
