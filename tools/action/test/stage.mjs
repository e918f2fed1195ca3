// What the scripts of the action find around them: a checkout, and beside it a machine with programs, a home and a folder for what is temporary.
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const scripts = fileURLToPath(new URL("..", import.meta.url));
export const root = fileURLToPath(new URL("../../..", import.meta.url));

export class Stage {
  constructor() {
    this.checkout = realpathSync(mkdtempSync(join(tmpdir(), "checkout-")));
    this.machine = realpathSync(mkdtempSync(join(tmpdir(), "machine-")));
    for (const name of ["bin", "home", "temp"]) mkdirSync(join(this.machine, name));
  }

  remove() {
    for (const folder of [this.checkout, this.machine]) rmSync(folder, { recursive: true });
  }

  // Runs a script as the steps of action.yml do.
  run(script, env, cwd = this.checkout) {
    const PATH = [join(this.machine, "bin"), join(root, "target/debug"), process.env.PATH].join(":");
    const surroundings = {
      PATH,
      HOME: join(this.machine, "home"),
      RUNNER_TEMP: join(this.machine, "temp"),
      GITHUB_WORKSPACE: cwd,
      GITHUB_OUTPUT: join(this.checkout, "output"),
      GITHUB_STEP_SUMMARY: join(this.checkout, "summary"),
      GITHUB_EVENT_PATH: join(this.machine, "event.json"),
    };
    writeFileSync(join(this.machine, "event.json"), "{}");
    const path = script.startsWith("/") ? script : join(scripts, script);
    return spawnSync("bash", ["-p", path], { cwd, env: { ...surroundings, ...env }, encoding: "utf8" });
  }

  // A program of the machine that stands in for the real one.
  program(name, text) {
    this.write(join(this.machine, "bin", name), text, 0o755);
  }

  // A file, of the checkout where no other folder is named.
  write(path, text, mode = 0o644) {
    const file = path.startsWith("/") ? path : join(this.checkout, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, mode);
  }

  read(file) {
    return readFileSync(join(this.checkout, file), "utf8");
  }

  // Makes the checkout a repository with all that stands in it, and gives the commit.
  repository() {
    if (!existsSync(join(this.checkout, ".git"))) this.git("init", "--quiet", "-b", "main");
    this.git("config", "uploadpack.allowAnySHA1InWant", "true");
    return this.commit("base");
  }

  commit(message) {
    this.git("add", "--all", "--force");
    this.git("commit", "--quiet", "--allow-empty", "-m", message);
    return this.git("rev-parse", "HEAD").trim();
  }

  git(...args) {
    const who = ["-c", "user.name=Anna", "-c", "user.email=anna@example.com", "-c", "commit.gpgsign=false"];
    return execFileSync("git", [...who, ...args], { cwd: this.checkout, encoding: "utf8" });
  }
}
