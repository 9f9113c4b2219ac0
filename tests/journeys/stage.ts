import type { Browser } from "playwright-core";
import { startBrowser, type Visit, visit } from "../support/browsers/browser.ts";
import { type MailServer, startMailServer } from "../support/servers/mail-server.ts";
import { removeDataDir, type Service, startService } from "../support/servers/service.ts";

/** A browser and a mail server for all journeys of a file; a service and a visit for each. */
export type Stage = {
  set(given: {
    readonly lang: "en" | "fa";
    readonly javaScript: boolean;
    /** captured mail goes with every other setting at its default */
    readonly mail?: "captured";
    /** on top of the mail server and of filing every moment */
    readonly settings?: Record<string, string>;
  }): Promise<{ service: Service; mailServer: MailServer; visiting: Visit; alsoVisiting: () => Promise<Visit> }>;
  /** Ends service and visits. */
  clear(): Promise<void>;
  close(): Promise<void>;
};

export async function openStage(): Promise<Stage> {
  const [browser, mailServer]: [Browser, MailServer] = await Promise.all([startBrowser(), startMailServer()]);
  let service: Service | undefined;
  let visits: Visit[] = [];
  return {
    async set({ lang, javaScript, mail, settings }) {
      const own = { MAIL_URL: mailServer.url, FILE_EVERY: "300ms", ...settings };
      const started = await startService(mail === "captured" ? {} : { settings: own });
      service = started;
      // Each has a profile of its own, as somebody else's browser has.
      const alsoVisiting = async () => {
        const another = await visit(browser, started.origin, { javaScript, language: lang });
        visits.push(another);
        return another;
      };
      return { service, mailServer, visiting: await alsoVisiting(), alsoVisiting };
    },
    async clear() {
      for (const one of visits) await one.close();
      await service?.stop();
      if (service) removeDataDir(service.dataDir);
      visits = [];
      service = undefined;
    },
    async close() {
      await browser.close();
      await mailServer.stop();
    },
  };
}
