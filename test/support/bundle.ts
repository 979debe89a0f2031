/** Bundles an app with all that it imports into one file, far from any `node_modules`. */
import { join } from "node:path";
import { rolldown } from "rolldown";

/** Writes the bundle of `input` into `directory`, and returns its path. */
export async function bundled(
  input: string,
  format: "esm" | "cjs",
  directory: string,
): Promise<string> {
  const file = join(directory, format === "esm" ? "app.mjs" : "app.cjs");
  const bundle = await rolldown({
    input,
    platform: "node",
    // Paths in it would lead "spendspan" to its sources, and the app is to have what is published.
    tsconfig: false,
    // What pg has for those who install it.
    external: ["pg-native"],
    logLevel: "silent",
  });
  await bundle.write({ file, format, codeSplitting: false });
  await bundle.close();
  return file;
}
