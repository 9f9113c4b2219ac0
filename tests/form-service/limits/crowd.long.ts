import { expect, inject, it } from "vitest";
import { minutes, people } from "../../support/fixtures.ts";
import { formOf, type Harness, openHarness, torExit, withdrawalCodeIn } from "../harness.ts";
import { openMailBasket } from "../mail/mail-basket.ts";
import { numbersFrom } from "./crowd.ts";

const seed = inject("seed");

/** Something that is sent over HTTP at a second of the ten minutes. */
type Sent = { readonly at: number; readonly run: () => Promise<void> };

/** Ten minutes on the real service: its clock jumps from one form to the next. */
async function tenMinutes(play: (stage: Stage) => void): Promise<void> {
  const basket = openMailBasket();
  const settings = { LIMITS: "on", TRUST_PROXY: "on" };
  const harness = await openHarness({ seed: String(seed), mails: basket.queue, settings });
  Object.assign(harness.service, { seal: async () => new Uint8Array(16) });
  const random = numbersFrom(seed);
  const start = harness.clock.now().getTime();
  const events: Sent[] = [];
  const add = (at: number, run: Sent["run"]) => {
    const place = events.findLastIndex((event) => event.at <= at);
    events.splice(place + 1, 0, { at, run });
  };
  play({ harness, basket, random, add });
  for (let event = events.shift(); event; event = events.shift()) {
    harness.clock.set(new Date(start + event.at * 1000).toISOString());
    await event.run();
  }
  await harness.close();
}
type Stage = {
  harness: Harness;
  basket: ReturnType<typeof openMailBasket>;
  random: () => number;
  add: (at: number, run: Sent["run"]) => void;
};
const SECONDS = minutes(10) / 1000;

let number = 0;
const send = (harness: Harness, from: string, email = `n${number++}@domain${number}.example`) =>
  harness.post("/en/sign/", formOf({ ...people.niamh, email }, { shown: "hidden" }), { "X-Forwarded-For": from });

/** People who press the button again every five seconds; `signed` counts them. */
function crowd({ harness, random, add }: Stage, count: number, from: string, tries: number, signed: () => void): void {
  const attempt = async (at: number, left: number): Promise<void> => {
    const answer = await send(harness, from);
    if (answer.status === 303) return signed();
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "5"]);
    await answer.text();
    if (left > 1) add(at + 5, () => attempt(at + 5, left - 1));
  };
  for (let i = 0; i < count; i++) {
    const at = random() * SECONDS;
    add(at, () => attempt(at, tries));
  }
}

function flood({ harness, random, add }: Stage, perSecond: number, from: string): void {
  for (let i = 0; i < perSecond * SECONDS; i++) add(random() * SECONDS, async () => void (await send(harness, from)));
}

it("lets people without scripts sign over one address, alone and beside a flood, and right codes always", async () => {
  const shared = "198.18.0.7";
  let [alone, beside, tor, typed, right] = [0, 0, 0, 0, 0];
  await tenMinutes((stage) => crowd(stage, 100, shared, 3, () => alone++));
  await tenMinutes((stage) => {
    const { harness, basket, random, add } = stage;
    flood(stage, 5, shared);
    crowd(stage, 100, shared, 10, () => beside++);
    // Right codes are typed meanwhile, over the same line, among many wrong ones.
    for (let i = 0; i < 60; i++) {
      const at = random() * SECONDS;
      add(at, async () => {
        const email = `right${i}@right${i}.example`;
        const answer = await send(harness, `100.64.${i}.1`, email);
        await harness.service.after.idle();
        const s = new URL(answer.headers.get("location")!, "http://localhost").searchParams.get("s")!;
        const code = basket.takeCode(email)!;
        const wrong = { s: Buffer.alloc(16, i).toString("base64url"), code: "00000000" };
        const from = { "X-Forwarded-For": shared };
        for (let guess = 0; guess < 5; guess++) await harness.post("/en/confirm/", wrong, from);
        typed++;
        const page = await harness.post("/en/confirm/", { s, code }, from);
        if (page.status === 200 && withdrawalCodeIn(await page.text())) right++;
      });
    }
  });
  await tenMinutes((stage) => {
    flood(stage, 3, torExit);
    crowd(stage, 60, torExit, 10, () => tor++);
  });
  console.log(
    [
      `seed ${seed}: over HTTP, ten minutes | before, an hour | to reach | now`,
      `100 without scripts on one address, three tries | 56 of 600 | 98 % | ${alone} %`,
      `100 without scripts beside 5 forms a second, ten tries | 0 | 50 % | ${beside} %`,
      `right codes typed meanwhile | 1 of 60 | all | ${right} of ${typed}`,
      `60 over Tor without scripts beside 3 forms a second, ten tries | 1 of 120 | 50 % | ${tor} of 60`,
    ].join("\n"),
  );
  expect(alone).toBeGreaterThanOrEqual(98);
  // The mean is above 60; a hundred people are few.
  expect(beside).toBeGreaterThanOrEqual(45);
  expect(right).toBe(60);
  expect(tor).toBeGreaterThanOrEqual(27);
});
