/** How a promise ended, as a JSON value: `{ value }` or the code, message and class of its error. */
export async function outcome(promise) {
  try {
    return { value: await promise };
  } catch (error) {
    const { message, code, name, metadata = {} } = error;
    return { error: { name, message, code, ...(Object.keys(metadata).length > 0 && { metadata }) } };
  }
}

/** Metadata of a terminal error; the SDK has none to send when protocol v5 was negotiated, and fails the attempt. */
export function metadata(entries) {
  return process.env.MODE === "v5" ? {} : { metadata: entries };
}
