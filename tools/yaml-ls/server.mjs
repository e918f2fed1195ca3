// One yaml-language-server over stdio: requests with answers, notifications, and the diagnostics of a document.
// The messages are the Language Server Protocol's own, framed by hand so that no client library is needed.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const BINARY = fileURLToPath(new URL("../node_modules/.bin/yaml-language-server", import.meta.url));
const ANSWER_WITHIN_MS = 30_000;

export class Server {
  #process;
  #settings;
  #nextId = 1;
  #answers = new Map();
  #diagnostics = new Map();
  #unread = Buffer.alloc(0);

  constructor(settings) {
    this.#settings = settings;
    this.#process = spawn(process.execPath, [BINARY, "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
    this.#process.stdout.on("data", (bytes) => this.#receive(bytes));
  }

  async start(rootUri) {
    const completionItem = { snippetSupport: true, documentationFormat: ["markdown"] };
    const capabilities = { workspace: { configuration: true }, textDocument: { completion: { completionItem } } };
    await this.request("initialize", { processId: process.pid, rootUri, capabilities });
    this.#send({ method: "initialized", params: {} });
    this.#send({ method: "workspace/didChangeConfiguration", params: { settings: this.#settings } });
  }

  /// Opens a document and answers its diagnostics once the server has read it.
  async open(uri, text) {
    const answered = within(`diagnostics of ${uri}`, new Promise((resolve) => this.#diagnostics.set(uri, resolve)));
    this.#send({ method: "textDocument/didOpen", params: { textDocument: { uri, languageId: "yaml", version: 1, text } } });
    return answered;
  }

  async complete(uri, position) {
    const result = await this.request("textDocument/completion", { textDocument: { uri }, position });
    return (result?.items ?? result ?? []).map((item) => item.label);
  }

  async request(method, params) {
    const id = this.#nextId++;
    const answered = within(method, new Promise((resolve) => this.#answers.set(id, resolve)));
    this.#send({ id, method, params });
    return answered;
  }

  async stop() {
    await this.request("shutdown");
    const gone = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#send({ method: "exit" });
    await within("exit", gone);
  }

  #send(message) {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    this.#process.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  #receive(bytes) {
    this.#unread = Buffer.concat([this.#unread, bytes]);
    for (let message = this.#takeMessage(); message; message = this.#takeMessage()) this.#handle(message);
  }

  #takeMessage() {
    const end = this.#unread.indexOf("\r\n\r\n");
    if (end < 0) return undefined;
    const length = Number(/Content-Length: (\d+)/i.exec(this.#unread.subarray(0, end).toString())[1]);
    const start = end + 4;
    if (this.#unread.length < start + length) return undefined;
    const message = JSON.parse(this.#unread.subarray(start, start + length));
    this.#unread = this.#unread.subarray(start + length);
    return message;
  }

  #handle(message) {
    if (message.method === "textDocument/publishDiagnostics") {
      this.#diagnostics.get(message.params.uri)?.(message.params.diagnostics);
    } else if (message.method === "workspace/configuration") {
      this.#send({ id: message.id, result: message.params.items.map(({ section }) => this.#section(section)) });
    } else if (message.method && message.id !== undefined) {
      this.#send({ id: message.id, result: null });
    } else if (message.id !== undefined) {
      this.#answers.get(message.id)?.(message.result);
    }
  }

  #section(name) {
    return name ? (this.#settings[name] ?? null) : this.#settings;
  }
}

function within(what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in time: ${what}`)), ANSWER_WITHIN_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
