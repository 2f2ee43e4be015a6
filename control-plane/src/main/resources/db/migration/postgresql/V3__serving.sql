-- What the sidecars connected to each node run, so that every node can tell.
CREATE TABLE proxy_status (
  proxy_id     TEXT PRIMARY KEY,
  owner_node   TEXT NOT NULL,
  revision     BIGINT,
  offered      BIGINT,
  refusals     TEXT NOT NULL,
  connected_at BIGINT NOT NULL
);

-- The traffic the sidecars of each node report, added up by service.
CREATE TABLE node_traffic (
  node       TEXT PRIMARY KEY,
  body       TEXT NOT NULL,
  updated_at BIGINT NOT NULL
);
