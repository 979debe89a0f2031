/** A ledger in a Postgres of its own, with a directory that both go into, for as long as a bench runs. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { LedgerConnection } from "../src/database/connection.ts";

export class EmbeddedLedger implements AsyncDisposable {
  readonly connection: LedgerConnection;
  readonly dataDir: string;

  private constructor(dataDir: string) {
    this.dataDir = dataDir;
    this.connection = new LedgerConnection({
      databaseUrl: undefined,
      embedded: true,
      autoMigrate: true,
      dataDir,
      logger: { info: () => {}, warn: console.error },
    });
  }

  static async make(): Promise<EmbeddedLedger> {
    return new EmbeddedLedger(await mkdtemp(join(tmpdir(), "spendspan-bench-")));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connection.close(10_000);
    await rm(this.dataDir, { recursive: true });
  }
}
