-- What SQL introspection needs besides the tables that are there.

-- What happened to an invocation that is no entry of its journal: failed attempts, pauses. `number` = seq * 2^20 + its
-- place, as in `journal`. Goes with the journal.
CREATE TABLE journal_event (
  number INTEGER PRIMARY KEY,
  after INTEGER NOT NULL,             -- index of the last journal entry at the time
  at INTEGER NOT NULL,
  type TEXT NOT NULL,
  event TEXT NOT NULL                 -- JSON, as users see it
);
