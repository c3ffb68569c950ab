import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import { type Watching, watchFiles, watchPatterns } from "./watcher.ts";

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** A folder with `src/a.ts` and `src/sub/b.ts`; `seen` resolves with the next change that is told. */
function folderWithFiles() {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "restate-lite-watcher-")));
  endings.push(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string) => path.join(folder, name);
  const write = (name: string, text = "") => {
    mkdirSync(path.dirname(at(name)), { recursive: true });
    writeFileSync(at(name), text);
  };
  write("src/a.ts");
  write("src/sub/b.ts");
  let told = 0;
  let tell: () => void = () => {};
  const events = {
    changed: () => {
      told++;
      tell();
    },
    failed: (error: Error) => {
      throw error;
    },
  };
  const seen = async (change: () => void) => {
    const next = new Promise<void>((resolve) => {
      tell = resolve;
    });
    change();
    await next;
  };
  return { folder, at, write, events, seen, told: () => told };
}

async function closed(watching: Promise<Watching>): Promise<Watching> {
  const watch = await watching;
  endings.push(() => watch.close());
  return watch;
}

const kinds = {
  "single files": (folder: string, files: string[], events: ReturnType<typeof folderWithFiles>["events"]) =>
    watchFiles(folder, files, events),
  patterns: (folder: string, _files: string[], events: ReturnType<typeof folderWithFiles>["events"]) =>
    watchPatterns(folder, ["**/*.ts"], events),
};

it.each(Object.entries(kinds))("of %s, changes are seen however files come and go", async (_kind, watch) => {
  const { folder, at, write, events, seen } = folderWithFiles();
  await closed(watch(folder, [at("src/a.ts"), at("src/sub/b.ts")], events));
  await seen(() => write("src/a.ts", "1"));
  // As editors do that never leave half a file.
  await seen(() => {
    write("src/a.new", "2");
    renameSync(at("src/a.new"), at("src/a.ts"));
  });
  await seen(() => unlinkSync(at("src/a.ts")));
  await seen(() => write("src/a.ts", "3"));
  await seen(() => write("src/a.ts", "4"));
  await seen(() => renameSync(at("src/sub"), at("src/other")));
  await seen(() => renameSync(at("src/other"), at("src/sub")));
  await seen(() => write("src/sub/b.ts", "1"));
  await seen(() => rmSync(at("src"), { recursive: true }));
  await seen(() => write("src/sub/b.ts", "2"));
  await seen(() => write("src/sub/b.ts", "3"));
});

it("files that are not there yet are seen when they come, and others never", async () => {
  const { folder, at, write, events, seen, told } = folderWithFiles();
  const watching = await closed(watchFiles(folder, [at("src/a.ts")], events));
  watching.follow([at("src/a.ts"), at("src/c.ts"), at("lib/deep/d.ts"), at("lib/deep/d.ts/index.ts")]);
  write("src/sub/b.ts", "not followed");
  write("src/e.ts", "not followed");
  await seen(() => write("src/c.ts"));
  await seen(() => write("lib/deep/d.ts"));
  watching.follow([at("src/a.ts")]);
  const before = told();
  write("src/c.ts", "followed no more");
  await seen(() => write("src/a.ts", "1"));
  expect(told() - before).toBe(1);
});
