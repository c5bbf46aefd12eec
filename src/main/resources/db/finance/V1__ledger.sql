-- The ledger. What is posted stays as it was posted; a mistake is corrected by another journal.
-- The rules below hold for everyone who writes with ordinary statements, the owner included: the
-- code of today is not the only thing that will ever write here.

CREATE TABLE finance.ledger_account (
  code text PRIMARY KEY CHECK (btrim(code) <> ''),
  name text NOT NULL,
  type text NOT NULL CHECK (type IN ('ASSET', 'LIABILITY', 'EQUITY', 'REVENUE', 'EXPENSE'))
);

INSERT INTO finance.ledger_account (code, name, type) VALUES
  ('1100', 'Accounts Receivable', 'ASSET'),
  ('1300', 'Inventory', 'ASSET'),
  ('1310', 'Finished Goods Inventory', 'ASSET'),
  ('1320', 'Component Inventory', 'ASSET'),
  ('2000', 'Accounts Payable', 'LIABILITY'),
  ('4000', 'Sales Revenue', 'REVENUE'),
  ('4100', 'Inventory Gain', 'REVENUE'),
  ('5000', 'Cost of Goods Sold', 'EXPENSE'),
  ('5100', 'Inventory Loss', 'EXPENSE'),
  ('5200', 'Manufacturing Variance', 'EXPENSE');

-- The event columns and content_hash are null in journals that did not come from a message.
CREATE TABLE finance.ledger_journal (
  id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  journal_date   date        NOT NULL,
  description    text,
  source         text        NOT NULL CHECK (btrim(source) <> ''),
  external_ref   text        NOT NULL CHECK (btrim(external_ref) <> ''),
  currency       char(3)     NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  event_id       uuid,
  event_type     text,
  event_version  int         CHECK (event_version > 0),
  correlation_id text,
  content_hash   text,
  created_at     timestamptz NOT NULL DEFAULT now(),
  UNIQUE (source, external_ref),
  -- One transaction id in two spellings would be two journals.
  CONSTRAINT ledger_journal_inventory_ref_is_lower_case
    CHECK (source <> 'Inventory' OR external_ref = lower(external_ref COLLATE "C"))
);

-- No foreign keys: they lock a row and cost some 10 microseconds for each line, twice. The trigger
-- ledger_line_belongs checks a statement's lines as one set instead, and neither journals nor
-- account codes can go away afterwards.
CREATE TABLE finance.ledger_journal_line (
  journal_id   bigint        NOT NULL,
  line_no      int           NOT NULL CHECK (line_no > 0),
  account_code text          NOT NULL,
  debit        numeric(19,4) NOT NULL DEFAULT 0,
  credit       numeric(19,4) NOT NULL DEFAULT 0,
  description  text,
  PRIMARY KEY (journal_id, line_no),
  -- numeric knows NaN, and NaN counts as greater than every number: it has to be named.
  CONSTRAINT ledger_journal_line_amounts_are_numbers
    CHECK (debit <> 'NaN' AND credit <> 'NaN'),
  CONSTRAINT ledger_journal_line_has_one_side
    CHECK ((debit > 0 AND credit = 0) OR (debit = 0 AND credit > 0))
);

-- Transactions whose amounts are all zero: nothing to post, and yet not missing.
CREATE TABLE finance.seen_transaction (
  source       text        NOT NULL CHECK (btrim(source) <> ''),
  external_ref text        NOT NULL CHECK (btrim(external_ref) <> ''),
  event_id     uuid,
  content_hash text,
  seen_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (source, external_ref),
  CONSTRAINT seen_transaction_inventory_ref_is_lower_case
    CHECK (source <> 'Inventory' OR external_ref = lower(external_ref COLLATE "C"))
);

