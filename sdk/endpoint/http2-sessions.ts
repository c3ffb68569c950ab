/** The part of Node's `Http2Session`, which is not imported here: this file is loaded on every platform. */
interface Session {
  close(callback?: () => void): void;
  destroy(error?: Error, code?: number): void;
}

/**
 * Lets a session of Node end only when none of its bytes are being read.
 *
 * Node tells of each frame while nghttp2 is still in the middle of what came with it, and after a peer's
 * GOAWAY(NO_ERROR) it closes and destroys the session right then. That ends the whole process: a HEADERS in the same
 * read is refused by sending from within the read, which frees what the read still uses, and nghttp2 forgets that it
 * was told to ignore the rest, so the next frame of a wrong size fails an assertion (nghttp2 1.61, Node 20). A session
 * that is destroyed with an error is not put off: there nghttp2 stops reading by itself.
 */
export function endBetweenReads(session: Session): void {
  const { close, destroy } = session;
  session.close = (callback) => {
    setImmediate(() => close.call(session, callback));
  };
  session.destroy = (error, code) => {
    if (error === undefined || error === null) setImmediate(() => destroy.call(session, undefined, code));
    else destroy.call(session, error, code);
  };
}
