CREATE TABLE config_head (
  id       INTEGER PRIMARY KEY CHECK (id = 1),
  revision INTEGER NOT NULL
);
INSERT INTO config_head (id, revision) VALUES (1, 0);

CREATE TABLE resources (
  kind      TEXT NOT NULL,
  namespace TEXT NOT NULL,
  name      TEXT NOT NULL,
  revision  INTEGER NOT NULL,
  document  TEXT NOT NULL,
  digest    TEXT NOT NULL,
  PRIMARY KEY (kind, namespace, name)
) WITHOUT ROWID;

CREATE TABLE revisions (
  revision   INTEGER PRIMARY KEY,
  created_at INTEGER NOT NULL,
  author     TEXT NOT NULL,
  cause      TEXT NOT NULL,
  changes    INTEGER NOT NULL
);

CREATE TABLE changes (
  revision        INTEGER NOT NULL REFERENCES revisions (revision) ON DELETE CASCADE,
  kind            TEXT NOT NULL,
  namespace       TEXT NOT NULL,
  name            TEXT NOT NULL,
  before_document TEXT,
  after_document  TEXT,
  PRIMARY KEY (revision, kind, namespace, name)
) WITHOUT ROWID;
CREATE INDEX changes_by_resource ON changes (kind, namespace, name, revision);

CREATE TABLE audit (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  at       INTEGER NOT NULL,
  author   TEXT NOT NULL,
  action   TEXT NOT NULL,
  subject  TEXT NOT NULL,
  revision INTEGER,
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
  disconnected_at INTEGER,
  updated_at      INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX instances_by_node ON instances (owner_node);

CREATE TABLE nodes (
  name         TEXT PRIMARY KEY,
  http_address TEXT NOT NULL,
  xds_address  TEXT NOT NULL,
  started_at   INTEGER NOT NULL,
  seen_at      INTEGER NOT NULL
) WITHOUT ROWID;
