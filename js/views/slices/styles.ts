/** The panel's style sheets, as one. */
import builder from "./builder/builder.css";
import compare from "./compare/compare.css";
import heatmap from "./heatmap/heatmap.css";
import list from "./list/list.css";
import panel from "./view.css";

export const styles = [panel, list, heatmap, compare, builder].join("\n");
