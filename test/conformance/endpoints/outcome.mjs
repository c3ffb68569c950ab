/** How a promise ended, as a JSON value: `{ value }` or the code, message and class of its error. */
export async function outcome(promise) {
  try {
    return { value: await promise };
  } catch (error) {
    const { message, code, name, metadata } = error;
    return { error: { name, message, code, ...(metadata && { metadata }) } };
  }
}
