-- Private keys are sealed with the key in the operator's key file; the database alone gives none away.
CREATE TABLE authorities (
  role        TEXT NOT NULL CHECK (role IN ('root', 'intermediate')),
  generation  INTEGER NOT NULL,
  certificate BYTEA NOT NULL,
  sealed_key  BYTEA NOT NULL,
  key_id      TEXT NOT NULL,
  created_at  BIGINT NOT NULL,
  PRIMARY KEY (role, generation)
);

CREATE TABLE join_tokens (
  id          TEXT PRIMARY KEY,
  namespace   TEXT NOT NULL,
  service     TEXT NOT NULL,
  secret_hash BYTEA NOT NULL,
  created_at  BIGINT NOT NULL,
  expires_at  BIGINT NOT NULL,
  revoked_at  BIGINT
);
CREATE INDEX join_tokens_by_expiry ON join_tokens (expires_at);
