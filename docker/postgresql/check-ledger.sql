-- Is this ledger whole? For a restored finance database:
--
--   psql --no-psqlrc -v ON_ERROR_STOP=1 --dbname finance --file check-ledger.sql
--
-- Prints how many journals there are and their last day, or ends with an error that says what is
-- wrong. Reads only.
DO $$
DECLARE
  wrong bigint;
  name text;
BEGIN
  SELECT count(*) INTO wrong FROM (
    SELECT j.id FROM finance.ledger_journal j
      LEFT JOIN finance.ledger_journal_line l ON l.journal_id = j.id
     GROUP BY j.id
    HAVING count(l.line_no) < 2 OR sum(l.debit) <> sum(l.credit)) unbalanced;
  IF wrong > 0 THEN
    RAISE EXCEPTION '% journals do not balance or have fewer than two lines', wrong;
  END IF;

  SELECT count(*) INTO wrong FROM finance.ledger_journal_line l
    WHERE NOT EXISTS (SELECT FROM finance.ledger_journal j WHERE j.id = l.journal_id)
       OR NOT EXISTS (SELECT FROM finance.ledger_account a WHERE a.code = l.account_code);
  IF wrong > 0 THEN
    RAISE EXCEPTION '% lines have no journal or no account', wrong;
  END IF;

  SELECT needed.relation || '.' || needed.trigger INTO name FROM (VALUES
      ('ledger_journal', 'ledger_journal_balances'), ('ledger_journal', 'refuse_change'),
      ('ledger_journal_line', 'ledger_line_belongs'), ('ledger_journal_line', 'refuse_change'),
      ('seen_transaction', 'refuse_change'), ('ledger_account', 'refuse_account_removal'),
      ('ledger_account', 'refuse_account_code_change')) AS needed (relation, trigger)
    WHERE NOT EXISTS (
      SELECT FROM pg_trigger t
       WHERE t.tgrelid = ('finance.' || needed.relation)::regclass
         AND t.tgname = needed.trigger AND t.tgenabled = 'A')
    LIMIT 1;
  IF name IS NOT NULL THEN
    RAISE EXCEPTION 'the trigger % is missing or not enabled always', name;
  END IF;

  SELECT conname INTO name FROM pg_constraint
    WHERE connamespace = 'finance'::regnamespace AND NOT convalidated LIMIT 1;
  IF name IS NOT NULL THEN
    RAISE EXCEPTION 'the constraint % is not validated', name;
  END IF;
END
$$;

SELECT count(*) AS journals, max(journal_date) AS last_day, max(created_at) AS last_posted
  FROM finance.ledger_journal;
