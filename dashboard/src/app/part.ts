/** A part of the app could not be loaded: the server is away or, after an update, has others. */
class MissingPart extends Error {
  constructor(cause: unknown) {
    super("A part of the page could not be loaded. The server may be another one by now: load the page again.", {
      cause,
    });
    this.name = "MissingPart";
  }
}

/** Loads a part of the app. As an error of its own, because the router reloads at the browser's, server or not. */
export function part<T>(load: () => Promise<T>): () => Promise<T> {
  return () =>
    load().catch((error: unknown) => {
      throw new MissingPart(error);
    });
}
