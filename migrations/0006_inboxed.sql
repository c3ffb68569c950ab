-- 1: it has waited in an inbox, from its creation or the time that it was scheduled for.
ALTER TABLE invocation ADD COLUMN inboxed INTEGER;
