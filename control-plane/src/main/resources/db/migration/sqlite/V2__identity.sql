-- Private keys are sealed with the key in the operator's key file; the database alone gives none away.
CREATE TABLE authorities (
  role        TEXT NOT NULL CHECK (role IN ('root', 'intermediate')),
  generation  INTEGER NOT NULL,
  certificate BLOB NOT NULL,
  sealed_key  BLOB NOT NULL,
  key_id      TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  PRIMARY KEY (role, generation)
) WITHOUT ROWID;

CREATE TABLE join_tokens (
  id          TEXT PRIMARY KEY,
  namespace   TEXT NOT NULL,
  service     TEXT NOT NULL,
  secret_hash BLOB NOT NULL,
  created_at  INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,
  revoked_at  INTEGER
) WITHOUT ROWID;
CREATE INDEX join_tokens_by_expiry ON join_tokens (expires_at);
