/** A pgbouncer in front of the test server: `apt-get install pgbouncer`. */
import { once } from "node:events";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";

import { serverAccount, spawnAs } from "../../src/database/server-account.ts";
import { freePort } from "./free-port.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/**
 * Starts one that leads to all databases of the server at `url`, in transaction mode with a single
 * connection to each, so that its clients must share it.
 *
 * @returns The same URL through pgbouncer.
 */
export async function startPgbouncer(url: string): Promise<string> {
  const server = new URL(url);
  const { username, password, hostname } = server;
  const port = await freePort();
  const directory = temporaryDirectory();
  const file = join(directory, "pgbouncer.ini");
  const settings = [
    "[databases]",
    `* = host=${hostname} port=${server.port} user=${username} password=${password}`,
    "[pgbouncer]",
    "pool_mode = transaction",
    "default_pool_size = 1",
    "listen_addr = 127.0.0.1",
    `listen_port = ${port}`,
    "unix_socket_dir =",
    "auth_type = any",
  ];
  writeFileSync(file, settings.join("\n"));
  // It does not run as root either.
  chmodSync(directory, 0o755);
  const account = await serverAccount([directory]);
  const bouncer = spawnAs(account, ["pgbouncer", file], { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  const isUp = new Promise<void>((resolve, reject) => {
    bouncer.once("error", reject);
    bouncer.once("exit", () => reject(new Error(`pgbouncer ended:\n${log}`)));
    bouncer.stderr?.setEncoding("utf8").on("data", (text: string) => {
      log += text;
      if (log.includes("process up")) resolve();
    });
  });
  await isUp;
  onTestFinished(async () => {
    const ended = once(bouncer, "exit");
    bouncer.kill("SIGKILL");
    await ended;
  });
  server.port = String(port);
  return server.href;
}
