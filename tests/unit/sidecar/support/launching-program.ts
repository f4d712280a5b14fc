/** A program that launches a sidecar, for tests of what is left when it ends. Arguments: launch options as JSON, and a way to end. */
import { launchSidecar } from "../../../../sdk/src/sidecar/launch.js";

const [options = "{}", ending = "return"] = process.argv.slice(2);
const sidecar = await launchSidecar(JSON.parse(options));
console.log(JSON.stringify({ address: sidecar.address, processId: sidecar.processId }));
if (ending === "wait") setInterval(() => {}, 60_000);
