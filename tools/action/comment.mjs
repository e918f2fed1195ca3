// Puts a markdown file into the one comment that belongs to us on a pull request: made once, brought up to date afterwards, known by a marker.
//
//   node comment.mjs FILE [--update-only]
//
// The surroundings are those of GitHub Actions: GITHUB_API_URL, GITHUB_EVENT_PATH, GITHUB_TOKEN. Off a pull request it does nothing.
import { readFileSync } from "node:fs";
import process from "node:process";

const MARKER = "<!-- funnelc diff -->";
const LIMIT = 65_536;
const PAGE = 100;

class Refused extends Error {}

async function main([file, option]) {
  const event = JSON.parse(readFileSync(process.env.GITHUB_EVENT_PATH, "utf8"));
  if (!event.pull_request) return "no pull request, no comment";
  const repository = `/repos/${event.repository.full_name}`;
  const thread = `${repository}/issues/${event.pull_request.number}/comments`;
  const body = fitted(`${MARKER}\n${readFileSync(file, "utf8")}`);
  const earlier = await find(thread);
  if (earlier?.body === body) return "the comment is up to date";
  if (earlier) {
    await request("PATCH", `${repository}/issues/comments/${earlier.id}`, { body });
    return "the comment is brought up to date";
  }
  if (option === "--update-only") return "nothing changes, no comment";
  await request("POST", thread, { body });
  return "the comment is made";
}

async function find(thread) {
  for (let page = 1; ; page += 1) {
    const comments = await request("GET", `${thread}?per_page=${PAGE}&page=${page}`);
    const ours = comments.find((comment) => comment.body?.startsWith(MARKER));
    if (ours || comments.length < PAGE) return ours;
  }
}

async function request(method, path, body) {
  const response = await fetch((process.env.GITHUB_API_URL ?? "https://api.github.com") + path, {
    method,
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${process.env.GITHUB_TOKEN}`,
      "content-type": "application/json",
      "user-agent": "funnelc",
      "x-github-api-version": "2022-11-28",
    },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  if (response.ok) return response.json();
  const said = await response.text();
  if (response.status === 401 || response.status === 403) {
    throw new Refused(
      `GitHub does not let this token comment (${response.status}). Give the job \`permissions: pull-requests: write\`; ` +
        "pull requests from forks cannot have it. What would stand in the comment is in the summary of the job.",
    );
  }
  throw new Error(`${method} ${path} answered ${response.status}: ${said.slice(0, 300)}`);
}

// GitHub refuses longer comments.
function fitted(text) {
  if (text.length <= LIMIT) return text;
  const note = "\n\nThe rest is cut: a comment holds no more.\n";
  const fence = "```\n";
  const room = text.slice(0, LIMIT - note.length - fence.length);
  const kept = room.slice(0, room.lastIndexOf("\n") + 1);
  const open = kept.split(/^```/m).length % 2 === 0;
  return kept + (open ? fence : "") + note;
}

function command(name, text) {
  const escaped = text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  console.log(`::${name} title=funnelc::${escaped}`);
}

try {
  console.log(await main(process.argv.slice(2)));
} catch (error) {
  // A missing permission is no fault of the journeys, so it must not fail their check.
  const refused = error instanceof Refused;
  const why = error.cause ? `${error.message}: ${error.cause.message}` : error.message;
  command(refused ? "warning" : "error", refused ? why : `the comment could not be written: ${why}`);
  process.exitCode = refused ? 0 : 1;
}
