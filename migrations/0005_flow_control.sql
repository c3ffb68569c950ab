-- Invocations that a concurrency limit or a paused virtual queue holds back, in the order in which each queue starts
-- them. One that has never started has status 1 in `invocation`, one that has (and waits to go on) status 2.
CREATE TABLE queue_waiter (
  seq INTEGER PRIMARY KEY,
  queue TEXT NOT NULL,                -- JSON array: service, scope, limit key, key of an object
  at INTEGER NOT NULL                 -- when it was made, or was to start
);
CREATE INDEX queue_waiter_order ON queue_waiter (queue, at, seq);
