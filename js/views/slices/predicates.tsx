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

/**
 * Text that breaks between words and behind the marks that join words in a name; not inside a word, and not inside a
 * date or a range of numbers.
 */
export function Breakable({ text }: { text: string }) {
  return text.split(/(\d+(?:-\d+)+)/).map((part, index) =>
    index % 2 === 1 ? (
      <span class="whole" key={index}>
        {part}
      </span>
    ) : (
      <Joined text={part} key={index} />
    ),
  );
}

function Joined({ text }: { text: string }) {
  return text.split(/(?<=[_./-])(?=[^\d\s])/).map((part, index) => (
    <Fragment key={index}>
      {index > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}
