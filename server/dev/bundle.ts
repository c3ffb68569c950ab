import { readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { BuildContext, Message, Metafile, Plugin } from "esbuild";
import { LOAD_PACKAGE } from "./messages.ts";

/** One state of a program's files. */
export type Build =
  | { readonly kind: "built"; readonly code: string }
  /** What is wrong, as it is shown to the developer. */
  | { readonly kind: "broken"; readonly report: string };

/** Names that a bundled file gets for what Node says about the file itself: they are told of the original. */
const OWN_NAMES = {
  "import.meta.url": "__devFileUrl",
  "import.meta.filename": "__devFilename",
  "import.meta.dirname": "__devDirname",
  __filename: "__devFilename",
  __dirname: "__devDirname",
} as const;

/** `require` is for CommonJS files among the program's own; the other one for the preload, see messages.ts. */
const BANNER = [
  'import { createRequire as __devRequire } from "node:module";',
  "var require = __devRequire(import.meta.url);",
  `globalThis[Symbol.for(${JSON.stringify(LOAD_PACKAGE.description)})] = (name) => import(name);`,
].join(" ");

/**
 * A TypeScript or JavaScript program as one ES module: its own files together, packages as they are. One module is
 * what makes a version of the code: what it imports late is the old code too, however the files have changed since.
 */
export class Bundle {
  readonly #entry: string;
  readonly #isColored: boolean;
  #context: BuildContext | undefined;
  #inputs: readonly string[];

  /** @param entry absolute path */
  constructor(entry: string, isColored: boolean) {
    this.#entry = entry;
    this.#isColored = isColored;
    this.#inputs = [entry];
  }

  /** Absolute paths of the files that the last build read, or of those that it would have. */
  get inputs(): readonly string[] {
    return this.#inputs;
  }

  async build(): Promise<Build> {
    const esbuild = await import("esbuild");
    this.#context ??= await esbuild.context({
      entryPoints: [this.#entry],
      outfile: path.join(path.dirname(this.#entry), "dev-bundle.mjs"),
      absWorkingDir: path.dirname(this.#entry),
      write: false,
      bundle: true,
      format: "esm",
      platform: "node",
      target: `node${process.versions.node}`,
      sourcemap: "inline",
      sourcesContent: false,
      keepNames: true,
      metafile: true,
      logLevel: "silent",
      define: OWN_NAMES,
      banner: { js: BANNER },
      plugins: [packagesStay, filesKnowTheirNames(this.#noteRead)],
    });
    this.#reads.clear();
    try {
      const { outputFiles, metafile } = await this.#context.rebuild();
      this.#inputs = inputsOf(metafile, path.dirname(this.#entry));
      return { kind: "built", code: outputFiles?.[0]?.text ?? "" };
    } catch (error) {
      const { errors } = error as { errors?: Message[] };
      if (errors === undefined) throw error;
      // Where the mistake is may be a file that the last build did not know.
      this.#inputs = [
        ...new Set([...this.#inputs, ...this.#reads, ...missingFiles(errors, path.dirname(this.#entry))]),
      ];
      const lines = await esbuild.formatMessages(errors, { kind: "error", color: this.#isColored });
      return { kind: "broken", report: lines.join("").trimEnd() };
    }
  }

  async close(): Promise<void> {
    await this.#context?.dispose();
  }

  readonly #reads = new Set<string>();
  readonly #noteRead = (file: string): void => void this.#reads.add(file);
}

function inputsOf(metafile: Metafile | undefined, base: string): string[] {
  // `file` may carry a namespace, such as `(disabled):`.
  return Object.keys(metafile?.inputs ?? {})
    .filter((file) => !/^[\w()-]{2,}:/.test(file))
    .map((file) => path.resolve(base, file));
}

/** Where files may come that imports of the program have not found. */
function missingFiles(errors: readonly Message[], base: string): string[] {
  return errors.flatMap(({ text, location }) => {
    const specifier = /^Could not resolve "(\.[^"]*)"/.exec(text)?.[1];
    if (specifier === undefined || location === null) return [];
    const file = path.resolve(base, path.dirname(location.file), specifier);
    const stem = file.replace(/\.[cm]?jsx?$/, "");
    return [file, ...SUFFIXES.flatMap((suffix) => [stem + suffix, path.join(file, `index${suffix}`)])];
  });
}

const SUFFIXES = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json"];

/** Bare imports are left to Node, unless they lead to TypeScript: a package of the same workspace, or an alias. */
const packagesStay: Plugin = {
  name: "packages-stay",
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, async ({ path: specifier, importer, resolveDir, kind, pluginData }) => {
      if (kind === "entry-point" || pluginData === packagesStay || path.isAbsolute(specifier)) return undefined;
      const found = await build.resolve(specifier, { importer, resolveDir, kind, pluginData: packagesStay });
      const isOwnSource = found.errors.length === 0 && !found.external && /\.[cm]?tsx?$/.test(found.path);
      return isOwnSource && !found.path.includes(`${path.sep}node_modules${path.sep}`)
        ? found
        : { path: specifier, external: true };
    });
  },
};

function filesKnowTheirNames(noteRead: (file: string) => void): Plugin {
  return {
    name: "files-know-their-names",
    setup(build) {
      build.onLoad({ filter: /\.[cm]?[jt]sx?$/ }, async ({ path: file }) => {
        noteRead(file);
        const text = await readFile(file, "utf8");
        if (!/import\.meta|__dirname|__filename/.test(text)) return { contents: text, loader: loaderOf(file) };
        const names =
          `var __devFileUrl = ${JSON.stringify(pathToFileURL(file).href)}, ` +
          `__devFilename = ${JSON.stringify(file)}, __devDirname = ${JSON.stringify(path.dirname(file))};`;
        // On the first line, or the second behind a shebang, so that lines keep their numbers.
        const contents = text.startsWith("#!") ? text.replace("\n", () => `\n${names}`) : names + text;
        return { contents, loader: loaderOf(file) };
      });
    },
  };
}

function loaderOf(file: string): "ts" | "tsx" | "jsx" | "js" {
  if (file.endsWith(".tsx")) return "tsx";
  if (file.endsWith(".jsx")) return "jsx";
  return /\.[cm]?ts$/.test(file) ? "ts" : "js";
}
