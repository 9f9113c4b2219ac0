import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { people } from "../../support/fixtures.ts";
import { startMailServer } from "../../support/servers/mail-server.ts";
import { formOf, type Harness, openHarness, sign, submit } from "../harness.ts";

let harness: Harness;
beforeEach(async () => {
  harness = await openHarness();
});
afterEach(() => harness.close());

const confirmPageOf = async (s: string) => (await harness.get(`/en/confirm/?s=${s}`)).text();
const locationOf = (answer: Response) => new URL(answer.headers.get("location")!, "http://localhost:8080");
const AWAY = "Our mail server is not working at the moment";
const GONE = "We cannot send this code again";

describe("the page that waits for a code", () => {
  it("offers to send it again, three mails in all, and then says that it cannot", async () => {
    const { s } = await submit(harness, people.sara);
    expect(await confirmPageOf(s)).toContain('action="/en/confirm/resend/"');
    for (let i = 0; i < 2; i++) {
      const answer = await harness.post("/en/confirm/resend/", { s });
      expect(await answer.text()).toContain("the code has been sent to it again");
      await harness.mailServer.waitForMail(people.sara.email);
    }
    expect(await confirmPageOf(s)).toContain(GONE);
    expect(await confirmPageOf(s)).not.toContain("/en/confirm/resend/");
    expect(await (await harness.post("/en/confirm/resend/", { s })).text()).toContain(GONE);
    expect(harness.mailServer.mails).toHaveLength(3);
  });

  it("says so after a crash, and still takes the code that arrived before it", async () => {
    const { s, code } = await submit(harness, people.sara);
    await harness.restart();
    expect(await confirmPageOf(s)).toContain(GONE);
    expect((await harness.post("/en/confirm/", { s, code })).status).toBe(200);
  });

  it("says that the mail server is away, to everybody alike, until it is back", async () => {
    const known = await sign(harness, people.niamh);
    const port = Number(new URL(harness.mailServer.url).port);
    expect(await confirmPageOf(known.s)).not.toContain(AWAY);
    await harness.mailServer.stop();
    const first = locationOf(await harness.post("/en/sign/", formOf(people.sara)));
    const again = locationOf(await harness.post("/en/sign/", formOf(people.niamh)));
    await expect.poll(() => harness.service.mails.flow()).toBe("away");
    const pages = await Promise.all([first, again].map(({ searchParams }) => confirmPageOf(searchParams.get("s")!)));
    for (const page of pages) expect(page).toContain(AWAY);
    // A new address and one that has signed see the same bytes, but for the secret of their own link.
    const plain = pages.map((page, i) => page.replaceAll([first, again][i]!.searchParams.get("s")!, "S"));
    expect(plain[0]).toBe(plain[1]);
    const left = await harness.post("/en/withdraw/", { email: people.omid.email });
    expect(await (await harness.get(locationOf(left).pathname + locationOf(left).search)).text()).toContain(AWAY);

    const server = await startMailServer({ port });
    await harness.service.mails.idle();
    const all = [people.sara, people.niamh, people.omid].map(({ email }) => email);
    expect(server.mails.map(({ to }) => to).sort()).toEqual(all.sort());
    expect(await confirmPageOf(known.s)).not.toContain(AWAY);
    await server.stop();
  });
});
