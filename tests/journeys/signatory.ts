import { join } from "node:path";
import { expect } from "vitest";
import { openRepository } from "../support/campaigns/repository.ts";
import type { ReceivedMail } from "../support/servers/mail-server.ts";
import type { Service } from "../support/servers/service.ts";

/** What somebody fills in. */
export type Form = {
  lang: "en" | "fa";
  shown: "name" | "initials" | "hidden" | "counted";
  name: string;
  place: string;
  email: string;
};

/** Where the code has to be typed, and with which secret of the link. */
export type Asked = { lang: "en" | "fa"; s: string };

/** Sends the form as a browser without scripts does, and gives what the page after it is asked with. */
export async function submit(origin: string, { lang, ...fields }: Form): Promise<Asked> {
  const consents = { consent_handover: "yes", consent_public: "yes" };
  const response = await post(`${origin}/${lang}/sign/`, { ...fields, ...consents });
  expect(response.status, await response.text()).toBe(303);
  const s = new URL(response.headers.get("location") ?? "", origin).searchParams.get("s");
  return { lang, s: s ?? "" };
}

/** Types the mailed code and gives the withdrawal code; undefined when the page says that the code is wrong. */
export async function confirm(origin: string, { lang, s }: Asked, code: string): Promise<string | undefined> {
  const response = await post(`${origin}/${lang}/confirm/`, { s, code });
  const html = await response.text();
  if (response.status === 422) return undefined;
  expect(response.status, html).toBe(200);
  return /<code id="withdrawal-code">([0-9A-Z]{26})<\/code>/.exec(html)?.[1];
}

/** What the page says about the signature of a withdrawal code. */
export async function stateOf(origin: string, code: string): Promise<string | undefined> {
  const response = await post(`${origin}/en/verify/`, { code });
  return /<p data-state="(\w+)">/.exec(await response.text())?.[1];
}

export async function withdraw(origin: string, code: string): Promise<void> {
  const response = await post(`${origin}/en/withdraw/`, { code });
  expect(response.status, await response.text()).toBe(200);
}

/** The code that has a line of its own. */
export function codeIn(mail: Pick<ReceivedMail, "text">): string {
  const codes = mail.text.match(/^[0-9A-HJKMNP-TV-Z]{8}$/gm) ?? [];
  expect(codes).toHaveLength(1);
  return codes[0] ?? "";
}

let people = 0;

/** Sends a form, each time from another address, where the service believes its proxy. */
export function post(address: string, fields: Record<string, string>): Promise<Response> {
  const from = `10.${(people >> 16) & 255}.${(people >> 8) & 255}.${people & 255}`;
  people++;
  const headers = { origin: new URL(address).origin, "x-forwarded-for": from };
  return fetch(address, { method: "POST", redirect: "manual", headers, body: new URLSearchParams(fields) });
}

/** Waits until so many sheets lie on branches of their own, and gives their ids. It looks into git: that costs little. */
export async function waitForSheets(service: Service, count: number): Promise<string[]> {
  const repository = openRepository(join(service.dataDir, "campaign.git"));
  const pending = () => repository.branches().flatMap((name) => /^pending\/(.*)/.exec(name)?.[1] ?? []);
  await expect.poll(() => pending().length, { interval: 100 }).toBe(count);
  return pending();
}

/** Approves sheets as a moderator does who looks at nothing. */
export async function approve(service: Service, sheets: readonly string[]): Promise<void> {
  for (const sheet of sheets) {
    const { stderr, code } = await service.run("moderate", "approve", sheet);
    expect(code, stderr).toBe(0);
  }
}

/** The last line of `npm run verify`, which must be its verdict "ok". */
export async function verified(service: Service, place: string): Promise<string> {
  const { stdout, stderr, code } = await service.run("verify", place);
  expect(code, stdout + stderr).toBe(0);
  const line = stdout.trimEnd().split("\n").at(-1) ?? "";
  expect(line).toMatch(/^ok: \d+ accepted, \d+ withdrawn, \d+ listed, tree size \d+, root [A-Za-z0-9+/]{43}=$/);
  return line;
}

/** What the site publishes as its count. */
export async function countOf(origin: string): Promise<Record<string, unknown>> {
  return (await (await fetch(`${origin}/count.json`)).json()) as Record<string, unknown>;
}
