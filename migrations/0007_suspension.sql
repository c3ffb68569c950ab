-- When an invocation has waited without running, after the fact. While it lasts, `awaiting` in `invocation` says it: field
-- 1000 behind the body of the SuspensionMessage is when it began. `number` = seq * 2^20 + place, as in `journal`; the
-- last thousand places of each invocation are kept. Goes with the journal.
CREATE TABLE suspension (
  number INTEGER PRIMARY KEY,
  since INTEGER NOT NULL,
  until INTEGER NOT NULL,
  awaiting BLOB                       -- the body of the SuspensionMessage; NULL when it was too long to be kept
);
