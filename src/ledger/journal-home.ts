/**
 * The directory of one journal, and the sign that its owner lives.
 *
 * Node has no file locks. A socket that is listened to serves as one: the kernel closes it when the
 * process dies, of whatever cause, and who connects to it learns that at once; also from another
 * container on the same machine, where process ids say nothing. Where there is no socket, or the
 * other kernel can't be asked (a shared disk), the directory's time of change is watched: its owner
 * keeps setting it.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, utimes } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { hostname } from "node:os";
import { basename, join, relative } from "node:path";
import { crc32 } from "node:zlib";

import { errorCodeOf } from "../base/errors.ts";
import { untraced } from "../base/untraced.ts";

const SOCKET = "alive";
/** In the place of the kernel's name, where no socket could be made. */
const NO_SOCKET = "none";

export class JournalHome {
  readonly path: string;
  readonly #socket: Server;

  private constructor(path: string, socket: Server) {
    this.path = path;
    this.#socket = socket;
  }

  /** Makes a directory under `root`, and `root` as well. @throws Node's error when it can't. */
  static make(root: string): JournalHome {
    const suffix = `${process.pid}-${randomBytes(4).toString("hex")}`;
    const draft = join(root, `${NO_SOCKET}-${suffix}`);
    mkdirSync(root, { recursive: true });
    mkdirSync(draft, { mode: 0o700 });
    const socket = listen(join(draft, SOCKET));
    if (!socket.listening) return new JournalHome(draft, socket);
    // Others see the name that promises a socket only now that it is listened to.
    const path = join(root, `${kernelName()}-${suffix}`);
    renameSync(draft, path);
    return new JournalHome(path, socket);
  }

  /** The other sign of life. Resolves to false when the directory is not there any more. */
  beat(atMs: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    utimes(this.path, atMs / 1_000, atMs / 1_000, (error) =>
      resolve(errorCodeOf(error) !== "ENOENT"),
    );
    return promise;
  }

  /** From now on whoever comes first may take over what is in it. */
  leave(): void {
    this.#socket.close();
  }

  /** Removes the directory, unless something was left in it, or came into it. */
  remove(): void {
    this.leave();
    try {
      rmSync(join(this.path, SOCKET), { force: true });
      rmdirSync(this.path);
    } catch {
      // Then it will be taken over.
    }
  }
}

/**
 * What the socket in a journal's directory tells: that its owner lives, or is dead; undefined where
 * it can tell nothing.
 */
export async function ownerIsAlive(home: string): Promise<boolean | undefined> {
  if (!basename(home).startsWith(`${kernelName()}-`)) return undefined;
  const { promise, resolve } = Promise.withResolvers<boolean | undefined>();
  const socket = untraced(() => connect({ path: shortest(join(home, SOCKET)) }));
  socket.once("connect", () => resolve(true));
  socket.once("error", (error) => {
    const code = errorCodeOf(error);
    resolve(code === "ECONNREFUSED" || code === "ENOENT" ? false : undefined);
  });
  const alive = await promise;
  socket.destroy();
  return alive;
}

function listen(path: string): Server {
  const socket = createServer((other) => other.destroy()).unref();
  socket.on("error", () => undefined); // no socket, then
  // Exclusive: a worker of `node:cluster` would else listen through its primary, which lives longer.
  return untraced(() => socket.listen({ path: shortest(path), exclusive: true }));
}

/** Addresses of sockets are short: about a hundred bytes. */
function shortest(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.length < path.length ? fromHere : path;
}

/** Tells the kernel that runs here from those of other machines, and of this one before a restart. */
function kernelName(): string {
  return crc32(bootId() ?? hostname())
    .toString(16)
    .padStart(8, "0");
}

function bootId(): string | undefined {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8");
  } catch {
    return undefined; // not Linux
  }
}
