/**
 * The guard of metric labels: the first N values of a label for the life of the process, then no more.
 *
 * OpenTelemetry's own limit holds for one collection only and takes increments away from series that
 * are long known, so a counter of money cannot rest on it.
 */

/** The value under which everything beyond a bound is counted. */
export const OTHER = "_other";
/** The value of a label whose value is not known. */
export const UNKNOWN = "unknown";

export const GUARDED_LABELS = ["provider", "endpoint", "model", "brand"] as const;
export type GuardedLabel = (typeof GUARDED_LABELS)[number];

/** How many values each label may take. */
export type LabelLimits = Readonly<Record<GuardedLabel, number>>;

const DEFAULT_LIMITS: LabelLimits = { provider: 20, endpoint: 100, model: 100, brand: 500 };
const MAX_LENGTH = 128;
/** A NUL ends the exposition for Prometheus' parser; the others garble it for people. */
const CONTROL_CHARACTERS = /\p{Cc}|\p{Zl}|\p{Zp}/gu;

export class LabelGuard {
  readonly #limits: LabelLimits;
  readonly #admitted: Readonly<Record<GuardedLabel, Set<string>>> = {
    provider: new Set(),
    endpoint: new Set(),
    model: new Set(),
    brand: new Set(),
  };

  constructor(limits: Partial<LabelLimits> = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
  }

  /** `value` as it may stand in a label; `_other` when the label has all the values it may have. */
  admit(label: GuardedLabel, value: string): string {
    const admitted = this.#admitted[label];
    const text = labelText(value);
    if (admitted.has(text)) return text;
    if (admitted.size >= this.#limits[label]) return OTHER;
    admitted.add(text);
    return text;
  }
}

/** Made well-formed here, since two values that only differ before UTF-8 would print one series twice. */
function labelText(value: string): string {
  const text = value.slice(0, MAX_LENGTH).toWellFormed().replace(CONTROL_CHARACTERS, "\ufffd");
  return text === "" ? UNKNOWN : text;
}
