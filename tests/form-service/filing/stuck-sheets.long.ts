import { describe, expect, it } from "vitest";
import { minutes } from "../../support/fixtures.ts";
import { mustAsk } from "../../support/github/ask.ts";
import { openOnGitHub } from "../real-host.ts";
import { describeLostSheets, endsWell, file, later, open, signOne, useHost } from "./lost-sheets.ts";

// The same as on one machine, against the stand-in of GitHub: `stuck-sheets.test.ts`.
describeLostSheets(openOnGitHub);

describe("a sheet on GitHub", () => {
  const host = useHost(openOnGitHub);

  it("whose pull request was closed is named, until it is reopened or its branch deleted", async () => {
    const on = host();
    const { signed, sheet } = await file();
    const { campaign } = on;
    const close = (state: "open" | "closed") =>
      mustAsk(campaign.github, campaign.organiser.token, "PATCH", "pulls/1", { state });
    await close("closed");
    on.harness.clock.advance(minutes(61));
    await on.look();
    expect(on.harness.sheets().stuck).toEqual([{ sheet, reason: expect.stringContaining("reopen the pull request") }]);
    await close("open");
    later();
    await on.look();
    expect(on.harness.sheets().stuck).toEqual([]);
    await close("closed");
    await on.deleteBranch(sheet);
    await on.look();
    later();
    await on.look();
    later();
    await endsWell(signed, sheet);
  });

  it("that was made before a change of the workflows, and is refused for it, gets another base", async () => {
    const on = host();
    const { file: fileNow } = on.host;
    Object.assign(on.host, { file: () => Promise.reject(new Error("the git host is away")) });
    const signed = await signOne();
    await on.round();
    const [old] = await on.harness.store.query.selectFrom("sheet").select("sheet").execute();
    Object.assign(on.host, { file: fileNow });
    on.repository.commit("main", "a workflow is fixed", { ".github/workflows/accept.yml": "name: accept\n" });
    await on.round();
    await endsWell(signed, old!.sheet);
  });

  it("whose branch another hand has moved before it counted as filed is filed under another id", async () => {
    const on = host();
    const { github, fileApp } = on.campaign;
    github.setFault(({ operation }) =>
      operation === "POST /repos/{owner}/{repo}/pulls" ? { status: 503 } : undefined,
    );
    const signed = await signOne();
    await on.round();
    const sheet = await open();
    github.setFault();
    // Who holds the App's key can put a commit on top of it.
    on.repository.commit("mine", "mine\n", { "x.md": "x\n" });
    await github.push(github.tokenOf(fileApp), [`+refs/heads/mine:refs/heads/pending/${sheet}`]);
    on.repository.git("update-ref", "-d", "refs/heads/mine");
    await on.round();
    later();
    await on.round();
    expect(on.open()).toHaveLength(2);
    await on.deleteBranch(sheet);
    await endsWell(signed, sheet);
  });
});
