import { dayOf } from "../../letter/bytes/day.ts";
import type { CampaignRecord, Totals } from "../../letter/signature/record.ts";
import { countRecord } from "../../letter/signature/record.ts";
import { verifyPage } from "../../site/views/pages/verify-page.ts";
import type { Asked, Route, Service } from "../service.ts";
import { stateOf, waitsSinceRestoration } from "../signing/signature-state.ts";
import { isModerationLate } from "../store/moderation-lag.ts";
import { page, tooMany } from "./answers.ts";
import { withdrawalCode } from "./typed-codes.ts";

/** The dependencies of this page. */
type VerifyService = Pick<Service, "site" | "main" | "store" | "isOnOpenSheet" | "clock" | "limits">;

/** Shows where a signature is, for people without scripts. */
export function verifyRoutes(service: VerifyService): Route[] {
  const known = new WeakMap<CampaignRecord, Totals>();
  return [{ method: "POST", path: "verify/", handle: (asked) => postVerify(service, known, asked) }];
}

async function postVerify(
  service: VerifyService,
  known: WeakMap<CampaignRecord, Totals>,
  { request, lang, form, client }: Asked,
): Promise<Response> {
  const main = service.main();
  // Summing a long ledger takes a while, so it is done once for each state of main.
  const totals = main && (known.get(main.record) ?? countRecord(main.record));
  if (main && totals) known.set(main.record, totals);
  const site = { ...service.site(), totals };
  const typed = withdrawalCode(form);
  if ("problem" in typed) return page(verifyPage(site, lang, typed), 422);
  const state = await stateOf(service, typed.code);
  const wait = state === "unknown" ? service.limits.wrongCode(client) : 0;
  if (wait > 0) return tooMany(site, request, wait);
  const today = dayOf(service.clock.now());
  const late = await isModerationLate(service.store.query, today);
  const waitsUntil = state === "pending" ? await waitsSinceRestoration(service.store, typed.code, today) : undefined;
  return page(verifyPage(site, lang, { state, late, waitsUntil }));
}
