/** A webhook that keeps what Alertmanager tells it. */
import { json } from "node:stream/consumers";

import { serve } from "../support/http-server.ts";

export interface NoticeBoard extends AsyncDisposable {
  readonly url: string;
  /** What a receiver was told of a brand, as it came: `firing: BudgetExhausted`. */
  told(receiver: string, brand: string): readonly string[];
  /** The description in the last of it. */
  lastWords(receiver: string, brand: string): string | undefined;
}

/** As Alertmanager sends it. */
interface Notice {
  readonly receiver: string;
  readonly status: "firing" | "resolved";
  readonly groupLabels: { readonly brand?: string };
  readonly alerts: readonly {
    readonly labels: { readonly alertname: string };
    readonly annotations: { readonly description: string };
  }[];
}

export async function startNoticeBoard(): Promise<NoticeBoard> {
  const notices: Notice[] = [];
  const server = await serve((request, response) => {
    void json(request).then((notice) => {
      notices.push(notice as Notice);
      response.end();
    });
  });
  const of = (receiver: string, brand: string): readonly Notice[] =>
    notices.filter((one) => one.receiver === receiver && one.groupLabels.brand === brand);
  return {
    ...server,
    told: (...about) => of(...about).map(inShort),
    lastWords: (...about) => of(...about).at(-1)?.alerts[0]?.annotations.description,
  };
}

function inShort({ status, alerts }: Notice): string {
  const names = alerts.map(({ labels }) => labels.alertname.slice("Spendspan".length));
  return `${status}: ${names.join(", ")}`;
}

/**
 * The configuration with all receivers at `url`, and with no time for alerts to gather in. Routes,
 * inhibition and repetition stay as they are.
 */
export function promptly(config: string, url: string): string {
  const [before = "", receivers = ""] = config.split(/^receivers:$/m);
  const names = [...receivers.matchAll(/^ {2}- name: (.+)$/gm)].map(([, name]) => name);
  const webhooks = names.map((name) => ({ name, webhook_configs: [{ url }] }));
  const prompt = before.replaceAll(/(group_(?:wait|interval)): .+/g, "$1: 1s");
  return `${prompt}receivers: ${JSON.stringify(webhooks)}\n`;
}
