import { namedKeys, readTagged, writePublicBag } from "../handover/public-bag.ts";
import { parseHandover } from "../letter/handover/handover.ts";
import { tagRef } from "../outside/git/ref.ts";
import { readWorkflowEnvironment, WORKFLOWS } from "../outside/github/workflow-environment.ts";
import { runAction, say } from "./action.ts";

// The workflow of the same name: writes the public bag of the tag that started it, if the tag lies on main.
await runAction(async () => {
  const { GITHUB_REF, BAG_DIR } = readWorkflowEnvironment(WORKFLOWS.handover, process.env);
  const handover = parseHandover(GITHUB_REF.slice(tagRef("").length));
  const tagged = await readTagged(".git", handover);
  const { file, digest } = await writePublicBag(handover, tagged, namedKeys(tagged.campaign), BAG_DIR, say);
  say(`wrote ${file}: sha256 ${Buffer.from(digest, "base64url").toString("hex")}, digest ${digest}`);
});
