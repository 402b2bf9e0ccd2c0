/** How far an explanation can be believed: one line per check, with its number and its verdict in words. */
import type { TrustLine } from "../contract/generated";

export function TrustLines({ lines }: { lines: readonly TrustLine[] }) {
  return (
    <ul class="trust-lines" aria-label="Checks">
      {lines.map((line) => (
        <li key={line.name} title={line.detail || undefined}>
          <span class="check">{line.label}</span>{" "}
          {line.verdict === "good" || line.verdict === "bad" ? <Made line={line} /> : <NotMade line={line} />}
        </li>
      ))}
    </ul>
  );
}

function Made({ line: { text, verdict, words, meaning } }: { line: TrustLine }) {
  return (
    <span>
      <span class="amount">{text.replace(/^-/, "−")}</span>{" "}
      <span>
        <span class={verdict}>{words || verdict}</span>
        {meaning !== "" && <span class="meaning">: {meaning}</span>}
      </span>
    </span>
  );
}

/** Without a number: whether it was left out or says nothing here, and why. */
function NotMade({ line: { verdict, words } }: { line: TrustLine }) {
  const why = words.startsWith(verdict) ? words.slice(verdict.length).replace(/^[:,\s]+/, "") : words;
  return <span class="unmade">{why === "" ? verdict : `${verdict}: ${why}`}</span>;
}
