import { expect, test } from "@jest/globals";
import { markup } from "../../../sdk/src/report/markup.js";

test("values are escaped in text and in attributes", () => {
  const value = `"><img src=x onerror=alert('1')>&amp;`;
  expect(markup`<p title="${value}">${value}</p>`.toString()).toBe(
    '<p title="&quot;&gt;&lt;img src=x onerror=alert(&#39;1&#39;)&gt;&amp;amp;">&quot;&gt;&lt;img src=x onerror=alert(&#39;1&#39;)&gt;&amp;amp;</p>',
  );
});

test("markup inside markup stands as it is, lists one after the other, nothing for undefined and false", () => {
  const items = ["a<", "b"].map((text) => markup`<li>${text}</li>`);
  expect(markup`<ul>${items}${undefined}${false}${0}</ul>`.toString()).toBe("<ul><li>a&lt;</li><li>b</li>0</ul>");
});

test("an object that looks like markup is not taken for it", () => {
  const forged = { toString: () => "<script>" };
  // @ts-expect-error: only strings, numbers, lists and markup are accepted; this stands for data that escaped the types.
  expect(() => markup`${forged}`.toString()).toThrow(TypeError);
});

test("characters that HTML forbids are shown as their code", () => {
  expect(markup`${"a\u0000b\u001bc\ud800d\u0085\tx\ny"}`.toString()).toBe("a\\u0000b\\u001bc\\ud800d\\u0085\tx\ny");
});

test("other characters stay", () => {
  expect(markup`${"é 漢 👍 −"}`.toString()).toBe("é 漢 👍 −");
});
