import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withSettingsFile } from "../../scripts/outside/settings-file.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "undersigned-settings-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(text: string, name = "settings.env"): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe("the file of settings", () => {
  it("in the data folder is read by the service and every command", () => {
    write('# the database\nDATABASE_URL="postgres://u:p@h/d"\nMAIL_URL=smtp://h\n');
    expect(withSettingsFile({ DATA_DIR: folder })).toEqual({
      DATA_DIR: folder,
      DATABASE_URL: "postgres://u:p@h/d",
      MAIL_URL: "smtp://h",
    });
  });

  it("may lie elsewhere, and then names the data folder too", () => {
    const path = write(`DATA_DIR=${folder}/data\nPORT=1\n`, "undersigned.env");
    expect(withSettingsFile({ SETTINGS_FILE: path })).toMatchObject({ DATA_DIR: `${folder}/data`, PORT: "1" });
  });

  it("gives way to the environment, where a variable that is empty counts as not set", () => {
    write("PORT=1\nHOST=::1\n");
    expect(withSettingsFile({ DATA_DIR: folder, PORT: "2", HOST: "" })).toMatchObject({ PORT: "2", HOST: "::1" });
  });

  it("may be missing, unless it was named", () => {
    expect(withSettingsFile({ DATA_DIR: folder })).toEqual({ DATA_DIR: folder });
    const named = join(folder, "no.env");
    expect(() => withSettingsFile({ SETTINGS_FILE: named })).toThrow(`${named}, the file of settings, cannot be read`);
  });

  it.each([
    ["a name that is not a setting", "DATABASE_ULR=sqlite:x\n", "DATABASE_ULR is not a setting"],
    ["another data folder", "DATA_DIR=/elsewhere\n", "DATA_DIR is where this file lies"],
  ])("is refused with %s", (_what, text, message) => {
    write(text);
    expect(() => withSettingsFile({ DATA_DIR: folder })).toThrow(message);
  });
});
