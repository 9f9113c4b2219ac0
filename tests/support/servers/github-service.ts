import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateHybridIdentity, identityToRecipient } from "age-encryption";
import { secrets } from "../../letter/invented.ts";
import type { WorkflowCampaign } from "../campaigns/workflow-campaign.ts";
import { root } from "../source.ts";
import { freePort, makeDataDir, removeDataDir, runCommand, type Service, startService } from "./service.ts";

/** A form service on a machine of its own: a checkout of main, a data folder with its keys, its environment. */
export type ServiceHost = {
  readonly project: string;
  readonly dataDir: string;
  /** what the organisers set */
  readonly settings: Readonly<Record<string, string>>;
  start(more?: Record<string, string>): Promise<Service>;
  /** What a command says that ends at once. */
  refusal(command: string, args?: string[], more?: Record<string, string>): Promise<string>;
  /** Takes main as it is now, as `git pull` does. */
  pull(): void;
  remove(): void;
};

/** Writes two custodians into main's `campaign.yaml`, before anything is recorded. */
export async function nameCustodians({ github, mainFile }: WorkflowCampaign): Promise<void> {
  const identities = await Promise.all([generateHybridIdentity(), generateHybridIdentity()]);
  const recipients = await Promise.all(identities.map((identity) => identityToRecipient(identity)));
  const campaign = mainFile("content/campaign.yaml");
  github.repository.commit("main", "organisers: custodians", {
    "content/campaign.yaml": campaign.replace("\n  age: []\n", `\n  age: [${recipients.join(", ")}]\n`),
  });
}

/** Sets up the machine: with the attestation key of the invented campaign, and the *file* App's. */
export async function makeServiceHost(campaign: WorkflowCampaign, more: Record<string, string>): Promise<ServiceHost> {
  const { github, fileApp, site } = campaign;
  const folder = mkdtempSync(join(tmpdir(), "undersigned-service-host-"));
  const [project, keyFile, dataDir] = [join(folder, "project"), join(folder, "file-app.pem"), makeDataDir()];
  writeFileSync(keyFile, fileApp.privateKey, { mode: 0o600 });
  mkdirSync(join(dataDir, "keys"));
  writeFileSync(join(dataDir, "keys/attestation.key"), `${Buffer.from(secrets.attestation).toString("base64url")}\n`);
  const port = String(await freePort());
  const settings = {
    ...{ PORT: port, DATA_DIR: dataDir, GIT_HOST: `github:${github.name}`, SITE_URL: site.url },
    ...{ SERVICE_URL: `http://localhost:${port}`, FILE_APP_ID: String(fileApp.id), FILE_APP_KEY: keyFile },
    // Limits stay on there, and everybody comes from this machine: the proxy that tells them apart is the test itself.
    TRUST_PROXY: "on",
    ...{ GITHUB_API_URL: github.origin, GITHUB_SERVER_URL: github.origin },
    ...more,
  };
  const pull = () => {
    rmSync(project, { recursive: true, force: true });
    execFileSync("git", ["clone", "--quiet", "--branch", "main", github.repository.path, project]);
    symlinkSync(join(root, "node_modules"), join(project, "node_modules"));
  };
  pull();
  return {
    project,
    dataDir,
    settings,
    start: (also = {}) => startService({ project, dataDir, settings: { ...settings, ...also } }),
    async refusal(command, args = [], also = {}) {
      const { stdout, stderr, code } = await runCommand(command, args, { ...settings, ...also }, project);
      if (code !== 1 || stdout.includes("ready")) throw new Error(`${command} ended with ${code}\n${stdout}${stderr}`);
      return stderr;
    },
    pull,
    remove() {
      removeDataDir(dataDir);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
