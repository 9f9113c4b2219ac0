import { expect, it } from "vitest";
import { longWait } from "../../scripts/site/views/busy-box.ts";
import { messagePage } from "../../scripts/site/views/pages/message-page.ts";
import { inventedSite } from "./invented-site.ts";

it("calls a wait of less than a minute a moment, and a longer one by its minutes", () => {
  const site = inventedSite();
  const page = (lang: "fa" | "en", after: number) => messagePage(site, lang, { kind: "too_many", after });
  for (const after of [0, 1, 5, 59]) {
    expect(longWait("en", after)).toBeUndefined();
    expect(page("en", after)).toContain("again in a moment.");
    expect(page("fa", after)).toContain("چند لحظهٔ دیگر");
  }
  for (const [after, en, fa] of [
    [60, "1 minute", "۱ دقیقه"],
    [61, "2 minutes", "۲ دقیقه"],
    [864, "15 minutes", "۱۵ دقیقه"],
  ] as const) {
    expect(page("en", after)).toContain(`again in ${en}.`);
    expect(page("en", after)).not.toContain("in a moment");
    expect(page("fa", after)).toContain(`پس از ${fa} فرم را`);
    expect(page("fa", after)).not.toContain("چند لحظهٔ دیگر");
  }
});
