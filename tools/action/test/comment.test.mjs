// The comment on a pull request, against a stand-in of GitHub's API on this machine.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../comment.mjs", import.meta.url));
const MARKER = "<!-- funnelc diff -->";
const thread = "/repos/shop/journeys/issues/7/comments";

let folder, github;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "comment-"));
  github = await standIn();
});

afterEach(() => {
  github.close();
  rmSync(folder, { recursive: true });
});

test("is made once and brought up to date afterwards", async () => {
  assert.equal((await comment("first")).out, "the comment is made\n");
  assert.equal((await comment("second")).out, "the comment is brought up to date\n");
  assert.deepEqual(bodies(), [`${MARKER}\nsecond`]);
  const writes = github.requests.filter((request) => !request.startsWith("GET"));
  assert.deepEqual(writes, [`POST ${thread}`, "PATCH /repos/shop/journeys/issues/comments/1"]);
});

test("is left alone when it says the same already", async () => {
  await comment("same");
  assert.equal((await comment("same")).out, "the comment is up to date\n");
  assert.equal(github.requests.filter((request) => !request.startsWith("GET")).length, 1);
});

test("is found behind hundreds of others", async () => {
  for (let i = 0; i < 230; i += 1) github.add(`chatter about ${MARKER}`);
  github.add(`${MARKER}\nold`);
  github.add("chatter");
  await comment("new");
  assert.equal(github.comments.length, 232);
  assert.equal(github.comments[230].body, `${MARKER}\nnew`);
  assert.ok(github.requests.includes(`GET ${thread}?per_page=100&page=3`));
});

test("is made when exactly full pages hold none of ours", async () => {
  for (let i = 0; i < 200; i += 1) github.add("chatter");
  await comment("new");
  assert.equal(github.comments.length, 201);
});

test("is brought up to date but not made when nothing changes", async () => {
  assert.equal((await comment("nothing", "--update-only")).out, "nothing changes, no comment\n");
  assert.deepEqual(bodies(), []);
  await comment("something");
  await comment("nothing", "--update-only");
  assert.deepEqual(bodies(), [`${MARKER}\nnothing`]);
});

test("asks nobody off a pull request", async () => {
  const run = await comment("text", undefined, { repository: { full_name: "shop/journeys" } });
  assert.deepEqual([run.code, run.out], [0, "no pull request, no comment\n"]);
  assert.deepEqual(github.requests, []);
});

test("says what to do about a missing permission, and does not fail the check", async () => {
  github.refuse = 403;
  const run = await comment("text");
  assert.equal(run.code, 0);
  assert.match(run.out, /^::warning title=funnelc::GitHub does not let this token comment \(403\).*pull-requests: write/);
});

test("fails on anything else, in one command whatever the answer", async () => {
  github.refuse = 500;
  const run = await comment("text");
  assert.equal(run.code, 1);
  assert.match(run.out, /^::error title=funnelc::the comment could not be written: GET \S+ answered 500: 100%25%0A::error::x\n$/);
});

test("is cut at the length that GitHub takes", async () => {
  await comment("żółw\n".repeat(20_000));
  const [body] = bodies();
  assert.ok(body.length <= 65_536 && body.length > 65_000, `${body.length}`);
  assert.match(body, /żółw\n\n\nThe rest is cut: a comment holds no more\.\n$/);
});

test("closes a drawing that it cuts", async () => {
  await comment("```mermaid\n" + "a --> b\n".repeat(20_000) + "```\n");
  assert.match(bodies()[0], /a --> b\n```\n\n\nThe rest is cut/);
});

test("says why GitHub cannot be reached", async () => {
  github.close();
  const run = await comment("text");
  assert.deepEqual([run.code, /^::error .*fetch failed: .*ECONNREFUSED/.test(run.out)], [1, true], run.out);
});

test("carries the token", async () => {
  await comment("text");
  assert.ok(github.tokens.length > 1 && github.tokens.every((token) => token === "Bearer t0ken"), `${github.tokens}`);
});

const pullRequest = { pull_request: { number: 7 }, repository: { full_name: "shop/journeys" } };

function comment(text, option, event = pullRequest) {
  const [file, eventFile] = [join(folder, "text.md"), join(folder, "event.json")];
  writeFileSync(file, text);
  writeFileSync(eventFile, JSON.stringify(event));
  const env = { PATH: process.env.PATH, GITHUB_API_URL: github.url, GITHUB_EVENT_PATH: eventFile, GITHUB_TOKEN: "t0ken" };
  const args = [script, file, ...(option ? [option] : [])];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env }, (error, out, err) => resolve({ code: error ? error.code : 0, out, err }));
  });
}

function bodies() {
  return github.comments.map((comment) => comment.body);
}

// Knows the three requests that comments take, and refuses what GitHub would refuse.
async function standIn() {
  const state = { comments: [], requests: [], tokens: [], refuse: 0 };
  state.add = (body) => state.comments.push({ id: state.comments.length + 1, body });
  const server = createServer(async (request, response) => {
    let sent = "";
    for await (const chunk of request) sent += chunk;
    state.requests.push(`${request.method} ${request.url}`);
    state.tokens.push(request.headers.authorization);
    const [status, answer] = state.refuse ? [state.refuse, "100%\n::error::x"] : answerTo(state, request, sent);
    response.writeHead(status).end(typeof answer === "string" ? answer : JSON.stringify(answer));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  state.url = `http://127.0.0.1:${server.address().port}`;
  state.close = () => server.close();
  return state;
}

function answerTo(state, request, sent) {
  const url = new URL(request.url, "http://stand.in");
  if (request.method === "GET" && url.pathname === thread) {
    const [size, page] = ["per_page", "page"].map((name) => Number(url.searchParams.get(name)));
    return [200, state.comments.slice((page - 1) * size, page * size)];
  }
  const { body } = JSON.parse(sent);
  if (body.length > 65_536) return [422, { message: "Body is too long (maximum is 65536 characters)" }];
  if (request.method === "POST" && url.pathname === thread) {
    state.add(body);
    return [201, state.comments.at(-1)];
  }
  const id = Number(url.pathname.match(/^\/repos\/shop\/journeys\/issues\/comments\/(\d+)$/)?.[1]);
  const found = request.method === "PATCH" && state.comments.find((comment) => comment.id === id);
  if (!found) return [404, { message: "Not Found" }];
  found.body = body;
  return [200, found];
}
