/**
 * Makes a fresh clone ready for the other scripts: installs the npm packages that package-lock.json names.
 * Plain Node, since nothing is installed when it runs. With nothing to do it takes a few milliseconds.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const oldestNode = [20, 19];
const root = fileURLToPath(new URL("..", import.meta.url));
const marker = join(root, "node_modules", ".installed-lock-file");

checkNode();
const wanted = hashOf(join(root, "package-lock.json"));
const installed = existsSync(marker) ? readFileSync(marker, "utf8") : undefined;
if (installed !== wanted) {
  console.error(
    `Installing npm packages (${installed === undefined ? "first time" : "package-lock.json changed"}) ...`,
  );
  install();
  writeFileSync(marker, wanted);
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  console.error(`midblock needs Node ${oldestNode.join(".")} or newer; this is ${process.version}.`);
  process.exit(1);
}

function hashOf(file) {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** No package here needs its install script, and some scripts would download. */
function install() {
  const options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
  const { status, error } = spawnSync("npm", options, {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (status === 0) return;
  console.error(
    `npm ci failed${error ? `: ${error.message}` : ""}. Check the network or npm's registry setting, then start again.`,
  );
  process.exit(1);
}
