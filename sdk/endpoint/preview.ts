import type { ServiceComponent } from "../authoring/index.ts";
import type { Serde } from "../core/index.ts";
import { type Answer, answer, errorAnswer } from "./answer.ts";

/** The serde of that name, if it can show its payloads: `<handler>/input` or `<handler>/output`. */
export function previewableSerde(service: ServiceComponent, name: string): Serde<unknown> | undefined {
  const slash = name.lastIndexOf("/");
  const handler = service.handlers.get(name.slice(0, slash));
  const side = name.slice(slash + 1);
  const serde = side === "input" ? handler?.inputSerde : side === "output" ? handler?.outputSerde : undefined;
  return serde?.preview === undefined ? undefined : serde;
}

/** Turns a payload into JSON (`decode`), or JSON into a payload (`encode`). Never throws. */
export async function preview(
  serde: Serde<unknown>,
  operation: "encode" | "decode",
  body: Uint8Array,
): Promise<Answer> {
  try {
    const view = serde.preview;
    if (view === undefined) throw new Error("this serde has no preview");
    if (operation === "decode") {
      return answer(200, "application/json", await view.toJsonString(serde.deserialize(body)));
    }
    const value = await view.fromJsonString(new TextDecoder().decode(body));
    return answer(200, serde.contentType ?? "application/octet-stream", serde.serialize(value));
  } catch (error) {
    return errorAnswer(422, error instanceof Error ? error.message : String(error));
  }
}
