/** How far the attributions can be believed: one line per check, in numbers and words. */
import type { TrustLine } from "../../contract/generated";

export function Trust({ lines }: { lines: readonly TrustLine[] }) {
  return (
    <table class="trust">
      <caption class="hidden">Checks of these attributions</caption>
      <tbody>
        {lines.map(({ name, label, text, verdict, words, detail }) => (
          <tr key={name} title={detail || undefined}>
            <th scope="row">{label}</th>
            {text !== "" && <td class="num">{text.replace(/^-/, "−")}</td>}
            <td class={CLASSES[verdict]} colSpan={text === "" ? 2 : 1}>
              {said(verdict, words)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const CLASSES = { good: "good", bad: "bad", "not checked": "quiet", "not applicable": "quiet" } as const;

/** The verdict is a word where the check's own words do not say it. */
function said(verdict: TrustLine["verdict"], words: string): string {
  if (verdict === "good" || verdict === "bad") return words === "" ? verdict : words;
  if (words === "" || words.startsWith(verdict)) return words === "" ? verdict : words;
  return `${verdict}: ${words}`;
}
