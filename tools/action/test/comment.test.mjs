// The comment on a pull request, against a stand-in of GitHub's API on this machine.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";

import { obeyed } from "./runner.mjs";

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
  assert.deepEqual(writes(), [`POST ${thread}`, "PATCH /repos/shop/journeys/issues/comments/1"]);
});

test("is left alone when it says the same already", async () => {
  await comment("same");
  assert.equal((await comment("same")).out, "the comment is up to date\n");
  assert.equal(writes().length, 1);
});

test("is found behind hundreds of others", async () => {
  for (let i = 0; i < 230; i += 1) github.add(`chatter about ${MARKER}`);
  github.add(`${MARKER}\nold`, BOT);
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

test("of a stranger is left alone, whatever stands in it", async () => {
  for (const login of ["stranger", "github-actions", "github-actions[bot]x", "Github-Actions[bot]", undefined]) {
    github.add(`${MARKER}\nLGTM, nothing changes`, login);
  }
  await comment("first");
  await comment("second");
  const stranger = `${MARKER}\nLGTM, nothing changes`;
  assert.deepEqual(bodies(), [...Array(5).fill(stranger), `${MARKER}\nsecond`]);
  assert.deepEqual(writes(), [`POST ${thread}`, "PATCH /repos/shop/journeys/issues/comments/6"]);
});

test("of a stranger is no reason to say that nothing changes", async () => {
  github.add(`${MARKER}\nold`, "stranger");
  assert.equal((await comment("nothing", "--update-only")).out, "nothing changes, no comment\n");
  assert.deepEqual(writes(), []);
});

test("belongs to the account of the token, also where that is a person", async () => {
  github.viewer = "anna";
  github.add(`${MARKER}\nold`, BOT);
  github.add(`${MARKER}\nold`, "anna");
  await comment("new");
  assert.deepEqual(bodies(), [`${MARKER}\nold`, `${MARKER}\nnew`]);
});

test("is that of the account of jobs where nobody says whose the token is", async () => {
  for (const viewer of [undefined, null]) {
    github.comments.length = 0;
    github.requests.length = 0;
    github.viewer = viewer;
    github.add(`${MARKER}\nold`, "stranger");
    github.add(`${MARKER}\nold`, BOT);
    assert.equal((await comment("new")).code, 0);
    assert.deepEqual(bodies(), [`${MARKER}\nold`, `${MARKER}\nnew`]);
  }
});

test("fails where the token may not write, and says what to do", async () => {
  for (const [status, advice] of [
    [401, /does not know the token/],
    [403, /`permissions: pull-requests: write`.*`diff: false`/],
    [404, /`permissions: pull-requests: write`/],
    [500, /GitHub has a fault; run the job again/],
    [503, /GitHub has a fault; run the job again/],
    [422, /answered 422/],
  ]) {
    for (const method of ["GET", "POST", "PATCH"]) {
      github.comments.length = 0;
      if (method === "PATCH") github.add(`${MARKER}\nold`, BOT);
      github.refuse = { status, method };
      const run = await comment("text");
      assert.equal(run.code, 1, `${method} ${status}`);
      assert.match(run.out, /^::error title=funnelc::the comment could not be written: .*\n$/);
      assert.match(run.out, advice);
    }
  }
});

test("of a change from a fork or from Dependabot is explained, and fails nothing", async () => {
  const fork = (repo) => ({ ...pullRequest, pull_request: { ...pullRequest.pull_request, head: { repo } } });
  const bot = { GITHUB_ACTOR: "dependabot[bot]" };
  for (const status of [403, 404]) {
    for (const [event, env] of [[fork({ id: 2 }), {}], [fork(null), {}], [pullRequest, bot]]) {
      github.refuse = { status, method: "POST" };
      const run = await comment("text", undefined, event, env);
      assert.equal(run.code, 0, run.out);
      assert.match(run.out, /^::warning title=funnelc::no comment: .* a fork .* token that only reads\. .* in the summary of the job\.\n$/);
    }
  }
  github.refuse = { status: 500, method: "POST" };
  assert.equal((await comment("text", undefined, fork({ id: 2 }))).code, 1);
});

test("puts an answer into one command, whatever stands in it", async () => {
  github.refuse = { status: 500, method: "GET" };
  const run = await comment("text");
  assert.deepEqual(obeyed(run.out).length, 1);
  assert.match(run.out, /answered 500: 100%25%0A::error::x%0D  ##\[add-mask\]y\)\n$/);
  assert.equal(run.err, "");
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
  assert.deepEqual([run.code, /^::error .*could not be written: fetch failed: .*ECONNREFUSED/.test(run.out)], [1, true], run.out);
});

test("carries the token", async () => {
  await comment("text");
  assert.ok(github.tokens.length > 1 && github.tokens.every((token) => token === "Bearer t0ken"), `${github.tokens}`);
});

const BOT = "github-actions[bot]";
const repo = { id: 1 };
const pullRequest = { pull_request: { number: 7, head: { repo }, base: { repo } }, repository: { full_name: "shop/journeys" } };

function comment(text, option, event = pullRequest, more = {}) {
  const [file, eventFile] = [join(folder, "text.md"), join(folder, "event.json")];
  writeFileSync(file, text);
  writeFileSync(eventFile, JSON.stringify(event));
  const urls = { GITHUB_API_URL: github.url, GITHUB_GRAPHQL_URL: `${github.url}/graphql` };
  const env = { PATH: process.env.PATH, ...urls, GITHUB_EVENT_PATH: eventFile, GITHUB_TOKEN: "t0ken", ...more };
  const args = [script, file, ...(option ? [option] : [])];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env }, (error, out, err) => resolve({ code: error ? error.code : 0, out, err }));
  });
}

function bodies() {
  return github.comments.map((comment) => comment.body);
}

// What changed something.
function writes() {
  return github.requests.filter((request) => !request.startsWith("GET") && request !== "POST /graphql");
}

// Knows the four requests that comments take, and refuses what GitHub would refuse.
async function standIn() {
  const state = { comments: [], requests: [], tokens: [], viewer: BOT, refuse: undefined };
  state.add = (body, login = "stranger") => state.comments.push({ id: state.comments.length + 1, body, user: login && { login } });
  const server = createServer(async (request, response) => {
    let sent = "";
    for await (const chunk of request) sent += chunk;
    state.requests.push(`${request.method} ${request.url}`);
    state.tokens.push(request.headers.authorization);
    const refused = request.method === state.refuse?.method && request.url !== "/graphql";
    const [status, answer] = refused ? [state.refuse.status, "100%\n::error::x\r  ##[add-mask]y"] : answerTo(state, request, sent);
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
  if (url.pathname === "/graphql") {
    assert.match(JSON.parse(sent).query, /viewer \{ login \}/);
    if (state.viewer === null) return [403, { message: "Resource not accessible by integration" }];
    return [200, { data: { viewer: state.viewer && { login: state.viewer } } }];
  }
  const { body } = JSON.parse(sent);
  if (body.length > 65_536) return [422, { message: "Body is too long (maximum is 65536 characters)" }];
  if (request.method === "POST" && url.pathname === thread) {
    state.add(body, state.viewer);
    return [201, state.comments.at(-1)];
  }
  const id = Number(url.pathname.match(/^\/repos\/shop\/journeys\/issues\/comments\/(\d+)$/)?.[1]);
  const found = request.method === "PATCH" && state.comments.find((comment) => comment.id === id);
  if (!found) return [404, { message: "Not Found" }];
  found.body = body;
  return [200, found];
}
