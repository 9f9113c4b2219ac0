import { spawn } from "node:child_process";
import { once } from "node:events";
import { buffer } from "node:stream/consumers";
import type { Moment } from "./fatal-git.ts";

// The last call of git before the power is cut, started by the script of `fatal-git.ts` in git's place.
const [program = "", moment, ...args] = process.argv.slice(2) as [string, Moment, ...string[]];
if (moment === "before") die();
// A git that reads objects stays, and is asked again and again.
const stays = args.includes("--batch");
const input: Buffer = stays ? (await once(process.stdin, "data"))[0] : await buffer(process.stdin);
const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
child.stdin.on("error", () => {});
if (moment === "after") {
  child.stdin.write(input);
  if (stays) child.stdout.once("data", die);
  else child.stdin.end();
  child.stdout.resume();
  child.on("close", die);
} else {
  // A transaction over refs holds its locks from "prepare: ok" on; everything else dies over half of its input.
  const last = input.lastIndexOf("commit\0");
  child.stdout.on("data", (said: Buffer) => {
    if (last < 0 || said.includes("prepare: ok")) die();
  });
  child.on("close", die);
  child.stdin.write(input.subarray(0, last < 0 ? input.length >> 1 : last), () => {
    if (last < 0) setTimeout(die, 5);
  });
}

/** Everything of this process group at once, git and the program that called it too. */
function die(): void {
  process.kill(0, "SIGKILL");
}
