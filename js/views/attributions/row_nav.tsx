/** Which row is shown, where it stands among the rows in focus, and the way to others. */
import type { RowAttributions } from "../../contract/attributions";
import { Button } from "../../ui";
import { RowInput } from "../whatif/row_bar";
import type { Ask } from "./use_attributions";
import { placeWords } from "./words";

interface RowNavProps {
  local: RowAttributions | null;
  nRows: number;
  /** Null where no kernel could open another row. */
  ask: Ask | null;
}

export function RowNav({ local, nRows, ask }: RowNavProps) {
  const place = local?.place ?? null;
  const words = place !== null && <span class="small">{placeWords(place)}</span>;
  if (ask === null) return words === false ? null : <p class="row-nav">{words}</p>;
  const [at, last] = [place?.at ?? null, (place?.total ?? 0) - 1];
  return (
    <div class="row-nav">
      <Button
        disabled={at === null || at === 0}
        title="The row before it among these, with a higher loss"
        onClick={() => ask("step_row", { by: -1 })}
      >
        Previous
      </Button>
      <RowInput row={local?.row ?? null} nRows={nRows} onOpen={(row) => ask("open_row", { row })} />
      <Button
        disabled={place === null || (at !== null && at >= last)}
        title="The row after it among these, with a lower loss"
        onClick={() => ask("step_row", { by: 1 })}
      >
        Next
      </Button>
      {words}
    </div>
  );
}
