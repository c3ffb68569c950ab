-- What people set up over the admin API. All of it is small and read whole at start.

-- Concurrency limits by scope and limit key. `version` is that of all rules together (meta: `limit_rules_version`), so
-- a rule that is made again gets a version it never had.
CREATE TABLE limit_rule (
  pattern TEXT PRIMARY KEY,           -- scope, scope/l1 or scope/l1/l2; each part a name or *
  concurrency INTEGER,                -- NULL: without limit, which overrules less specific patterns
  description TEXT,
  disabled INTEGER NOT NULL,
  version INTEGER NOT NULL,
  modified_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE kafka_cluster (
  name TEXT PRIMARY KEY,
  properties TEXT NOT NULL,           -- JSON object of texts, as librdkafka takes them
  created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE subscription (
  id TEXT PRIMARY KEY,
  source TEXT NOT NULL,               -- kafka://cluster/topic
  sink TEXT NOT NULL,                 -- service://service/handler
  options TEXT NOT NULL               -- JSON object of texts
) WITHOUT ROWID;

-- Changes of a service's configuration. They belong to a revision: the next one is as its endpoint says.
CREATE TABLE service_edit (
  name TEXT NOT NULL,
  revision INTEGER NOT NULL,
  edit TEXT NOT NULL,                 -- JSON of ServiceEdit
  PRIMARY KEY (name, revision)
) WITHOUT ROWID;

-- Where an invocation that was restarted as new comes from. `seed` is the id that its random numbers follow from:
-- what its copied journal holds may depend on them.
CREATE TABLE restart (
  seq INTEGER PRIMARY KEY,
  original BLOB NOT NULL,
  seed BLOB NOT NULL
);

-- Virtual queues that start nothing until they are resumed.
CREATE TABLE paused_vqueue (id TEXT PRIMARY KEY) WITHOUT ROWID;
