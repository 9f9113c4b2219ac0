import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { headersAt } from "../../../scripts/form-service/web/security-headers.ts";
import { staticFile } from "../../../scripts/form-service/web/static-files.ts";
import { inventedSite } from "../../site/invented-site.ts";
import { people } from "../../support/fixtures.ts";
import { formOf, type Harness, openHarness } from "../harness.ts";

const page = `<h1>letter</h1>\n${"<p>The same words again and again.</p>\n".repeat(200)}`;

describe("a file of the site", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "undersigned-site-"));
    mkdirSync(join(folder, "assets"));
    writeFileSync(join(folder, "page.html"), page);
    writeFileSync(join(folder, "short.html"), "<h1>short</h1>");
    writeFileSync(join(folder, "assets/face.woff2"), Buffer.alloc(5000));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const get = async (path: string, headers: Record<string, string> = {}) =>
    (await staticFile(folder, new Request(`http://localhost${path}`, { headers })))!;

  it.each([
    ["gzip, deflate, br, zstd", "br", brotliDecompressSync],
    ["gzip", "gzip", gunzipSync],
    ["br;q=0, GZIP;q=0.5", "gzip", gunzipSync],
  ])("goes out packed to whoever accepts %s", async (accepted, encoding, unpack) => {
    const answer = await get("/page.html", { "accept-encoding": accepted });
    expect(answer.headers.get("content-encoding")).toBe(encoding);
    expect(answer.headers.get("vary")).toBe("Accept-Encoding");
    const body = Buffer.from(await answer.arrayBuffer());
    expect(answer.headers.get("content-length")).toBe(String(body.length));
    expect(body.length).toBeLessThan(page.length / 10);
    expect(unpack(body).toString()).toBe(page);
  });

  it("goes out as it is to all others", async () => {
    for (const accepted of ["", "identity", "br;q=0", "zstd"]) {
      const answer = await get("/page.html", { "accept-encoding": accepted });
      expect(answer.headers.get("content-encoding")).toBeNull();
      expect(await answer.text()).toBe(page);
    }
  });

  it("is not packed when that would gain nothing", async () => {
    for (const path of ["/short.html", "/assets/face.woff2"]) {
      const answer = await get(path, { "accept-encoding": "br" });
      expect(answer.headers.get("content-encoding")).toBeNull();
    }
  });

  it("has a tag for each of its forms, and is not sent again to whoever has that form", async () => {
    const tags = new Set<string | null>();
    for (const accepted of ["br", "gzip", ""]) {
      const answer = await get("/page.html", { "accept-encoding": accepted });
      const tag = answer.headers.get("etag")!;
      tags.add(tag);
      const again = await get("/page.html", { "accept-encoding": accepted, "if-none-match": tag });
      expect(again.status).toBe(304);
    }
    expect(tags.size).toBe(3);
    const other = await get("/page.html", { "accept-encoding": "", "if-none-match": [...tags][0]! });
    expect(other.status).toBe(200);
  });
});

describe("the form service", () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness();
    harness.writeSite("fa/index.html", page);
    harness.writeSite("embed/fa/index.html", page);
    harness.writeSite("embed/fa.svg", "<svg/>");
    harness.writeSite("count.json", "{}");
  });
  afterAll(() => harness.close());

  it("packs no page that a form led to: its length would tell of the secret in it", async () => {
    const asked = await harness.post("/en/sign/", formOf(people.sara));
    const confirm = await harness.get(asked.headers.get("location")!, { "accept-encoding": "br, gzip" });
    expect(confirm.status).toBe(200);
    expect((await confirm.text()).length).toBeGreaterThan(1400);
    expect(confirm.headers.get("content-encoding")).toBeNull();
    const file = await harness.get("/fa/", { "accept-encoding": "br, gzip" });
    expect(file.headers.get("content-encoding")).toBe("br");
  });

  it("lets other sites frame the counter, show its picture and read the count, and nothing else", async () => {
    const headers = async (path: string) => (await harness.get(path)).headers;
    for (const path of ["/embed/fa/", "/embed/fa.svg"]) {
      expect((await headers(path)).get("content-security-policy")).not.toContain("frame-ancestors");
      expect((await headers(path)).get("cross-origin-resource-policy")).toBe("cross-origin");
    }
    expect((await headers("/count.json")).get("access-control-allow-origin")).toBe("*");
    for (const path of ["/fa/", "/en/confirm/?s=nonsense", "/embed"]) {
      expect((await headers(path)).get("content-security-policy")).toContain("frame-ancestors 'none'");
      expect((await headers(path)).get("access-control-allow-origin")).toBeNull();
    }
  });

  it("tells Tor Browser of the onion service on pages alone, and never with a secret", () => {
    const onion = `http://${"a".repeat(56)}.onion`;
    const { campaign } = inventedSite([], { campaign: { ...inventedSite().campaign, onion } });
    const told = (path: string) => headersAt(path, 200, { campaign })["Onion-Location"];
    expect([told("/"), told("/fa/signatures/2/")]).toEqual([`${onion}/`, `${onion}/fa/signatures/2/`]);
    for (const path of ["/fa/confirm/", "/en/not-me/", "/assets/site.css"]) expect(told(path)).toBeUndefined();
    expect(headersAt("/fa/", 200, inventedSite())).toEqual({});
  });
});
