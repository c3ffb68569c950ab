-- Work that is too much for one turn: what is left of it, so that a restart goes on with it. See server/engine/backlog.ts.
CREATE TABLE unfinished (
  kind INTEGER NOT NULL,              -- 0 cancel, 1 kill what it called, 2 tell who waits for its result, 3 of its promise, 4 delete its journal
  seq INTEGER NOT NULL,               -- the invocation that it is about; for 3 the one that completed the promise
  position INTEGER NOT NULL,          -- where in a journal to go on; for 3 the completion of the command
  body BLOB,                          -- for 2 the result, as an OutputCommand; for 3 which promise (JSON) of those in `promise`
  PRIMARY KEY (kind, seq, position)
) WITHOUT ROWID;

-- `inboxed` of an invocation was 1 once it had waited in an inbox; now it is the position there, and so says where it
-- waits while it does.
UPDATE invocation SET inboxed = inbox.position FROM inbox WHERE invocation.seq = inbox.seq;

-- Awakeables and cancellations resolve once: whether one is there is asked for each, also of journals with thousands.
CREATE INDEX journal_signal ON journal (notification) WHERE notification < 0;
