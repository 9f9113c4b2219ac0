import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { storeToPurge } from "../../scripts/form-service/store/destruction.ts";
import type { HandoverPlace } from "../../scripts/handover/handover-place.ts";
import { purge } from "../../scripts/handover/purge.ts";
import { parseHandover } from "../../scripts/letter/handover/handover.ts";
import { campaignRepository } from "../../scripts/outside/git/local-host.ts";
import { finishReplacement } from "../../scripts/outside/git/replaced-repository.ts";
import { readSettings } from "../../scripts/outside/settings.ts";
import { readContent } from "../../scripts/site/views/read-content.ts";
import { keys, ledger, service } from "../letter/invented.ts";
import { openDyingWorld } from "../support/campaigns/dying-world.ts";
import { TAG } from "../support/campaigns/handover.ts";
import { day } from "../support/campaigns/local-campaign.ts";
import { contentOf } from "../support/letters.ts";
import { makeCampaignToPurge } from "./campaign-to-purge.ts";

type Outcome = "refused" | "destroyed" | "cut";

/** A campaign that was handed over, and that a purge may be cut in as often as one likes, each time in a copy of its own. */
export type CutPurge = {
  /** the steps of a purge that nothing cuts */
  readonly steps: number;
  /**
   * Cuts a purge at each of these steps, one after the other, runs it again to its end, and checks what is left.
   *
   * @throws when anything is left that should be destroyed, or is lost that should stay
   */
  cutAt(...steps: readonly number[]): Promise<void>;
  remove(): void;
};

export async function openCutPurge(): Promise<CutPurge> {
  const campaign = await makeCampaignToPurge();
  const { receipt, random, acceptor } = campaign;
  const content = await readContent(await contentOf("iran"));
  const world = openDyingWorld();

  async function run(dataDir: string, told: string | undefined): Promise<Outcome> {
    try {
      const place = await openPlace(dataDir);
      const store = storeToPurge(place.settings);
      const stepped = { ...store, deleteEverything: () => world.step(store.deleteEverything) };
      const acknowledged = { receipt: told, deleted: undefined };
      const done = await purge(parseHandover(TAG), place, { told: acknowledged, store: stepped, random });
      return done.destroyed ? "destroyed" : "refused";
    } catch (cause) {
      if (world.steps() >= cutStep) return "cut";
      throw cause;
    }
  }

  async function openPlace(dataDir: string): Promise<HandoverPlace> {
    await finishReplacement(campaignRepository(dataDir));
    const accepting = await acceptor(dataDir);
    const { host } = accepting;
    const folder = join(dataDir, "site");
    const site = {
      folder,
      publish: async ({ commit }: { commit: string }) => {
        mkdirSync(join(dataDir, "builds", commit.slice(0, 12)), { recursive: true });
        rmSync(folder, { force: true });
        symlinkSync(join("builds", commit.slice(0, 12)), folder);
      },
    };
    const pepper = new Uint8Array(32);
    const own = { ledger, attestation: service, pepper, publicKeys: keys, demoCustodian: true };
    return {
      settings: readSettings({ DATA_DIR: dataDir }),
      content,
      keys,
      record: (await host.readMain()).record,
      repository: host.repository,
      local: { dataDir, host, keys: own, site, day, acceptor: accepting },
    };
  }

  let cutStep = Number.POSITIVE_INFINITY;
  async function cutAt(...steps: readonly number[]): Promise<number> {
    const dataDir = await campaign.copy();
    let begun = false;
    for (const step of steps) {
      cutStep = step;
      world.cutAt(step);
      const came = await run(dataDir, begun ? undefined : receipt);
      world.cutAt();
      if (came === "cut") begun = await campaign.lookAtCut(dataDir);
    }
    cutStep = Number.POSITIVE_INFINITY;
    // Also where nothing is left to do: what was read to the organisers is not asked for twice.
    const done = steps.length > 0 && !begun && !existsSync(join(dataDir, "service.db"));
    expect(await run(dataDir, begun || done ? undefined : receipt)).toBe("destroyed");
    const taken = world.steps();
    await campaign.assertEnded(dataDir);
    rmSync(dataDir, { recursive: true, force: true });
    return taken;
  }

  const steps = await cutAt();
  return {
    steps,
    cutAt: async (...at) => void (await cutAt(...at)),
    remove() {
      world.restore();
      campaign.remove();
    },
  };
}
