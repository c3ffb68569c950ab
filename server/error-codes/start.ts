import { meanings } from "./meaning.ts";

/** What keeps a server from starting, ends it, or is said by its log; services in its process; its files. */
export const START_CODES = meanings({
  RL_BAD_IN_PROCESS_NAME: {
    means: "The name of in-process services has characters that such a name cannot have.",
    do: "Use lower-case letters, digits, dots, hyphens and underscores.",
  },
  RL_BROKEN_INSTALLATION: {
    means: "A part of the installed package is missing.",
    do: "Install restate-lite again.",
  },
  RL_DATABASE_EXISTS: {
    means: "The data directory of an import has a database already.",
    do: "Choose another one with `--data-dir`, or replace the database with `--force`.",
  },
  RL_DATABASE_TOO_NEW: {
    means: "The database was written by a newer version, and was not touched.",
    do: "Upgrade restate-lite, or choose another directory with `--data-dir`.",
  },
  RL_DATABASE_UNREADABLE: {
    means: "The file is no SQLite database, or it is damaged; it was not touched.",
    do: "Import an export, or choose another directory with `--data-dir`.",
  },
  RL_DATA_DIR_IN_USE: {
    means: "Another server is using the data directory.",
    do: "Stop it first, or choose another directory with `--data-dir`.",
  },
  RL_DATA_DIR_UNUSABLE: {
    means: "The data directory cannot be made, read or written.",
    do: "Mend what the message names (permissions, space), or choose another directory with `--data-dir`.",
  },
  RL_DESCRIPTORS: {
    means: "The file descriptors are running out, so idle connections are closed, or new ones refused.",
    do: "Raise the limit (`ulimit -n`).",
  },
  RL_DUPLICATE_SERVICE: {
    means: "Two services that are registered together in the server's process have the same name.",
    do: "Rename one of them.",
  },
  RL_EFFECT_LOST: {
    means: "A mistake of the server: something was stored, and what should have followed did not happen.",
    do: "Restart the server, which takes up what is stored, and please report the line of the log.",
  },
  RL_EXPORT_FAILED: {
    means: "The file of an export cannot be written.",
    do: "Export to another place, or mend what the message names.",
  },
  RL_FILE_IN_USE: {
    means: "The file of an export is a database that a server is using, or has not closed.",
    do: "Export to another file; to replace what a server has, stop it and use `import`.",
  },
  RL_FOREIGN_DATABASE: {
    means: "The database belongs to another program, and was not touched.",
    do: "Choose another file, or another directory with `--data-dir`.",
  },
  RL_JOURNAL_FULL: {
    means: "The journal of an invocation has as many entries as it can have, so its attempts fail.",
    do: "Split the work into several invocations; end this one.",
  },
  RL_LOG_DROPPED: {
    means: "Lines of the log are missing, because they could not be written.",
    do: "Look whether its reader still reads and whether its disk is full.",
  },
  RL_NO_DATABASE: {
    means: "The directory to export from has no database.",
    do: "Name the right one with `--data-dir`; a server with `--ephemeral` has none.",
  },
  RL_NO_FILE: {
    means: "The file to import does not exist.",
    do: "Check the path.",
  },
  RL_NO_SERVICES: {
    means: "In-process services were to be registered, and there are none.",
    do: "Pass at least one.",
  },
  RL_OFFICIAL_SDK_NOT_FOUND: {
    means: "Services of the official SDK cannot be served in this process, because its fetch handler cannot be made.",
    do: "Install the official SDK, or pass its fetch handler, as the message shows.",
  },
  RL_SAME_DATABASE: {
    means: "The file to import is the database of that data directory already.",
    do: "Import another file, or into another directory.",
  },
  RL_STORAGE_CLOSED: {
    means: "The server is shutting down and accepts nothing more.",
    do: "Send the request again after the next start.",
    status: 503,
  },
  RL_STORAGE_FAILED: {
    means: "The database can no longer be written, and the server stops; what was acknowledged is safe.",
    do: "Mend what the log names (space, the disk), and start the server again.",
    status: 503,
  },
});
