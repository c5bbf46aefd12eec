-- Version 2 of the sale posts its tax here. A company that had the account already keeps its own.
INSERT INTO finance.ledger_account (code, name, type)
VALUES ('2200', 'Sales Tax Payable', 'LIABILITY')
ON CONFLICT (code) DO NOTHING;
