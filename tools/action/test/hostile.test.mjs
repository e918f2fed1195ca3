// What a pull request may bring against the action: settings, programs, links, names, texts. None of it is run, and none of it says what the runner does.
import assert from "node:assert/strict";
import { cpSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";

import { fitted } from "../page.mjs";
import { obeyed } from "./runner.mjs";
import { Stage, root, scripts } from "./stage.mjs";

const PROJECT = `version: 1
contacts: { key: id, tags: { values: open, column: tags } }
segments: { vip: { where: { tag: vip } } }
campaigns: { c: { enter: { segment: vip }, on-leave: stay, steps: [ { add-tag: seen } ] } }
`;
const CHANGED = PROJECT.replace("where: { tag: vip }", "where: { not: { tag: vip } }");

let stage, trap;

beforeEach(() => {
  stage = new Stage();
  // Whoever runs this leaves a trace.
  trap = `#!/bin/sh\n/usr/bin/touch ${stage.machine}/trapped\nexit 1\n`;
});

afterEach(() => stage.remove());

test("a SARIF file that cannot be written to its end is none", () => {
  stage.write("funnelc.yaml", PROJECT);
  // As on a disk that is full: some of it, and then an error.
  const real = join(root, "target/debug/funnelc");
  stage.program("funnelc", `#!/bin/bash\n[[ " $* " != *" sarif "* ]] || { printf '{"half'; exit 3; }\nexec ${real} "$@"\n`);
  const { status } = stage.run("check.sh", { FUNNELC_SARIF: "funnelc.sarif" });
  assert.notEqual(status, 0);
  assert.ok(!existsSync(join(stage.checkout, "funnelc.sarif")));
});

test("the stand-in of the runner obeys what the runner obeys", () => {
  const printed = "x\n \t::set-output name=a::b\nx ##[add-mask]c\n::unknown::\n::stop-commands::t\n::error::d\n ##[error]e\n::t::\n::notice::f\r::debug::g";
  assert.deepEqual(obeyed(printed), ["set-output name=a::b", "add-mask ::c", "notice ::f", "debug ::g"]);
  assert.deepEqual(obeyed("::stop-commands::t\n::error::x"), ["nothing more, for commands stay stopped"]);
});

test("the build reads no settings and runs no programs of the checkout", () => {
  const action = join(stage.machine, "action");
  cpSync(scripts, join(action, "tools/action"), { recursive: true });
  stage.write(join(action, "Cargo.toml"), '[package]\nname = "funnelc"\nversion = "0.0.0"\nedition = "2024"\n[workspace]\n');
  stage.write(join(action, "Cargo.lock"), 'version = 4\n\n[[package]]\nname = "funnelc"\nversion = "0.0.0"\n');
  stage.write(join(action, "src/main.rs"), 'fn main() { println!("built") }\n');
  for (const name of ["tc/bin/cargo", "tc/bin/rustc", "bin/cargo", "bin/od", "cargo", "rustc", "mktemp", "wrapper"]) stage.write(name, trap, 0o755);
  stage.write("env.sh", trap);
  stage.write("rust-toolchain.toml", `[toolchain]\npath = "${stage.checkout}/tc"\n`);
  for (const at of [".cargo", "home/.cargo"]) {
    stage.write(`${at}/config.toml`, `[build]\nrustc-wrapper = "${stage.checkout}/wrapper"\n`);
  }
  const { PATH, HOME, RUSTUP_HOME } = process.env;
  const real = { HOME, ...(RUSTUP_HOME && { RUSTUP_HOME }) };
  spawnSync("cargo", ["--version"], { cwd: stage.checkout, env: { PATH, ...real } });
  assert.ok(trapped(), "the trap does not work");

  const hostile = {
    PATH: `:.:bin:${stage.checkout}/bin:${PATH}:`,
    BASH_ENV: "env.sh",
    CARGO_HOME: join(stage.checkout, "home/.cargo"),
    CARGO_BUILD_RUSTC_WRAPPER: "./wrapper",
    RUSTC_WRAPPER: "./wrapper",
    RUSTUP_TOOLCHAIN: `${stage.checkout}/tc`,
    LD_LIBRARY_PATH: ":",
  };
  const run = stage.run(join(action, "tools/action/install.sh"), { ...real, ...hostile });
  assert.deepEqual([run.status, obeyed(run.stdout), run.stderr], [0, [], ""], run.stdout);
  assert.ok(!trapped());
  const built = stage.read("output").match(/^funnelc=(.*)\n$/)[1];
  assert.equal(spawnSync(built, { encoding: "utf8" }).stdout, "built\n");
});

test("check and diff run no programs of the checkout, and no hooks", () => {
  stage.write("funnelc.yaml", PROJECT);
  for (const name of ["funnelc", "git", "node", "od", "mktemp", "realpath", "dirname", "rm", "cat", "grep", "mv", "hooks/reference-transaction"]) stage.write(name, trap, 0o755);
  stage.write("preload.cjs", `require("fs").writeFileSync("${stage.machine}/trapped", "")\n`);
  const base = stage.repository();
  stage.commit("head");
  const clone = join(stage.machine, "clone");
  spawnSync("git", ["clone", "--quiet", "--depth=1", `file://${stage.checkout}`, clone]);
  spawnSync("git", ["config", "core.hooksPath", "hooks"], { cwd: clone });
  spawnSync("git", ["config", "core.fsmonitor", "./git"], { cwd: clone });
  const env = {
    PATH: `:.:${clone}:${join(root, "target/debug")}:${process.env.PATH}`,
    NODE_OPTIONS: "--require ./preload.cjs",
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "core.hooksPath",
    GIT_CONFIG_VALUE_0: join(clone, "hooks"),
    FUNNELC_BASE: base,
    FUNNELC_SARIF: "x.sarif",
  };
  for (const script of ["check.sh", "diff.sh"]) {
    const { status, stdout } = stage.run(script, env, clone);
    assert.equal(status, 0, stdout);
    assert.ok(!trapped(), script);
  }
});

test("git obeys no settings of a checkout that looks like a repository itself", () => {
  const base = "1".repeat(40);
  for (const name of ["refs/x", "objects/x"]) stage.write(name, "");
  stage.write("HEAD", "ref: refs/heads/main\n");
  stage.write("trap", trap, 0o755);
  stage.write(
    "config",
    `[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tpartialClone = origin\n[protocol "ext"]\n\tallow = always\n` +
      `[remote "origin"]\n\tpromisor = true\n\turl = ext::${stage.checkout}/trap\n`,
  );
  spawnSync("git", ["cat-file", "-e", `${base}^{commit}`], { cwd: stage.checkout });
  assert.ok(trapped(), "the trap does not work");
  const { status, stdout } = stage.run("diff.sh", { FUNNELC_BASE: base });
  assert.deepEqual([status, trapped()], [1, false], stdout);
});

test("an action or a home that lies in the checkout is refused", () => {
  cpSync(scripts, join(stage.checkout, "action"), { recursive: true });
  symlinkSync(stage.checkout, join(stage.machine, "link"));
  for (const folder of [stage.checkout, join(stage.machine, "link")]) {
    const { status, stdout } = stage.run(join(folder, "action/check.sh"), {});
    assert.equal(status, 2);
    assert.match(obeyed(stdout).join(), /^error title=funnelc::this action lies in the checkout, .* `uses: OWNER\/funnelc@COMMIT`$/);
  }
  const { status, stdout } = stage.run("check.sh", { HOME: stage.checkout });
  assert.equal(status, 2);
  assert.match(obeyed(stdout).join(), /^error title=funnelc::HOME lies in the checkout/);
});

test("every step of the action runs its script so that bash takes nothing from the surroundings", () => {
  const action = readFileSync(join(root, "action.yml"), "utf8");
  const shells = action.match(/^ +shell: .*$/gm);
  const runs = action.match(/^ +run: .*$/gm);
  assert.ok(shells.length === 3 && shells.every((line) => line.endsWith("shell: bash --noprofile --norc -peo pipefail {0}")), shells.join());
  assert.ok(runs.length === 3 && runs.every((line) => /run: bash -p "\$GITHUB_ACTION_PATH\/tools\/action\/\w+\.sh"$/.test(line)), runs.join());
});

test("a link of the checkout leads the SARIF nowhere else", () => {
  stage.write("funnelc.yaml", PROJECT);
  const victim = join(stage.machine, "home/.profile");
  stage.write(victim, "mine\n");
  symlinkSync(victim, join(stage.checkout, "x.sarif"));
  assert.equal(stage.run("check.sh", { FUNNELC_SARIF: "x.sarif" }).status, 0);
  assert.ok(lstatSync(join(stage.checkout, "x.sarif")).isFile());
  symlinkSync(join(stage.machine, "home"), join(stage.checkout, "out"));
  mkdirSync(join(stage.checkout, ".git"));
  symlinkSync(".git", join(stage.checkout, "in"));
  for (const at of ["out/.profile", `${stage.checkout}/out/.profile`, "out/new/x", "in/config", ".git/config"]) {
    const { status, stdout } = stage.run("check.sh", { FUNNELC_SARIF: at });
    assert.equal(status, 1, at);
    assert.match(obeyed(stdout).join(), /^error title=funnelc::the folder of the SARIF file/);
  }
  assert.equal(readFileSync(victim, "utf8"), "mine\n");
  const elsewhere = join(stage.machine, "temp/x.sarif");
  assert.equal(stage.run("check.sh", { FUNNELC_SARIF: elsewhere }).status, 0);
  assert.ok(existsSync(elsewhere), "a place of the workflow's own choice is taken");
});

test("what lies where the SARIF goes is never taken for ours", () => {
  stage.write("funnelc.yaml", "version: [");
  stage.write("funnelc.sarif", "forged");
  const env = { FUNNELC_SARIF: "funnelc.sarif" };
  assert.equal(stage.run("check.sh", env).status, 1);
  assert.doesNotMatch(stage.read("funnelc.sarif"), /forged/);
  stage.write("funnelc.sarif", "forged");
  assert.equal(stage.run("check.sh", { ...env, FUNNELC_PATH: "nowhere" }).status, 3);
  assert.ok(!existsSync(join(stage.checkout, "funnelc.sarif")), "what was not checked has no findings to upload");
  stage.write("funnelc.yaml", PROJECT);
  stage.write("funnelc.sarif/x.sarif", "forged");
  stage.write("file", "");
  for (const [at, said] of [["funnelc.sarif", /a folder stands where the SARIF file goes/], ["file/x.sarif", /the folder of the SARIF file cannot be made/]]) {
    const { status, stdout } = stage.run("check.sh", { FUNNELC_SARIF: at });
    assert.equal(status, 1, stdout);
    assert.match(obeyed(stdout).join(), said);
  }
  assert.equal(stage.read("funnelc.sarif/x.sarif"), "forged", "what is somebody else's is not removed");
});

test("names of ours in the checkout do no harm", () => {
  stage.write("shop/funnelc.yaml", PROJECT);
  const base = stage.repository();
  for (const name of ["0.md", "commands", "own", "failure", "sarif", "funnelc/x", "package.json", "page.mjs", "comment.mjs"]) stage.write(name, trap, 0o755);
  stage.write("shop/funnelc.yaml", CHANGED);
  const env = { FUNNELC_PATH: "shop", FUNNELC_BASE: base, FUNNELC_SARIF: "shop.sarif" };
  for (const script of ["check.sh", "diff.sh"]) {
    const { status, stdout } = stage.run(script, env);
    assert.deepEqual([status, obeyed(stdout), trapped()], [0, [], false], stdout);
  }
  assert.match(stage.read("summary"), /has tag `vip`|tag vip/);
});

test("a project with very many changes hides no other one", () => {
  const many = (share) => Array.from({ length: 1_500 }, (_, at) => `  s${at}: { where: { tag: t${at + share} } }\n`).join("");
  const large = (share) => PROJECT.replace("{ vip: { where: { tag: vip } } }", `\n  vip: { where: { tag: vip } }\n${many(share)}`);
  for (const name of ["a", "b"]) stage.write(`${name}/funnelc.yaml`, name === "a" ? large(0) : PROJECT);
  const base = stage.repository();
  stage.write("a/funnelc.yaml", large(1));
  stage.write("b/funnelc.yaml", CHANGED);
  assert.equal(stage.run("diff.sh", { FUNNELC_PATH: "a\nb", FUNNELC_BASE: base }).status, 0);
  const summary = stage.read("summary");
  assert.ok(summary.includes("segment s999:") && !summary.includes("are left out") && summary.includes("## `b`"), "the summary has all of it");
  const parts = summary.split(/(?=^## `b`\n)/m).map((text, at) => ({ name: "ab"[at], text }));
  const { text } = fitted(parts, 65_536, (said) => said.length, "");
  assert.match(text, /^> .* Left out: \d+ lines or pictures about `a`\. /);
  assert.ok(text.endsWith(`${parts[1].text}\n`) && parts[1].text.includes("vip"), text.slice(-2_000));
});

test("no folder, no branch and no link takes the place of the base", () => {
  stage.write("shop/funnelc.yaml", PROJECT);
  const base = stage.repository();
  stage.write("shop/funnelc.yaml", CHANGED);
  for (const name of [base, base.slice(0, 7), base.slice(0, 8)]) stage.write(`${name}/funnelc.yaml`, CHANGED);
  stage.commit("change");
  stage.git("branch", base.slice(0, 7));
  stage.program("node", `#!/bin/sh\necho "$*" >> "${stage.machine}/comment"\nexec "${process.execPath}" "$@"\n`);
  const env = { FUNNELC_PATH: "shop", FUNNELC_BASE: base };
  assert.equal(stage.run("diff.sh", env).status, 0);
  assert.match(stage.read("summary"), /has tag `vip`|tag vip/);
  // Through a link the project has no base: that is no reason to say nothing.
  stage.git("mv", "shop", "other");
  symlinkSync("other", join(stage.checkout, "shop"));
  assert.equal(stage.run("diff.sh", env).status, 0);
  assert.match(stage.read("summary"), /could not be compared/);
  assert.doesNotMatch(readFileSync(join(stage.machine, "comment"), "utf8"), /mjs false/);
});

test("a project that became a link to another one is not taken for it", () => {
  stage.write("shop/funnelc.yaml", PROJECT);
  stage.write("demo/funnelc.yaml", CHANGED);
  const base = stage.repository();
  stage.git("rm", "-rq", "shop");
  symlinkSync("demo", join(stage.checkout, "shop"));
  for (const path of ["shop", join(stage.checkout, "shop"), "./shop/"]) {
    assert.equal(stage.run("diff.sh", { FUNNELC_PATH: path, FUNNELC_BASE: base }).status, 0);
    assert.match(stage.read("summary"), /could not be compared/, path);
    const check = stage.run("check.sh", { FUNNELC_PATH: path });
    assert.equal(check.status, 1, path);
    assert.match(check.stdout, /behind a link of the checkout/);
  }
});

// A name of any bytes.
const Byte = (path) => Buffer.concat([...path].map((sign) => (sign === "\\" ? Buffer.from([0xff]) : Buffer.from(sign))));

test("a project below that became a link, or whose file did, is compared with nothing and is no sound one", () => {
  for (const name of ["", "demo/", "shop/", "shop/deep/"]) stage.write(`${name}funnelc.yaml`, name === "shop/" ? CHANGED : PROJECT);
  const base = stage.repository();
  const env = { FUNNELC_PATH: ".", FUNNELC_BASE: base };
  const told = () => {
    rmSync(join(stage.checkout, "summary"), { force: true });
    const { status, stdout } = stage.run("diff.sh", env);
    assert.equal(status, 0, stdout);
    return stage.read("summary");
  };
  stage.git("rm", "-rq", "shop");
  symlinkSync("demo", join(stage.checkout, "shop"));
  assert.match(told(), /^## `\.\/shop`\n\nThis project could not be compared/m);
  stage.git("reset", "-q", "--hard");

  for (const at of ["shop/", "demo/", ""]) {
    stage.git("mv", `${at}funnelc.yaml`, `${at}f.yaml`);
    symlinkSync("f.yaml", join(stage.checkout, `${at}funnelc.yaml`));
    assert.match(told(), /could not be compared/, at);
    const { status, stdout } = stage.run("check.sh", env);
    assert.deepEqual([status, /`[./a-z]*funnelc\.yaml` is a link, and no project is found through one/.test(stdout)], [3, true], stdout);
    stage.git("reset", "-q", "--hard");
  }
});

test("a project that is taken away is told, also where another one stands around it or a folder takes its name", () => {
  for (const name of ["", "journeys/", "journeys/sub/"]) stage.write(`${name}funnelc.yaml`, PROJECT);
  stage.write("journeys/sub/notes.txt", "");
  stage.write("journeys/notes.txt", "");
  const base = stage.repository();
  const told = (path) => {
    rmSync(join(stage.checkout, "summary"), { force: true });
    const { status, stdout } = stage.run("diff.sh", { FUNNELC_PATH: path, FUNNELC_BASE: base });
    assert.equal(status, 0, stdout);
    return stage.read("summary");
  };
  rmSync(join(stage.checkout, "journeys/funnelc.yaml"));
  assert.match(told("journeys"), /could not be compared/);
  stage.git("reset", "-q", "--hard");
  stage.git("rm", "-q", "journeys/sub/funnelc.yaml");
  stage.write("journeys/sub/funnelc.yaml/notes.txt", "");
  assert.match(told("journeys"), /could not be compared/);
  assert.equal(stage.run("check.sh", { FUNNELC_PATH: "journeys", FUNNELC_BASE: base }).status, 3);
});

test("a project is compared with none that stood around it", () => {
  stage.write("journeys/f.yaml", PROJECT);
  symlinkSync("f.yaml", join(stage.checkout, "journeys/funnelc.yaml"));
  stage.write("funnelc.yaml", `${CHANGED}include: []\n`);
  const base = stage.repository();
  rmSync(join(stage.checkout, "journeys/funnelc.yaml"));
  stage.write("journeys/funnelc.yaml", `${CHANGED}include: []\n`);
  assert.equal(stage.run("diff.sh", { FUNNELC_PATH: "journeys", FUNNELC_BASE: base }).status, 0);
  assert.match(stage.read("summary"), /could not be compared/);
});

test("no number of new projects hides that one changes, and those that are not compared are named", () => {
  stage.write("z/funnelc.yaml", PROJECT);
  const base = stage.repository();
  stage.write("z/funnelc.yaml", CHANGED);
  for (let at = 100; at < 225; at += 1) stage.write(`a${at}/funnelc.yaml`, PROJECT);
  assert.equal(stage.run("diff.sh", { FUNNELC_PATH: ".", FUNNELC_BASE: base }).status, 0);
  const told = stage.read("summary").split(/^## /m).slice(1);
  assert.match(told[0], /^`\.\/z`\n[^]*has tag `vip`|tag vip/);
  assert.match(told.at(-1), /^`not compared`\n\n.* Not compared: `\.\/a199`, .*, 6 more\. Name them in `path`\.\n/);
});

test("a name says which project it is, however long or strange", () => {
  const long = "n".repeat(200);
  const parts = [...Array(100).keys()].map((at) => ({ name: `${at}${long.repeat(15)}`, text: "### Nothing much\n".repeat(20) }));
  const { text } = fitted([{ name: "shop", text: "### Small\n" }, ...parts], 65_536, (said) => said.length, "");
  assert.ok(text.length <= 65_536);
  assert.deepEqual(text.match(/^## `/gm).length, 101);
  assert.match(text, /^## `99n{78}…`$/m);

  const base = stage.repository();
  for (const name of ["sh\u202eop\u200b", "two\nlines`"]) stage.write(`${name}/funnelc.yaml`, PROJECT);
  assert.equal(stage.run("diff.sh", { FUNNELC_PATH: ".", FUNNELC_BASE: base }).status, 0);
  assert.deepEqual(stage.read("summary").match(/^## .*$/gm), ["## `./sh\\u{202e}op\\u{200b}`", "## `./two\\u{a}lines'`"]);
});

test("a project in a folder that is not UTF-8 is taken away with a word", () => {
  const folder = Byte(`${stage.checkout}/x\\`);
  mkdirSync(folder);
  writeFileSync(Byte(`${stage.checkout}/x\\/funnelc.yaml`), PROJECT);
  stage.write("funnelc.yaml", PROJECT);
  const base = stage.repository();
  rmSync(folder, { recursive: true });
  assert.equal(stage.run("diff.sh", { FUNNELC_PATH: ".", FUNNELC_BASE: base, LANG: "C.UTF-8" }).status, 0);
  assert.match(stage.read("summary"), /^## `\.\/x\ufffd`\n\nThis project could not be compared/m);
});

test("a link on the way to a project is seen behind `..` too", () => {
  stage.write("shop/funnelc.yaml", PROJECT);
  stage.write("deep/er/x", "");
  stage.write("deep/shop/funnelc.yaml", CHANGED);
  const base = stage.repository();
  symlinkSync("deep/er", join(stage.checkout, "link"));
  const env = { FUNNELC_PATH: "link/../shop", FUNNELC_BASE: base };
  assert.equal(stage.run("check.sh", env).status, 1);
  assert.equal(stage.run("diff.sh", env).status, 0);
  assert.match(stage.read("summary"), /could not be compared/);
  assert.equal(stage.run("check.sh", { FUNNELC_PATH: "deep/../shop" }).status, 0, "without a link it leads where it says");
});

test("people come from no file behind a link of the checkout", () => {
  stage.write("funnelc.yaml", PROJECT);
  const base = stage.repository();
  stage.write(join(stage.machine, "home/people.csv"), "id,tags\nhunter2,vip\n");
  stage.write("ours.csv", "id,tags\n1,vip\n");
  symlinkSync(join(stage.machine, "home/people.csv"), join(stage.checkout, "people.csv"));
  for (const name of ["FUNNELC_CONTACTS", "FUNNELC_COMPANIES", "FUNNELC_EVENTS", "FUNNELC_STATE"]) {
    const { status, stdout } = stage.run("diff.sh", { FUNNELC_CONTACTS: "ours.csv", FUNNELC_BASE: base, [name]: "people.csv" });
    assert.equal(status, 1, stdout);
    assert.match(obeyed(stdout).join(), /^error title=funnelc::contacts, .* lie behind a link of the checkout; name where they are$/);
  }
  for (const at of ["ours.csv", join(stage.machine, "home/people.csv")]) {
    assert.equal(stage.run("diff.sh", { FUNNELC_CONTACTS: at, FUNNELC_BASE: base }).status, 0, "whoever writes the workflow names any file");
  }
});

test("names of folders are no commands, and are given to none", () => {
  const names = ["x\n::set-output name=sarif::y\n", " ::error title=f::z", "##[add-mask]q", "a\r::add-mask::b", "--help", "$(touch pwned)", "`touch pwned`"];
  const base = stage.repository();
  for (const name of names) stage.write(`${name}/funnelc.yaml`, PROJECT.replace("where", "wher"));
  const check = stage.run("check.sh", { FUNNELC_PATH: ".", FUNNELC_SARIF: "x.sarif" });
  const commands = obeyed(check.stdout + check.stderr);
  assert.ok(commands.length === names.length && commands.every((command) => command.startsWith("error file=")), commands.join("\n"));
  assert.equal(JSON.parse(stage.read("x.sarif")).runs[0].results.length, names.length);
  for (const path of [".", ...names.filter((name) => !name.includes("\n"))]) {
    const diff = stage.run("diff.sh", { FUNNELC_PATH: path, FUNNELC_BASE: base });
    assert.deepEqual([diff.status, obeyed(diff.stdout + diff.stderr)], [0, []], diff.stdout);
  }
  assert.equal(stage.read("output"), "sarif=x.sarif\n");
  assert.ok(!existsSync(join(stage.checkout, "pwned")));
});

test("a base that is no whole hash is refused", () => {
  stage.write("funnelc.yaml", PROJECT);
  const base = stage.repository();
  for (const name of [base.slice(0, 12), "main", "--output=x", "", `${base}\n`]) {
    const { status, stdout } = stage.run("diff.sh", { FUNNELC_BASE: name });
    assert.equal(status, 2, stdout);
  }
});

const FORGED = ["::error title=forged::a", "  ::set-output name=sarif::/etc/passwd", "\t::add-mask::b", "x ##[add-mask]c", "::stop-commands::tok"];

test("no text of a project becomes a command, where it cannot be read", () => {
  for (const forged of FORGED) {
    const include = JSON.stringify(`x\n${forged}\r${forged}\n${forged}`);
    stage.write("funnelc.yaml", PROJECT);
    const base = stage.repository();
    stage.write("funnelc.yaml", `${PROJECT}include: [${include}]\n`);
    const check = stage.run("check.sh", {});
    assert.equal(check.status, 3);
    assert.deepEqual(obeyed(check.stdout + check.stderr), ["error title=funnelc::the journeys could not be read; the log of this step says why"]);
    const diff = stage.run("diff.sh", { FUNNELC_BASE: base });
    assert.deepEqual([diff.status, obeyed(diff.stdout + diff.stderr)], [0, []], diff.stdout);
  }
});

test("no text of a project becomes a command, where it has mistakes", () => {
  for (const forged of FORGED) {
    const name = JSON.stringify(`x\n${forged}\r${forged}\n${forged}`);
    stage.write("funnelc.yaml", PROJECT);
    const base = stage.repository();
    stage.write("funnelc.yaml", `${PROJECT}funnels: { ${name}: ${name} }\n`);
    const check = stage.run("check.sh", {});
    assert.equal(check.status, 1);
    const commands = obeyed(check.stdout + check.stderr);
    assert.ok(commands.length > 0 && commands.every((command) => command.startsWith("error file=funnelc.yaml,")), commands.join("\n"));
    const diff = stage.run("diff.sh", { FUNNELC_BASE: base });
    assert.deepEqual([diff.status, obeyed(diff.stdout + diff.stderr)], [0, []], diff.stdout);
  }
});

test("nothing that a program prints becomes a command, on either stream", () => {
  const text = FORGED.join("\n");
  stage.program("funnelc", `#!/bin/sh\ncat <<'END'\n${text.replace("title=forged", "")}\nEND\ncat >&2 <<'END'\n${text}\nEND\nexit 3\n`);
  stage.program("node", `#!/bin/sh\ncat >&2 <<'END'\n${text}\nEND\nexit 7\n`);
  const diff = stage.run("diff.sh", { FUNNELC_BASE: stage.repository() });
  assert.deepEqual([diff.status, obeyed(diff.stdout + diff.stderr)], [7, []]);
  assert.ok(diff.stdout.includes("##[add-mask]c"), "it is shown all the same");
  const check = stage.run("check.sh", {});
  const commands = obeyed(check.stdout + check.stderr);
  assert.ok(check.status === 3 && commands.every((command) => command.startsWith("error ")), commands.join("\n"));
});

function trapped() {
  const trace = join(stage.machine, "trapped");
  const there = existsSync(trace);
  if (there) spawnSync("rm", [trace]);
  return there;
}
