/** The Markdown files of the repository as a web: every relative link leads somewhere, and README leads everywhere. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const SKIPPED = new Set(["node_modules", "dist"]);

function markdownFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) || entry.name.startsWith(".") ? [] : markdownFiles(file);
    return entry.name.endsWith(".md") ? [file] : [];
  });
}

/** Blocks of code are no links and no headings. */
const withoutBlocks = (text: string): string => text.replace(/^( *)(`{3,}|~{3,}).*\n[\s\S]*?^\1\2[ ]*$/gm, "");

/** Relative targets of links and pictures, in Markdown and in HTML. */
function targetsIn(text: string): string[] {
  const prose = withoutBlocks(text).replace(/(`+)[^`]+?\1(?!`)/g, "code");
  const links = prose.matchAll(
    /\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)|\b(?:src|srcset|href)="([^"]+)"|^\[[^\]]+\]:\s*(\S+)/gm,
  );
  return Array.from(links, ([, inline, attribute, reference]) => inline ?? attribute ?? reference ?? "").filter(
    (target) => !/^[a-z][a-z+.-]*:/i.test(target),
  );
}

/** The anchors that GitHub gives to the headings of a page, and those that it has of its own. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of withoutBlocks(text).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = words.replace(/[^\p{L}\p{N}\p{M} _-]/gu, "").replaceAll(" ", "-");
    let anchor = slug;
    for (let again = 1; anchors.has(anchor); again += 1) anchor = `${slug}-${again}`;
    anchors.add(anchor);
  }
  for (const [, id = ""] of text.matchAll(/<\w+ (?:id|name)="([^"]+)"/g)) anchors.add(id);
  return anchors;
}

/** What is wrong with a link of a page; nothing if it leads somewhere. */
function fault(page: string, target: string): string | undefined {
  const [file = "", anchor] = target.split("#");
  const there = file === "" ? page : path.resolve(path.dirname(page), decodeURIComponent(file));
  if (!there.startsWith(root)) return "leads out of the repository";
  if (!existsSync(there)) return "is not there";
  if (anchor === undefined) return undefined;
  if (!there.endsWith(".md")) return "has an anchor, and is no page";
  return anchorsOf(readFileSync(there, "utf8")).has(anchor) ? undefined : "has no such heading";
}

const pages = markdownFiles(root).sort();

describe("links", () => {
  it.each(pages.map((page) => path.relative(root, page)))("%s has no dead link", (name) => {
    const page = path.join(root, name);
    const faults = targetsIn(readFileSync(page, "utf8")).flatMap((target) => {
      const said = fault(page, target);
      return said === undefined ? [] : [`${target} ${said}`];
    });
    expect(faults).toEqual([]);
  });

  it("README leads to every page of docs/", () => {
    const linked = targetsIn(readFileSync(path.join(root, "README.md"), "utf8")).map((target) => target.split("#")[0]);
    const documents = pages.map((page) => path.relative(root, page)).filter((name) => name.startsWith("docs/"));
    expect(documents.filter((name) => !linked.includes(name))).toEqual([]);
  });

  it("knows a dead link when it sees one", () => {
    const page = path.join(root, "docs", "page.md");
    const text =
      'See [a](gone.md), [b](../README.md#gone), [c](https://example.com), `[d](e)` and <img src="gone.png">.';
    expect(targetsIn(`${text}\n\n\`\`\`md\n[f](gone.md)\n\`\`\`\n`).map((target) => fault(page, target))).toEqual([
      "is not there",
      "has no such heading",
      "is not there",
    ]);
    expect([...anchorsOf("# The `dev` loop: A/B\n\n## Twice\n\n## Twice\n")]).toEqual([
      "the-dev-loop-ab",
      "twice",
      "twice-1",
    ]);
  });
});
