/** One class of many, found by a part of its name: a combobox with the names that hold it. */
import { useId, useState } from "preact/hooks";
import { formatCount, MiddleEllipsis } from "../../ui";

interface ClassFinderProps {
  label: string;
  classes: readonly string[];
  value: number;
  onChange: (position: number) => void;
}

/** Names that are listed at once. */
const LISTED = 8;
const STEPS: Record<string, number | undefined> = { ArrowDown: 1, ArrowUp: -1 };

export function ClassFinder({ label, classes, value, onChange }: ClassFinderProps) {
  const list = useId();
  const [typed, type] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const found = typed === null ? [] : matching(classes, typed);
  const listed = found.slice(0, LISTED);
  const choose = (position: number | undefined) => {
    type(null);
    if (position !== undefined && position !== value) onChange(position);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step !== undefined) {
      if (typed === null) type("");
      else setActive((active + step + listed.length) % Math.max(1, listed.length));
    } else if (event.key === "Enter" && typed !== null) choose(listed[active]);
    else if (event.key === "Escape" && typed !== null) type(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const option = (position: number) => `${list}-${position}`;
  const current = listed[active];
  return (
    <div class="finder">
      <input
        type="text"
        class="input"
        role="combobox"
        aria-label={label}
        aria-expanded={typed !== null}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={current === undefined ? undefined : option(current)}
        placeholder={`Part of one of ${formatCount(classes.length)} names`}
        title={classes[value]}
        value={typed ?? classes[value] ?? ""}
        onFocus={(event) => event.currentTarget.select()}
        onInput={(event) => {
          type(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => type(null)}
      />
      {typed !== null && (
        <div class="found">
          <div role="listbox" id={list} aria-label={label}>
            {listed.map((position, place) => (
              <div
                key={position}
                id={option(position)}
                role="option"
                tabIndex={-1}
                class={place === active ? "active" : ""}
                aria-selected={position === value}
                onMouseDown={(event) => {
                  event.preventDefault();
                  choose(position);
                }}
              >
                <MiddleEllipsis text={classes[position] ?? ""} />
              </div>
            ))}
          </div>
          <p class="small" role="status">
            {foundWords(found.length)}
          </p>
        </div>
      )}
    </div>
  );
}

/** Positions of the classes whose name holds `text`, those that begin with it first. */
export function matching(classes: readonly string[], text: string): number[] {
  const wanted = text.trim().toLocaleLowerCase();
  const places = classes.map((name) => name.toLocaleLowerCase().indexOf(wanted));
  const holding = places.flatMap((place, position) => (place < 0 ? [] : [position]));
  return holding.sort((a, b) => Number(places[a] !== 0) - Number(places[b] !== 0));
}

function foundWords(count: number): string {
  if (count === 0) return "No class has this in its name";
  return count > LISTED ? `${LISTED} of ${formatCount(count)} that fit` : "";
}
