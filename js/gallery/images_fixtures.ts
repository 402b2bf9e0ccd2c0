/** The Images panel's values and what a kernel would answer, as Python wrote them. */
import type { Answers } from "../host/static";
import fixture from "../views/gradcam/fixture.json";

export { fixture };

export const imagesAnswers: Answers = {
  pictures: ({ start }: { start: number }) => ({ ...fixture.pictures, start }),
  maps: ({
    side,
    start,
    method,
    target,
  }: {
    side: string;
    start: number;
    method: string;
    target: unknown;
  }) => ({
    ...(side === "second" || target === "true" ? fixture.beside : fixture.maps),
    ...(side === "second" ? {} : { images: fixture.maps.images }),
    start,
    method,
  }),
  checks: () => fixture.checks,
  cancel: () => true,
};

/** Every second map failed a check. */
export const failedChecks = {
  trust_lines: fixture.checks.trust_lines.map((line, place) =>
    place === 4
      ? { ...line, value: 0.91, text: "0.91", verdict: "bad", words: "hardly: rank correlation" }
      : line,
  ),
  suspicious: { dtype: "u1", shape: [12], data: "AAEAAQABAAEAAQAB" },
};
