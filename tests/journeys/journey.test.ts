import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { people } from "../support/fixtures.ts";
import { codeIn } from "./signatory.ts";
import { openStage, type Stage } from "./stage.ts";
import { about, checkTraces, follow, see, sendForm, startWalk, waitForList } from "./walk.ts";
import { checkVerified, enterCode, RUNS, review, walkWholeWay } from "./whole-way.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterEach(() => stage.clear());
afterAll(() => stage?.close());

// The other two runs are in journey.long.ts.
describe("a signature from the letter to the list, and off it again", () => {
  it.each([RUNS[0], RUNS[3]])("in $lang, JavaScript $javaScript, shown as $shown", async (run) => {
    await walkWholeWay(run, await stage.set(run));
  });
});

describe("a trial with captured mail", () => {
  it("needs no mail program: every step is a link or a button, and every setting is the default", async () => {
    const { service, visiting } = await stage.set({ lang: "en", javaScript: false, mail: "captured" });
    const walk = startWalk(visiting, service.origin, "en");
    const { page, strings } = walk;
    const { name, place, email } = people.sara;
    await page.goto(`${service.origin}/`);
    await see(walk, strings.page.demo_custodian);
    await follow(walk, strings.letter.sign_letter);
    await sendForm(walk, { shown: "name", name, place, email });
    await see(walk, strings.confirm.waiting);
    await follow(walk, strings.page.open_inbox);
    await see(walk, email);
    const code = codeIn({ text: await page.locator("main").innerText() });
    await page.goBack();
    await enterCode(walk, code);
    await see(walk, strings.confirmed.title);
    await review(service, { lang: "en", shown: "name", name, place, email });
    expect(await waitForList(walk, name)).toContain(about(walk, strings.letter.signed_people));
    await checkVerified(service, "1 accepted, 0 withdrawn, 1 listed");
    await checkTraces(visiting);
  });
});
