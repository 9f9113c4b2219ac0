import { describe, expect, it } from "vitest";
import { levelsOf, networkOf, parseAddress } from "../../scripts/outside/network-address.ts";

describe("an address", () => {
  it.each([
    ["192.0.2.7", "192.0.2.7"],
    [" 192.0.2.7 ", "192.0.2.7"],
    ["192.0.2.7:51234", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["[::ffff:c000:207]:443", "192.0.2.7"],
    ["::1", "::1"],
    ["2001:DB8::1", "2001:db8:0:0:0:0:0:1"],
    ["[2001:db8::1]:443", "2001:db8:0:0:0:0:0:1"],
    ["fe80::1%eth0", "fe80:0:0:0:0:0:0:1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6"],
    ["::", "0:0:0:0:0:0:0:0"],
  ])("%s is %s", (written, address) => expect(parseAddress(written)).toBe(address));

  it.each(["", "unknown", "192.0.2", "192.0.2.256", "_hidden", "2001:db8::1::2", "example.org", "1.2.3.4, 5.6.7.8"])(
    "%s is none",
    (written) => expect(parseAddress(written)).toBeUndefined(),
  );
});

it.each([
  ["192.0.2.7", ["192.0.2.7", "192.0.2/24"]],
  ["2001:db8:1:23ab:3:4:5:6", ["2001:db8:1:23ab/64", "2001:db8:1:23/56", "2001:db8:1/48", "2001:db8/32"]],
  ["2001:db8:1:2:3:4:5:6", ["2001:db8:1:2/64", "2001:db8:1:0/56", "2001:db8:1/48", "2001:db8/32"]],
])("%s lies in %j", (address, levels) => {
  expect(levelsOf(address)).toEqual(levels);
  expect(levels).toContain(networkOf(address));
});
