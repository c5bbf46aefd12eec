-- The hub's own schema. Its tables come with what needs them.
DO $$
BEGIN
  IF to_regnamespace('hub') IS NULL THEN
    CREATE SCHEMA hub;
  END IF;
END
$$;
