/** What the build made of a module of ours, by its file in `dist/`: what users run, and not what a loader makes of sources. */
export async function built<Module>(file: string): Promise<Module> {
  // reason: the build writes the module that the type argument names.
  return (await import(new URL(`../../dist/${file}`, import.meta.url).href)) as Module;
}
