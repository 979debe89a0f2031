/** What receivers are sent, by a running Alertmanager that takes them to be here. It needs Debian's prometheus-alertmanager. */
import { json } from "node:stream/consumers";

import { expect, onTestFinished, test } from "vitest";

import { serve } from "../support/http-server.ts";
import { startAlertmanager } from "../support/monitoring.ts";
import { fire, type FiredAlert } from "./fired-alerts.ts";

interface Sent {
  readonly path: string;
  readonly body: unknown;
}

/** The configuration with PagerDuty and Slack at `url`, and without time for alerts to gather in. */
function sentTo(url: string): (config: string) => string {
  return (config) =>
    config
      .replaceAll(/group_wait: .+/g, "group_wait: 1s")
      .replaceAll(/routing_key_file: .+/g, `routing_key: key\n        url: ${url}/pager`)
      .replaceAll(/api_url_file: .+\/(\w+)-webhook-url/g, `api_url: ${url}/$1`);
}

/** Hands the alerts to an Alertmanager of its own, and gives what it then sends to a path. */
async function sentOf(
  alerts: readonly FiredAlert[],
): Promise<(path: string) => readonly unknown[]> {
  const sent: Sent[] = [];
  const server = await serve((request, response) => {
    void json(request).then((body) => {
      sent.push({ path: request.url ?? "", body });
      response.end("ok");
    });
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  const alertmanager = await startAlertmanager(sentTo(server.url));
  onTestFinished(() => alertmanager[Symbol.asyncDispose]());
  await fire(alertmanager, alerts);
  return (path) => sent.filter((one) => one.path === path).map((one) => one.body);
}

test("of several alerts all are told: PagerDuty refuses a page without a headline", async () => {
  const sent = await sentOf([
    { alert: "ExporterDown", job: "spendspan-app" },
    { alert: "ExporterDown", job: "spendspan-ledger" },
  ]);
  const page = {
    client_url: "http://localhost:3000/d/spendspan-pipeline",
    payload: expect.objectContaining({
      summary:
        "Nothing of spendspan-app can be scraped; Nothing of spendspan-ledger can be scraped",
      severity: "critical",
    }),
  };
  await expect.poll(() => sent("/pager")).toEqual([expect.objectContaining(page)]);
  const message = {
    title: "Nothing of spendspan-app can be scraped",
    title_link: "http://localhost:3000/d/spendspan-pipeline",
    text: expect.stringMatching(
      /^No target of job spendspan-app .* <\S+ExporterDown\.md\|What to do>\nNo target of job spendspan-ledger /,
    ),
  };
  await expect
    .poll(() => sent("/operations"))
    .toEqual([expect.objectContaining({ attachments: [expect.objectContaining(message)] })]);
});
