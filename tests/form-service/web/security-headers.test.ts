import { expect, it } from "vitest";
import { pause } from "../../../scripts/form-service/store/pause.ts";
import { people } from "../../support/fixtures.ts";
import { formOf, type Harness, openHarness } from "../harness.ts";

type Ask = (harness: Harness) => Response | Promise<Response>;

const post = (harness: Harness, body: RequestInit["body"], headers: Record<string, string> = {}) =>
  harness.request("/en/sign/", { method: "POST", body: body ?? null, headers });

/** Every kind of answer, by its status and what leads to it. */
const ANSWERS: readonly [status: number, name: string, ask: Ask][] = [
  [200, "a page of the site", ({ get }) => get("/en/")],
  [200, "a file of the site", ({ get }) => get("/list/000.md")],
  [200, "a HEAD", ({ request }) => request("/en/", { method: "HEAD" })],
  [200, "a page of the service", ({ get }) => get("/fa/confirm/?s=AAAAAAAAAAAAAAAAAAAAAA")],
  [200, "the frame for other sites", ({ get }) => get("/embed/en/")],
  [200, "/healthz", ({ get }) => get("/healthz")],
  [200, "/readyz", ({ get }) => get("/readyz")],
  [302, "the choice of a language", ({ get }) => get("/")],
  [303, "a form that was taken", (harness) => harness.post("/en/sign/", formOf(people.sara))],
  [
    304,
    "a file that is known",
    async ({ get }) => {
      const known = (await get("/en/")).headers.get("etag") ?? "";
      return get("/en/", { "If-None-Match": known });
    },
  ],
  [
    403,
    "a form of another site",
    (harness) => post(harness, "", { Origin: "https://attacker.example", "Sec-Fetch-Site": "cross-site" }),
  ],
  [404, "nothing", ({ get }) => get("/nowhere")],
  [405, "a method that is not meant", ({ request }) => request("/en/sign/", { method: "DELETE" })],
  [413, "a form that is too large", (harness) => post(harness, new URLSearchParams({ name: "x".repeat(1_000_000) }))],
  [415, "what is no form", (harness) => post(harness, "{}", { "Content-Type": "application/json" })],
  [422, "a form with mistakes", (harness) => harness.post("/en/sign/", {})],
  [
    429,
    "a form too many",
    async (harness) => {
      let answer = await harness.post("/en/sign/", formOf(people.sara));
      for (let i = 0; i < 50 && answer.status !== 429; i++)
        answer = await harness.post("/en/sign/", formOf(people.sara));
      return answer;
    },
  ],
  [
    500,
    "a fault of the program",
    (harness) => {
      Object.assign(harness.service, {
        random: () => {
          throw new Error("a fault");
        },
      });
      return harness.post("/en/sign/", formOf(people.sara));
    },
  ],
  [
    503,
    "a pause",
    async (harness) => {
      await pause(harness.store, { en: "A rest.", fa: "استراحت." });
      return harness.post("/en/sign/", formOf(people.sara));
    },
  ],
  [
    503,
    "a database that is away",
    async (harness) => {
      await harness.store.close();
      return harness.get("/readyz");
    },
  ],
];

it.each(ANSWERS)("all stand on an answer of %i: %s", async (status, name, ask) => {
  const harness = await openHarness({
    settings: {
      LIMITS: "on",
      MAILS_AN_HOUR: "100",
      SERVICE_URL: "https://letter.example",
      SITE_URL: "https://letter.example",
    },
  });
  for (const path of ["en/index.html", "embed/en/index.html"]) harness.writeSite(path, "<h1>letter</h1>");
  harness.writeSite("list/000.md", "| index |\n");
  try {
    const { status: seen, headers } = await ask(harness);
    expect(seen).toBe(status);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe-");
    if (!name.includes("other sites")) expect(policy).toContain("frame-ancestors 'none'");
    expect(headers.get("cross-origin-resource-policy")).toBe(
      name.includes("other sites") ? "cross-origin" : "same-origin",
    );
    expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("permissions-policy")).toContain("camera=()");
    if (name === "a file of the site") expect(headers.get("x-robots-tag")).toBe("noindex,noarchive");
    expect(headers.get("strict-transport-security")).toMatch(/^max-age=\d{8}/);
    if (seen >= 400 || name.includes("service")) expect(headers.get("cache-control")).toMatch(/no-store|no-cache/);
  } finally {
    await harness.close().catch(() => {});
  }
});
