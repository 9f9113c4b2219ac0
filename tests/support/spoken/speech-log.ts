import { createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";

/** What a screen reader asked to be said, and in which language it asked for it. */
export type Utterance = { readonly text: string; readonly language: string };

export type SpeechLog = {
  /** Everything so far, in order. */
  readonly said: readonly Utterance[];
  close(): Promise<void>;
};

/**
 * Listens on a unix socket as speech-dispatcher does (SSIP), says nothing, and keeps what it was asked to say. Each
 * utterance is answered as spoken at once, because a screen reader that reads a page waits for the end of each.
 */
export async function startSpeechLog(path: string): Promise<SpeechLog> {
  const said: Utterance[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => {});
    // A client that is ended breaks its line.
    answer(socket, said).catch(() => {});
  });
  await new Promise<void>((done) => server.listen(path, done));
  return {
    said,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function answer(socket: Socket, said: Utterance[]): Promise<void> {
  let language = "";
  let data: string[] | undefined;
  let telling: NodeJS.Timeout | undefined;
  const speak = (text: string) => {
    const number = said.push({ text: plain(text), language });
    socket.write(`225-${number}\r\n225 OK MESSAGE QUEUED\r\n`);
    // A client may not listen for the end yet, and hears only the first.
    const ended = [
      [701, "BEGIN"],
      [702, "END"],
    ].map(([code, word]) => `${code}-${number}\r\n${code}-1\r\n${code} ${word}\r\n`);
    clearInterval(telling);
    telling = setInterval(() => socket.writable && socket.write(ended.join("")), 20);
  };
  socket.on("close", () => clearInterval(telling));
  for await (const line of createInterface({ input: socket })) {
    if (data !== undefined) {
      if (line !== ".") data.push(line);
      else {
        speak(data.join(" "));
        data = undefined;
      }
      continue;
    }
    const [command = "", ...words] = line.split(" ");
    if (command.toUpperCase() === "SPEAK") {
      data = [];
      socket.write("230 OK RECEIVING DATA\r\n");
    } else if (["CHAR", "KEY", "SOUND_ICON"].includes(command.toUpperCase())) speak(words.join(" "));
    else {
      if (words[1]?.toUpperCase() === "LANGUAGE") language = words[2] ?? "";
      socket.write(ANSWERS.find(([begins]) => line.toUpperCase().startsWith(begins))?.[1] ?? "200 OK\r\n");
    }
  }
}

const VOICES = ["English\ten", "Persian\tfa"].map((voice) => `249-${voice}\tnone\r\n`).join("");

const ANSWERS: readonly (readonly [begins: string, answer: string])[] = [
  ["LIST OUTPUT_MODULES", "250-espeak-ng\r\n250 OK MODULE LIST SENT\r\n"],
  ["LIST SYNTHESIS_VOICES", `${VOICES}249 OK VOICE LIST SENT\r\n`],
  ["LIST", "249-MALE1\r\n249 OK VOICE LIST SENT\r\n"],
  ["HISTORY", "245-1\r\n245 OK CLIENT ID SENT\r\n"],
  ["GET OUTPUT_MODULE", "251-espeak-ng\r\n251 OK GET RETURNED\r\n"],
  ["GET", "251-0\r\n251 OK GET RETURNED\r\n"],
  ["STOP", "210 OK STOPPED\r\n"],
  ["CANCEL", "213 OK CANCELED\r\n"],
  ["QUIT", "231 HAPPY HACKING\r\n"],
];

/** The text of SSML, in which a screen reader marks places, with NUL-free blanks. */
function plain(text: string): string {
  const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
  return text
    .replace(/<[^>]*>/g, "")
    .replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => entities[name] ?? "")
    .replace(/\s+/g, " ")
    .trim();
}
