/** Recognises the WebSockets over which models are called, and knows which of them are open. */
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/logger.ts";
import type { Provider, ProviderRequest } from "../../providers/operation.ts";
import type { Recorder } from "../../usage/recorder.ts";
import { currentTags } from "../../usage/tags.ts";
import { KeyFingerprints } from "../key-fingerprint.ts";
import { MeteredSession, type SessionParts } from "./session.ts";

export interface LiveMeterOptions {
  readonly providers: readonly Provider[];
  readonly recorder: Recorder;
  readonly clock: Clock;
  /** Makes the UUIDv7 of a call, or of a turn. */
  readonly newId: () => string;
  readonly logger: Logger;
  /** Warn of sessions that have no brand. */
  readonly strictBrand: boolean;
  /** Secret under which API keys get fingerprints; undefined where they are to get none. */
  readonly fingerprintKey: string | undefined;
  /** Told before a call, or a turn, opens its span. */
  readonly onOpening?: () => void;
}

/** The meter in force, or undefined when there is none. */
export type CurrentLiveMeter = () => LiveMeter | undefined;

export class LiveMeter {
  readonly #options: LiveMeterOptions;
  readonly #parts: SessionParts;
  readonly #keyFingerprints: KeyFingerprints | undefined;
  readonly #open = new Set<MeteredSession>();

  constructor(options: LiveMeterOptions) {
    const { clock, recorder, newId, logger, onOpening, fingerprintKey } = options;
    this.#options = options;
    if (fingerprintKey !== undefined) this.#keyFingerprints = new KeyFingerprints(fingerprintKey);
    this.#parts = {
      clock,
      recorder,
      newId,
      onOpening,
      fault: (error) =>
        logger.warn("The meter failed on a Live session, which was not affected", error),
    };
  }

  /**
   * The session that a handshake begins, for the tags in force here; undefined when it is of no
   * interest. `strictBrand` only warns: a connection that comes about inside another library can't
   * be refused in a way that the app is prepared for.
   */
  open(request: ProviderRequest): MeteredSession | undefined {
    const { providers, strictBrand, logger } = this.#options;
    const session = providers
      .map((one) => one.matchSession?.(request))
      .find((found) => found !== undefined);
    if (session === undefined) return undefined;
    const tags = currentTags();
    if (strictBrand && tags.brand === undefined) {
      logger.warn(
        "A Live session was opened without a brand, and is booked as unattributed: wrap connect() in withUsage({ brand }, …)",
      );
    }
    const metered = new MeteredSession(
      {
        session,
        tags,
        keyFingerprint: this.#keyFingerprints?.ofRequest(request),
        onOver: (over) => this.#open.delete(over),
      },
      this.#parts,
    );
    this.#open.add(metered);
    return metered;
  }

  /** Settles the turns under way, for a process that is about to end. */
  conclude(): void {
    for (const session of this.#open) session.interrupt();
  }
}
