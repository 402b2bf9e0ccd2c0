/** One condition: a column, what is asked of it, and the control that fits. */
import type { BuilderColumn } from "../../../contract/slices";
import { columnName, formatCount, LinkButton, Select } from "../../../ui";
import { type Condition, newCondition, OPERATOR_WORDS, type Operator, operatorsOf } from "./conditions";
import { RangeBrush } from "./range_brush";
import { ValuePicker } from "./value_picker";

interface ConditionRowProps {
  /** "and", "or", or nothing before the first. */
  joiner: string;
  condition: Condition;
  columns: readonly BuilderColumn[];
  onChange: (condition: Condition) => void;
  onRemove: () => void;
}

export function ConditionRow({ joiner, condition, columns, onChange, onRemove }: ConditionRowProps) {
  const column = columns.find(({ query_name }) => query_name === condition.column);
  if (column === undefined) return null;
  const { operator, negated } = condition;
  const operators = [...new Set([...operatorsOf(column), operator])];
  const name = columnName(column.name);
  const choose = (query_name: string) => {
    const next = columns.find((each) => each.query_name === query_name);
    if (next) onChange({ ...newCondition(next), id: condition.id });
  };
  return (
    <div class="condition">
      <span class="joiner">{joiner}</span>
      <Select
        label="Column"
        choices={columns.map((each) => ({ value: each.query_name, label: columnName(each.name) }))}
        value={column.query_name}
        onChange={choose}
      />
      <label class="not">
        <input
          type="checkbox"
          checked={negated}
          onChange={(event) => onChange({ ...condition, negated: event.currentTarget.checked })}
        />
        not
      </label>
      <Select
        label={`Condition on ${name}`}
        choices={operators.map((each) => ({ value: each, label: OPERATOR_WORDS[each] }))}
        value={operator}
        onChange={(next) => onChange({ ...condition, operator: next as Operator })}
      />
      <div class="editor">
        <Editor condition={condition} column={column} onChange={onChange} />
      </div>
      <LinkButton onClick={onRemove} title={`Remove the condition on ${name}`}>
        Remove
      </LinkButton>
    </div>
  );
}

interface EditorProps {
  condition: Condition;
  column: BuilderColumn;
  onChange: (condition: Condition) => void;
}

function Editor({ condition, column, onChange }: EditorProps) {
  const { operator, values, range, text } = condition;
  if (operator === "range") {
    return (
      <RangeBrush
        column={column}
        range={range}
        onChange={(next) => onChange({ ...condition, range: next })}
      />
    );
  }
  if (operator === "values") {
    return (
      <ValuePicker
        column={column}
        chosen={values}
        onChange={(next) => onChange({ ...condition, values: next })}
      />
    );
  }
  if (operator === "contains") {
    return (
      <input
        class="input"
        type="text"
        aria-label={`Text that ${columnName(column.name)} contains`}
        placeholder="text, upper and lower case differ"
        value={text}
        onInput={(event) => onChange({ ...condition, text: event.currentTarget.value })}
      />
    );
  }
  return <span class="quiet">{formatCount(column.missing)} rows</span>;
}
