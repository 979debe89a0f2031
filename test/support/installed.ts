/**
 * spendspan as apps have it: packed, and unpacked into an app's own `node_modules` far from here.
 *
 * What it depends on is linked and not installed, which takes no time and no registry, and lets a
 * test say what is there and what is not.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const REPOSITORY = join(import.meta.dirname, "../..");

/** What spendspan needs to work: its dependencies, without any OpenTelemetry package. */
const DEPENDENCIES: readonly string[] = ["pg", "uuid", "ws"];

export interface InstalledApp extends AsyncDisposable {
  readonly directory: string;
  /** Links packages out of the `node_modules` of another project: this one, unless it is named. */
  link(packages: readonly string[], project?: string): Promise<void>;
  /** Writes a file of the app, and returns its path. */
  write(name: string, text: string): Promise<string>;
}

/** An app with spendspan and its dependencies, and nothing else. */
export async function installedApp(): Promise<InstalledApp> {
  const directory = await mkdtemp(join(tmpdir(), "spendspan-app-"));
  const modules = join(directory, "node_modules");
  await mkdir(join(modules, "spendspan"), { recursive: true });
  const tarball = join(directory, await packInto(directory));
  await run("tar", ["-xzf", tarball, "-C", join(modules, "spendspan"), "--strip-components=1"]);
  const app: InstalledApp = {
    directory,
    link: async (packages, project = REPOSITORY) => {
      for (const name of packages) {
        const link = join(modules, name);
        await mkdir(dirname(link), { recursive: true });
        await symlink(join(project, "node_modules", name), link);
      }
    },
    write: async (name, text) => {
      const path = join(directory, name);
      await writeFile(path, text);
      return path;
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  };
  await app.write("package.json", '{ "type": "module" }');
  await app.link(DEPENDENCIES);
  return app;
}

/** Packs what `npm run build` made last; returns the tarball's name. */
async function packInto(directory: string): Promise<string> {
  if (!existsSync(join(REPOSITORY, "dist/index.js"))) {
    throw new Error("Nothing to pack: run `npm run build` first, as `npm test` does");
  }
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", directory];
  const { stdout } = await run("npm", args, { cwd: REPOSITORY });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  return filename;
}