-- Rule 1: a journal has at least two lines and its debits equal its credits, seen at commit, so that
-- a journal and its lines may be written by several statements. One indexed query a journal; the
-- plan must not be the sequential scan that looked cheap while the table was small.
--
-- SET CONSTRAINTS ... IMMEDIATE runs the check before commit, and lines added after it would never
-- be counted. So the check leaves a mark that lasts exactly as long as its effect (until the end of
-- the transaction, or the savepoint rolled back to) and that no statement can take away: a shared
-- advisory lock, which nobody waits for. Rule 2 looks for it.
CREATE FUNCTION finance.ledger_journal_balances() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, finance SET enable_seqscan = off AS $$
DECLARE
  lines bigint;
  debits numeric;
  credits numeric;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(1413565516, 2);
  SELECT count(*), coalesce(sum(l.debit), 0), coalesce(sum(l.credit), 0) INTO lines, debits, credits
    FROM finance.ledger_journal_line l WHERE l.journal_id = NEW.id;
  IF debits <> credits THEN
    RAISE EXCEPTION 'journal % (% %) does not balance: debits %, credits % %',
        NEW.id, NEW.source, NEW.external_ref, debits, credits, NEW.currency
      USING ERRCODE = 'check_violation', SCHEMA = 'finance', TABLE = 'ledger_journal',
            CONSTRAINT = 'ledger_journal_balances',
            HINT = 'Write all lines of the journal in the transaction that writes the journal.';
  ELSIF lines < 2 THEN
    RAISE EXCEPTION 'journal % (% %) has % lines and needs at least 2',
        NEW.id, NEW.source, NEW.external_ref, lines
      USING ERRCODE = 'check_violation', SCHEMA = 'finance', TABLE = 'ledger_journal',
            CONSTRAINT = 'ledger_journal_balances',
            HINT = 'Write all lines of the journal in the transaction that writes the journal.';
  END IF;
  RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER ledger_journal_balances AFTER INSERT ON finance.ledger_journal
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION finance.ledger_journal_balances();

-- Rule 2: a line belongs to a journal of this very transaction and to a known account. Once a
-- statement, over all its lines. Scalar subqueries, so that each journal and account is one index
-- look-up whatever the statistics say. A journal written inside a savepoint carries the savepoint's
-- transaction id, which is later than the outer one and still in progress.
CREATE FUNCTION finance.ledger_line_belongs() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, finance SET enable_seqscan = off AS $$
DECLARE
  current_full xid8 := pg_current_xact_id();
  ahead bigint;
  in_progress boolean;
  unknown text;
  journal record;
BEGIN
  FOR journal IN
    SELECT * FROM (
      SELECT d.journal_id,
             (SELECT j.xmin FROM finance.ledger_journal j WHERE j.id = d.journal_id) AS written_by
        FROM (SELECT DISTINCT journal_id FROM new_lines) d
    ) w WHERE w.written_by IS DISTINCT FROM current_full::xid
  LOOP
    IF journal.written_by IS NULL THEN
      RAISE EXCEPTION 'there is no journal % to add lines to', journal.journal_id
        USING ERRCODE = 'foreign_key_violation', SCHEMA = 'finance', TABLE = 'ledger_journal_line',
              CONSTRAINT = 'ledger_line_belongs';
    END IF;
    in_progress := false;
    ahead := (journal.written_by::text::bigint - current_full::xid::text::bigint + 4294967296) % 4294967296;
    IF journal.written_by::text::bigint > 2 AND ahead < 2147483648 THEN
      BEGIN
        in_progress := coalesce(
            pg_xact_status((current_full::text::numeric + ahead)::text::xid8) = 'in progress', false);
      EXCEPTION WHEN invalid_parameter_value THEN
        -- An id not yet given out: the row is from before the ids last wrapped around.
        in_progress := false;
      END;
    END IF;
    IF NOT in_progress THEN
      RAISE EXCEPTION 'journal % was posted before: no lines can be added to it', journal.journal_id
        USING ERRCODE = 'restrict_violation', SCHEMA = 'finance', TABLE = 'ledger_journal_line',
              CONSTRAINT = 'ledger_line_belongs',
              HINT = 'Post a correcting journal instead.';
    END IF;
  END LOOP;

  SELECT d.account_code INTO unknown
    FROM (SELECT DISTINCT account_code FROM new_lines) d
   WHERE (SELECT a.code FROM finance.ledger_account a WHERE a.code = d.account_code) IS NULL
   LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'there is no account % in finance.ledger_account', unknown
      USING ERRCODE = 'foreign_key_violation', SCHEMA = 'finance', TABLE = 'ledger_journal_line',
            CONSTRAINT = 'ledger_line_account',
            HINT = 'Add the account, or correct the mapping that names it.';
  END IF;

  PERFORM 1 FROM pg_locks k
    WHERE k.locktype = 'advisory' AND k.pid = pg_backend_pid() AND k.granted
      AND k.classid = 1413565516 AND k.objid = 2 AND k.objsubid = 2;
  IF FOUND THEN
    PERFORM 1 FROM new_lines;
    IF FOUND THEN
      RAISE EXCEPTION 'lines were added after the journals of this transaction had been checked'
        USING ERRCODE = 'restrict_violation', SCHEMA = 'finance', TABLE = 'ledger_journal_line',
              CONSTRAINT = 'ledger_journal_balances',
              HINT = 'Write all lines before SET CONSTRAINTS ... IMMEDIATE, and other journals in another transaction.';
    END IF;
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER ledger_line_belongs AFTER INSERT ON finance.ledger_journal_line
  REFERENCING NEW TABLE AS new_lines
  FOR EACH STATEMENT EXECUTE FUNCTION finance.ledger_line_belongs();

