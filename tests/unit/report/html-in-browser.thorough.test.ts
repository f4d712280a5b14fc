import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { renderHtml } from "../../../sdk/src/report/html.js";
import { browserNames, findBrowser, openPage, photographPage } from "../../support/browser.js";
import { hostileReport, hostileText } from "../../support/hostile-report.js";
import { readPng } from "../../support/png.js";
import { sampleReport } from "../../support/sample-report.js";
import { sampleTasks } from "../../support/sample-tasks.js";

const browser = findBrowser();
const inBrowser = browser === undefined ? test.skip : test;
const looked = browser === undefined ? ` (SKIPPED: no ${browserNames.join(", ")} on the PATH)` : "";
if (browser === undefined) process.stderr.write(`report.html was not opened in a browser${looked}\n`);

/** Serves one page and keeps the path of every request, so that anything the page loads is seen. */
const requested: string[] = [];
let page = "";
let server: Server;
let origin = "";

beforeAll(async () => {
  server = createServer((request, response) => {
    requested.push(request.url ?? "");
    response.setHeader("content-type", "text/html; charset=utf-8").end(request.url === "/page" ? page : "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  origin = `http://127.0.0.1:${address.port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

async function open(source: string) {
  page = source;
  requested.length = 0;
  return openPage(browser ?? "", `${origin}/page`);
}

inBrowser(
  `a page without escaping loads and logs things, so the next test can see it${looked}`,
  async () => {
    const { console } = await open(
      `<!doctype html><title>x</title><body>${hostileText(origin).replace(/<meta[^>]*>/, "")}`,
    );
    expect(console.join("\n")).toContain("broken out");
    expect(requested).toEqual(expect.arrayContaining(["/page", "/image", "/frame", "/style"]));
  },
  90_000,
);

inBrowser(
  `a hostile report logs nothing, loads nothing and shows everything as text${looked}`,
  async () => {
    const { dom, console } = await open(renderHtml(hostileReport(hostileText(origin))));
    expect(console).toEqual([]);
    expect(requested).toEqual(["/page"]);
    expect(dom).toContain("&lt;/script&gt;&lt;script&gt;console.error");
    expect(dom).toContain("</main>");
    expect(dom).not.toMatch(/<script|<iframe|<img/);
  },
  90_000,
);

inBrowser(
  `a report of several tasks is drawn in both themes, asks for nothing and logs nothing${looked}`,
  async () => {
    page = renderHtml(sampleReport({ comparisons: sampleTasks() }));
    for (const [theme, paper] of [
      ["light", "#fdfdfc"],
      ["dark", "#16181c"],
    ] as const) {
      requested.length = 0;
      const size = { width: 800, height: 1200 };
      const { png, console } = await photographPage(browser ?? "", `${origin}/page`, { theme, ...size });
      expect(console).toEqual([]);
      expect(requested).toEqual(["/page"]);
      expect(readPng(png)).toEqual({ ...size, corner: paper });
      // A page of one colour would take a few kB.
      expect(png.length).toBeGreaterThan(30_000);
    }
  },
  90_000,
);
