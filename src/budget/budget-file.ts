/**
 * The file of budgets, read anew whenever it is asked for: it is small, and asked for a few times a
 * minute. Watching it would miss the swapped links of a Kubernetes ConfigMap, and a signal would need
 * somebody to send it.
 */
import { readFileSync } from "node:fs";

import { scrubbed } from "../base/error-text.ts";
import { messageOf } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { Budgets, type Budget } from "./budget.ts";
import { budgetsIn } from "./budget-rules.ts";

/** The budgets in the file at `path`; none where there are faults, which are added to `faults`. */
export function readBudgets(path: string, name: string, faults: string[]): readonly Budget[] {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const reason = scrubbed(messageOf(error));
    faults.push(`Expected \`${name}\` to name a JSON file that can be read: ${reason}`);
    return [];
  }
  return budgetsIn(content, name, faults);
}

export class BudgetFile {
  readonly #path: string | undefined;
  readonly #logger: Logger;
  #budgets = new Budgets();
  /** What was wrong with it when it was read last. */
  #fault: string | undefined;

  /** Without a path there are no budgets. */
  constructor(path: string | undefined, logger: Logger) {
    this.#path = path;
    this.#logger = logger;
  }

  /** False while the file has faults: the budgets are then those that it held before. */
  get isSound(): boolean {
    return this.#fault === undefined;
  }

  /** The budgets as the file holds them now. What is wrong with it is said once. */
  read(): Budgets {
    if (this.#path === undefined) return this.#budgets;
    const faults: string[] = [];
    const budgets = readBudgets(this.#path, "budgetsFile", faults);
    if (faults.length === 0) {
      if (!this.isSound) this.#logger.info("The file of budgets is sound again");
      this.#fault = undefined;
      this.#budgets = new Budgets(budgets);
    } else {
      this.#complain(faults.join("; "));
    }
    return this.#budgets;
  }

  #complain(fault: string): void {
    if (fault === this.#fault) return;
    this.#fault = fault;
    this.#logger.warn(`The file of budgets has faults, so the budgets stay as they were: ${fault}`);
  }
}
