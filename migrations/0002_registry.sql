-- What is registered. A deployment is read whole at start; its services are JSON, because only the server reads them.
CREATE TABLE deployment (
  id TEXT PRIMARY KEY,
  uri TEXT NOT NULL,
  protocol_mode TEXT NOT NULL,
  http_version TEXT NOT NULL,
  min_protocol_version INTEGER NOT NULL,
  max_protocol_version INTEGER NOT NULL,
  sdk_version TEXT,
  additional_headers TEXT NOT NULL,   -- JSON object
  metadata TEXT NOT NULL,             -- JSON object
  created_at INTEGER NOT NULL
) WITHOUT ROWID;

-- Every revision that a registered deployment serves; the highest revision of a name gets new invocations.
CREATE TABLE service_revision (
  name TEXT NOT NULL,
  revision INTEGER NOT NULL,
  deployment TEXT NOT NULL,
  service TEXT NOT NULL,              -- JSON, with every default applied
  PRIMARY KEY (name, revision)
) WITHOUT ROWID;

-- The highest revision a name has ever had, so that removing a deployment never makes a number come back.
CREATE TABLE service_revision_count (
  name TEXT PRIMARY KEY,
  revision INTEGER NOT NULL
) WITHOUT ROWID;
