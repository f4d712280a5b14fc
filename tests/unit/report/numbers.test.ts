import { expect, test } from "@jest/globals";
import {
  byteSize,
  count,
  counted,
  duration,
  moment,
  percent,
  percentRange,
  points,
  pointsRange,
  pValueText,
  significant,
} from "../../../sdk/src/report/numbers.js";

const plain = (text: string) => text.replaceAll("\u00a0", " ");

test.each([
  [percent(0.9167), "91.7 %"],
  [percent(1), "100.0 %"],
  [percentRange([0.853, 0.9541]), "85.3 to 95.4 %"],
  [percentRange(undefined), "not known"],
  [points(0.917), "+91.7"],
  [points(-0.05), "−5.0"],
  [points(-0.0001), "0.0"],
  [pointsRange([-0.02, 0.035]), "−2.0 to +3.5"],
  [count(134_515_008), "134,515,008"],
  [moment(Date.UTC(2026, 0, 2, 3, 4, 59) / 1000), "2026-01-02 03:04 UTC"],
  [counted(1, "item"), "1 item"],
  [counted(1200, "item"), "1,200 items"],
  [significant(0), "0"],
  [significant(0.019_83), "0.0198"],
  [significant(12.345), "12.3"],
  [significant(0.000_012_34), "1.23e-5"],
  [significant(Number.NaN), "NaN"],
  [pValueText(0.0625), "p = 0.063"],
  [pValueText(1e-9), "p < 0.001"],
  [duration(4.25), "4.3 s"],
  [duration(59.7), "1 min 0 s"],
  [duration(290), "4 min 50 s"],
  [duration(7500), "2 h 5 min"],
  [byteSize(812), "812 bytes"],
  [byteSize(0), "0 bytes"],
  [byteSize(3_010_000_000), "3.0 GB"],
])("%j is written %j", (found, wanted) => {
  expect(plain(found)).toBe(wanted);
});
