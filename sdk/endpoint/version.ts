/** The package's version; a constant, because not every platform lets a program read its package.json. */
export const SDK_VERSION = "0.1.0";

/** Tells the server which SDK answers (`x-restate-server`). */
export const SERVER_HEADER = `restate-lite-sdk/${SDK_VERSION}`;
