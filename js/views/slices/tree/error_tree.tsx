/** The error tree: the same cells, split one condition at a time, parents before children. */
import type { SlicesResult, TreeNode } from "../../../contract/generated";
import { EmptyState, formatCount, formatPercent, Meter } from "../../../ui";
import { moveThrough } from "../arrow_keys";
import { capital, metricText, place, type Scale, scaleOf } from "../numbers";
import type { Selecting } from "../use_selecting";

interface ErrorTreeProps {
  result: SlicesResult;
  selecting: Selecting;
}

export function ErrorTree({ result, selecting }: ErrorTreeProps) {
  const { tree, overall, metric_name: name, metric_label: label, direction } = result;
  const scale = scaleOf([overall, ...tree.map(({ metric }) => metric)]);
  if (tree.length < 2) {
    return <EmptyState title="There is no tree">{whyNone(result)}</EmptyState>;
  }
  return (
    <div class="scroll" role="region" aria-label="Error tree">
      <table class="tree" onKeyDown={moveThrough("button.pick")}>
        <thead>
          <tr>
            <th scope="col">Rows split by</th>
            <th scope="col" class="num rows">
              Rows
            </th>
            <th scope="col" class="bar">
              {capital(label)}, mark = all rows
            </th>
            <th scope="col" class="num share">
              {name === "error" ? "Share of errors" : `Share of ${label}`}
            </th>
          </tr>
        </thead>
        <tbody>
          {tree.map((node, index) => (
            <NodeRow
              key={`${index} ${node.query}`}
              node={node}
              words={pathOf(tree, index)}
              overall={overall}
              scale={scale}
              tone={direction === "better" ? "calm" : "hot"}
              selecting={selecting}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function whyNone({ tree, n_searched: candidates }: SlicesResult): string {
  if (tree.length === 1) return "No split of these rows tells the errors apart.";
  if (candidates === 0) return "Nothing was searched; the list says why.";
  return "This result was computed without one. In Python: mld.find_slices(ev, tree=True).";
}

interface NodeRowProps {
  node: TreeNode;
  words: string;
  overall: number | null;
  scale: Scale;
  tone: "hot" | "calm";
  selecting: Selecting;
}

function NodeRow({ node, words, overall, scale, tone, selecting }: NodeRowProps) {
  const { query, size, metric, error_share: share, depth } = node;
  const isRoot = node.parent < 0;
  const selected = !isRoot && selecting.isSelected(query);
  const label = isRoot ? "all searched rows" : node.label;
  return (
    <tr class={selected ? "selected" : undefined}>
      <td>
        <span class="branch" style={{ "--depth": depth }}>
          {isRoot || !selecting.possible ? (
            <span class={isRoot ? "quiet" : "mono"}>{label}</span>
          ) : (
            <button
              type="button"
              class="pick mono"
              aria-pressed={selected}
              aria-label={words}
              title={words}
              onClick={() => selecting.toggle({ query, label: words, n: size })}
            >
              {label}
            </button>
          )}
        </span>
      </td>
      <td class="num">{formatCount(size)}</td>
      <td class="bar">
        <Meter
          share={place(metric, scale)}
          mark={isRoot ? null : place(overall, scale)}
          zero={place(0, scale) ?? 0}
          tone={isRoot ? "calm" : tone}
        >
          <span class="beside">{metricText(metric, scale)}</span>
        </Meter>
      </td>
      <td class="num">{formatPercent(share)}</td>
    </tr>
  );
}

/** The conditions from the root down to a node, in words. */
export function pathOf(tree: readonly TreeNode[], index: number): string {
  const words: string[] = [];
  for (let node = tree[index]; node !== undefined && node.parent >= 0; node = tree[node.parent]) {
    words.unshift(node.label);
  }
  return words.join(" and ");
}
