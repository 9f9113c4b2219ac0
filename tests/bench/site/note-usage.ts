import { writeFileSync } from "node:fs";
import { join } from "node:path";

// Loaded into every Node.js process of a side: each says at its end what it has used.
process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const usage = { seconds: (userCPUTime + systemCPUTime) / 1e6, mebibytes: maxRSS / 1024 };
  writeFileSync(join(process.env.USAGE_FOLDER!, `${process.pid}.json`), JSON.stringify(usage));
});
