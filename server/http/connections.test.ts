import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { expect, it } from "vitest";
import { Connections } from "./connections.ts";

/** A process that may open 60 descriptors and has 10 of its own; clients may have those below 30, or 45 when busy. */
function stage() {
  const open = new Set(Array.from({ length: 10 }, (_, descriptor) => descriptor));
  const said: string[] = [];
  const time = { nowMs: 0 };
  const connections = new Connections({
    descriptorLimit: 60,
    log: (level, message) => void said.push(`${level}: ${message}`),
    nowMs: () => time.nowMs,
  });
  const closed: string[] = [];
  function connect(name: string) {
    let fd = 0;
    while (open.has(fd)) fd++;
    open.add(fd);
    const socket: Socket = Object.assign(new EventEmitter(), {
      _handle: { fd },
      destroyed: false,
      destroy: () => {
        if (socket.destroyed) return;
        Object.assign(socket, { destroyed: true });
        open.delete(fd);
        closed.push(name);
        socket.emit("close");
      },
    }) as unknown as Socket;
    return { socket, connection: connections.accept(socket) };
  }
  return { connect, closed, said, open, time };
}

it("closes the connection that has been idle for longest when the descriptors run out, and says so once", () => {
  const { connect, closed, said, open, time } = stage();
  const [first, second] = Array.from({ length: 20 }, (_, n) => connect(`${n}`));
  expect(closed).toEqual([]);
  // The first answers a request, so that the second has been idle for longest; the third is busy.
  first?.connection?.begin();
  first?.connection?.end();
  second?.connection?.begin();
  for (let n = 20; n < 24; n++) expect(connect(`${n}`).connection).toBeDefined();
  expect(closed).toEqual(["2", "3", "4", "5"]);
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/^warn: Idle connections are closed .*ulimit -n/);
  time.nowMs += 30_000;
  connect("24");
  time.nowMs += 59_000;
  connect("25");
  expect(said).toHaveLength(1);
  time.nowMs += 60_000;
  connect("26");
  expect(said).toHaveLength(2);
  for (let n = 27; n < 1000; n++) connect(`${n}`);
  expect(open.size).toBe(30);
});

it("refuses connections when none is idle, keeps some descriptors for the server, and serves again", () => {
  const { connect, closed, said, open } = stage();
  const busy = Array.from({ length: 35 }, (_, n) => {
    const connected = connect(`${n}`);
    connected.connection?.begin();
    return connected;
  });
  expect(connect("one too many").connection).toBeUndefined();
  expect(connect("another").connection).toBeUndefined();
  expect(closed).toEqual(["one too many", "another"]);
  expect(open.size).toBe(45);
  expect(said).toHaveLength(1);
  busy[7]?.socket.destroy();
  expect(connect("late").connection).toBeDefined();
});

it("takes a connection for busy until all of its requests have ended", () => {
  const { connect, closed } = stage();
  const busy = connect("busy");
  busy.connection?.begin();
  busy.connection?.begin();
  busy.connection?.end();
  for (let n = 1; n < 20; n++) connect(`${n}`);
  connect("new");
  expect(closed).toEqual(["1"]);
  busy.connection?.end();
  for (let n = 2; n < 20; n++) connect(`${n} again`);
  expect(closed).not.toContain("busy");
  connect("newer");
  connect("newest");
  expect(closed).toContain("busy");
});
