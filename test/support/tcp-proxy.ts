/** Stands between a client and a server, and can be away, or silent. */
import type { AddressInfo, Socket } from "node:net";
import { connect, createServer } from "node:net";

export class TcpProxy {
  /** While true, new connections are closed at once. */
  refusing = false;
  /** While true, connections are taken and kept, and nothing that is said on any is passed on. */
  silent = false;
  /** Where new connections lead. */
  target: { readonly host: string; readonly port: number };
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((client) => {
    if (this.refusing) {
      client.destroy();
      return;
    }
    const upstream = connect(this.target);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on("data", (bytes) => void (this.silent || other.write(bytes)));
      // A cut on one side is passed on to the other, as the network would.
      socket.on("error", () => undefined);
      socket.on("close", () => {
        this.#sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
  });

  constructor(target: { readonly host: string; readonly port: number }) {
    this.target = target;
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cut();
    await closed;
  }
}
