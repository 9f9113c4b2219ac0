import { parentPort, workerData } from "node:worker_threads";
import { Encrypter } from "age-encryption";
import { CONTACT_BYTES } from "../../scripts/letter/signature/contact.ts";

// Seals one record after the other for as long as it is told, and tells how many in a second.
const encrypter = new Encrypter();
for (const recipient of workerData as string[]) encrypter.addRecipient(recipient);
parentPort?.on("message", async (milliseconds: number) => {
  const start = performance.now();
  let done = 0;
  for (; performance.now() - start < milliseconds; done++) await encrypter.encrypt(new Uint8Array(CONTACT_BYTES));
  parentPort?.postMessage((done * 1000) / (performance.now() - start));
});
