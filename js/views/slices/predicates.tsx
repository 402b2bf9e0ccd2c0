/** The conditions of a slice, in one line that may wrap between them. */
import { Fragment } from "preact";
import type { Predicate } from "../../contract/generated";

export function Predicates({ predicates }: { predicates: readonly Pick<Predicate, "label">[] }) {
  return (
    <span class="predicates">
      {predicates.map(({ label }, index) => (
        <Fragment key={label}>
          {index > 0 && <span class="and"> and </span>}
          <span class="predicate">
            <Breakable text={label} />
          </span>
        </Fragment>
      ))}
    </span>
  );
}

/** Text that may also break behind the marks that join words in a name, so that it never breaks inside a word. */
export function Breakable({ text }: { text: string }) {
  return text.split(/(?<=[_./-])(?=[^\d\s])/).map((part, index) => (
    <Fragment key={index}>
      {index > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}
