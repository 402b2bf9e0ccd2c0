import { expect, test } from "vitest";
import type { TrustLine } from "../contract/generated";
import { draw } from "../testing/draw";
import { TrustLines } from "./trust";

function line(verdict: TrustLine["verdict"], words: string, text = "", meaning = ""): TrustLine {
  return {
    name: `${verdict} ${words}`,
    label: "Check",
    value: null,
    text,
    verdict,
    words,
    meaning,
    detail: "on 20 rows",
  };
}

const said = async (one: TrustLine) => {
  const drawn = await draw(() => <TrustLines lines={[one]} />, {});
  return drawn.one(".trust-lines li").textContent;
};

test("a check that was made has its number and its words", async () => {
  expect(await said(line("good", "holds", "0.3%"))).toBe("Check 0.3% holds");
  expect(await said(line("bad", "no: unstable here", "-0.1"))).toBe("Check −0.1 no: unstable here");
});

test("what the number is stands after the words", async () => {
  expect(await said(line("good", "steady", "5%", "how far they move"))).toBe(
    "Check 5% steady: how far they move",
  );
});

test("the verdict stands in for words that are missing", async () => {
  expect(await said(line("bad", "", "9x"))).toBe("Check 9x bad");
  expect(await said(line("not checked", ""))).toBe("Check not checked");
});

test("a check that was not made says why, once", async () => {
  expect(await said(line("not checked", "takes 40 s"))).toBe("Check not checked: takes 40 s");
  expect(await said(line("not checked", "not checked: takes 40 s"))).toBe("Check not checked: takes 40 s");
  expect(await said(line("not applicable", "no weights"))).toBe("Check not applicable: no weights");
});

test("what it was checked on is on hover", async () => {
  const drawn = await draw(() => <TrustLines lines={[line("good", "holds", "1%")]} />, {});
  expect(drawn.one("li").title).toBe("on 20 rows");
});
