/** What the path of a request asks for. */
export type PathTarget =
  | { readonly kind: "health" }
  | { readonly kind: "discover" }
  | { readonly kind: "invoke"; readonly service: string; readonly handler: string }
  /** Conversion of a payload to JSON or back, for user interfaces. `serde` is `<handler>/input` or `<handler>/output`. */
  | {
      readonly kind: "preview";
      readonly service: string;
      readonly operation: "encode" | "decode";
      readonly serde: string;
    };

const PREVIEW = /(?:^|\/)serdes\/([^/]+)\/(encode|decode)\/(.+?)\/?$/;

/**
 * Reads a path without its query. Only its end counts, so an endpoint may be mounted under any prefix.
 *
 * @throws URIError when the name of a serde has a broken percent escape
 */
export function parsePath(path: string): PathTarget | undefined {
  const preview = PREVIEW.exec(path);
  if (preview !== null) {
    const [, service = "", operation, serde = ""] = preview;
    return { kind: "preview", service, operation: operation as "encode" | "decode", serde: decodeURIComponent(serde) };
  }
  const segments = path.split("/");
  const last = segments.at(-1);
  if (segments.at(-3) === "invoke") return { kind: "invoke", service: segments.at(-2) ?? "", handler: last ?? "" };
  if (last === "discover" || last === "health") return { kind: last };
  return undefined;
}

/** The path of a request's target, which may carry a query or be a whole URL, in its normal form. */
export function pathOf(target: string): string {
  return new URL(target, "http://endpoint").pathname;
}
