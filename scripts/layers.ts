/**
 * Who may import whom: the floors of docs/architecture.md. `scripts/layers.test.ts` reads all files and enforces it.
 *
 * A room is a folder under `server/` or `sdk/`; the files beside the rooms belong to `server` and `sdk` themselves. A room
 * is entered through its `index.ts`; a `types.ts` may be read by all who share its root.
 */

const SDK = ["sdk/protocol", "sdk/vm", "sdk/core", "sdk/authoring", "sdk/context", "sdk/endpoint", "sdk/clients"];

/** Every room, with those whose index it may import. */
export const LAYERS: Readonly<Record<string, readonly string[]>> = {
  "sdk/protocol": [],
  "sdk/vm": ["sdk/protocol"],
  "sdk/core": [],
  "sdk/authoring": ["sdk/core", "sdk/protocol"],
  "sdk/context": ["sdk/authoring", "sdk/core", "sdk/protocol", "sdk/vm"],
  "sdk/endpoint": ["sdk/authoring", "sdk/context", "sdk/core", "sdk/protocol"],
  "sdk/clients": ["sdk/authoring", "sdk/core"],
  sdk: SDK,

  "server/error-codes": ["sdk/core"],
  "server/config": ["server"],
  "server/storage": ["sdk/protocol", "server"],
  "server/registry": ["server", "server/storage"],
  "server/engine": ["sdk/protocol", "server", "server/error-codes", "server/registry", "server/storage"],
  "server/invoker": ["sdk/authoring", "sdk/context", "sdk/endpoint", "sdk/protocol", "server", "server/error-codes"],
  "server/http": ["sdk/endpoint", "server", "server/error-codes"],
  "server/ingress": ["sdk/protocol", "server", "server/error-codes", "server/http"],
  "server/admin": [
    ...["sdk/protocol", "server", "server/config", "server/error-codes", "server/http"],
    ...["server/engine", "server/invoker", "server/registry", "server/storage"],
  ],
  "server/dev": [
    "sdk",
    "sdk/authoring",
    "sdk/protocol",
    "server",
    "server/engine",
    "server/registry",
    "server/storage",
  ],
  "server/cli": [
    ...[
      "server",
      "server/config",
      "server/dev",
      "server/engine",
      "server/error-codes",
      "server/http",
      "server/storage",
    ],
  ],
  // What starts a server, and what all of its rooms use (errors, seams, ids); a circle between them would be found.
  server: [
    ...["sdk/protocol", "server/admin", "server/config", "server/engine", "server/error-codes", "server/http"],
    ...["server/ingress", "server/invoker", "server/registry", "server/storage"],
  ],

  testing: [
    ...["sdk", "sdk/authoring", "sdk/clients", "sdk/core", "sdk/endpoint", "sdk/protocol", "server", "server/config"],
    ...["server/engine", "server/error-codes", "server/invoker", "server/storage"],
  ],
  dashboard: [],
};

/** Rooms that take sockets, files, clocks and processes through interfaces only, with the packages that they have. */
export const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  "server/engine": ["node:crypto"],
  "sdk/protocol": ["pbf"],
  "sdk/vm": [],
  "sdk/core": [],
  "sdk/authoring": [],
  "sdk/context": [],
  "sdk/clients": [],
  // Runs where there is no Node, too.
  "sdk/endpoint": [],
};

/** What of those rooms is for Node alone, or says its types. */
export const FOR_NODE = ["sdk/endpoint/node/", "sdk/endpoint/types.ts"];

/** Files in which a circle of imports is still found. To be emptied. */
export const CIRCLES = ["server/engine/"];
