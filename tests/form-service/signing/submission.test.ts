import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findCanaries, findCanariesIn } from "../../support/canaries.ts";
import { hours, people } from "../../support/fixtures.ts";
import { formOf, type Harness, openHarness, sign, submit } from "../harness.ts";

let harness: Harness;
beforeEach(async () => {
  harness = await openHarness();
});
afterEach(() => harness.close());

describe("the form", () => {
  it("sends a neutral mail without any link, the code alone on its line, in the language of the form", async () => {
    await harness.post("/fa/sign/", formOf(people.omid));
    const mail = await harness.mailServer.waitForMail(people.omid.email);
    expect(mail.subject).toBe("کد شما");
    expect(mail.text.match(/^[0-9A-HJKMNP-TV-Z]{8}$/gm)).toHaveLength(1);
    const raw = mail.raw.toString();
    expect(raw).toMatch(/^Auto-Submitted: auto-generated/m);
    expect(raw + mail.text + mail.html).not.toMatch(
      /https?:|href|www|:8080|iran|amnesty|letter|petition|signature|ایران|عفو|نامه|امضا|طومار/i,
    );
    expect(raw).not.toMatch(/^list-/im);
  });

  it("comes back with what was typed and what is to be mended", async () => {
    const answer = await harness.post("/en/sign/", formOf(people.niamh, { name: "see www.example.com", email: "no" }));
    const page = await answer.text();
    expect(answer.status).toBe(422);
    expect(page).toContain("<title>Error:");
    expect(page).toContain('value="see www.example.com"');
    expect(page).toContain('href="#name"');
    expect(page).toContain('href="#email"');
    expect(harness.mailServer.mails).toEqual([]);
    expect(await harness.store.query.selectFrom("submission").selectAll().execute()).toEqual([]);
  });

  it.each(["en", "fa"] as const)(
    "asks once about a likely slip, in %s, and takes the address as it was typed",
    async (lang) => {
      const typed = formOf(people.niamh, { email: "niamh@gmial.com" });
      const asked = await harness.post(`/${lang}/sign/`, typed);
      const page = await asked.text();
      expect(asked.status).toBe(422);
      expect(page).toContain('<bdi dir="ltr">niamh@gmail.com</bdi>');
      expect(page).toContain('value="niamh@gmial.com"');
      const kept = /name="email_kept" value="([^"]*)"/.exec(page)?.[1] ?? "";
      expect(kept).toBe("niamh@gmial.com");
      expect(await harness.store.query.selectFrom("submission").selectAll().execute()).toEqual([]);
      const again = await harness.post(`/${lang}/sign/`, { ...typed, email_kept: kept });
      expect(again.status).toBe(303);
      await harness.mailServer.waitForMail("niamh@gmial.com");
    },
  );

  it("sends the code to the mended address when that was meant, and keeps the choice while something else is mended", async () => {
    const typed = formOf(people.niamh, {
      email: "niamh@gmial.com",
      email_kept: "niamh@gmial.com",
      email_choice: "meant",
    });
    const other = await harness.post("/en/sign/", { ...typed, name: "" });
    const page = await other.text();
    expect([other.status, page.includes('type="checkbox" id="email_choice"')]).toEqual([422, false]);
    expect(page).toContain('<input type="hidden" name="email_kept" value="niamh@gmial.com">');
    expect(page).toContain('<input type="hidden" name="email_choice" value="meant">');
    expect((await harness.post("/en/sign/", typed)).status).toBe(303);
    await harness.mailServer.waitForMail("niamh@gmail.com");
    // An answer about one address says nothing about another.
    expect((await harness.post("/en/sign/", { ...typed, email: "niamh@gmal.com" })).status).toBe(422);
    expect(harness.mailServer.mails).toHaveLength(1);
  });

  it.each([
    ["name", "Sara \u{1f600}", '<bdi>\u{1f600}</bdi> (<bdi dir="ltr">U+1F600</bdi>)'],
    ["name", "S\u0430ra", '<bdi>\u0430</bdi> (<bdi dir="ltr">U+0430</bdi>)'],
    ["name", "Sara \u202eidazA", '<bdi dir="ltr">U+202E</bdi>'],
    ["name", "Sara <", "<bdi>&lt;</bdi>"],
    ["place", "Sara \u0301", "<bdi>\u25cc\u0301</bdi>"],
    ["email", "jos\u00e9@example.org", "<bdi>\u00e9</bdi>"],
  ])("says which character of the %s is wrong: %s", async (field, typed, shown) => {
    for (const lang of ["en", "fa"]) {
      const answer = await harness.post(`/${lang}/sign/`, formOf(people.niamh, { [field]: typed }));
      const page = await answer.text();
      const problem = new RegExp(`id="${field}-problem">(.*?)</p>`).exec(page)?.[1] ?? "";
      expect([answer.status, problem]).toEqual([422, expect.stringContaining(shown)]);
      expect(problem).not.toMatch(/[{}\u202e]/);
    }
  });

  it("does not wait for the mail server, and tries again what was put off", async () => {
    harness.mailServer.failNext("greylist");
    const { s } = await submit(harness, people.sara);
    expect(s).toHaveLength(22);
  });

  it("sends the same code again while memory holds it, at most twice, and then says so", async () => {
    const { s, code } = await submit(harness, people.sara);
    for (let times = 0; times < 2; times++) {
      const page = await (await harness.post("/en/confirm/resend/", { s })).text();
      expect(page).toContain('role="status"');
      expect((await harness.mailServer.waitForMail(people.sara.email)).text).toContain(code);
    }
    expect(await (await harness.post("/en/confirm/resend/", { s })).text()).toContain("cannot send this code again");
  });

  it("does not send a code again that five wrong ones have ended", async () => {
    const { s } = await submit(harness, people.sara);
    for (let wrong = 0; wrong < 5; wrong++) await harness.post("/en/confirm/", { s, code: `0000000${wrong}` });
    expect(await (await harness.post("/en/confirm/resend/", { s })).text()).toContain("cannot send this code again");
    expect(await (await harness.get(`/en/confirm/?s=${s}`)).text()).not.toContain("/en/confirm/resend/");
  });

  it("cannot send a code again after a restart, but the code stays good", async () => {
    const { s, code } = await submit(harness, people.sara);
    await harness.restart();
    expect(await (await harness.post("/en/confirm/resend/", { s })).text()).toContain("cannot send this code again");
    expect((await harness.post("/en/confirm/", { s, code })).status).toBe(200);
  });

  it("leaves no byte of name and address in the data folder and the log before the confirmation", async () => {
    const person = { name: "Zarafshan Mehrabani", email: "zarafshan.mehrabani@example.org", place: "Wagga Wagga" };
    for (const shown of ["name", "initials", "hidden", "counted"]) {
      await submit(harness, { ...person, email: `${shown}.${person.email}` }, { shown });
    }
    const { s, code } = await submit(harness, person);
    for (const wrong of ["00000000", "not a code", ""]) await harness.post("/en/confirm/", { s, code: wrong });
    await harness.post("/en/confirm/resend/", { s });
    const canaries = ["Zarafshan", "Mehrabani", "zarafshan.mehrabani", person.email, "Wagga Wagga", s, code];
    expect(findCanaries(canaries, [harness.dataDir])).toEqual([]);
    expect(findCanariesIn(canaries, "log", harness.logged())).toEqual([]);
    await harness.restart();
    expect(findCanaries(canaries, [harness.dataDir])).toEqual([]);
  });

  it("forgets a submission after 48 hours, at the moment while it runs and by the hour after a restart", async () => {
    const count = async () => (await harness.store.query.selectFrom("submission").selectAll().execute()).length;
    await submit(harness, people.sara);
    harness.clock.advance(hours(48) - 1);
    await harness.sweep();
    expect(await count()).toBe(1);
    harness.clock.advance(1);
    await harness.sweep();
    expect(await count()).toBe(0);

    // A form, and what is kept of a confirmation. The hour in which each goes is hidden from anyone who has only the rows.
    const waiting = await submit(harness, people.niamh);
    await harness.restart();
    harness.clock.advance(hours(23));
    await sign(harness, people.omid);
    await harness.restart();
    harness.clock.advance(hours(24));
    await harness.sweep();
    expect(await count()).toBe(2);
    expect((await harness.post("/en/confirm/", waiting)).status).toBe(200);
    expect(await count()).toBe(2);
    await harness.restart();
    harness.clock.advance(hours(24));
    await harness.sweep();
    expect(await count()).toBe(1);
    harness.clock.advance(hours(23));
    await harness.sweep();
    expect(await count()).toBe(1);
    harness.clock.advance(hours(1));
    await harness.sweep();
    expect(await count()).toBe(0);
  });

  it("keeps nothing of an older program, or of a backup, for longer than 48 hours", async () => {
    await submit(harness, people.niamh);
    await harness.store.change((query) => query.updateTable("submission").set({ due: null }).execute());
    await harness.restart();
    harness.clock.advance(hours(48));
    await harness.sweep();
    expect(await harness.store.query.selectFrom("submission").selectAll().execute()).toEqual([]);
  });

  it.each([
    ["after the last day of signing", { closes: "2026-11-21" }, "Closed for signing"],
    ["before the first day", { opens: "2027-01-05" }, "Not open for signing yet"],
  ])("takes no signature %s, and says so", async (_, term, title) => {
    const { campaign } = harness.content;
    const open = harness.service.site;
    Object.assign(harness.service, { site: () => ({ ...open(), campaign: { ...campaign, ...term } }) });
    const answer = await harness.post("/en/sign/", formOf(people.sara));
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining(`<h1>${title}</h1>`)]);
  });
});