-- Rule 3: posted rows never change. Statement triggers also see ON CONFLICT DO UPDATE and MERGE.
CREATE FUNCTION finance.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, finance AS $$
BEGIN
  RAISE EXCEPTION '% of finance.% is refused: what is posted stays as it is', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation', SCHEMA = 'finance', TABLE = TG_TABLE_NAME,
          HINT = 'Post a correcting journal instead.';
END
$$;

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON finance.ledger_journal
  FOR EACH STATEMENT EXECUTE FUNCTION finance.refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON finance.ledger_journal_line
  FOR EACH STATEMENT EXECUTE FUNCTION finance.refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON finance.seen_transaction
  FOR EACH STATEMENT EXECUTE FUNCTION finance.refuse_change();

-- Rule 4: an account keeps its code and stays. Its name and type may be corrected.
CREATE FUNCTION finance.refuse_account_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, finance AS $$
BEGIN
  RAISE EXCEPTION '% of finance.ledger_account is refused: lines refer to accounts by their code', TG_OP
    USING ERRCODE = 'restrict_violation', SCHEMA = 'finance', TABLE = 'ledger_account',
          HINT = 'Add another account and leave this one unused.';
END
$$;

CREATE TRIGGER refuse_account_removal BEFORE DELETE OR TRUNCATE ON finance.ledger_account
  FOR EACH STATEMENT EXECUTE FUNCTION finance.refuse_account_change();
CREATE TRIGGER refuse_account_code_change AFTER UPDATE ON finance.ledger_account
  FOR EACH ROW WHEN (OLD.code IS DISTINCT FROM NEW.code)
  EXECUTE FUNCTION finance.refuse_account_change();

-- ALWAYS: also in a session that replays changes (session_replication_role = replica).
ALTER TABLE finance.ledger_journal ENABLE ALWAYS TRIGGER ledger_journal_balances;
ALTER TABLE finance.ledger_journal ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE finance.ledger_journal_line ENABLE ALWAYS TRIGGER ledger_line_belongs;
ALTER TABLE finance.ledger_journal_line ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE finance.seen_transaction ENABLE ALWAYS TRIGGER refuse_change;
ALTER TABLE finance.ledger_account ENABLE ALWAYS TRIGGER refuse_account_removal;
ALTER TABLE finance.ledger_account ENABLE ALWAYS TRIGGER refuse_account_code_change;
