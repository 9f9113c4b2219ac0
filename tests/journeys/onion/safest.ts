import { expect } from "vitest";
import { whatDoesNotFit } from "../../site/seen/layout.ts";
import { type FirefoxPage, goOn, type Preferences, startFirefox } from "../../support/browsers/firefox.ts";
import { codeIn } from "../signatory.ts";
import type { OnionStage } from "./stage.ts";

/**
 * What Tor Browser sets so that names go to Tor. What hides the window's size is left out, since a Firefox without a
 * screen then opens no page for a program.
 */
const TOR_BROWSER: Preferences = {
  "network.proxy.type": 1,
  "network.proxy.socks": "127.0.0.1",
  "network.proxy.socks_version": 5,
  "network.proxy.socks_remote_dns": true,
  "network.dns.blockDotOnion": false,
  "network.http.referer.hideOnionSource": true,
  "network.http.referer.XOriginPolicy": 2,
  "network.prefetch-next": false,
  "dom.securecontext.allowlist_onions": true,
  "dom.security.https_only_mode": true,
  "dom.security.https_only_mode.upgrade_onion": false,
  "privacy.firstparty.isolate": true,
};

/** Its level "safest". */
const SAFEST: Preferences = {
  "javascript.enabled": false,
  "svg.disabled": true,
  "mathml.disabled": true,
  "gfx.downloadable_fonts.enabled": false,
  "gfx.font_rendering.graphite.enabled": false,
  "gfx.font_rendering.opentype_svg.enabled": false,
  "media.webaudio.enabled": false,
  "webgl.disabled": true,
};

/** Where Firefox asks its makers for settings and updates of its own. Tor Browser has that taken out. */
export const FIREFOX_ITSELF = /^[\w.-]+\.mozilla\.(com|org|net):443$/;

/** Signs, asks what became of it, and withdraws, as somebody does whose Tor Browser is set to "safest". */
export async function walkAtSafest(stage: OnionStage, lang: "fa" | "en", email: string): Promise<string[]> {
  const firefox = await startFirefox!({
    ...{ ...TOR_BROWSER, ...SAFEST },
    "network.proxy.socks_port": stage.relay.port,
  });
  try {
    const page = await firefox.newPage();
    page.setDefaultTimeout(120_000);
    // The size that Tor Browser gives every window.
    await page.setViewport({ width: 1000, height: 600 });
    const origin = `http://${stage.onion}`;
    const secrets = [email];
    const check = async (path: string) => {
      expect(page.url().startsWith(`${origin}/${lang}/${path}`), `${page.url()} is not ${path}`).toBe(true);
      expect(await seen(page), path).toEqual({ styles: true, fonts: 0, scripts: false });
      expect(await whatDoesNotFit(page), path).toEqual([]);
    };
    await page.goto(`${origin}/${lang}/`);
    await check("");
    await goOn(page, 'a[href$="/sign/"]');
    await check("sign/");
    await page.type('[name="name"]', lang === "fa" ? "سارا آزادی" : "Sara Azadi");
    await page.type('[name="email"]', email);
    await page.focus('[name="consent_handover"]');
    await page.keyboard.press(" ");
    await goOn(page, 'form:has([name="email"]) button');
    await check("confirm/");
    const typed = codeIn(await stage.mailServer.waitForMail(email));
    secrets.push(new URL(page.url()).searchParams.get("s")!, typed);
    await page.type('[name="code"]', typed);
    await goOn(page, 'form:has([name="code"]) button');
    await check("confirm/");
    const code = await page.evaluate<string>('document.querySelector("#withdrawal-code").textContent');
    secrets.push(code);
    const askWhatBecame = async () => {
      await goOn(page, 'a[href$="/verify/"]');
      await page.type('[name="code"]', code);
      await goOn(page, 'form:has([name="code"]) button');
      await check("verify/");
      return page.evaluate<string>('document.querySelector("p[data-state]").dataset.state');
    };
    expect(await askWhatBecame()).toBe("pending");
    await goOn(page, 'a[href$="/withdraw/"]');
    await page.type('[name="code"]', code);
    await goOn(page, 'form:has([name="code"]) button');
    await check("withdraw/");
    expect(await askWhatBecame()).toBe("withdrawn");
    return secrets;
  } finally {
    await firefox.close();
  }
}

/** Whether our style has come, how many fonts were loaded, and whether a script has run: ours add fields to forms. */
function seen(page: FirefoxPage) {
  return page.evaluate<{ styles: boolean; fonts: number; scripts: boolean }>(`({
    styles: [...document.styleSheets].some((sheet) => sheet.href?.endsWith("/assets/site.css") && sheet.cssRules.length > 0),
    fonts: [...document.fonts].filter((font) => font.status === "loaded").length,
    scripts: document.querySelector("input[name=once], form[data-sign] input[name=filled]") !== null,
  })`);
}
