CREATE TABLE config_head (
  id       BIGINT PRIMARY KEY CHECK (id = 1),
  revision BIGINT NOT NULL
);
INSERT INTO config_head (id, revision) VALUES (1, 0);

CREATE TABLE resources (
  kind      TEXT NOT NULL,
  namespace TEXT NOT NULL,
  name      TEXT NOT NULL,
  revision  BIGINT NOT NULL,
  document  TEXT NOT NULL,
  digest    TEXT NOT NULL,
  PRIMARY KEY (kind, namespace, name)
);

CREATE TABLE revisions (
  revision   BIGINT PRIMARY KEY,
  created_at BIGINT NOT NULL,
  author     TEXT NOT NULL,
  cause      TEXT NOT NULL,
  changes    INTEGER NOT NULL
);

CREATE TABLE changes (
  revision        BIGINT NOT NULL REFERENCES revisions (revision) ON DELETE CASCADE,
  kind            TEXT NOT NULL,
  namespace       TEXT NOT NULL,
  name            TEXT NOT NULL,
  before_document TEXT,
  after_document  TEXT,
  PRIMARY KEY (revision, kind, namespace, name)
);
CREATE INDEX changes_by_resource ON changes (kind, namespace, name, revision);

CREATE TABLE audit (
  id       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at       BIGINT NOT NULL,
  author   TEXT NOT NULL,
  action   TEXT NOT NULL,
  subject  TEXT NOT NULL,
  revision BIGINT,
  detail   TEXT NOT NULL
);

CREATE TABLE instances (
  proxy_id        TEXT PRIMARY KEY,
  namespace       TEXT NOT NULL,
  service         TEXT NOT NULL,
  address         TEXT NOT NULL,
  inbound_port    INTEGER NOT NULL,
  ports           TEXT NOT NULL,
  labels          TEXT NOT NULL,
  owner_node      TEXT NOT NULL,
  connected       INTEGER NOT NULL,
  disconnected_at BIGINT,
  updated_at      BIGINT NOT NULL
);
CREATE INDEX instances_by_node ON instances (owner_node);

CREATE TABLE nodes (
  name         TEXT PRIMARY KEY,
  http_address TEXT NOT NULL,
  xds_address  TEXT NOT NULL,
  started_at   BIGINT NOT NULL,
  seen_at      BIGINT NOT NULL
);
