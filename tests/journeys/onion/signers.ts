import { setTimeout as sleep } from "node:timers/promises";
import autocannon from "autocannon";
import { solveOn } from "../../form-service/limits/proof-solver.ts";
import { codeIn } from "../signatory.ts";
import type { OnionStage } from "./stage.ts";
import { openVisitor, type Visitor } from "./visitor.ts";

/** Somebody who came over Tor: what the service answered, and how long all of it took. */
export type Fate = {
  readonly signed: boolean;
  readonly tries: number;
  readonly wrong: readonly string[];
  readonly seconds: number;
};

let people = 0;

/** A form, from a person whom nobody has seen before. */
export function newForm(): Record<string, string> {
  const number = people++;
  return {
    ...{ shown: "hidden", name: "Sara Azadi", place: "", consent_handover: "yes" },
    // A mailbox at a provider of its own, so that no mail waits for another.
    email: `signer-${number}@provider-${number}.example`,
  };
}

/** Presses the button again, as often as a person does, as soon as the page says. `s` is undefined for who gave up. */
export async function sendForm(
  visitor: Visitor,
  form: Record<string, string>,
  { tries, scripts = false }: { tries: number; scripts?: boolean },
): Promise<{ s: string | undefined; tried: number; wrong: string[] }> {
  const wrong: string[] = [];
  let more: Record<string, string> = scripts ? { filled: "20" } : {};
  for (let tried = 1; ; tried++) {
    const { status, headers, html } = await visitor.post("/fa/sign/", { ...form, ...more });
    const s = /[?]s=([\w-]{22})$/.exec(headers.get("location") ?? "")?.[1];
    if (status === 303 && s !== undefined) return { s, tried, wrong };
    const after = headers.get("retry-after");
    if (status !== 429 || after !== "5") wrong.push(`${status}, Retry-After ${after}`);
    if (tried === tries) return { s: undefined, tried, wrong };
    // With scripts the page goes on by itself once its task is solved.
    if (scripts) more = { filled: "", altcha: await solveOn(html) };
    else await sleep(5_000);
  }
}

/** Reads the form, sends it, and types the code of the mail. */
export async function sign(stage: OnionStage, how: { tries: number; scripts?: boolean }): Promise<Fate> {
  const start = performance.now();
  const visitor = openVisitor(stage.tor.socks, stage.onion);
  const form = newForm();
  const wrong: string[] = [];
  const page = await visitor.get("/fa/sign/");
  if (page.status !== 200) wrong.push(`the form: ${page.status}`);
  const sent = await sendForm(visitor, form, how);
  const fate = { tries: sent.tried, wrong: [...wrong, ...sent.wrong] };
  if (sent.s === undefined) return { ...fate, signed: false, seconds: (performance.now() - start) / 1000 };
  const code = codeIn(await stage.mailServer.waitForMail(form.email!));
  const confirmed = await visitor.post("/fa/confirm/", { s: sent.s, code });
  if (confirmed.status !== 200) fate.wrong.push(`a right code: ${confirmed.status}`);
  return { ...fate, signed: confirmed.status === 200, seconds: (performance.now() - start) / 1000 };
}

/** People who come one by one, evenly. */
export function signOneByOne(
  stage: OnionStage,
  { count, within, ...how }: { count: number; within: number; tries: number; scripts?: boolean },
): Promise<Fate[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      await sleep((i * within) / count);
      return sign(stage, how);
    }),
  );
}

/** One client that sends forms without a pause, on circuits of its own. */
export function flood(
  stage: OnionStage,
  { perSecond, path, form }: { perSecond: number; path: string; form: () => Record<string, string> },
): { answered: () => number; stop(): Promise<void> } {
  const visitor = openVisitor(stage.tor.socks, stage.onion);
  let [answered, going] = [0, true];
  const start = performance.now();
  const one = () =>
    visitor.post(path, form()).then(
      () => void answered++,
      () => {},
    );
  const sending = (async () => {
    const open = new Set<Promise<void>>();
    for (let i = 0; going; i++) {
      const sent = one().finally(() => open.delete(sent));
      open.add(sent);
      await sleep(Math.max(0, start + ((i + 1) * 1000) / perSecond - performance.now()));
    }
    await Promise.all(open);
  })();
  return {
    answered: () => answered,
    async stop() {
      going = false;
      await sending;
    },
  };
}

/**
 * Types wrong codes as fast as the service answers, where Tor leads on this machine: through the circuits of this network
 * not enough would come. @returns how many answers were that there were too many
 */
export async function typeWrongCodes(stage: OnionStage, count: number): Promise<number> {
  const result = await autocannon({
    url: `http://127.0.0.1:${stage.door}/en/confirm/`,
    method: "POST",
    headers: {
      ...{ host: stage.onion, origin: `http://${stage.onion}` },
      "content-type": "application/x-www-form-urlencoded",
    },
    body: `s=${Buffer.alloc(16, 7).toString("base64url")}&code=00000000`,
    connections: 8,
    amount: count,
    timeout: 120,
  });
  return result.statusCodeStats?.["429"]?.count ?? 0;
}

/** One line of what became of them. */
export function tellFates(fates: readonly Fate[]): string {
  const signed = fates.filter((fate) => fate.signed);
  const times = signed.map(({ seconds }) => seconds).sort((a, b) => a - b);
  const atOnce = signed.filter(({ tries }) => tries === 1).length;
  const median = times[Math.floor(times.length / 2)] ?? Number.NaN;
  return `${signed.length} of ${fates.length} signed, ${atOnce} at the first try; whole way ${median.toFixed(1)} s in the middle, ${(times.at(-1) ?? Number.NaN).toFixed(1)} s at most`;
}
