/** How far the maps can be believed: a line per check, with its number and its verdict in words. */
import type { CodedError } from "../../contract/errors";
import type { TrustLine } from "../../contract/generated";
import { LinkButton } from "../../ui";

interface TrustProps {
  lines: readonly TrustLine[];
  /** The checks are still being made. */
  checking: boolean;
  /** Why they were not made. */
  error: CodedError | null;
  onCancel: () => void;
  onCheck: () => void;
}

export function Trust({ lines, checking, error, onCancel, onCheck }: TrustProps) {
  if (lines.length === 0 && !checking && error === null) return null;
  const made = lines.filter(isMade);
  const others = lines.filter((line) => !isMade(line));
  return (
    <section class="trust" aria-label="How far to trust it">
      <h3>How far to trust it</h3>
      {checking && (
        <p class="small" role="status">
          Being checked <LinkButton onClick={onCancel}>Cancel</LinkButton>
        </p>
      )}
      {!checking && error !== null && (
        <p class="small" role="status">
          Not checked: {error.got || error.message} <LinkButton onClick={onCheck}>Check now</LinkButton>
        </p>
      )}
      {!checking && made.length > 0 && (
        <dl>
          {made.map((line) => (
            <Check key={line.name} line={line} />
          ))}
        </dl>
      )}
      {!checking && others.length > 0 && (
        <details class="small">
          <summary>Not checked: {others.map(({ label }) => label.toLowerCase()).join(", ")}</summary>
          <ul>
            {others.map(({ name, label, words, verdict }) => (
              <li key={name}>
                {label}: {words || verdict}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function isMade({ verdict }: TrustLine): boolean {
  return verdict === "good" || verdict === "bad";
}

function Check({ line }: { line: TrustLine }) {
  const { label, text, verdict, words, detail } = line;
  return (
    <div class="check" title={detail}>
      <dt>{label}</dt>
      <dd class={verdict}>{text}</dd>
      <dd class={verdict === "bad" ? "words bad" : "words quiet"}>{words || verdict}</dd>
    </div>
  );
}
