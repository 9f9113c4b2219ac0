import { networkInterfaces } from "node:os";

/** The address under which another machine of the same network would find this one, if it has one. */
export function ownAddress(): string | undefined {
  return Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === "IPv4" && !one.internal)?.address;
}
