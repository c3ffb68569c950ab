/**
 * `npm run bench:large`: large results, on the real server and on ours with the same endpoint. How long small calls take
 * while ten calls move 20 MB each over the same endpoint, beside the same without them; and how many results of 64 kB,
 * 1 MB and 8 MB come through on 16 connections.
 *
 * --rounds, --seconds, --server, --no-build, --record and --smoke as in `bench/run.ts`.
 */
import { largeReport } from "./large/report.ts";
import { benchmarkPart } from "./part.ts";

await benchmarkPart("large", { rounds: 5 }, largeReport);
