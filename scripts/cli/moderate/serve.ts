import { openLocalCampaign, readLocalSettings } from "../../accept/local-campaign.ts";
import { listen } from "../../form-service/web/listener.ts";
import { formatBase64url } from "../../letter/bytes/base64url.ts";
import { dayOf } from "../../letter/bytes/day.ts";
import { systemClock } from "../../outside/clock.ts";
import { openLog } from "../../outside/log.ts";
import { systemRandom } from "../../outside/random.ts";
import { sayWhere } from "../../outside/terminal.ts";
import { siteContext } from "../../site/views/context.ts";
import { readContent } from "../../site/views/read-content.ts";
import { stopOnSignal } from "../start/run-until-signal.ts";
import { createReviewApp } from "./review-app.ts";

/** Milliseconds that an answer which is being written may still take when the program ends. */
const LAST_ANSWER = 2_000;

/** Serves the review to a browser of this machine until a signal comes. */
export async function serveDesk(): Promise<void> {
  const settings = readLocalSettings();
  const log = openLog(systemClock);
  let campaign = await openLocalCampaign("refuse");
  const open = async () => {
    // Tomorrow's reviews need tomorrow's day, and what is known of the clock by then.
    if (campaign.day !== dayOf(systemClock.now())) campaign = await openLocalCampaign("refuse");
    return campaign;
  };
  const content = await readContent("content");
  const context = siteContext({ content, settings, keys: campaign.keys.publicKeys, at: "service" });
  const token = formatBase64url(systemRandom(32));
  const app = createReviewApp({
    open,
    token,
    log,
    assets: "content/assets",
    site: { ...context, demoCustodian: false, capturedMail: false },
    later: (run, after) => {
      const timer = setTimeout(run, after);
      return () => clearTimeout(timer);
    },
  });
  const listener = await listen(app.fetch, { port: 0, from: "this machine" }, log);
  const stopped = stopOnSignal(async () => {
    await listener.close(LAST_ANSWER);
    await app.close();
  });
  sayWhere(settings);
  console.log(`review at http://127.0.0.1:${listener.port}/${token}/`);
  console.log("the address is a key: give it to nobody. Ctrl-C ends the review");
  await stopped;
}
