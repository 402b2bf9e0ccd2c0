import { defineView } from "../host/define";
import theme from "../ui/theme.css";
import { Findings } from "../views/findings/view";
import css from "../views/findings/view.css";

export default defineView(Findings, [theme, css]);
