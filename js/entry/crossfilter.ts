import { defineView } from "../host/define";
import theme from "../ui/theme.css";
import { Crossfilter } from "../views/crossfilter/view";
import css from "../views/crossfilter/view.css";

export default defineView(Crossfilter, [theme, css]);
