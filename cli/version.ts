import project from "../deno.json" with { type: "json" };

/** The version of this package, which `deno.json` has. */
export const VERSION: string = project.version;
