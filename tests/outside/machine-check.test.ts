import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { lockDataFolder } from "../../scripts/outside/data-folder.ts";
import { checkFolder, checkGit, checkNode, checkPort, checkRoom } from "../../scripts/outside/machine-check.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "undersigned-machine-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("finds the programs that run these tests good enough", () => {
  expect(checkNode()).toEqual({ what: `Node.js ${process.versions.node}`, mend: undefined });
  expect(checkGit()).toEqual({ what: expect.stringMatching(/^git version 2/), mend: undefined });
});

it("makes the data folder, and says so where a file is in its place", () => {
  expect(checkFolder({ dataDir: join(folder, "deep/data") })).toEqual({ what: "the data folder can be written" });
  expect(existsSync(join(folder, "deep/data"))).toBe(true);
  writeFileSync(join(folder, "file"), "");
  const { what, mend } = checkFolder({ dataDir: join(folder, "file") });
  expect(what).toBe("the data folder cannot be written");
  expect(mend).toContain("that is a file, not a folder");
});

it("tells a port that is taken from an address that this machine does not have", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen({ port: 0, host: "127.0.0.1" }, resolve));
  const { port } = server.address() as AddressInfo;
  expect(await checkPort({ port, host: "127.0.0.1", dataDir: folder })).toEqual({
    what: `port ${port}`,
    mend: "something listens there already; stop it, or set PORT to another number",
  });
  expect(existsSync(join(folder, "lock.db"))).toBe(false);
  // As while the campaign's own service runs, which is no reason to stop it.
  const lock = await lockDataFolder(folder);
  expect(await checkPort({ port, host: "127.0.0.1", dataDir: folder })).toEqual({
    what: `port ${port}: this campaign’s service runs there`,
  });
  lock.release();
  expect((await checkPort({ port, host: "127.0.0.1", dataDir: folder })).mend).toContain("something listens there");
  await new Promise((resolve) => server.close(resolve));
  expect(await checkPort({ port, host: "127.0.0.1", dataDir: folder })).toEqual({ what: `port ${port}` });
  // TEST-NET-1 of RFC 5737 is nobody's address.
  expect((await checkPort({ port, host: "192.0.2.1", dataDir: folder })).mend).toContain(
    "HOST is no address of this machine",
  );
});

it.runIf(process.platform === "linux")("tells a full disk", () => {
  expect(checkRoom({ dataDir: folder }).mend).toBeUndefined();
  // A file system of the kernel's own has no room at all.
  expect(checkRoom({ dataDir: "/proc" }).mend).toContain("it is full");
});
