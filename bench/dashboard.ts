/**
 * `npm run bench:dashboard`: the dashboard beside the web UI of restate-server, in Chromium: what is loaded, first paint,
 * the list of many invocations, scrolling it, 1,000 new ones per second, and how soon a call is seen.
 *
 *   --invocations N   on each server, before anything is measured (100000)
 *   --rounds N        page loads of each kind, of which the median counts (5)
 *   --record          write the results to bench/RESULTS.md
 */
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import type { Browser } from "playwright-core";
import { launchChromium } from "../test/dashboard/chromium.ts";
import { Shop } from "../test/dashboard/shop.ts";
import { type Contender, contenders } from "./dashboard/contenders.ts";
import { longestPress, scroll, startFrames, takeFrames } from "./dashboard/frames.ts";
import { load, openPage } from "./dashboard/loading.ts";
import { fill, flood, memoryOf, untilSeen } from "./dashboard/traffic.ts";
import { describeMachine, figure, loadText, recordPart, Samples, table, type Unit } from "./results/index.ts";

const PER_SECOND = 1000;
const SECONDS = 10;

const ROWS: readonly (readonly [name: string, title: string, unit: Unit])[] = [
  ["overviewScripts", "overview: scripts, gzipped", "bytes"],
  ["overviewPaint", "overview: first contentful paint", "ms"],
  ["overviewReady", "overview: services shown", "ms"],
  ["listScripts", "list: scripts, gzipped", "bytes"],
  ["listPaint", "list: first contentful paint", "ms"],
  ["listReady", "list: first rows shown", "ms"],
  ["scrollMedian", "scrolling the list: frame, median", "ms"],
  ["scrollP99", "scrolling the list: frame, p99", "ms"],
  ["scrollLongest", "scrolling the list: longest frame", "ms"],
  ["seen", "a call over HTTP until the list shows it, by itself", "ms"],
  ["floodMedian", "1,000 new invocations a second: frame, median", "ms"],
  ["floodP99", "1,000 new invocations a second: frame, p99", "ms"],
  ["floodLongest", "1,000 new invocations a second: longest frame", "ms"],
  ["floodPress", "1,000 new invocations a second: a key pressed until the next frame, longest", "ms"],
  ["memoryBefore", "memory of the server before them", "bytes"],
  ["memoryAfter", "memory of the server after ten seconds of them", "bytes"],
  ["memoryLater", "memory of the server after ten seconds more", "bytes"],
  ["memoryAtRest", "memory of the server half a minute later", "bytes"],
];

const { values } = parseArgs({
  options: {
    invocations: { type: "string", default: "100000" },
    rounds: { type: "string", default: "5" },
    record: { type: "boolean", default: false },
  },
});
const [invocations, rounds] = [Number(values.invocations), Number(values.rounds)];

const machine = describeMachine(tmpdir());
const remarks: string[] = [];
const browser = await launchChromium();
const samples = new Map<Contender["name"], Samples>();
for (const contender of contenders) samples.set(contender.name, await measure(contender, browser));
const version = browser.version();
await browser.close();

const text = [
  "## Dashboard",
  "",
  `- ${machine.date} UTC; ${machine.processor}, ${machine.memory}; ${machine.kernel}; Node ${machine.node}; commit ${machine.commit}; Chromium ${version}, headless, 1440×900`,
  `- ${invocations.toLocaleString("en")} scheduled invocations on each server; page loads with an empty cache, medians of ${rounds}`,
  `- load average (1, 5, 15 min) before: ${machine.load}; after: ${loadText()}`,
  ...remarks.map((remark) => `- ${remark}`),
  "",
  table(
    ["", ...contenders.map(({ name }) => name)],
    ROWS.map(([name, title, unit]) => [title, ...contenders.map((contender) => shown(contender, name, unit))]),
  ),
].join("\n");
console.log(text);
if (values.record) console.error(`recorded in ${path.relative(process.cwd(), recordPart("dashboard", text))}`);
process.exit(0);

async function measure(contender: Contender, browser: Browser): Promise<Samples> {
  const taken = new Samples();
  const { name, kind, list, overviewReady, listReady, scroller } = contender;
  console.error(`${name}: starting`);
  const shop = await Shop.open(kind);
  try {
    await fill(shop, invocations);
    console.error(`${name}: pages`);
    // Once to warm the server up.
    for (let round = 0; round <= rounds; round++) {
      const overview = await load(browser, shop.page(), overviewReady);
      const rows = await load(browser, shop.page(list), listReady);
      if (round === 0) continue;
      taken.add("overviewScripts", overview.scriptBytes);
      taken.add("overviewPaint", overview.firstPaintMs);
      taken.add("overviewReady", overview.readyMs);
      taken.add("listScripts", rows.scriptBytes);
      taken.add("listPaint", rows.firstPaintMs);
      taken.add("listReady", rows.readyMs);
    }
    const page = await openPage(browser);
    await page.goto(shop.page(list));
    await page.locator(listReady).first().waitFor();
    // Until all of what it keeps is there.
    await page.waitForTimeout(5000);
    console.error(`${name}: scrolling`);
    await startFrames(page);
    const height = await scroll(page, scroller);
    const scrolled = await takeFrames(page);
    taken.add("scrollMedian", scrolled.medianMs);
    taken.add("scrollP99", scrolled.p99Ms);
    taken.add("scrollLongest", scrolled.longestMs);
    remarks.push(`${name}: its list is ${height.toLocaleString("en")} pixels high`);
    for (let n = 0; n < rounds; n++) {
      const seenMs = await untilSeen(shop, page, `seen-${n}`);
      if (seenMs === undefined) {
        remarks.push(`${name}: a call was not shown within half a minute`);
        break;
      }
      taken.add("seen", seenMs);
    }
    console.error(`${name}: ${PER_SECOND} a second`);
    taken.add("memoryBefore", memoryOf(shop));
    await takeFrames(page);
    const flooding = flood(shop, PER_SECOND, SECONDS);
    taken.add("floodPress", await longestPress(page, flooding));
    const made = await flooding;
    const flooded = await takeFrames(page);
    taken.add("floodMedian", flooded.medianMs);
    taken.add("floodP99", flooded.p99Ms);
    taken.add("floodLongest", flooded.longestMs);
    taken.add("memoryAfter", memoryOf(shop));
    await flood(shop, PER_SECOND, SECONDS);
    taken.add("memoryLater", memoryOf(shop));
    await page.waitForTimeout(30_000);
    taken.add("memoryAtRest", memoryOf(shop));
    remarks.push(`${name}: ${Math.round(made)} a second were made`);
    // Left open it would go on asking, beside the next one that is measured.
    await page.context().close();
    return taken;
  } finally {
    await shop.close();
  }
}

function shown({ name: contender }: Contender, name: string, unit: Unit): string {
  const value = samples.get(contender)?.median(name);
  return value === undefined || Number.isNaN(value) ? "–" : figure(value, unit);
}
