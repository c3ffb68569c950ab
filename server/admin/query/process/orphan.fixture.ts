/** What a server is to its query: this process asks one without end of the database `process.argv[2]`. */
import { QueryService } from "./service.ts";

const service = new QueryService(
  {
    path: process.argv[2],
    image: () => Promise.reject(new Error("the database is a file")),
    live: () => [],
    flow: () => ({ levels: [], queues: [] }),
    nowMs: () => 0,
    writeAheadLog: { isTooLong: false, copy: () => Promise.resolve() },
  },
  () => {},
  { timeMs: 10_000 },
);
setInterval(() => {}, 1000);
await service.ask("select count(*) as c from generate_series(1, 100000000000) t(x), sys_invocation", "json");
