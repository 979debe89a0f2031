/** Bundles an app with all that it imports into one file, far from any `node_modules`. */
import { join } from "node:path";
import { build } from "esbuild";
import { rolldown } from "rolldown";

/** What pg has for those who install it. */
const EXTERNAL = ["pg-native"];

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
    external: EXTERNAL,
    logLevel: "silent",
  });
  await bundle.write({ file, format, codeSplitting: false });
  await bundle.close();
  return file;
}

/**
 * The same by esbuild, as CommonJS and minified. Nothing is left there of `import.meta.url`, which
 * the OpenTelemetry SDK can't do without: it stays outside.
 */
export async function bundledByEsbuild(input: string, directory: string): Promise<string> {
  const outfile = join(directory, "app.cjs");
  await build({
    entryPoints: [input],
    outfile,
    bundle: true,
    minify: true,
    platform: "node",
    format: "cjs",
    external: [...EXTERNAL, "@opentelemetry/sdk-node"],
    logLevel: "error",
  });
  return outfile;
}
