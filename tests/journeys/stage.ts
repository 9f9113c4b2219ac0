import { startBrowser, type Visit, visit } from "../support/browser.ts";
import { type MailServer, startMailServer } from "../support/mail-server.ts";
import { removeDataDir, type Service, startService } from "../support/service.ts";

/** A browser and a mail server for all journeys of a file; a service and a visit for each. */
export type Stage = {
  set(given: {
    readonly lang: "en" | "fa";
    readonly javaScript: boolean;
    /** captured mail goes with every other setting at its default */
    readonly mail?: "captured";
  }): Promise<{ service: Service; mailServer: MailServer; visiting: Visit }>;
  /** Ends service and visit. */
  clear(): Promise<void>;
  close(): Promise<void>;
};

export async function openStage(): Promise<Stage> {
  const [browser, mailServer] = await Promise.all([startBrowser(), startMailServer()]);
  let service: Service | undefined;
  let visiting: Visit | undefined;
  return {
    async set({ lang, javaScript, mail }) {
      const settings = { MAIL_URL: mailServer.url, FILE_EVERY: "300ms" };
      service = await startService(mail === "captured" ? {} : { settings });
      visiting = await visit(browser, service.origin, { javaScript, language: lang });
      return { service, mailServer, visiting };
    },
    async clear() {
      await visiting?.close();
      await service?.stop();
      if (service) removeDataDir(service.dataDir);
      visiting = service = undefined;
    },
    async close() {
      await browser.close();
      await mailServer.stop();
    },
  };
}
