import { once } from "node:events";
import { Agent, request } from "node:http";
import { createHistogram } from "node:perf_hooks";
import { NO_LIMITS } from "../../scripts/form-service/limits/limits.ts";
import { createApp } from "../../scripts/form-service/web/app.ts";
import { listen } from "../../scripts/form-service/web/listener.ts";
import { formOf, type Harness, openHarness, withdrawalCodeIn } from "../form-service/harness.ts";
import { openMailBasket } from "../form-service/mail/mail-basket.ts";
import type { Bench, Figure } from "./bench.ts";

export const bench: Bench = {
  about:
    "how long the form's answer takes for an address that is new, has signed, has withdrawn, wants no mail, or has had its mails; “new” twice, to see what is chance",
  async run({ seconds, quick }) {
    const basket = openMailBasket();
    // The mailboxes' limit stays on, that of the line would stop the measuring.
    const harness = await openHarness({ settings: { LIMITS: "on" }, mails: basket.queue });
    Object.assign(harness.service, { limits: NO_LIMITS });
    const signed = async (email: string) => {
      const asked = await submit(harness, email, basket.takeCode);
      return withdrawalCodeIn(await (await harness.post("/en/confirm/", asked)).text());
    };
    await signed(addressOf("repeated"));
    await harness.post("/en/withdraw/", { code: await signed(addressOf("withdrawn")) });
    await harness.post("/en/not-me/", await submit(harness, addressOf("suppressed"), basket.takeCode));
    for (let mails = 0; mails < 3; mails++) await submit(harness, addressOf("blocked"), basket.takeCode);

    const server = await listen(
      createApp(harness.service).fetch,
      { port: 0, from: "this machine" },
      harness.service.log,
    );
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    // All addresses have one length.
    const names = ["new", "new again", "repeated", "withdrawn", "suppressed", "blocked"];
    const times = new Map(names.map((name) => [name, createHistogram()]));
    let count = 0;
    const until = performance.now() + 1000 * seconds * names.length;
    while (performance.now() < until) {
      // In an order that changes, so that no story always comes after the same other one.
      const shift = count % names.length;
      for (const name of [...names.slice(shift), ...names.slice(0, shift)]) {
        const email = name.startsWith("new") ? `f${String(count++).padStart(8, "0")}@example.org` : addressOf(name);
        const took = await timeOf(server.port, agent, email);
        if (count > (quick ? 0 : 100)) times.get(name)?.record(Math.round(took * 1e6));
      }
      count++;
    }
    agent.destroy();
    await server.close(1000);
    await harness.close();
    const fresh = times.get("new")!.percentile(50);
    return [...times].flatMap(([name, all]): Figure[] => [
      { name: `${name}, median`, value: all.percentile(50) / 1e6, unit: "ms" },
      { name: `${name}, 99 of 100`, value: all.percentile(99) / 1e6, unit: "ms" },
      { name: `${name} ÷ new`, value: all.percentile(50) / fresh, unit: "×" },
    ]);
  },
};

const addressOf = (name: string) => `${name.padEnd(9, "x").slice(0, 9)}@example.org`;

async function submit(harness: Harness, email: string, takeCode: (email: string) => string | undefined) {
  const answer = await harness.post("/en/sign/", formOf({ name: "Niamh O’Neil", email }));
  await harness.service.after.idle();
  const s = new URL(answer.headers.get("location")!, "http://localhost").searchParams.get("s")!;
  return { s, code: takeCode(email) ?? "" };
}

/** Milliseconds from the first byte of the form to the last of the answer. */
async function timeOf(port: number, agent: Agent, email: string): Promise<number> {
  const body = new URLSearchParams(formOf({ name: "Niamh O’Neil", email })).toString();
  const sent = performance.now();
  const call = request({ port, agent, method: "POST", path: "/en/sign/" });
  call.setHeader("Content-Type", "application/x-www-form-urlencoded").end(body);
  const [answer] = await once(call, "response");
  answer.resume();
  await once(answer, "end");
  return performance.now() - sent;
}
