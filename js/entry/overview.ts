import { defineView } from "../host/define";
import theme from "../ui/theme.css";
import { Overview } from "../views/overview/view";
import css from "../views/overview/view.css";

export default defineView(Overview, [theme, css]);
