// tuf_js.mjs ROOT URL STATE: follows a publication with tuf-js from a trusted root, downloads every target, and prints names with
// SHA-256 as JSON. STATE is kept between calls. RBK_TEST_NODE names the folder that holds node_modules.
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const { Updater } = createRequire(join(process.env.RBK_TEST_NODE, "index.js"))("tuf-js");
const [root, address, state] = process.argv.slice(2);
const [metadataDir, targetDir] = ["metadata", "targets"].map((name) => join(state, name));
for (const folder of [metadataDir, targetDir]) mkdirSync(folder, { recursive: true });
if (!existsSync(join(metadataDir, "root.json"))) copyFileSync(root, join(metadataDir, "root.json"));

const updater = new Updater({
  metadataDir,
  targetDir,
  metadataBaseUrl: `${address}/metadata`,
  targetBaseUrl: `${address}/targets`,
});
await updater.refresh();
const listed = JSON.parse(readFileSync(join(metadataDir, "targets.json"), "utf8")).signed.targets;
const found = {};
for (const name of Object.keys(listed)) {
  const info = await updater.getTargetInfo(name);
  const file = await updater.downloadTarget(info);
  found[name] = createHash("sha256").update(readFileSync(file)).digest("hex");
}
console.log(JSON.stringify(found));
