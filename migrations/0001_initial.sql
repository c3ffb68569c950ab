-- The engine's memory. What each table is for stands above it; why the shapes are what they are is in
-- docs/storage.md. A released migration is never edited: later changes come in
-- files with higher numbers.

-- One row an invocation, narrow: payloads live in the journal, so that a change of status never rewrites them.
-- `id` is 24 bytes. Without an idempotency key or a workflow key it contains `seq` itself, so it needs no index.
CREATE TABLE invocation (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL,
  status INTEGER NOT NULL,            -- 0 scheduled, 1 inboxed, 2 ready or running, 3 suspended, 4 backing off, 5 paused, 6 completed
  service TEXT NOT NULL,
  handler TEXT NOT NULL,
  key TEXT,
  scope TEXT NOT NULL DEFAULT '',     -- '' is "no scope" here and below
  limit_key TEXT,
  idempotency_key TEXT,
  exclusive INTEGER NOT NULL,         -- 1: holds or waits for the lock of (service, scope, key)
  determined INTEGER NOT NULL,        -- 1: the id follows from an idempotency key or a workflow key
  origin INTEGER NOT NULL,            -- 0 ingress, 1 another invocation, 2 restarted as new
  caller INTEGER,                     -- seq of the invocation that waits for the result in its journal
  caller_completion INTEGER,
  created_at INTEGER NOT NULL,        -- all times: milliseconds since the epoch
  execute_at INTEGER,
  traceparent TEXT,
  deployment TEXT,                    -- pinned together with the protocol by the first entry that an attempt stored
  protocol INTEGER,
  started_at INTEGER,
  completed_at INTEGER,
  failed INTEGER,
  expires_at INTEGER,                 -- when retention next has something to delete
  kept_until INTEGER,                 -- set while only the journal expires at expires_at
  awaiting BLOB                       -- the body of the SuspensionMessage while suspended
);
CREATE INDEX invocation_ready ON invocation (seq) WHERE status = 2;
CREATE INDEX invocation_expiry ON invocation (expires_at) WHERE expires_at IS NOT NULL;
CREATE UNIQUE INDEX invocation_determined ON invocation (id) WHERE determined = 1;

-- Raw protocol messages. `entry` = seq * 2^20 + index, so a journal is one range of the table itself.
CREATE TABLE journal (
  entry INTEGER PRIMARY KEY,
  type INTEGER NOT NULL,              -- message type of the protocol
  notification INTEGER,               -- completion id, or minus the signal index; NULL for commands and named signals
  at INTEGER NOT NULL,
  body BLOB NOT NULL
);

-- What the last attempts said, while the invocation has not made progress since.
CREATE TABLE attempt_failure (
  seq INTEGER PRIMARY KEY,
  retry_count INTEGER NOT NULL,
  since INTEGER NOT NULL,
  at INTEGER NOT NULL,
  next_retry_at INTEGER,
  failure TEXT NOT NULL               -- JSON of AttemptFailure
);

CREATE TABLE timer (
  due INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  kind INTEGER NOT NULL,              -- 0 start, 1 sleep, 2 retry
  completion INTEGER NOT NULL,        -- completion id of a sleep, else 0
  PRIMARY KEY (due, seq, kind, completion)
) WITHOUT ROWID;

CREATE TABLE lock (
  service TEXT NOT NULL,
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  holder INTEGER NOT NULL,
  PRIMARY KEY (service, scope, key)
) WITHOUT ROWID;

-- First in, first out for each key: an invocation, or a change of state that was asked for over the admin API.
CREATE TABLE inbox (
  service TEXT NOT NULL,
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  position INTEGER NOT NULL,
  seq INTEGER,
  mutation BLOB,
  PRIMARY KEY (service, scope, key, position)
) WITHOUT ROWID;

CREATE TABLE state (
  service TEXT NOT NULL,
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  name BLOB NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (service, scope, key, name)
) WITHOUT ROWID;

-- Completed workflow promises; `body` is a notification without an id.
CREATE TABLE promise (
  service TEXT NOT NULL,
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  name TEXT NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (service, scope, key, name)
) WITHOUT ROWID;

CREATE TABLE promise_awaiter (
  service TEXT NOT NULL,
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  name TEXT NOT NULL,
  seq INTEGER NOT NULL,
  completion INTEGER NOT NULL,
  PRIMARY KEY (service, scope, key, name, seq, completion)
) WITHOUT ROWID;

-- Invocations that wait for the result of another one besides its caller.
CREATE TABLE awaiter (
  callee INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  completion INTEGER NOT NULL,
  type INTEGER NOT NULL,              -- message type of the notification: of a call or of an attach
  PRIMARY KEY (callee, seq, completion)
) WITHOUT ROWID;

-- Single values. `seq_floor`: no invocation may get a number at or below it, purged ones included.
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
